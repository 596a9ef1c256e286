"""What a poll makes of publishers that drop entries, lie, move and ask for rest: real poller and store, fake clock."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.core.trust import DISTRUST, MOVES, UNCONDITIONAL_EVERY, conditional
from monitor.model import (
    Failed,
    Feed,
    Fetched,
    FetchOutcome,
    ItemFilter,
    LimitsPolicy,
    PollPolicy,
    Request,
)
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON
from tests.newsroom import Publisher, Story, a_poller, stories
from tests.pipeline.desk import URL, Desk

MINUTE = timedelta(minutes=1)
DAY = 24 * HOUR
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


async def test_a_window_that_rolled_over_is_a_gap_until_the_next_that_follows_on(desk: Desk) -> None:
    desk.publisher(window=10)
    await desk.poll()
    await desk.poll(5 * HOUR)
    assert not desk.state.gap
    await desk.poll(20 * HOUR)
    assert desk.state.gap
    assert desk.state.interval == desk.config.poll.min
    assert (desk.state.learnt.gaps, desk.state.learnt.gap_from) == (1, NOON + 5 * HOUR)
    await desk.poll(MINUTE)
    assert desk.state.gap, "an unchanged document says nothing"
    await desk.poll(HOUR)
    assert not desk.state.gap
    assert desk.state.learnt.gaps == 1


async def test_after_a_gap_a_feed_that_stands_still_is_not_polled_ever_so_often(desk: Desk) -> None:
    publisher = desk.publisher(window=10, channel="<ttl>60</ttl>")
    publisher.stories = [story for story in publisher.stories if story.at <= NOON + 25 * HOUR]
    await desk.poll()
    await desk.poll(5 * HOUR)
    await desk.poll(20 * HOUR)
    assert desk.state.gap
    before = len(desk.room.asked)
    await desk.run(NOON + 30 * HOUR)
    assert desk.state.gap, "an unchanged document says nothing"
    assert len(desk.room.asked) - before <= 6


async def test_a_feed_without_dates_is_learnt_to_roll_fast(desk: Desk) -> None:
    """Every day twenty-four entries within an hour, of which it shows twenty."""
    publisher = desk.publisher(dated=False)
    days = [NOON + timedelta(days=day) + number * 2.5 * MINUTE for day in range(1, 6) for number in range(24)]
    publisher.stories = stories(NOON - 30 * HOUR, HOUR, 30) + [Story(30 + n, at) for n, at in enumerate(days)]
    await desk.run(NOON + timedelta(days=3))
    learnt = desk.clock.now()
    await desk.run(NOON + timedelta(days=6))
    assert desk.missed(publisher, learnt) == []


@pytest.mark.parametrize("how", [{"dated": False}, {"ahead": 9 * HOUR}], ids=["undated", "all dated in the future"])
async def test_a_feed_without_dates_loses_nothing_in_an_outage_shorter_than_its_entries_stand(
    desk: Desk, how: dict[str, Any]
) -> None:
    """A few new ones at each poll told nothing of how fast it rolls, and the wait grew to two hours."""
    publisher = desk.publisher(every=3 * MINUTE, window=60, **how)
    publisher.outages = [(NOON + 12 * HOUR, NOON + 14 * HOUR, 0)]
    publisher.stories = stories(NOON - 3 * HOUR, 3 * MINUTE, 400)
    await desk.run(NOON + 16 * HOUR)
    await desk.poll()
    assert desk.missed(publisher, NOON) == []


async def test_a_site_that_answers_two_times_in_five_is_asked_often_enough_to_lose_nothing(desk: Desk) -> None:
    """Six tries while sixty entries stood lost every twentieth of them."""
    publisher = desk.publisher(every=5 * MINUTE, window=60)
    publisher.stories, chance = stories(NOON - 5 * HOUR, 5 * MINUTE, 700), random.Random(7)
    times = [NOON + HOUR + minute * MINUTE for minute in range(48 * 60) if chance.random() < 0.6]
    publisher.outages = [(at, at + MINUTE, 503) for at in times]
    await desk.run(NOON + 50 * HOUR)
    await desk.poll()
    assert desk.missed(publisher, NOON) == []


async def test_an_outage_of_the_first_night_is_not_waited_for_as_if_the_morning_were_as_calm(desk: Desk) -> None:
    """The first documents were all that was known: sixty entries of twelve hours, of which the day has sixty in three."""
    publisher = desk.publisher(window=60)
    night, morning = stories(NOON - 13 * HOUR, 12 * MINUTE, 90), stories(NOON + 5 * HOUR, 3 * MINUTE, 160, 90)
    publisher.stories = [*night, *morning]
    publisher.outages = [(NOON + 2 * HOUR, NOON + 7 * HOUR, 500)]
    await desk.run(NOON + 12 * HOUR)
    await desk.poll()
    assert desk.missed(publisher, NOON) == []


@pytest.mark.parametrize(
    ("window", "wish", "kept"),
    [(60, 1440, False), (60, 290, True), (10, 1440, True)],
    ids=["half would be gone by then", "less would", "too few to tell"],
)
async def test_a_first_document_is_held_against_a_wish_by_which_it_would_be_another(
    desk: Desk, window: int, wish: int, kept: bool
) -> None:
    """Sixty entries of ten hours whose publisher asks for a day (`ttl`, or a cache's `max-age`) lost that day's."""
    desk.publisher(every=10 * MINUTE, window=window, channel=f"<ttl>{wish}</ttl>")
    desk.clock.move(5 * HOUR)
    await desk.poll()
    at = desk.state.next_poll_at
    assert at is not None
    wait = at - desk.clock.now()
    assert wait >= wish * MINUTE if kept else HOUR <= wait <= 2 * HOUR


async def test_a_feed_whose_news_of_the_day_comes_in_one_hour_is_looked_at_then_from_the_second_day_on(
    desk: Desk,
) -> None:
    """It was from the fourth; before, the first of a day was seen up to two hours later."""
    publisher = desk.publisher()
    three = NOON + 15 * HOUR
    times = [three + day * 24 * HOUR + n * timedelta(minutes=5) for day in range(-3, 6) for n in range(8)]
    publisher.stories = [Story(number, at) for number, at in enumerate(times)]
    await desk.run(three + 6 * 24 * HOUR - HOUR)
    seen = {item.title: item.first_seen_at for item in desk.store.items(ItemFilter())}
    late = [seen[publisher.title(story)] - story.at for story in publisher.stories[4 * 8 :: 8]]
    assert max(late) <= timedelta(minutes=15), late


async def test_a_league_that_plays_on_saturdays_is_not_left_alone_for_hours_on_any_day(desk: Desk) -> None:
    """Its fifteen entries are last week's; one came since, and on Saturday one comes every eight minutes."""
    last = [NOON - 6 * DAY + n * 8 * MINUTE for n in range(15)]
    saturday = [NOON + 43 * HOUR + n * 8 * MINUTE for n in range(25)]
    publisher = desk.publisher(window=15)
    publisher.stories = [Story(number, at) for number, at in enumerate([*last, NOON - 3 * DAY, *saturday])]
    await desk.run(NOON + 3 * DAY)
    assert desk.missed(publisher, saturday[0]) == []
    assert desk.state.learnt.gaps == 0
    assert len(desk.room.asked) < 0.7 * (3 * DAY / desk.config.poll.every)


@pytest.mark.parametrize("hours", [40, 43, 46])
async def test_nor_is_it_believed_for_hours_that_nothing_changed_before_it_has_told_of_news(
    desk: Desk, hours: int
) -> None:
    last = [NOON - 6 * DAY + n * 8 * MINUTE for n in range(15)]
    saturday = [NOON + hours * HOUR + n * 8 * MINUTE for n in range(15)]
    publisher = desk.publisher(window=15, validators="stuck")
    publisher.stories = [Story(number, at) for number, at in enumerate([*last, NOON - 3 * DAY, *saturday])]
    await desk.run(NOON + 3 * DAY)
    seen = {item.title: item.first_seen_at for item in desk.store.items(ItemFilter())}
    assert desk.missed(publisher, saturday[0]) == []
    assert min(seen[publisher.title(story)] for story in publisher.stories[16:]) - saturday[0] < 2 * HOUR


async def test_a_feed_that_is_ill_formed_at_every_poll_shows_its_gaps_too(desk: Desk) -> None:
    desk.publisher(window=10, channel="<description>Ships & boats</description>")
    assert (await desk.poll()).error
    await desk.poll(5 * HOUR)
    assert not desk.state.gap
    await desk.poll(20 * HOUR)
    assert desk.state.gap


async def test_a_gap_is_filled_from_wordpress_pages(desk: Desk) -> None:
    publisher = desk.publisher(window=10, pages=True)
    await desk.poll()
    report = await desk.poll(35 * HOUR)
    assert report.new == 35
    assert not desk.state.gap
    assert (desk.state.learnt.gaps, desk.state.learnt.gap_filled) == (1, True)
    assert desk.missed(publisher, NOON) == []
    asked = [request.url.partition("?")[2] for request in desk.room.asked]
    assert asked == ["", "", "paged=2", "paged=3", "paged=4"]


async def test_a_gap_that_was_filled_asks_for_no_haste(desk: Desk) -> None:
    desk.publisher(window=10, pages=True, channel="<ttl>60</ttl>")
    await desk.poll()
    await desk.poll(15 * HOUR)
    assert desk.state.learnt.gap_filled
    assert desk.state.next_poll_at is not None
    assert desk.state.next_poll_at - desk.clock.now() >= HOUR


@pytest.mark.parametrize("pause", [5 * MINUTE, 3 * HOUR], ids=["quiet", "while more comes"])
async def test_filling_a_gap_is_bounded_at_each_poll_and_goes_on_at_the_next(desk: Desk, pause: timedelta) -> None:
    publisher = desk.publisher(window=10, pages=True)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2))
    await desk.poll()
    report = await desk.poll(100 * HOUR)
    assert (report.new, desk.state.gap, len(desk.room.asked)) == (30, True, 4)
    assert desk.state.interval == desk.config.poll.min
    for _ in range(5):
        before = len(desk.room.asked)
        news = desk.state.last_new_at
        report = await desk.poll(pause)
        assert len(desk.room.asked) - before <= 3
        assert desk.state.gap is (desk.state.learnt.older is not None)
        if pause < HOUR and report.new:
            assert desk.state.last_new_at == news, "what an older page brings is no news"
    assert (desk.state.gap, desk.state.learnt.gaps, desk.state.learnt.gap_filled) == (False, 1, True)
    assert desk.missed(publisher, NOON) == []
    before = len(desk.room.asked)
    await desk.poll(MINUTE)
    assert len(desk.room.asked) == before + 1


