"""After hours without network, or without a site: the daemon asks again at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.core.urls import site_of
from monitor.model import Config, Failed, Feed, Fetched, FetchOutcome, OwedPage, PollPolicy, Request, WebPolicy
from monitor.service.app import open_application
from monitor.service.daemon import Daemon
from tests.fakes import MORNING, FakeClock, no_changes

MINUTE = timedelta(minutes=1)
FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
ALL = tuple(Feed(name, f"https://{name}.example/feed") for name in "abcde")


class Net:
    """Implements `ports.Fetcher`: every site answers but those that are `down`; what is asked is kept, with when."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.down: Callable[[str], bool] = lambda site: False
        self.asked: list[tuple[datetime, str]] = []

    async def fetch(self, request: Request) -> FetchOutcome:
        self.asked.append((self.clock.now(), request.url))
        if self.down(site_of(request.url)):
            return Failed(request.url, "connect", "no connection")
        return Fetched(request.url, 200, FEED)

    async def allowed(self, url: str) -> bool:
        return True


class Night:
    """A daemon, its network, and a clock that is told."""

    def __init__(self, daemon: Daemon, net: Net, clock: FakeClock) -> None:
        self.daemon, self.net, self.clock = daemon, net, clock

    async def passes(self, time: timedelta, step: timedelta = MINUTE) -> None:
        end = self.clock.now() + time
        while self.clock.now() < end:
            self.clock.move(step)
            await self.tick()

    async def tick(self) -> None:
        daemon = self.daemon
        await daemon.tick()
        tasks = [*daemon._polls.values(), *filter(None, (daemon._hastening, daemon._looking, daemon._delivery))]
        await asyncio.gather(*tasks)

    async def until_read(self, feeds: tuple[Feed, ...]) -> timedelta:
        """How long it takes until each of them has been asked from now on."""
        begun, before = self.clock.now(), len(self.net.asked)
        while {url for _, url in self.net.asked[before:]} < {feed.url for feed in feeds}:
            await self.passes(timedelta(seconds=10), timedelta(seconds=10))
        return self.clock.now() - begun


@asynccontextmanager
async def a_night(where: Path, feeds: tuple[Feed, ...], clock: FakeClock | None = None) -> AsyncIterator[Night]:
    clock = clock or FakeClock()
    config = Config(store=f"sqlite:{where / 'm.db'}", poll=PollPolicy(), feeds=feeds, web=WebPolicy(listen=None))
    async with open_application(config, clock=clock) as app:
        net = Net(clock)
        app.poller = replace(app.poller, fetcher=net)
        await app.write(app.store.sync_feeds, feeds, clock.now())
        daemon = Daemon(app, no_changes)
        await daemon._returning.started()
        yield Night(daemon, net, clock)
        with suppress(asyncio.CancelledError):
            await daemon._finish()


async def test_after_a_night_without_network_all_feeds_are_read_within_minutes(tmp_path: Path) -> None:
    async with a_night(tmp_path, ALL) as night:
        await night.passes(timedelta(hours=1))
        night.net.down = lambda site: True
        before = len(night.net.asked)
        await night.passes(timedelta(hours=10))
        vain = len(night.net.asked) - before
        app, sent = night.daemon._app, []

        async def try_again() -> None:
            sent.append(night.clock.now())

        app.outbox.try_again = try_again  # type: ignore[method-assign]
        with app.store.transaction() as tx:
            tx.owe_page(OwedPage("of-an-item-that-is-gone", "a"), night.clock.now() + timedelta(hours=12))
        night.net.down = lambda site: False
        assert await night.until_read(ALL) < 2 * MINUTE
        await night.passes(MINUTE)
        assert len(sent) == 1, "alerts that failed are sent too"
        assert app.store.counts()["pages_owed"] == 0, "pages that could not be had are asked for"
        assert 250 < vain <= 660, "one a minute, whoever's"
        night.net.asked.clear()
        await night.passes(timedelta(hours=1))
        assert max(Counter(url for _, url in night.net.asked).values()) <= 60 // 7, "as usual"


async def test_so_they_are_by_a_daemon_that_starts_when_the_night_is_over(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_night(tmp_path, ALL, clock) as night:
        await night.passes(timedelta(hours=1))
        night.net.down = lambda site: True
        await night.passes(timedelta(hours=10))
    async with a_night(tmp_path, ALL, clock) as night:
        assert await night.until_read(ALL) < 3 * MINUTE


async def test_the_feeds_of_a_site_that_was_down_are_read_together_again(tmp_path: Path) -> None:
    sections = tuple(Feed(f"s{number}", f"https://s.example/{number}") for number in range(12))
    async with a_night(tmp_path, (*ALL, *sections)) as night:
        await night.passes(timedelta(hours=1))
        night.net.down = lambda site: site == "s.example"
        before = len(night.net.asked)
        await night.passes(timedelta(hours=10))
        vain = Counter(url for _, url in night.net.asked[before:] if "s.example" in url)
        assert max(vain.values()) < 10, "it is spared: forty would be as usual"
        night.net.down = lambda site: False
        night.net.asked.clear()
        while not any("s.example" in url for _, url in night.net.asked):
            await night.passes(timedelta(seconds=10), timedelta(seconds=10))
        assert await night.until_read(sections[1:]) < 2 * MINUTE


async def test_a_dead_feed_is_asked_ever_more_seldom_all_the_same(tmp_path: Path) -> None:
    async with a_night(tmp_path, ALL) as night:
        night.net.down = lambda site: site == "a.example"
        await night.passes(timedelta(hours=24))
        asked = [at - MORNING for at, url in night.net.asked if url == ALL[0].url]
        assert len(asked) < 16
        assert asked[-1] - asked[-2] > timedelta(hours=3)
