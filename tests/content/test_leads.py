"""The line that a feed has over an article, beside the article's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.content.articles import Context, read_entry
from monitor.content.leads import with_leads
from monitor.content.phrases import cut_boilerplate
from monitor.core.text import words_of
from monitor.model import Entry, Fetched
from tests.builders import NOON

TITLE = "Harbour reopens after the storm"
TEXT = (
    "The port was closed for three days while divers looked for what the storm had sunk in the fairway.\n"
    "Forty ships had waited in the roads, and the first of them made fast at noon on the western quay."
)
LEAD = "Pilots blame the ministry for a wreck that nobody had marked."


@pytest.mark.parametrize(
    "said",
    [
        LEAD,
        f"{LEAD}\nThe port was closed for three days while divers looked for what the storm had sunk",
        f"{LEAD[:-1]}… Continue reading",
        "Harbour reopens, and the pilots are angry",
        "The western quay was closed by sabotage",
        "Divers looked for one EU",
        "Forty ships waited in the fairways",
        "Of the ships waited forty roadsmen at noon",
    ],
    ids=[
        "a sentence",
        "and its beginning",
        "cut",
        "a word more",
        "its last word",
        "two letters",
        "a word's beginning",
        "half glued",
    ],
)
def test_what_the_article_does_not_say_stands_over_it(said: str) -> None:
    lead = said.partition("\n")[0]
    made = with_leads(TEXT, TITLE, [said])
    assert made.endswith(f"\n{TEXT}")
    assert made.startswith(lead.partition("…")[0])
    assert made.count("The port was closed") == 1


@pytest.mark.parametrize(
    "said",
    [
        "",
        TITLE,
        TEXT.partition("\n")[0],
        "The port was closed for three days while divers look […]",
        "The port was closed for three days, while divers looked fo",
        "Forty ships had waited in the roadsThe port was closed for three days",
        "the PORT was closed, and forty ships waited: the storm had sunk the first",
        "by Ann Onymous, Reuters",
        "https://news.example.org/comments/harbour-pilots-ministry-angry",
        "Article URL: https://news.example.org/a\nComments URL: https://news.example.org/b\nPoints: 153",
        "At noon the first of 40 ships made fast on quay 1725 after",
        "The port was closed for E",
        "pilots ministry wreck blame",
        "Follow us on Telegram for what pilots say",
        "Click here to read the full story of the pilots' anger",
        "The post Harbour reopens after the storm appeared first on Pilots' Gazette.",
    ],
)
def test_what_it_says_itself_does_not(said: str) -> None:
    assert with_leads(TEXT, TITLE, [said]) == TEXT


def test_a_longer_text_is_no_lead() -> None:
    assert with_leads(TEXT, TITLE, [LEAD * 20]) == TEXT


def test_each_sentence_stands_once() -> None:
    assert with_leads(TEXT, TITLE, [LEAD, f"<{LEAD}>"]) == f"{LEAD}\n{TEXT}"


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("国防部は木曜日、兵士らがクルスクに送られたと発表した。", False),
        ("港湾当局は沈没船の引き揚げを急いでいる。", True),
    ],
)
def test_scripts_without_spaces(said: str, more: bool) -> None:
    text = "国防部は木曜日、兵士らがクルスクに送られたと発表した。詳細は明らかにしていないが、数は千人を超えるという。"
    assert with_leads(text, "兵士ら派遣", [said]) == (f"{said}\n{text}" if more else text)


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_word_of_the_article_is_lost_and_nothing_is_said_twice(text: str, said: str) -> None:
    made = with_leads(text, "", [said])
    assert made == text or made.endswith(f"\n{cut_boilerplate(text)}")
    assert with_leads(made, "", [said]) == made
    assert set(words_of(cut_boilerplate(text))) <= set(words_of(made)) <= set(words_of(text)) | set(words_of(said))


PAGE = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>" + "".join(
    f"<p>{line}</p>" for line in TEXT.split("\n")
)
PAGE += "</article></body></html>"


def read(entry: Entry, page: bool) -> str:
    there = Fetched("https://a.example.org/1", 200, PAGE.encode(), {"content-type": "text/html"}) if page else None
    return read_entry(entry, there, Context(NOON)).text


def test_a_page_has_the_feed_s_lead() -> None:
    entry = Entry("1", "https://a.example.org/1", TITLE, summary=f"<p>{LEAD}</p>")
    assert read(entry, page=True) == f"{LEAD}\n{TEXT}"
    assert read(entry, page=False) == LEAD


def test_a_feed_s_content_has_its_summary() -> None:
    content = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
    entry = Entry("1", "https://a.example.org/1", TITLE, summary=LEAD, content=content)
    assert read(entry, page=False) == f"{LEAD}\n{TEXT}"
    assert read(Entry("1", None, TITLE, summary=TEXT.partition("\n")[0], content=content), page=False) == TEXT


def test_an_image_s_description_stands_below() -> None:
    entry = Entry("1", None, TITLE, summary=TEXT, content="Two soldiers on a raft with a flag")
    assert read(entry, page=False) == f"{TEXT}\nTwo soldiers on a raft with a flag"