@pytest.mark.parametrize(("pages", "missing"), [(True, 0), (False, 15)])
async def test_a_feed_at_wordpress_usual_address_is_asked_for_its_pages(desk: Desk, pages: bool, missing: int) -> None:
    url = "https://harbour.example.org/feed/"
    publisher = Publisher(url, stories(NOON - 30 * HOUR, HOUR, 400), window=10, pages=pages, generator="")
    desk.room.add(publisher)
    desk.config = replace(desk.config, feeds=(Feed("harbour", url),))
    await desk.poll()
    await desk.poll(25 * HOUR)
    assert len(desk.missed(publisher, NOON)) == missing
    assert desk.state.gap is bool(missing)
    assert len(desk.room.asked) < 10


async def test_what_an_older_page_has_beyond_a_polls_bound_waits_and_is_not_lost(desk: Desk) -> None:
    publisher = desk.publisher(window=10, pages=True)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2), limits=LimitsPolicy(entries=15))
    await desk.poll()
    await desk.poll(100 * HOUR)
    for _ in range(12):
        await desk.poll(5 * MINUTE)
    assert desk.missed(publisher, NOON) == []
    assert (desk.state.gap, desk.state.learnt.gap_filled) == (False, True)


async def test_a_site_that_has_nothing_older_is_seldom_asked_for_it(desk: Desk) -> None:
    desk.publisher(window=10)
    await desk.poll()
    for _ in range(24):
        await desk.poll(12 * HOUR)
    assert desk.state.learnt.gaps == 24
    polls = [request for request in desk.room.asked if request.url == URL]
    assert len(polls) == 25
    assert len(desk.room.asked) - len(polls) == 3 * (
        3 + 1
    )  # robots.txt and two usual places; at the thirteenth gap again


