"""`Application`: every part wired to the others, for a command or for the daemon.

One thread owns the store: everything that touches it goes through `write`, so the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import operator
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from monitor.adapters import rehearsal
from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Guard
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_apart import ApartFetcher
from monitor.adapters.sqlite import SqliteStore, path_of
from monitor.adapters.workers import ProcessWorkers
from monitor.core.dates import lately
from monitor.core.urls import configured_site, target
from monitor.errors import StoreError, UsageError
from monitor.model import Config, DeliveryOutcome, NetworkPolicy, PollReport
from monitor.model.notes import RETAINED
from monitor.outbox import DeliveryReport, Outbox
from monitor.pipeline.imports import Imported, Importer, documents_in
from monitor.pipeline.poll import Poller
from monitor.pipeline.rereading import Rereader
from monitor.pipeline.rules import Rules
from monitor.ports import Clock, Sender, Store
from monitor.service.ahead import Ahead
from monitor.service.operator import changed, look
from monitor.service.places import by_turns, longest_first
from monitor.service.senders import make_senders
from monitor.service.writing import Writing

T = TypeVar("T")

WORKERS = min(2, os.cpu_count() or 1)
"""Reading is two thirds of the work; more processes than cores only wait for each other."""

RETENTION_EVERY = timedelta(days=1)
RETENTION_BATCH = 100
"""Items a transaction, half of a tenth of a second: whoever else writes waits for one of them."""

REREAD_ROUNDS = 8
"""Of `Rereader.read_due` that one `poll` makes: whoever polls by cron comes again."""

log = structlog.get_logger()


class Application:
    """What the commands and the daemon drive. Made by `open_application`."""

    def __init__(self, config: Config, store: SqliteStore, fetcher: HttpFetcher, clock: Clock) -> None:
        self.rules = Rules.of(config)
        self.store = store
        self.clock = clock
        self.fetcher = fetcher
        self.write = Writing(store, clock)
        self.workers = ProcessWorkers(
            WORKERS,
            deadline=config.limits.reading.total_seconds(),
            memory=config.limits.memory,
            recycle=config.limits.recycle,
        )
        self.poller = Poller(store, self.write, self.write.read, fetcher, self.workers, clock, random.random)
        self.outbox = Outbox(
            store=store,
            senders=self._senders(config),
            policy=config.alerts,
            channels=config.channels,
            clock=clock,
            jitter=random.random,
            write=self.write.urgent,
            reached=rehearsal.reached(),
        )

    def _senders(self, config: Config) -> Mapping[str, Sender]:
        return make_senders(config, Guard(config.network), self.fetcher, self.clock)

    async def configure(self, config: Config) -> None:
        """Take another valid configuration: what runs finishes under the old one, what starts has the new one."""
        rules = await asyncio.to_thread(Rules.of, config)
        # An edit is mostly a watchlist's, and a tick would wait for the store while 50,000 feeds are compared with it.
        if not await asyncio.to_thread(operator.eq, config.feeds, self.rules.config.feeds):
            await self.write(self.store.sync_feeds, config.feeds, self.clock.now())
        before = self.rules.config.network
        self.fetcher.reconfigure(config.poll, config.network, config.article, config.limits)
        if before.sites != config.network.sites:
            again = await asyncio.to_thread(_asked_otherwise, config, before)
            await self.write(self.store.hasten, dict.fromkeys(again, self.clock.now()))
        self.workers.deadline = config.limits.reading.total_seconds()
        self.rules = rules
        self.outbox.configure(self._senders(config), config.alerts, config.channels)

    async def poll(self, feeds: Sequence[str] = ()) -> list[PollReport]:
        """Poll these feeds (or all) once, now; a failed one does not stop the others."""
        rules = self.rules
        for feed in feeds:
            if feed not in rules.feeds:
                raise UsageError(f"no feed {feed!r} is configured")
        if await self.write(self.store.sync_feeds, rules.config.feeds, self.clock.now()):
            self.workers.prepare()  # of feeds known already most have nothing to read
        wanted = list(dict.fromkeys(feeds or rules.feeds))
        most = rules.config.poll.in_hand
        longest = longest_first(wanted, await self.write.read(self.store.last_polls))
        turns = by_turns(longest, lambda feed: configured_site(rules.feeds[feed].url))
        ahead = Ahead(partial(self.write.read, self.store.feed_states), turns, most)
        reports: dict[str, PollReport] = {}

        async def some() -> None:
            while state := await ahead.next():
                reports[state.id] = await self.poller.poll(rules.feeds[state.id], rules, state)

        # A semaphore would look through all who have their place already for each one that it lets in.
        await asyncio.gather(*(some() for _ in range(min(most, len(wanted)))))
        for _ in range(REREAD_ROUNDS):
            if not await self.reread():
                break
        await self.look()
        return [reports[feed] for feed in wanted]

    async def look(self) -> None:
        """See what is in trouble, and write to the operator what has changed. That anything has is seen beside the store's
        work; what, once more with nobody between."""
        now = self.clock.now()
        found = await self.beside(lambda store: changed(store, self.rules, now))
        if found.opened or found.ended:
            await self.write(look, self.store, self.rules, now)

    async def beside(self, ask: Callable[[Store], T]) -> T:
        """What takes long to read, by a connection and in a thread of its own: neither the loop nor who writes waits."""
        return await asyncio.to_thread(_beside, self.store, ask)

    async def reread(self) -> int:
        """Ask for pages again that could not be had; returns how many were due."""
        return await Rereader(self.poller, random.random).read_due(self.rules)

    async def deliver(self) -> DeliveryReport:
        """Deliver what is due."""
        return await self.outbox.deliver_due()

    async def send_test(self, channel: str) -> DeliveryOutcome:
        """`monitor alerts test`."""
        return await self.outbox.send_test(channel)

    async def import_documents(self, paths: Iterable[Path]) -> AsyncIterator[Imported]:
        """Take documents in as known items; yields after each chunk stored."""
        importer = Importer(self.store, self.write, self.workers, self.clock)
        async for chunk in importer.run(documents_in(paths), self.rules):
            yield chunk

    async def retain(self, within: timedelta = RETENTION_EVERY) -> None:
        """Drop texts past `[retention] items`, and what copies are found by past `[dedup] window`; what is left after so
        long comes next time."""
        config, now = self.rules.config, self.clock.now()
        until = self.clock.monotonic() + within.total_seconds()
        texts = await self._drop(self.store.drop_texts, now - config.retention.items, until)
        fingerprints = await self._drop(self.store.forget_copies, now - config.dedup.window, until)
        await self.write(self.store.forget_strikes, now - config.dedup.window)
        await self.write(self.store.forget_outages, now - config.retention.items)
        if self.clock.monotonic() < until:
            await self.write(self.store.note, RETAINED, "", now)
        log.info("retained", texts_dropped=texts, fingerprints_dropped=fingerprints)

    async def _drop(self, drop: Callable[[datetime, int], int], before: datetime, until: float) -> int:
        dropped = 0
        while self.clock.monotonic() < until and (count := await self.write(drop, before, RETENTION_BATCH)):
            dropped += count
        return dropped

    async def retain_if_due(self, within: timedelta = RETENTION_EVERY) -> None:
        """`retain`, unless it was done within a day. A store that fails now is told of, and it comes again."""
        try:
            _, last = (await self.write(self.store.notes)).get(RETAINED, ("", None))
            if not lately(last, self.clock.now(), RETENTION_EVERY):
                await self.retain(within)
        except StoreError as error:
            log.error("store_unavailable", error=str(error))

    def close(self) -> None:
        """Stop workers and thread, close the store."""
        self.workers.close()
        self.write.close()
        self.store.close()


def _asked_otherwise(config: Config, before: NetworkPolicy) -> list[str]:
    """Feeds that are asked with something else than before: those that failed need not wait to try it."""

    asked = ((feed.id, target(feed.url)) for feed in config.feeds)
    return [feed for feed, at in asked if before.site(at) != config.network.site(at)]


def _beside(store: SqliteStore, ask: Callable[[Store], T]) -> T:
    reader = store.beside()
    try:
        return ask(reader)
    finally:
        reader.close()


def system_clock() -> Clock:
    """The machine's clock, or a rehearsal's."""
    return SystemClock(rehearsal.hurried())


def _fetcher(config: Config, clock: Clock, line: socket.socket | None) -> HttpFetcher:
    if line is not None:
        return ApartFetcher(line, config.poll, config.network, config.article, clock, limits=config.limits)
    return HttpFetcher(config.poll, config.network, config.article, clock, limits=config.limits)


@asynccontextmanager
async def open_application(
    config: Config, *, daemon: bool = False, clock: Clock | None = None, line: socket.socket | None = None
) -> AsyncIterator[Application]:
    """Open the store, start what is needed, and put all of it away afterwards. `line`: to the process that fetches."""
    clock = clock or system_clock()
    store = await asyncio.to_thread(partial(SqliteStore, path_of(config.store), daemon=daemon))
    await asyncio.to_thread(store.checkpoint)
    try:
        async with _fetcher(config, clock, line) as fetcher:
            now = clock.now()
            for site, until in (await asyncio.to_thread(store.holds, now)).items():
                fetcher.hold(site, (until - now).total_seconds())
            app = Application(config, store, fetcher, clock)
            try:
                yield app
            finally:
                await app.outbox.aclose()
                await asyncio.to_thread(app.close)
    finally:
        store.close()
