"""Publishers that rename their entries: each becomes one item, and the feed's policy is found out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.core.sameness import policy
from monitor.model import IdentityCounts, ItemFilter
from tests.builders import HOUR, NOON
from tests.newsroom import Story, stories
from tests.pipeline.desk import Desk

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("guids", "sessions", "by", "verdicts"),
    [
        ("stable", False, "guid", ("stable", "stable")),
        ("rotate", False, "url", ("rotate", "stable")),
        ("missing", False, "url", ("missing", "stable")),
        ("shared", False, "url", ("shared", "stable")),
        ("stable", True, "guid", ("stable", "rotate")),
        ("rotate", True, "title", ("rotate", "rotate")),
        ("missing", True, "title", ("missing", "rotate")),
        ("shared", True, "title", ("shared", "rotate")),
        ("position", False, "url", ("reused", "stable")),
        ("position", True, "title", ("reused", "rotate")),
    ],
)
async def test_each_entry_is_one_item_however_it_is_renamed(
    desk: Desk, guids: str, sessions: bool, by: str, verdicts: tuple[str, str]
) -> None:
    publisher = desk.publisher(guids=guids, sessions=sessions)
    first = await desk.poll()
    reports = [await desk.poll(3 * HOUR) for _ in range(12)]
    assert (first.new, sum(report.new for report in reports)) == (20, 36)
    assert sum(report.copies + report.revised for report in reports) == 0
    assert desk.missed(publisher, NOON) == []
    found = policy(desk.state.learnt.identity)
    assert (found.by, (found.guids, found.urls)) == (by, verdicts)
    assert not desk.state.gap
    assert desk.state.learnt.gaps == 0


async def test_undated_entries_that_are_renamed_are_known_by_all_that_is_written(desk: Desk) -> None:
    desk.publisher(guids="rotate", sessions=True, dated=False)
    await desk.poll()
    for _ in range(5):
        assert (await desk.poll(HOUR)).new == 1
    assert len(list(desk.store.items(ItemFilter()))) == 25


@pytest.mark.parametrize("guids", ["stable", "rotate"])
async def test_an_entry_edited_every_hour_stays_one_item_with_its_revisions(desk: Desk, guids: str) -> None:
    publisher = desk.publisher(every=100 * HOUR, edited=True, guids=guids)
    await desk.poll()
    revised = sum([(await desk.poll(HOUR)).revised for _ in range(10)])
    assert revised == 10
    newest = publisher.title(publisher.shown(desk.clock.now())[0])
    (item,) = [item for item in desk.store.items(ItemFilter()) if item.title == newest]
    assert item.revisions == 10


async def test_a_publisher_that_mends_its_guids_is_believed_again(desk: Desk) -> None:
    publisher = desk.publisher(guids="rotate")
    for _ in range(4):
        await desk.poll(HOUR)
    assert policy(desk.state.learnt.identity).guids == "rotate"
    publisher.guids = "stable"
    for _ in range(60):
        await desk.poll(HOUR)
    assert policy(desk.state.learnt.identity).guids == "stable"


async def test_guids_by_place_lose_nothing_while_it_is_not_sure_that_they_say_nothing(desk: Desk) -> None:
    """Sorted by headline an entry moves those alone between its place and that of the one that goes: about half."""
    publisher = desk.publisher(every=timedelta(minutes=4), window=60, guids="position")
    shown = publisher.shown
    publisher.shown = lambda now, page=1: sorted(shown(now, page), key=publisher.title)  # type: ignore[method-assign]
    await desk.run(NOON + 20 * HOUR)
    await desk.poll()
    assert desk.missed(publisher, NOON) == []


async def test_guids_by_place_lose_nothing_where_most_of_the_document_is_new_at_once(desk: Desk) -> None:
    """So it is after an hour of rest, or where "unchanged" had been a lie: the guids of thirteen of twenty are known."""
    publisher = desk.publisher(guids="position")
    await desk.poll()
    await desk.poll(13 * HOUR)
    await desk.poll(15 * HOUR)
    assert desk.missed(publisher, NOON) == []


async def test_guids_by_place_make_no_item_say_what_another_says_where_entries_are_dated_anew(desk: Desk) -> None:
    """Such an entry comes to the top under a guid that was another's, and with a date at which nobody knows it."""
    publisher = desk.publisher(window=60, guids="position")
    chance = random.Random(3)
    day, night = stories(NOON - 3 * HOUR, 3 * MINUTE, 220), stories(NOON + 8 * HOUR, 12 * MINUTE, 40, 220)
    publisher.stories = [*day, *night]
    for story in publisher.stories[::3]:
        story.bumped = story.at + chance.uniform(0.5, 6) * HOUR
    await desk.run(NOON + 16 * HOUR)
    for item in desk.store.items(ItemFilter()):
        assert item.url is not None
        assert item.title.endswith(item.url.rpartition("/")[2])