async def test_an_archive_without_dates_is_read_for_one_poll(desk: Desk) -> None:
    desk.publisher(window=10, pages=True, dated=False)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2))
    await desk.poll()
    await desk.poll(100 * HOUR)
    assert (desk.state.gap, desk.state.learnt.older) == (True, None)


async def test_an_archive_on_another_site_is_not_asked_for(desk: Desk) -> None:
    publisher = desk.publisher(window=10)
    await desk.poll()
    publisher.channel = (
        '<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="https://elsewhere.example.net/older"/>'
    )
    await desk.poll(25 * HOUR)
    assert desk.state.gap
    assert not any("elsewhere" in request.url for request in desk.room.asked)


async def test_a_push_while_a_gap_is_filled_asks_for_nothing(desk: Desk) -> None:
    publisher = desk.publisher(window=10, pages=True)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2))
    await desk.poll()
    await desk.poll(100 * HOUR)
    older, asked = desk.state.learnt.older, len(desk.room.asked)
    desk.clock.move(2 * HOUR)
    body = publisher.render(publisher.shown(desk.clock.now())[:2], NOON)
    poller = a_poller(desk.store, desk.room, desk.clock)
    report = await poller.push(desk.config.feeds[0], Rules.of(desk.config), Fetched(URL, 200, body, {}))
    assert (report.new, len(desk.room.asked), desk.state.learnt.older) == (2, asked, older)


