"""Pages that could not be had when their items were stored: asked for again, and the articles read in full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from monitor.core.plan import Fresh
from monitor.core.rereading import entry_of, wait
from monitor.model import Feed, Item, OwedPage, Reading
from monitor.pipeline.intake import Intake, Rules, Taken
from monitor.pipeline.poll import Poller
from monitor.pipeline.reading import Reader

log = structlog.get_logger()

AT_ONCE = 32
"""Pages in hand; they wait for their sites' turns as all requests do."""
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
        await asyncio.gather(*(self._again(owed, rules) for owed in due))
        return len(due)

    async def _again(self, owed: OwedPage, rules: Rules) -> None:
        feed = rules.feeds.get(owed.feed)
        item = await self.poller.read(self.poller.store.item, owed.item)
        mode = (feed and feed.fetch) or rules.config.article.fetch
        if feed is None or item is None or not item.url or mode == "never":
            await self.poller.write(self._settle, owed.item)
            return
        reading = await self._read(feed, item, rules)
        taken = await self.poller.write(self._take, owed, feed, reading, rules)
        told = {"problem": reading.problem} if reading.text_from == "feed" else {"alerts": taken.alerts}
        log.info("page_again", feed=feed.id, item=item.id, attempt=owed.attempts + 1, **told)

    async def _read(self, feed: Feed, item: Item, rules: Rules) -> Reading:
        poller = self.poller
        state = await poller.read(poller.store.feed_state, feed.id)
        cage = poller.cage(feed, poller.workers.urgent)
        reader = Reader(poller.fetcher, poller.workers, cage, rules.config.article, "always", poller.hold)
        context = poller.context(feed, rules, state, (feed.language,) if feed.language else ())
        (reading,) = (await reader.read([Fresh(entry_of(item), {})], context)).values()
        return reading

    def _settle(self, item: str) -> None:
        with self.poller.store.transaction() as tx:
            tx.settle_page(item)

    def _take(self, owed: OwedPage, feed: Feed, reading: Reading, rules: Rules) -> Taken:
        """One transaction, on the store's thread."""
        now = self.poller.clock.now()
        tried = owed.attempts + 1
        pause = None if reading.page_after is None else wait(tried + 1, reading.page_after, self.jitter())
        with self.poller.store.transaction() as tx:
            if pause is not None:
                tx.owe_page(OwedPage(owed.item, owed.feed, tried, owed.first_poll), now + pause)
                return Taken("seen", owed.item)
            tx.settle_page(owed.item)
            return Intake(tx, rules, now, feed, owed.first_poll).reread(owed.item, reading)