async def test_an_entry_that_stands_in_a_document_twice_is_not_stored_anew_at_each_poll(desk: Desk) -> None:
    """Under two categories, say, with a guid and a link that are others each time: a feed of sixty grew by sixty a poll."""
    publisher = desk.publisher(guids="rotate", sessions=True)
    shown = publisher.shown
    publisher.shown = lambda now, page=1: [story for story in shown(now, page) for _ in range(2)]  # type: ignore[method-assign]
    render = publisher._item
    publisher._item = lambda story, now, salt, index: render(story, now, f"{salt} {index}", index)  # type: ignore[method-assign]
    for _ in range(12):
        await desk.poll(HOUR)
    assert len(list(desk.store.items(ItemFilter(copies=False)))) == 31
    assert len(list(desk.store.items(ItemFilter()))) <= 2 * 31


async def test_a_feed_whose_names_and_dates_are_others_at_every_poll_is_known_by_its_words(desk: Desk) -> None:
    """Each poll stored all of it as copies, saw a gap, and asked for every article's page."""
    publisher = desk.publisher(guids="rotate", sessions=True)
    shown = publisher.shown

    def built(now: datetime, page: int = 1) -> list[Story]:
        return [replace(story, says=now - place * MINUTE) for place, story in enumerate(shown(now, page))]

    publisher.shown = built  # type: ignore[method-assign]
    await desk.poll()
    reports = [await desk.poll(HOUR) for _ in range(12)]
    assert [report.new for report in reports] == [1] * 12
    assert [report.copies for report in reports[2:]] == [0] * 10
    assert (policy(desk.state.learnt.identity).by, desk.state.gap) == ("words", False)
    assert desk.missed(publisher, NOON) == []
    publisher.guids, publisher.sessions = "stable", False
    for _ in range(40):
        await desk.poll(HOUR)
    assert policy(desk.state.learnt.identity).by == "guid"
    assert len(list(desk.store.items(ItemFilter(copies=False)))) == 20 + 52


async def test_an_article_that_a_feed_brings_again_under_another_name_is_its_copy(desk: Desk) -> None:
    publisher = desk.publisher()
    for _ in range(3):
        await desk.poll(HOUR)
    render = publisher._item
    publisher._item = lambda *of: render(*of).replace("/news/", "/again/").replace('false">', 'false">again-')  # type: ignore[method-assign]
    publisher.stories = [replace(story, says=story.at + MINUTE) for story in publisher.stories]
    report = await desk.poll()
    assert (report.new, report.copies) == (0, 20)
    assert policy(desk.state.learnt.identity).by == "guid"


@pytest.mark.parametrize(
    ("counts", "guids"),
    [
        (IdentityCounts(guid_kept=60, guid_moved=20), "reused"),
        (IdentityCounts(guid_kept=60, guid_moved=9), "stable"),
        (IdentityCounts(guid_kept=1, guid_moved=2), "stable"),
    ],
)
def test_a_guid_that_is_often_anothers_says_nothing(counts: IdentityCounts, guids: str) -> None:
    assert policy(counts).guids == guids
