"""Somebody sets the machine's clock: nothing waits for longer because of it, and nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest

from monitor.adapters.clock import SystemClock
from monitor.adapters.sqlite import SqliteStore
from monitor.model import AlertDraft, Config, Feed
from monitor.service.app import open_application
from monitor.service.daemon import Daemon
from monitor.service.wallclock import WallClock
from tests.builders import HOUR, NOON, an_item
from tests.fakes import no_changes, write

MINUTE = timedelta(minutes=1)
FEEDS = (Feed("a", "https://a.example/feed"), Feed("b", "https://b.example/feed"))


class Clocks:
    """The wall's clock, which can be set, and the other one, which cannot."""

    def __init__(self) -> None:
        self.wall, self.elapsed = NOON, 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.elapsed

    def passes(self, time: timedelta) -> None:
        self.wall += time
        self.elapsed += time.total_seconds()


class Room:
    def __init__(self, path: Path) -> None:
        self.store, self.clock = SqliteStore(path), Clocks()
        self.store.sync_feeds(FEEDS, NOON)
        self.watch = WallClock(self.clock, self.store, write)

    def claimed(self) -> list[str]:
        return [state.id for state in self.store.claim_due(self.clock.now(), 10, 30 * MINUTE)]

    def polled(self, feed: str, every: timedelta) -> None:
        """A poll ends now."""
        state = self.store.feed_state(feed)
        now = self.clock.now()
        with self.store.transaction() as tx:
            times = dict.fromkeys(("last_poll_at", "last_success_at", "last_new_at"), now)
            tx.save_feed(replace(state, **times, next_poll_at=now + every))

    def alert(self, state: Any, at: datetime) -> None:
        item = an_item(f"item-{at}")
        with self.store.transaction() as tx:
            tx.add_item(item, {item.id: ""})
            tx.add_alerts(item, [AlertDraft("ships", "Ships", (), "ops", ())], self.clock.now(), lambda _: (state, at))

    def due(self) -> int:
        return len(self.store.claim_alerts(self.clock.now(), 10, MINUTE))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "m.db")
    yield made
    made.store.close()


@pytest.mark.parametrize("back", [HOUR, timedelta(days=30)])
async def test_no_feed_waits_for_the_time_the_clock_went_back(room: Room, back: timedelta) -> None:
    assert sorted(room.claimed()) == ["a", "b"]
    room.polled("a", 15 * MINUTE)  # b's lease goes on
    room.clock.wall -= back
    assert await room.watch.look()
    assert room.claimed() == []
    room.clock.passes(16 * MINUTE)
    assert not await room.watch.look()
    assert room.claimed() == ["a"]
    room.clock.passes(15 * MINUTE)
    assert room.claimed() == ["b"]
    assert room.store.feed_state("a").last_success_at <= room.clock.now()  # type: ignore[operator]


async def test_a_clock_that_was_a_month_ahead_for_a_day_starves_nobody(room: Room) -> None:
    month = timedelta(days=30)
    room.claimed()
    room.polled("a", HOUR)
    room.polled("b", HOUR)
    room.clock.wall += month
    assert not await room.watch.look()
    assert sorted(room.claimed()) == ["a", "b"]
    room.polled("a", HOUR)
    room.polled("b", 2 * HOUR)
    room.clock.wall -= month
    assert await room.watch.look()
    room.clock.passes(HOUR)
    assert room.claimed() == ["a"]
    room.polled("a", 2 * HOUR)
    room.clock.passes(HOUR)
    assert room.claimed() == ["b"]


async def test_alerts_go_out_as_if_nothing_had_been(room: Room) -> None:
    room.alert("pending", room.clock.now() + 30 * MINUTE)
    room.alert("held", room.clock.now() + 5 * HOUR)
    room.clock.wall -= timedelta(days=30)
    assert await room.watch.look()
    assert room.due() == 0
    room.clock.passes(30 * MINUTE)
    assert room.due() == 1
    room.clock.passes(timedelta(days=1, hours=1))
    assert room.due() == 2  # the held one, and the other one's lease is over
    room.clock.passes(MINUTE / 2)
    assert room.due() == 0


async def test_small_corrections_and_time_that_was_slept_move_nothing(room: Room) -> None:
    room.claimed()
    room.polled("a", 15 * MINUTE)
    before = room.store.feed_state("a").next_poll_at
    for step in (timedelta(seconds=-4), timedelta(hours=8), timedelta(seconds=1)):
        room.clock.wall += step
        assert not await room.watch.look()
    assert room.store.feed_state("a").next_poll_at == before


async def test_a_clock_set_back_while_the_daemon_was_down_is_seen_at_its_start(room: Room) -> None:
    room.claimed()
    room.polled("a", 15 * MINUTE)
    last_seen = room.clock.now()
    room.clock.wall -= timedelta(days=2)
    await room.watch.started(last_seen)
    room.clock.passes(15 * MINUTE)
    assert room.claimed() == ["a"]
    await room.watch.started(room.clock.now() - HOUR)
    await room.watch.started(None)
    assert room.claimed() == []


async def test_the_daemons_tick_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offset = timedelta()

    class Wall(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return SystemClock().now().astimezone(tz or UTC) + offset

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Wall)
    monkeypatch.setattr(apscheduler.triggers.interval, "datetime", Wall)

    class Set:
        def now(self) -> datetime:
            return Wall.now(UTC)

        def monotonic(self) -> float:
            return SystemClock().monotonic()

    ticks = 0
    async with open_application(Config(store=f"sqlite:{tmp_path / 'm.db'}"), clock=Set()) as app:
        daemon = Daemon(app, no_changes)
        real, moved = daemon.tick, asyncio.Event()

        async def tick() -> None:
            nonlocal ticks
            ticks += 1
            await real()
            if ticks == 1:
                moved.set()
            if ticks == 3:
                daemon._stopping.set()

        monkeypatch.setattr(daemon, "tick", tick)
        running = asyncio.create_task(daemon.run())
        await moved.wait()
        offset = -HOUR
        async with asyncio.timeout(30):
            await running
    assert ticks >= 3