async def test_a_sitemap_is_taken_by_the_publishers_own_dates(desk: Desk) -> None:
    """They lie years before the polls; and the feed's address looks as if it had pages."""
    url, site = "https://harbour.example.org/feed/", "https://harbour.example.org"
    desk.config = replace(desk.config, feeds=(Feed("harbour", url),))
    publisher = Publisher(url, stories(NOON - 9000 * HOUR, HOUR, 40), window=10)

    async def poll(newest: int) -> None:
        shown = publisher.stories[newest - 10 : newest]
        desk.room.other[url] = Fetched(url, 200, publisher.render(shown[::-1], NOON), {"content-type": "text/xml"})
        await desk.poll(HOUR)

    await poll(10)
    where = f"{site}/news-sitemap.xml"
    desk.room.other[where] = Fetched(where, 200, _news_sitemap(publisher, publisher.stories))
    await poll(40)
    assert (desk.state.gap, desk.state.learnt.gap_filled) == (False, True)
    assert len(desk.titles()) == 40


async def test_filling_a_gap_can_be_turned_off(desk: Desk) -> None:
    desk.publisher(window=10, pages=True)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2))
    await desk.poll()
    await desk.poll(100 * HOUR)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=0))
    await desk.poll(100 * HOUR)
    assert (desk.state.gap, len(desk.room.asked)) == (True, 5)


async def test_a_second_gap_while_the_first_is_filled_leaves_no_hole(desk: Desk) -> None:
    publisher = desk.publisher(window=10, pages=True)
    desk.config = replace(desk.config, poll=PollPolicy(backfill=2))
    await desk.poll()
    await desk.poll(60 * HOUR)
    await desk.poll(15 * HOUR)
    assert (desk.state.gap, desk.state.learnt.gap_from) == (True, NOON)
    for _ in range(5):
        await desk.poll(5 * MINUTE)
    assert not desk.state.gap
    assert desk.missed(publisher, NOON) == []


@pytest.mark.parametrize(("status", "filled"), [(503, True), (429, True), (404, False), (410, False)])
async def test_an_older_page_that_fails_for_now_is_asked_for_again(desk: Desk, status: int, filled: bool) -> None:
    publisher = desk.publisher(window=10, pages=True)
    await desk.poll()
    desk.clock.move(35 * HOUR)
    page = f"{URL}?paged=3"
    desk.room.other[page] = Failed(page, "status", f"{status}", status)
    assert (await desk.poll()).new == 20
    assert desk.state.gap
    del desk.room.other[page]
    await desk.poll(5 * MINUTE)
    assert desk.state.gap is not filled
    assert (desk.missed(publisher, NOON) == []) is filled


