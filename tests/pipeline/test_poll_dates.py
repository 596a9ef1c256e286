"""Feeds whose dates are none of when their entries came: what comes is news all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.dating import EVIDENCE
from monitor.model import Fetched, ItemFilter
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON
from tests.newsroom import Publisher, Story, a_poller, stories
from tests.pipeline.desk import URL, Desk

YEAR = timedelta(days=365)


def late(count: int = 60) -> list[Story]:
    return [
        Story(number, NOON + (number - 30) * HOUR, says=NOON + (number - 30) * HOUR - YEAR) for number in range(count)
    ]


def dated(desk: Desk) -> list[bool]:
    """Whether each item that came after the first poll bears a date, in their order."""
    items = [item for item in desk.store.items(ItemFilter()) if item.first_seen_at > NOON]
    return [item.published_at is not None for item in sorted(items, key=lambda item: item.first_seen_at)]


async def test_late_dates_of_all_that_comes_are_believed_no_more(desk: Desk) -> None:
    desk.room.add(Publisher(URL, late(), window=10))
    await desk.poll()
    for _ in range(EVIDENCE + 2):
        await desk.poll(HOUR)
    assert dated(desk) == [True] * EVIDENCE + [False] * 2


async def test_one_date_for_all_is_believed_no_more_when_it_is_past(desk: Desk) -> None:
    desk.room.add(Publisher(URL, [replace(story, says=NOON - 20 * HOUR) for story in late()], window=10))
    await desk.poll()
    for _ in range(15):
        await desk.poll(HOUR)
    assert dated(desk) == [True] * (5 + EVIDENCE) + [False] * 7


async def test_what_is_days_late_keeps_its_dates(desk: Desk) -> None:
    """Else `max_age` would not hold for a site that shows for nothing what others paid for four days before."""
    desk.room.add(Publisher(URL, [replace(story, says=story.at - 96 * HOUR) for story in late()], window=10))
    await desk.poll()
    for _ in range(10):
        await desk.poll(HOUR)
    assert dated(desk) == [True] * 10


async def test_one_that_is_late_now_and_then_keeps_its_date(desk: Desk) -> None:
    mixed = [story if story.number % 2 else Story(story.number, story.at) for story in late()]
    desk.room.add(Publisher(URL, mixed, window=10))
    await desk.poll()
    for _ in range(10):
        await desk.poll(HOUR)
    assert dated(desk) == [True] * len(dated(desk))


async def test_an_archive_that_a_site_shows_anew_keeps_its_dates(desk: Desk) -> None:
    publisher = desk.room.add(Publisher(URL, late(), window=10))
    await desk.poll()
    for _ in range(EVIDENCE + 1):
        await desk.poll(HOUR)
    before = len(dated(desk))
    moved = stories(NOON - 8 * HOUR, timedelta(minutes=1), 8, first=900)
    publisher.stories = [*late(10), *(Story(one.number, one.at, says=one.at - YEAR) for one in moved)]
    await desk.poll(HOUR)
    assert len(dated(desk)) == before + 10
    assert dated(desk)[before:] == [True] * 10


async def test_what_a_hub_brings_is_judged_likewise(desk: Desk) -> None:
    publisher = desk.room.add(Publisher(URL, late(), window=10))
    await desk.poll()
    for _ in range(EVIDENCE + 2):
        desk.clock.move(HOUR)
        body = publisher.render(publisher.shown(desk.clock.now())[:1], NOON)
        poller = a_poller(desk.store, desk.room, desk.clock)
        await poller.push(desk.config.feeds[0], Rules.of(desk.config), Fetched(URL, 200, body, {}))
    assert dated(desk) == [True] * EVIDENCE + [False] * 2
