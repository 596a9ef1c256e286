"""`SqliteTransaction`: one unit of work, as the Transaction port has it. The store opens and ends it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from monitor.adapters.sqlite import alerts, feeds, items, memories, outages, pages
from monitor.adapters.sqlite.copies import SqliteCopyIndex
from monitor.adapters.sqlite.library import Database
from monitor.adapters.sqlite.recent import RecentPostings
from monitor.model import (
    OPERATOR,
    Alert,
    AlertDraft,
    AlertState,
    CopyEvidence,
    FeedState,
    Item,
    Notice,
    Outage,
    OwedPage,
    Sighting,
    Spread,
)


class SqliteTransaction:
    """Implements ports.Transaction inside an open BEGIN IMMEDIATE."""

    def __init__(self, db: Database, recent: RecentPostings) -> None:
        self._db = db
        self._recent = recent
        self._languages: defaultdict[str, Counter[str]] = defaultdict(Counter)

    @cached_property
    def copies(self) -> SqliteCopyIndex:
        return SqliteCopyIndex(self._db.conn, self._recent)  # most polls store no item

    def finish(self) -> None:
        """Write what was only counted so far. Before the end of the unit of work, once."""
        if "copies" in vars(self):
            self.copies.finish()
        for feed, counts in self._languages.items():
            feeds.count_languages(self._db, feed, counts)

    def known(self, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
        return items.known(self._db.conn, keys)

    def item(self, item_id: str) -> Item | None:
        return items.exactly(self._db.conn, item_id)

    def story(self, story: str) -> list[Item]:
        return items.story(self._db.conn, story)

    def met(self, story: str, *, besides: str) -> frozenset[str]:
        return items.met(self._db.conn, story, besides)

    def add_item(self, item: Item, keys: Mapping[str, str], words: str | None = None) -> None:
        number = items.add(self._db.conn, item, keys, words)
        self.copies.added(item.id, number, first=item.story == item.id)
        for feed in item.feeds:
            self._languages[feed][item.language] += 1

    def revise_item(self, item: Item, seen_at: datetime | None) -> None:
        items.revise(self._db.conn, item, seen_at)

    def split_item(self, item_id: str, followers: Mapping[str, CopyEvidence]) -> None:
        for moved in items.split(self._db.conn, item_id, followers):
            self.copies.moved(moved)

    def retag_item(self, item: Item) -> None:
        items.retag(self._db.conn, item)

    def add_keys(self, item_id: str, keys: Mapping[str, str]) -> None:
        items.add_keys(self._db.conn, items.number_of(self._db.conn, item_id), keys)

    def add_sighting(self, item_id: str, sighting: Sighting) -> None:
        items.add_sighting(self._db.conn, item_id, sighting)

    def add_alerts(
        self,
        item: Item,
        drafts: Sequence[AlertDraft],
        now: datetime,
        due: Callable[[str], tuple[AlertState, datetime]],
    ) -> int:
        return alerts.add(self._db.conn, item, drafts, now, due)

    def alerts_about(self, story: str) -> list[Alert]:
        return alerts.about(self._db.conn, story)

    def spread(self, story: str) -> Spread:
        return items.spread(self._db.conn, story)

    def owe_page(self, page: OwedPage, at: datetime) -> None:
        pages.owe(self._db.conn, page, at)

    def settle_page(self, item: str) -> None:
        pages.settle(self._db.conn, item)

    def save_feed(self, state: FeedState) -> None:
        feeds.save(self._db, state)

    def page_had(self, feed_id: str) -> None:
        feeds.page_had(self._db.conn, feed_id)

    def keep_memory(self, feed_id: str, memory: bytes | None) -> None:
        memories.keep(self._db.conn, feed_id, memory)

    def hold_site(self, site: str, until: datetime) -> None:
        feeds.hold(self._db, site, until)

    def begin_outage(self, outage: Outage) -> None:
        outages.begin(self._db.conn, outage)

    def end_outage(self, outage_id: str, now: datetime) -> None:
        outages.end(self._db.conn, outage_id, now)

    def tell(
        self,
        notice: Notice,
        channels: Sequence[str],
        now: datetime,
        due: Callable[[str], tuple[AlertState, datetime]],
    ) -> int:
        if not channels:
            return 0
        outages.add_notice(self._db.conn, notice, now)
        drafts = [AlertDraft(OPERATOR, "monitor", (), channel, ()) for channel in channels]
        return alerts.add(self._db.conn, outages.as_item(notice, now), drafts, now, due)