async def test_an_older_page_that_fails_for_a_day_is_asked_for_no_more(desk: Desk) -> None:
    desk.publisher(window=10, pages=True)
    await desk.poll()
    desk.clock.move(35 * HOUR)
    page = f"{URL}?paged=3"
    desk.room.other[page] = Failed(page, "timeout", "no answer")
    for _ in range(7):
        await desk.poll(5 * HOUR)
    before = len(desk.room.asked)
    await desk.poll(5 * HOUR)
    assert len(desk.room.asked) == before + 1
    assert not desk.state.gap, "told of no longer than one that nobody could fill"
    assert not desk.state.learnt.gap_filled


class DatedAnew(Publisher):
    """Each answer dates its entries by the time it was made."""

    def answer(self, request: Request, now: datetime) -> FetchOutcome:
        self.ahead += timedelta(seconds=1)
        return super().answer(request, now)


@pytest.mark.parametrize("kind", [Publisher, DatedAnew])
async def test_a_publisher_who_shows_the_newest_for_every_page_is_asked_for_one(
    desk: Desk, kind: type[Publisher]
) -> None:
    generator = "<generator>https://wordpress.org/?v=6.5</generator>"
    desk.room.add(kind(URL, stories(NOON - 30 * HOUR, HOUR, 400), window=10, channel=generator))
    await desk.poll()
    await desk.poll(35 * HOUR)
    await desk.poll(5 * MINUTE)
    assert [request.url for request in desk.room.asked if "paged" in request.url] == [f"{URL}?paged=2"]


async def test_an_archive_is_read_no_further_back_than_the_gap(desk: Desk) -> None:
    """What was known stands in it no more: the publisher has deleted it."""
    publisher = desk.publisher(window=10, pages=True)
    await desk.poll()
    desk.clock.move(35 * HOUR)
    publisher.stories = [story for story in publisher.stories if not NOON - 12 * HOUR < story.at <= NOON]
    older = stories(NOON - 4000 * HOUR, HOUR, 3980, first=10_000)
    publisher.stories = [*older, *publisher.stories]
    for _ in range(3):
        await desk.poll(5 * MINUTE)
    assert len(desk.room.asked) == 1 + 11 + 1 + 1
    assert (desk.state.learnt.gaps, desk.state.learnt.gap_filled) == (1, False), "none that was known was reached"
    assert desk.missed(publisher, NOON) == []


async def test_a_gap_is_filled_from_an_archive_of_rfc_5005(desk: Desk) -> None:
    publisher = desk.publisher(window=10)
    await desk.poll()
    desk.clock.move(25 * HOUR)
    publisher.channel = '<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="/older.xml"/>'
    older = publisher.render(publisher.shown(desk.clock.now(), 2) + publisher.shown(desk.clock.now(), 3), NOON)
    desk.room.other["https://harbour.example.org/older.xml"] = Fetched(
        "https://harbour.example.org/older.xml", 200, older, {"content-type": "text/xml"}
    )
    assert (await desk.poll()).new == 25
    assert not desk.state.gap


@pytest.mark.parametrize(("sections", "new", "named"), [(1, 25, "map"), (4, 10, "map"), (1, 25, "")])
async def test_a_gap_is_filled_from_the_news_sitemap_of_a_feed_that_is_the_whole_site(
    desk: Desk, sections: int, new: int, named: str
) -> None:
    publisher = desk.publisher(window=10)
    await desk.poll()
    desk.clock.move(25 * HOUR)
    site = "https://harbour.example.org"
    ours = [story for story in publisher.stories if NOON - HOUR <= story.at <= desk.clock.now()]
    links = {story.number: link for story in ours for link in [_link(publisher, story.number)]}
    news = [
        (
            links[story.number] + "?utm_medium=map" if section == 0 else f"{site}/s{section}/{story.number}",
            f"{publisher.title(story)} {section}",
            story.at,
        )
        for story in ours
        for section in range(sections)
    ]
    if sections == 1:  # another section's newest is not taken for what the feed showed before
        news += [(f"{site}/culture/{number}", f"Culture {number}", desk.clock.now()) for number in range(3)]
    pages = f"<urlset {_SITEMAP}><url><loc>https://x.example/</loc></url></urlset>"
    where = f"{site}/{named or 'news-sitemap'}.xml"
    desk.room.other[where] = Fetched(where, 200, _urlset(news))
    if named:
        robots = f"User-agent: *\nSitemap: {site}/pages.xml\nSitemap: {where}\n"
        desk.room.other[f"{site}/pages.xml"] = Fetched(f"{site}/pages.xml", 200, pages.encode())
        desk.room.other[f"{site}/robots.txt"] = Fetched(f"{site}/robots.txt", 200, robots.encode())
    assert (await desk.poll()).new == new
    assert desk.state.gap is (sections > 1)


