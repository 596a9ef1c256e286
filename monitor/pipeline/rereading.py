"""Pages that could not be had when their items were stored: asked for again, and the articles read in full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from monitor.core.plan import Fresh
from monitor.core.rereading import entry_of, wait
from monitor.errors import StoreError
from monitor.model import Feed, Item, OwedPage, Reading
from monitor.pipeline.intake import Intake, Taken
from monitor.pipeline.poll import Poller
from monitor.pipeline.rules import Rules

log = structlog.get_logger()

AT_ONCE = 32
"""Pages in hand; they wait for their sites' turns as all requests do."""
LONGEST_LINE = timedelta(hours=12)
"""A page that has its turn at its site within so long was not asked for in vain; where all wait longer, some are given up."""
LEASE = timedelta(minutes=30)
"""Longer than any page takes; one that a dead process had in hand is due again after it."""


@dataclass(frozen=True, slots=True)
class Rereader:
    """Works with what a poller has. `jitter` draws from 0 to 1."""

    poller: Poller
    jitter: Callable[[], float]

    async def read_due(self, rules: Rules) -> int:
        """Ask for the pages that are due, some at a time; returns how many were asked for. Raises StoreError."""
        poller = self.poller
        due = await poller.write(poller.store.claim_pages, poller.clock.now(), AT_ONCE, LEASE)
        await asyncio.gather(*(self._try(owed, rules) for owed in due))
        return len(due)

    async def _try(self, owed: OwedPage, rules: Rules) -> None:
        """A bug of ours, or a text that kills whoever reads it, costs this page's attempt."""
        try:
            await self._again(owed, rules)
        except StoreError:
            raise
        except Exception:
            log.exception("page_broke", feed=owed.feed, item=owed.item)
            await self.poller.write(self._put_off, owed, timedelta())

    async def _again(self, owed: OwedPage, rules: Rules) -> None:
        feed = rules.feeds.get(owed.feed)
        item = await self.poller.read(self.poller.store.item, owed.item)
        mode = (feed and feed.fetch) or rules.config.article.fetch
        if feed is None or item is None or not item.url or mode == "never":
            await self.poller.write(self._settle, owed.item)
            return
        reading = await self._read(feed, item, rules, owed.attempts + 1)
        taken = await self.poller.write(self._take, owed, feed, reading, rules)
        told = {"problem": reading.problem} if reading.text_from == "feed" else {"alerts": taken.alerts}
        log.info("page_again", feed=feed.id, item=item.id, attempt=owed.attempts + 1, **told)

    async def _read(self, feed: Feed, item: Item, rules: Rules, attempt: int) -> Reading:
        poller = self.poller
        state = await poller.read(poller.store.feed_state, feed.id)
        reader = poller.reader(feed, rules, "always", attempt)
        context = poller.context(feed, rules, state)
        (reading,) = (await reader.read([Fresh(entry_of(item), {})], context)).values()
        return reading

    def _settle(self, item: str) -> None:
        with self.poller.store.transaction() as tx:
            tx.settle_page(item)

    def _take(self, owed: OwedPage, feed: Feed, reading: Reading, rules: Rules) -> Taken:
        """One transaction, on the store's thread."""
        if reading.page_after is not None:
            if reading.page_in_line and reading.page_after < LONGEST_LINE:
                self._owe(owed, reading.page_after)
            else:
                self._put_off(owed, reading.page_after)
            return Taken("seen", owed.item)
        with self.poller.store.transaction() as tx:
            tx.settle_page(owed.item)
            if reading.text_from == "page":
                tx.page_had(feed.id)
            return Intake(tx, rules, self.poller.clock.now(), feed, owed.first_poll).reread(owed.item, reading)

    def _put_off(self, owed: OwedPage, at_least: timedelta) -> None:
        """Until the next attempt, or for good after the last."""
        tried = owed.attempts + 1
        pause = wait(tried + 1, at_least, self.jitter())
        if pause is None:
            self._settle(owed.item)
        else:
            self._owe(replace(owed, attempts=tried), pause)

    def _owe(self, owed: OwedPage, pause: timedelta) -> None:
        with self.poller.store.transaction() as tx:
            tx.owe_page(owed, self.poller.clock.now() + pause)
