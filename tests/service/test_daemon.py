"""The daemon's own part: when polls start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor.errors import ConfigError, StoreError, StoreFull
from monitor.model import Config, Feed, NetworkPolicy, PollPolicy, WebPolicy
from monitor.service.app import Application, open_application
from monitor.service.daemon import Daemon
from tests.fakes import FakeClock, no_changes
from tests.servers import Answer, Site

FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"


def a_config(where: Path, poll: PollPolicy, feeds: tuple[Feed, ...]) -> Config:
    network = NetworkPolicy((ip_network("127.0.0.0/8"),))
    return Config(store=f"sqlite:{where / 'm.db'}", network=network, poll=poll, feeds=feeds, web=WebPolicy(listen=None))


async def test_when_more_is_due_than_there_is_room_for_no_tick_is_waited_for(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    site = new_site()
    site.answer("*", Answer(200, FEED))
    feeds = tuple(Feed(f"f{number}", site.url(f"/{number}")) for number in range(9))
    config = a_config(tmp_path, PollPolicy(concurrency=2, host_delay=timedelta(0)), feeds)
    async with open_application(config) as app:
        daemon = Daemon(app, no_changes)
        await app.write(app.store.sync_feeds, feeds, app.clock.now())
        await daemon.tick()
        async with asyncio.timeout(30):
            while len(site.paths()) < len(feeds):
                await asyncio.sleep(0.01)
        await daemon._finish()
    assert sorted(site.paths()) == sorted(f"/{number}" for number in range(9))
    assert site.most_in_flight <= 2


async def test_feeds_of_one_site_wait_for_one_another_and_the_others_for_none_of_them(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    big, others = new_site(), [new_site(f"127.0.0.{number}") for number in (2, 3, 4)]
    for site in (big, *others):
        site.answer("*", Answer(200, FEED))
    feeds = (
        *(Feed(f"big{number}", big.url(f"/{number}")) for number in range(40)),
        *(Feed(f"other{number}", site.url("/")) for number, site in enumerate(others)),
    )
    config = a_config(tmp_path, PollPolicy(concurrency=8, host_delay=timedelta(hours=1)), feeds)
    async with open_application(config) as app:
        daemon = Daemon(app, no_changes)
        await app.write(app.store.sync_feeds, feeds, app.clock.now())
        async with asyncio.timeout(30):
            while any(
                app.store.feed_state(feed).last_success_at is None for feed in ("big0", "other0", "other1", "other2")
            ):
                await daemon.tick()
                await asyncio.sleep(0.01)
        assert [site.paths() for site in others] == [["/"]] * 3
        assert big.paths() == ["/0"]
        daemon._stopping.set()
        for task in daemon._polls.values():
            task.cancel()
        await daemon._finish()


async def test_who_stood_aside_is_polled_when_those_before_have_been(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    site = new_site()
    site.answer("*", Answer(200, FEED))
    feeds = tuple(Feed(f"f{number:02}", site.url(f"/{number}")) for number in range(60))
    config = a_config(tmp_path, PollPolicy(concurrency=8, host_delay=timedelta(0)), feeds)
    async with open_application(config) as app:
        daemon = Daemon(app, no_changes)
        await app.write(app.store.sync_feeds, feeds, app.clock.now())
        await daemon.tick()
        most = 0
        async with asyncio.timeout(30):
            while daemon._polls:
                most = max(most, len(daemon._polls))
                await asyncio.sleep(0.001)
        assert most == 8
        await daemon._finish()
    assert sorted(site.paths()) == sorted(f"/{number}" for number in range(60))


async def test_who_stands_aside_when_it_ends_is_due_at_the_next_start(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    site = new_site()
    site.answer("*", Answer(200, FEED))
    feeds = tuple(Feed(f"f{number:02}", site.url(f"/{number}")) for number in range(20))
    config = a_config(tmp_path, PollPolicy(host_delay=timedelta(0)), feeds)
    async with open_application(config) as app:
        daemon = Daemon(app, no_changes)
        await app.write(app.store.sync_feeds, feeds, app.clock.now())
        daemon._stopping.set()
        await daemon.tick()
        await asyncio.gather(*daemon._polls.values())
        await daemon._finish()
        assert len(site.paths()) == 8
        due = app.store.claim_due(app.clock.now(), 100, timedelta(minutes=1))
        assert len(due) == 12


class FullDisk:
    """Before an application's store, for its polls alone."""

    def __init__(self, app: Application) -> None:
        self.full = True
        self._app = app
        app.poller = replace(app.poller, write=self)

    async def __call__(self, function: Any, *args: object) -> Any:
        if self.full:
            raise StoreFull("the disk is full")
        return await self._app.write(function, *args)