@pytest.mark.parametrize("child", [False, True])
async def test_a_sitemap_that_fails_for_now_is_asked_again(desk: Desk, child: bool) -> None:
    """It, or one that it names; meanwhile the feed goes on."""
    publisher = desk.publisher(window=10)
    await desk.poll()
    site = "https://harbour.example.org"
    where = f"{site}/news-sitemap.xml"
    part = f"{site}/news-1.xml" if child else where
    if child:
        index = f"<sitemapindex {_SITEMAP}><sitemap><loc>{part}</loc></sitemap></sitemapindex>"
        desk.room.other[where] = Fetched(where, 200, index.encode())
    desk.room.other[part] = Failed(part, "status", "503 Service Unavailable", 503)
    await desk.poll(25 * HOUR)
    for _ in range(3):
        await desk.poll(HOUR)
        assert desk.state.gap
    ours = [story for story in publisher.stories if NOON - HOUR <= story.at <= desk.clock.now()]
    desk.room.other[part] = Fetched(part, 200, _news_sitemap(publisher, ours))
    await desk.poll(HOUR)
    assert desk.missed(publisher, NOON) == []
    assert (desk.state.gap, desk.state.learnt.gap_filled, desk.state.learnt.older) == (False, True, None)


@pytest.mark.parametrize(("failing", "at_once"), [(0, range(11, 25)), (1, range(10, 11))])
async def test_what_one_sitemap_of_an_index_has_is_taken_and_the_other_asked_again(
    desk: Desk, failing: int, at_once: range
) -> None:
    """Without the newest nothing can be said of the others."""
    publisher = desk.publisher(window=10)
    await desk.poll()
    site = "https://harbour.example.org"
    parts = [f"{site}/news-1.xml", f"{site}/news-2.xml"]
    named = "".join(f"<sitemap><loc>{part}</loc></sitemap>" for part in parts)
    where = f"{site}/news-sitemap.xml"
    desk.room.other[where] = Fetched(where, 200, f"<sitemapindex {_SITEMAP}>{named}</sitemapindex>".encode())
    desk.clock.move(25 * HOUR)
    ours = [story for story in publisher.stories if NOON - HOUR <= story.at <= desk.clock.now()]
    for part, stories_of in zip(parts, (ours[:14], ours[14:]), strict=True):
        desk.room.other[part] = Fetched(part, 200, _news_sitemap(publisher, stories_of))
    healed = dict(desk.room.other)
    desk.room.other[parts[failing]] = Failed(parts[failing], "timeout", "timed out after 20 s")
    assert (await desk.poll()).new in at_once
    assert desk.state.gap
    desk.room.other = healed
    await desk.poll(HOUR)
    assert desk.missed(publisher, NOON) == []
    assert not desk.state.gap


async def test_a_sitemap_that_fails_at_every_gap_is_not_asked_at_every_one(desk: Desk) -> None:
    desk.publisher(window=10)
    await desk.poll()
    where = "https://harbour.example.org/news-sitemap.xml"
    desk.room.other[where] = Failed(where, "timeout", "timed out after 20 s")
    for _ in range(25):
        await desk.poll(14 * HOUR)
    assert desk.state.learnt.gaps == 25
    assert [request.url for request in desk.room.asked].count(where) == 3 + 2


