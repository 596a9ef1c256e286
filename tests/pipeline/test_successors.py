"""Entries that stand where another stood: a portal that shows one warning at a time, a thread's posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.model import ArticlePolicy
from tests.builders import NOON, a_watchlist
from tests.laws.test_copies_laws import article
from tests.pipeline.test_poll import HOUR, OTHER, Bench
from tests.pipeline.test_poll_urls import HOST, page

PORTAL = f"{HOST}/warnings"


class Warnings(Bench):
    """A feed whose entries all link to one page."""

    def warning(
        self, number: int, title: str = "Harbour warning", *, text: str = "", guid: str = "", hours: int = -1
    ) -> str:
        date = NOON + (number if hours < 0 else hours) * HOUR
        said = text or article(number, 1).text
        return (
            f"<item><title>{title}</title><link>{PORTAL}</link><guid isPermaLink='false'>{guid or number}</guid>"
            f"<pubDate>{format_datetime(date)}</pubDate><description>A ship. {said}</description></item>"
        )

    async def shows(self, *entries: str) -> int:
        """Alerts that this document raised."""
        self.clock.at += timedelta(minutes=10)
        self.serve(*entries)
        return (await self.poll()).alerts


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Warnings]:
    made = Warnings(tmp_path / "m.db")
    made.clock.at = NOON + 12 * HOUR
    made.config = replace(made.config, article=ArticlePolicy(fetch="auto"), watchlists=(a_watchlist(query="ship"),))
    page(
        made, PORTAL, PORTAL, title="Warnings", text="All warnings of the harbour stand on this page, the latest first."
    )
    yield made
    made.store.close()


async def test_without_dates_their_words_tell(bench: Warnings) -> None:
    told = [await bench.shows(re.sub("<pubDate>.*</pubDate>", "", bench.warning(number))) for number in range(3)]
    assert told == [1, 1, 1]


@pytest.mark.parametrize("titles", [("Harbour warning",) * 4, ("Gale", "Ice on the quay", "Fog", "Low water")])
async def test_each_is_an_item_though_one_stands_there_at_a_time(bench: Warnings, titles: tuple[str, ...]) -> None:
    told = [await bench.shows(bench.warning(number, title)) for number, title in enumerate(titles)]
    assert told == [1, 1, 1, 1]
    assert [await bench.shows(bench.warning(3, titles[3])) for _ in range(2)] == [0, 0]
    assert len(bench.items()) == 4


async def test_a_threads_next_post_is_no_edit_of_the_one_before(bench: Warnings) -> None:
    others = [
        f"<item><title>Topic {number}</title><link>{HOST}/t/{number}</link><guid isPermaLink='false'>t{number}</guid>"
        f"<description>{article(number, 1).text}</description></item>"
        for number in range(20, 25)
    ]
    assert await bench.shows(bench.warning(1), *others[1:]) == 1
    assert await bench.shows(bench.warning(2), *others) == 1
    assert len(bench.items()) == 7


@pytest.mark.parametrize("known_by", ["guid", "date", "words"])
async def test_an_edit_is_an_edit(bench: Warnings, known_by: str) -> None:
    """Under its own guid, with the date that it had, or in the words that it had."""
    text = article(1, 3).text
    await bench.shows(bench.warning(1, text=text))
    edited = article(2, 3).text if known_by != "words" else f"{text} A second ship came to help."
    guid, hours = ("1" if known_by == "guid" else "1#2"), (1 if known_by == "date" else 2)
    assert await bench.shows(bench.warning(2, text=edited, guid=guid, hours=hours)) == 0
    (item,) = bench.items()
    assert item.revisions == 1


async def test_a_feed_whose_guids_are_new_at_every_poll_shows_the_same_entries(bench: Warnings) -> None:
    for poll in range(4):
        entries = [
            bench.warning(number, guid=f"{number}-{poll}", hours=poll, text=f"{article(number, 1).text} Poll {poll} of it.")
            .replace(PORTAL, f"{HOST}/{number}")
            for number in range(1, 6)
        ]  # fmt: skip
        await bench.shows(*entries)
    assert len(bench.items()) == 5


@pytest.mark.parametrize("guid", ["", f"<guid>{PORTAL}/</guid>"])
async def test_the_page_that_the_feed_names_as_its_own_is_no_entrys_address(bench: Warnings, guid: str) -> None:
    """Without a guid as well, or with one that is that address."""
    for number in range(1, 4):
        entry = bench.warning(number).replace(f"<guid isPermaLink='false'>{number}</guid>", guid)
        assert await bench.shows(f"<link>{PORTAL}</link>", entry) == 1
    assert len(bench.items()) == 3


async def test_a_comment_is_not_the_article_under_which_it_stands(bench: Warnings) -> None:
    story = f"{HOST}/story"
    page(bench, story, story, title="Story", text=article(9, 6).text)
    bench.serve(bench.warning(9, "Story").replace(PORTAL, story), feed=OTHER)
    await bench.poll(OTHER)
    told = [
        await bench.shows(bench.warning(number).replace(PORTAL, f"{story}#comment-{number}")) for number in range(3)
    ]
    assert told == [1, 1, 1]
    assert len(bench.items()) == 4


def bulletin(number: int, *, guid: str = "latest", hours: int = -1, text: str = "", title: str = "") -> str:
    """At an address of its own, under a guid that others bear."""
    date = format_datetime(NOON + (number if hours < 0 else hours) * HOUR)
    return (
        f"<item><title>{title or article(number, 1).title}</title><link>{HOST}/{number}</link>"
        f"<guid isPermaLink='false'>{guid}</guid><pubDate>{date}</pubDate>"
        f"<description>A ship. {text or article(number, 1).text}</description></item>"
    )


async def test_a_guid_that_is_one_for_all_that_follow_on_each_other_makes_no_edits_of_them(bench: Warnings) -> None:
    assert [await bench.shows(bulletin(number)) for number in range(4)] == [1, 1, 1, 1]
    assert await bench.shows(bulletin(3, text=f"{article(3, 1).text} It was towed.")) == 0
    assert (len(bench.items()), bench.items()[0].revisions) == (4, 1)


async def test_an_article_that_moves_when_it_is_edited_is_itself(bench: Warnings) -> None:
    """Another headline and teaser, a later date and an address of its own under the guid that it had: its page tells."""
    page(bench, f"{HOST}/1", f"{HOST}/1", title="One", text=article(7, 8).text)
    page(bench, f"{HOST}/2", f"{HOST}/2", title="Two", text=f"{article(7, 8).text}\n{article(8, 1).text}")
    await bench.shows(bulletin(1, text=article(1, 1).text))
    assert await bench.shows(bulletin(2, text=article(2, 1).text)) == 0
    (item,) = bench.items()
    assert item.revisions == 1
    assert await bench.shows(bulletin(2, text=article(3, 1).text)) == 0


async def test_an_entry_in_the_same_words_or_of_the_same_date_is_the_one_before(bench: Warnings) -> None:
    await bench.shows(bulletin(1))
    await bench.shows(bulletin(2, hours=1))
    await bench.shows(bulletin(3, title=article(2, 1).title, text=article(2, 1).text))
    assert len(bench.items()) == 1
