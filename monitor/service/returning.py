"""Makes those feeds due at once that may be read again: see `core.connectivity`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog

from monitor.core.connectivity import SITES, Connectivity
from monitor.core.dates import lately
from monitor.model import FeedState, PollReport
from monitor.service.app import Application

log = structlog.get_logger()

LOOK = timedelta(seconds=10)
"""Between two looks for those who fail: of 50,000 it takes a second, if not of the loop's."""
BATCH = 500
"""Feeds that are made due in one go, so that the store's other callers wait for milliseconds."""


class Returning:
    """The daemon's part of it."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._connectivity = Connectivity(app.clock.now())
        self._look_at: datetime | None = None

    async def started(self) -> None:
        """A daemon that starts in a silence waits for its end as the one before did. Raises StoreError."""
        app, now = self._app, self._app.clock.now()
        numbers = await app.write(app.store.feed_numbers, now, now)
        if numbers.last_success_at is not None and numbers.failing >= SITES:
            self._connectivity.resume(numbers.last_success_at, await self._failing())

    def polled(self, report: PollReport, site: str) -> None:
        """A poll of this site's feed has ended."""
        self._connectivity.polled(report, site, self._app.clock.now())

    def wants(self, now: datetime) -> bool:
        """Whether `look` has something to do."""
        if lately(self._look_at, now, LOOK):
            return False
        return self._connectivity.may_ask(now, self._pause) or self._connectivity.may_probe(now)

    async def look(self) -> None:
        """Make those due who may be read again, or the one to be tried next. Raises StoreError."""
        now = self._look_at = self._app.clock.now()
        failing = await self._failing()
        back = self._connectivity.back(now, self._pause)
        if back.since is not None:
            await self._app.outbox.try_again()
            await self._app.write(self._app.store.hasten_pages, now)
        if back:
            again = back.among(failing)
            if again:
                log.info("answers_again", since=back.since, sites=sorted(back.sites)[:5], feeds=len(again))
                await self._hasten(again, now)
        elif self._connectivity.may_probe(now) and (one := self._connectivity.probe(failing, now)):
            await self._hasten([one], now)

    @property
    def _pause(self) -> timedelta:
        return self._app.rules.config.poll.every

    async def _failing(self) -> list[FeedState]:
        _, troubled = await self._app.beside(lambda store: store.troubled_feeds())
        return [state for state in troubled if state.failures]

    async def _hasten(self, states: Sequence[FeedState], now: datetime) -> None:
        """Due now, but for as many a second as requests are in flight: more would only be told of as late."""
        app = self._app
        spread = timedelta(seconds=len(states) / app.rules.config.poll.concurrency)
        due = iter([(state.id, now + spread * app.poller.jitter()) for state in states])
        while batch := dict(islice(due, BATCH)):
            await app.write(app.store.hasten, batch)