async def test_an_archive_that_fails_is_asked_ever_less_and_hastens_no_poll(desk: Desk) -> None:
    desk.publisher(window=30)
    await desk.run(NOON + 12 * HOUR)
    where = "https://harbour.example.org/news-sitemap.xml"
    desk.room.other[where] = Failed(where, "status", "500 Internal Server Error", 500)
    desk.clock.move(40 * HOUR)
    before = len(desk.room.asked)
    await desk.run(desk.clock.now() + 20 * HOUR)
    asked = [request.url for request in desk.room.asked[before:]]
    assert desk.state.gap
    assert 6 <= asked.count(where) <= 10
    assert asked.count(URL) < 110, "five minutes apart they were 240"


async def test_a_sitemap_that_never_comes_back_is_asked_for_a_day(desk: Desk) -> None:
    desk.publisher(window=10)
    await desk.poll()
    where = "https://harbour.example.org/news-sitemap.xml"
    desk.room.other[where] = Failed(where, "timeout", "timed out after 20 s")
    for _ in range(27):
        await desk.poll(25 * HOUR if desk.state.polls == 1 else HOUR)
    assert desk.state.learnt.older is None
    asked = len(desk.room.asked)
    await desk.poll(HOUR)
    assert len(desk.room.asked) == asked + 1


def _link(publisher: Publisher, number: int) -> str:
    found = publisher.render([story for story in publisher.stories if story.number == number], NOON).decode()
    return found.partition("<link>")[2].partition("</link>")[0]


def _urlset(news: Iterable[tuple[str, str, datetime]]) -> bytes:
    """A news sitemap of addresses, titles and dates."""
    urls = "".join(
        f"<url><loc>{link}</loc><n:news><n:title>{title}</n:title>"
        f"<n:publication_date>{at.isoformat()}</n:publication_date></n:news></url>"
        for link, title, at in news
    )
    return f'<urlset {_SITEMAP} xmlns:n="{_NEWS}">{urls}</urlset>'.encode()


def _news_sitemap(publisher: Publisher, shown: Iterable[Story]) -> bytes:
    return _urlset((_link(publisher, story.number), publisher.title(story), story.at) for story in shown)


async def test_a_pinned_entry_hides_no_gap(desk: Desk) -> None:
    desk.publisher(window=10, pinned=1)
    await desk.poll()
    await desk.poll(5 * HOUR)
    assert not desk.state.gap
    await desk.poll(40 * HOUR)
    assert desk.state.gap


@pytest.mark.parametrize("validators", ["stuck", "same"])
async def test_validators_that_lied_are_left_out_from_then_on(desk: Desk, validators: str) -> None:
    publisher = desk.publisher(every=12 * HOUR, validators=validators)
    for _ in range(UNCONDITIONAL_EVERY + 1):
        await desk.poll(2 * HOUR)
    assert desk.state.learnt.lied_at is not None
    since = len(desk.room.asked)
    for _ in range(6):
        await desk.poll(2 * HOUR)
    assert {request.etag for request in desk.room.asked[since:]} == {None}
    assert desk.missed(publisher, NOON) == []
    later = desk.clock.now() + DISTRUST
    fresh = replace(desk.state, learnt=replace(desk.state.learnt, whole_at=later - MINUTE))
    assert conditional(fresh, later), "after a month they are tried again"


@pytest.mark.parametrize("validators", ["stuck", "same"])
@pytest.mark.parametrize(
    ("before", "dawn", "every"),
    [(HOUR, 6 * HOUR, 15 * MINUTE), (2.5 * HOUR, 6 * HOUR, 10 * MINUTE)],
    ids=["a day", "a weekend"],
)
async def test_validators_that_lie_from_the_first_day_on_lose_nothing(
    desk: Desk, validators: str, before: timedelta, dawn: timedelta, every: timedelta
) -> None:
    """A paper whose document spans a day or two when it is first read, in the night, and rolls over in a morning."""
    publisher = desk.publisher(validators=validators)
    night = stories(NOON - 36 * before, before, 36)
    publisher.stories = night + [Story(36 + n, NOON + dawn + n * every) for n in range(60)]
    await desk.run(NOON + 24 * HOUR)
    assert desk.missed(publisher, NOON) == []


async def test_honest_validators_are_not_suspected(desk: Desk) -> None:
    desk.publisher()
    for _ in range(3 * UNCONDITIONAL_EVERY):
        await desk.poll(HOUR)
    assert desk.state.learnt.lied_at is None
    assert sum(not request.etag for request in desk.room.asked) == 4