async def test_a_poll_that_could_not_be_stored_comes_again_soon_and_politely(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    site, clock = new_site(), FakeClock()
    site.answer("/f", Answer(200, FEED))
    feed = Feed("f", site.url("/f"), every=timedelta(hours=1))
    config = a_config(tmp_path, PollPolicy(host_delay=timedelta(0), min=timedelta(minutes=2)), (feed,))
    async with open_application(config, clock=clock) as app:
        daemon, disk = Daemon(app, no_changes), FullDisk(app)
        await app.write(app.store.sync_feeds, config.feeds, clock.now())

        async def asked_after(seconds: float) -> int:
            clock.move(timedelta(seconds=seconds))
            await daemon.tick()
            await asyncio.gather(*daemon._polls.values())
            return len(site.paths())

        assert [await asked_after(seconds) for seconds in (0, 1, 100, 30, 100)] == [1, 1, 1, 2, 2]
        disk.full = False
        assert [await asked_after(seconds) for seconds in (30, 1, 200)] == [3, 3, 3]
        assert app.store.feed_state("f").last_success_at is not None
        await daemon._finish()


async def test_a_bug_in_what_comes_again_costs_that_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_application(a_config(tmp_path, PollPolicy(), ())) as app:
        daemon, looks = Daemon(app, no_changes), asyncio.Queue[None]()

        async def broken(_: object = None) -> bool:
            looks.put_nowait(None)
            raise RuntimeError("of ours")

        monkeypatch.setattr(daemon._wall, "look", broken)
        monkeypatch.setattr("monitor.service.daemon.TICK", 0.0)
        clock = asyncio.create_task(daemon._follow_clock(daemon._scheduler()))
        async with asyncio.timeout(30):
            for _ in range(2):
                await looks.get()
        clock.cancel()
        monkeypatch.setattr(app, "retain", broken)
        await daemon.retain()


async def test_a_daemon_whose_store_was_moved_away_ends_and_says_so(tmp_path: Path) -> None:
    async with open_application(a_config(tmp_path, PollPolicy(), ()), daemon=True) as app, asyncio.timeout(30):
        daemon = asyncio.create_task(Daemon(app, no_changes).run())
        while "daemon.tick" not in app.store.notes():
            await asyncio.sleep(0.05)
        app.store.path.rename(tmp_path / "moved.db")
        with pytest.raises(StoreError, match="removed or replaced"):
            await daemon


async def test_a_watch_that_breaks_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.service.daemon.LOOK", timedelta())
    config = a_config(tmp_path, PollPolicy(), ())
    broken = True

    async def changes() -> AsyncIterator[Config | ConfigError]:
        nonlocal broken
        if broken:
            broken = False
            raise RecursionError("of ours")
        yield replace(config, feeds=(Feed("new", "https://example.org/feed"),))

    async with open_application(config) as app, asyncio.timeout(30):
        await Daemon(app, changes)._watch()
        assert [state.id for state in app.store.feed_states()] == ["new"]


async def test_a_change_that_the_store_cannot_take_is_taken_when_it_can(tmp_path: Path) -> None:
    config = a_config(tmp_path, PollPolicy(), ())
    changed, full = replace(config, feeds=(Feed("new", "https://example.org/feed"),)), True
    watched = asyncio.Event()

    async def changes() -> AsyncIterator[Config | ConfigError]:
        yield changed
        watched.set()

    async with open_application(config) as app:
        real = app.configure

        async def configure(to: Config) -> None:
            nonlocal full
            if full:
                full = False
                raise StoreFull("the disk is full")
            await real(to)

        app.configure = configure  # type: ignore[method-assign]
        daemon = Daemon(app, changes)
        watching = asyncio.create_task(daemon._watch())
        async with asyncio.timeout(30):
            await watched.wait()
        await watching
        assert [state.id for state in app.store.feed_states()] == ["new"]


async def test_a_tick_in_hand_when_it_stops_is_no_failure(tmp_path: Path) -> None:
    ticking = asyncio.Event()

    async def long() -> None:
        ticking.set()
        await asyncio.sleep(60)

    async with open_application(a_config(tmp_path, PollPolicy(), ())) as app:
        daemon = Daemon(app, no_changes)
        daemon._tick = long  # type: ignore[method-assign]
        with capture_logs() as told:
            running = asyncio.create_task(daemon.run())
            async with asyncio.timeout(30):
                await ticking.wait()
                daemon._stopping.set()
                await running
                await asyncio.sleep(0)
    assert [one["event"] for one in told if one["log_level"] in ("error", "warning")] == []
    assert told[-1]["event"] == "stopped"
