"""An article's text in its page's JSON-LD, where the page shows less of it."""

from __future__ import annotations

import pytest

from monitor.content.pages_linked import fuller_body
from tests.content.test_pages import BESIDE, OWN, TEXT, ld, page, read

MORE = (
    "The minister of defence said in the evening that the units had been seen by satellites for more than a week.",
    "Two of them wore the badges of another army, a soldier who had met them told the paper by telephone.",
    "Nobody knows how many there are, and the alliance will not say what it means to do about them.",
)
WHOLE = "\n\n".join((*TEXT, *MORE))
BODY = "".join(f"<p>{text}</p>" for text in TEXT)
WALL = "<div><p>This article is for subscribers. Log in or choose a subscription to go on reading it.</p></div>"


def text_of(head: str, body: str) -> str:
    return read(page(body or "<div id=root></div>", head=head)).text


@pytest.mark.parametrize(
    "body", ["", f"<p>{TEXT[0]}</p>", BODY, f"{BODY}{WALL}"], ids=["nothing", "a line", "a part", "a part and a wall"]
)
@pytest.mark.parametrize("markup", [False, True])
def test_it_is_read_where_the_page_shows_a_part(body: str, markup: bool) -> None:
    whole = "".join(f"<p>{text}</p>" for text in (*TEXT, *MORE)) if markup else WHOLE
    assert text_of(ld({**OWN, "articleBody": whole}), body) == "\n".join((*TEXT, *MORE))


def test_what_the_page_shows_is_read_where_there_is_as_much() -> None:
    assert text_of(ld({**OWN, "articleBody": " ".join(TEXT)}), BODY) == "\n".join(TEXT)
    assert text_of(ld({**OWN, "articleBody": "Troops were sent."}), BODY) == "\n".join(TEXT)
    assert text_of(ld({**OWN, "articleBody": ["x"]}), BODY) == "\n".join(TEXT)


@pytest.mark.parametrize("body", [BODY, f"<p>{TEXT[0]}</p>"])
def test_another_article_s_is_not(body: str) -> None:
    football = {
        **BESIDE,
        "headline": "The cup goes to the visitors",
        "articleBody": "The visitors won the cup on Sunday. " * 40,
    }
    assert "visitors" not in text_of(ld(football), body)
    assert "visitors" not in text_of(ld(football, OWN), body)
    assert text_of(ld(football, {**OWN, "articleBody": WHOLE}), body) == "\n".join((*TEXT, *MORE))


@pytest.mark.parametrize(
    "said",
    [
        {"url": "https://amp.thedaily.example/other", "headline": "Troops sent: what the alliance says"},
        {"headline": "The cup goes to the visitors"},
        {"url": "https://amp.thedaily.example/other"},
        {"url": "https://www.thedaily.example/world/story", "headline": "The cup goes to the visitors"},
    ],
    ids=["an alike headline", "no address", "no headline", "this address"],
)
def test_a_single_one_that_does_not_deny_it_is_the_page_s(said: dict[str, str]) -> None:
    """Where a script fills the page."""
    node = {"@type": "NewsArticle", **said, "articleBody": WHOLE}
    assert text_of(ld(node), "") == "\n".join((*TEXT, *MORE))


def test_a_text_that_shares_no_eight_words_is_another_article_s() -> None:
    body = "The visitors won the cup on Sunday in the rain, before nobody. " * 20
    assert fuller_body("\n".join(TEXT), [{"articleBody": body}]) is None
    assert fuller_body("\n".join(TEXT), [{"articleBody": f"{TEXT[0]} {body}"}]) is not None
    assert fuller_body("", [{"articleBody": body}]) is not None
    assert fuller_body("", [{"articleBody": ""}, {}]) is None


def test_paragraphs_are_taken_from_where_they_are() -> None:
    joined = " ".join(TEXT)
    assert fuller_body(joined, [{"articleBody": "\n".join(TEXT)}]) == "\n".join(TEXT)
    assert fuller_body("\n".join(TEXT), [{"articleBody": joined}]) is None