async def test_a_move_is_learnt_after_three_permanent_redirects_and_forgotten_when_it_fails(desk: Desk) -> None:
    new = "https://harbour.example.org/new.xml"
    publisher = desk.publisher(moves=[(NOON, new)])
    for _ in range(MOVES):
        assert (await desk.poll(HOUR)).status in ("ok", "unchanged")
    assert [request.url for request in desk.room.asked] == [URL] * MOVES
    await desk.poll(HOUR)
    assert desk.room.asked[-1].url == new
    assert (desk.state.learnt.moved_to, desk.state.url) == (new, URL)
    publisher.outages = [(desk.clock.now(), desk.clock.now() + HOUR, 404)]
    await desk.poll()
    publisher.outages = []
    await desk.poll(HOUR)
    assert desk.room.asked[-1].url == URL


async def test_a_temporary_answer_in_between_starts_the_count_anew_and_http_is_never_learnt(desk: Desk) -> None:
    publisher = desk.publisher(moves=[(NOON, "https://harbour.example.org/new.xml")])
    await desk.poll(HOUR)
    await desk.poll(HOUR)
    publisher.moves = []
    await desk.poll(HOUR)
    assert desk.state.learnt.moved_times == 0
    publisher.moves = [(NOON, "http://harbour.example.org/new.xml")]
    for _ in range(5):
        await desk.poll(HOUR)
    assert {request.url for request in desk.room.asked} == {URL}


async def test_a_feed_whose_turn_at_its_site_is_not_yet_has_not_failed_and_comes_to_the_second(desk: Desk) -> None:
    desk.publisher()
    turn = timedelta(minutes=7)
    desk.room.other[URL] = Failed(URL, "turn", "example.org refuses more requests than it is asked", retry_after=turn)
    report = await desk.poll()
    state = desk.state
    assert (report.status, state.failures, state.last_error) == ("skipped", 0, None)
    assert state.next_poll_at == desk.clock.now() + turn
    del desk.room.other[URL]
    assert (await desk.poll(turn)).status == "ok"


async def test_a_site_that_asked_for_rest_is_left_alone_whole_and_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    other = Feed("coast", "https://coast.example.org/feed.xml")
    desk.config = replace(desk.config, feeds=(*desk.config.feeds, other))
    desk.publisher(busy=[(NOON, NOON + HOUR, 7200)])
    assert (await desk.poll()).status == "failed"
    report = await desk.poll(MINUTE, other)
    state = desk.store.feed_state("coast")
    assert (report.status, state.failures, len(desk.room.asked)) == ("skipped", 0, 1)
    assert state.next_poll_at is not None
    assert state.next_poll_at >= NOON + 2 * HOUR
    desk.store.close()
    desk.store = SqliteStore(tmp_path / "m.db")
    assert desk.store.holds(desk.clock.now()) == {"example.org": NOON + 2 * HOUR}
    assert desk.store.holds(NOON + 2 * HOUR) == {}
    assert desk.store.claim_due(NOON + HOUR, 10, HOUR) == []


async def test_a_publishers_wishes_are_kept_until_its_document_is_seen_to_roll(desk: Desk) -> None:
    desk.publisher(every=2 * MINUTE, window=10, channel="<ttl>60</ttl>")
    desk.clock.move(HOUR)
    await desk.poll()
    first = desk.state
    assert first.next_poll_at is not None
    assert first.next_poll_at >= desk.clock.now() + HOUR
    await desk.poll(8 * MINUTE)  # for another reason
    rolled = desk.state
    assert rolled.next_poll_at is not None
    assert rolled.next_poll_at < desk.clock.now() + 20 * MINUTE


async def test_a_publishers_ttl_is_kept_while_the_feed_stands_still(desk: Desk) -> None:
    desk.publisher(every=24 * HOUR, channel="<ttl>120</ttl>")
    await desk.poll()
    await desk.poll(MINUTE)
    state = desk.state
    assert state.next_poll_at is not None
    assert state.next_poll_at - desk.clock.now() >= 2 * HOUR
