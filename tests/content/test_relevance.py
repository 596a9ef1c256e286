"""Pages that do not speak of the article that their feed announced."""

from __future__ import annotations

import pytest

from monitor.content.articles import Context, read_entry
from monitor.model import Entry, Fetched, Reading
from tests.builders import NOON

TITLE = "Tugs raise the sunken barge"
SAID = "Divers passed four cables under the barge on Monday, and two tugs from the naval yard lifted it."
APP = "See what your friends share, follow the channels that you love, and open everything at once in our application. "
ARTICLE = (
    "Two tugs lifted the wreck on Monday, after divers had worked on it for nine days in murky water off the pier. "
)
UKRAINIAN = "Два буксири підняли баржу з дна після дев'яти днів роботи водолазів у каламутній воді біля причалу. "
ELSEWHERE = "https://a.example.org/app"


def read(text: str, *, said: str = SAID, title: str = TITLE, head: str = "App") -> Reading:
    page = Fetched(
        ELSEWHERE,
        200,
        f"<html><head><title>{head}</title></head><body><article><p>{text}</p></article></body></html>".encode(),
        {},
    )
    return read_entry(Entry("1", "https://a.example.org/1", title, summary=said), page, Context(NOON))


def test_a_brief_article_in_another_language_has_a_title() -> None:
    assert read(UKRAINIAN * 3, head="Зі дна гавані підняли затонулу баржу").text_from == "page"
    assert read(UKRAINIAN * 3, head="Гавань").text_from == "feed"
    assert read(APP * 2, head="See what your friends share").text_from == "feed", (
        "in the same language a title says nothing"
    )


def test_scripts_without_spaces_are_compared_by_their_pairs() -> None:
    said = "北朝鮮の兵士がクルスクで確認されたとNATOが発表"
    assert read(APP * 2, said=said, title="北朝鮮兵士").text_from == "feed"
    assert (
        read(
            f"NATOは月曜日、{said}した。兵士は数千人に上るという。{'続報は後ほど。' * 3}", said=said, title="北朝鮮兵士"
        ).text_from
        == "page"
    )


def test_a_page_that_has_nothing_of_it_is_not_the_article() -> None:
    reading = read(APP * 2)
    assert (reading.text, reading.text_from) == (SAID, "feed")
    assert reading.problem == "the page has nothing of what the feed says"
    assert reading.canonical_url == "https://a.example.org/1", "nor is its address the article's"


@pytest.mark.parametrize(
    ("text", "said", "title"),
    [
        (ARTICLE * 3, SAID, TITLE),
        (APP * 2, "See more.", "Summer"),
        (APP * 2, "Article: https://summer.example.com/holiday/beaches/islands/families/cheap Points: 70", "Summer"),
        (UKRAINIAN * 10, SAID, TITLE),
    ],
    ids=["in other words", "too little to tell", "addresses tell nothing", "in another language"],
)
def test_a_page_that_may_be_it_is_read(text: str, said: str, title: str) -> None:
    assert read(text, said=said, title=title).text_from == "page"
