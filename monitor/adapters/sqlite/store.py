"""`SqliteStore`: the Store port over one file. The tables' work is done in this package's other modules.

One connection, serialised by a lock: SQLite has one writer anyway, and a unit of work that reads before it writes must
begin IMMEDIATE (a deferred BEGIN fails at once when another process writes meanwhile, whatever the busy timeout).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from monitor.adapters.sqlite import (
    alerts,
    connection,
    feeds,
    items,
    memories,
    numbers,
    outages,
    pages,
    quarantine,
    upkeep,
    websub,
)
from monitor.adapters.sqlite.copies import SqliteCopyIndex
from monitor.adapters.sqlite.library import Database
from monitor.adapters.sqlite.recent import RecentPostings
from monitor.adapters.sqlite.rows import from_ms, to_ms
from monitor.adapters.sqlite.schema import migrations
from monitor.adapters.sqlite.transaction import SqliteTransaction
from monitor.errors import AlreadyRunning, StoreError
from monitor.model import (
    Alert,
    AlertState,
    CopyEvidence,
    Feed,
    FeedNumbers,
    FeedState,
    Item,
    ItemFilter,
    LastPoll,
    Latency,
    Outage,
    OwedPage,
    Sighting,
    Subscription,
)
from monitor.ports import Transaction

START_SECONDS = 0.1
"""Between two looks at whether a daemon that starts has made the tables."""


class SqliteStore:
    """Implements ports.Store. `daemon=True` holds the store for one daemon."""

    def __init__(self, path: Path, *, daemon: bool = False) -> None:
        self.path = path
        self._held: IO[str] | None = None
        self._together = False
        upkeep.refuse_network(path)
        self._checkpoints: IO[str] | None = None
        self._db = connection.connect(path)
        self._file = connection.identity(path)
        self._reading = connection.Alone(self._db, path)
        self._recent = RecentPostings()
        try:
            self._held = connection.lock_daemon(path) if daemon else None
            if daemon:
                self.checkpoint()
            self._prepare(daemon)
        except BaseException:
            self.close()
            raise

    def _prepare(self, daemon: bool) -> None:
        """Refuse what cannot be used, bring the tables up to date, with a backup first."""
        with self._reading as db:
            upkeep.refuse_newer(db.conn, self.path)
            if daemon:
                upkeep.quick_check(db.conn, self.path)
            needed = upkeep.pending(db.conn)
        if needed and (daemon or self._alone()):
            self._migrate(needed[0])

    def _alone(self) -> bool:
        """Whether no daemon runs; one that has just been started may bring the tables up to date itself. Raises StoreError
        where one runs that works with them as they are."""
        until = time.monotonic() + connection.BUSY_SECONDS
        while True:
            try:
                connection.lock_daemon(self.path).close()
            except AlreadyRunning as error:
                with self._reading as db:
                    if not upkeep.pending(db.conn):
                        return False
                if time.monotonic() > until:
                    raise StoreError(
                        f"{self.path}: is of an older version, and a `monitor run` of that version holds it: restart that"
                    ) from error
                time.sleep(START_SECONDS)
            else:
                return True

    def _migrate(self, first: str) -> None:
        with self._reading as db:
            upkeep.backup_before(db.conn, self.path, first)
        with self._writing():
            migrations.apply(self._db)

    def beside(self) -> SqliteStore:
        """Another connection, for who reads for long in a thread of its own and lets nobody wait. It cannot write."""
        other = copy(self)
        other._held = other._checkpoints = None
        other._db = connection.connect_beside(self.path)
        other._reading = connection.Alone(other._db, self.path)
        other._recent = RecentPostings()
        return other

    def check(self) -> upkeep.Checked:
        """Look at all of it, as `monitor db check` does."""
        with self._reading as db:
            return upkeep.check(db.conn, self.path)

    def backup(self, to: Path) -> None:
        """A whole copy, made while others write."""
        with self._reading as db:
            upkeep.backup(db.conn, to)

    def vacuum(self) -> tuple[int, int]:
        """Bytes before and after. Only for who holds the store alone."""
        with self._reading as db:
            return upkeep.vacuum(db.conn, self.path)

    def refuse_gone(self) -> None:
        """Raise StoreError where the file was removed or another put in its place: what is written now is lost, or mixed
        with the other's, for both would have one log."""
        with suppress(OSError):
            if connection.identity(self.path) == self._file:
                return
            raise StoreError(
                f"{self.path}: was removed or replaced while it was in use, and what was written to it since is not there:"
                " stop `monitor run` before, and start it again now"
            )

    @property
    def writing(self) -> bool:
        """Whether something was written that is not stored yet."""
        return self._db.conn.in_transaction

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Units of work inside are one transaction, and go to the disk as one: all of them or, when anything is raised,
        none. Without a savepoint for each: those copy every page that is touched."""
        with self._reading as db:
            self._together = True
            try:
                yield
                if db.conn.in_transaction:
                    db.conn.execute("COMMIT")
            except BaseException:
                self._undo(db)
                raise
            finally:
                self._together = False

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with self._reading as db:
            if self._together:
                if not db.conn.in_transaction:
                    db.conn.execute("BEGIN IMMEDIATE")
                yield db
                return
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.conn.execute("COMMIT")
            except BaseException:
                self._undo(db)
                raise

    def _undo(self, db: Database) -> None:
        """Roll back what is not stored, unless SQLite has done so itself."""
        self._recent.forget()
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._writing() as db:
            work = SqliteTransaction(db, self._recent)
            yield work
            work.finish()

    def sync_feeds(self, feeds_: Sequence[Feed], now: datetime) -> int:
        with self._writing() as db:
            return feeds.sync(db, feeds_, now)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[FeedState]:
        with self._writing() as db:
            return feeds.claim_due(db, now, limit, lease)

    def release_feeds(self, feed_ids: Sequence[str]) -> None:
        with self._writing() as db:
            feeds.release(db, feed_ids)

    def feed_state(self, feed_id: str) -> FeedState:
        with self._reading as db:
            return feeds.state(db, feed_id)

    def memory(self, feed_id: str) -> bytes:
        with self._reading as db:
            return memories.recall(db.conn, feed_id)

    def feed_states(self, feed_ids: Collection[str] | None = None) -> list[FeedState]:
        with self._reading as db:
            return feeds.states(db, feed_ids)

    def last_polls(self) -> Mapping[str, LastPoll]:
        with self._reading as db:
            return feeds.last_polls(db)

    def known(self, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
        with self._reading as db:
            return items.known(db.conn, keys)

    def troubled_feeds(self) -> tuple[int, Sequence[FeedState]]:
        with self._reading as db:
            return feeds.troubled(db)

    def feed_numbers(self, now: datetime, late: datetime) -> FeedNumbers:
        with self._reading as db:
            return feeds.numbers(db, now, late)

    def feeds_told_of(self, gaps_since: datetime) -> Sequence[FeedState]:
        with self._reading as db:
            return feeds.told_of(db, gaps_since)

    def hasten(self, due: Mapping[str, datetime]) -> None:
        with self._writing() as db:
            feeds.hasten(db, due)

    def hubs(self) -> Mapping[str, tuple[str, str]]:
        with self._reading as db:
            return websub.hubs(db.conn)

    def subscriptions(self, token: str | None = None) -> Sequence[Subscription]:
        with self._reading as db:
            return websub.listed(db.conn, token)

    def save_subscription(self, subscription: Subscription) -> None:
        with self._writing() as db:
            websub.save(db.conn, subscription)

    def drop_subscription(self, feed: str) -> None:
        with self._writing() as db:
            websub.drop(db.conn, feed)

    def latency(self, since: datetime) -> Latency:
        with self._reading as db:
            return numbers.latency(db.conn, since)

    def outages(self, since: datetime | None = None) -> Sequence[Outage]:
        with self._reading as db:
            return outages.listed(db.conn, since)

    def outage_ends(self) -> Mapping[str, datetime]:
        with self._reading as db:
            return outages.group_ends(db.conn)

    def notice(self, notice_id: str) -> Item | None:
        with self._reading as db:
            return outages.notice_item(db.conn, notice_id)

    def forget_outages(self, before: datetime) -> None:
        with self._writing() as db:
            outages.forget(db.conn, before)

    def holds(self, now: datetime) -> Mapping[str, datetime]:
        with self._writing() as db:
            return feeds.holds(db, now)

    def item(self, item_id: str) -> Item | None:
        with self._reading as db:
            return items.one(db.conn, item_id)

    def items(self, wanted: ItemFilter) -> Iterator[Item]:
        with self._reading as db:
            yield from items.listed(db.conn, wanted)

    def story(self, story: str) -> list[Item]:
        with self._reading as db:
            return items.story(db.conn, story)

    def sightings(self, story: str) -> list[Sighting]:
        with self._reading as db:
            return items.sightings(db.conn, story)

    def shown_by(self, feed: str, item_ids: Collection[str], by: datetime) -> bool:
        with self._reading as db:
            return items.shown_by(db.conn, feed, item_ids, by)

    def split(self, item_id: str, followers: Mapping[str, CopyEvidence]) -> None:
        """Undo a merge: a copy becomes the first of a story of its own, with its followers."""
        with self.transaction() as tx:
            tx.split_item(item_id, followers)

    def revisions(self, item_id: str) -> list[tuple[datetime, str, str]]:
        with self._reading as db:
            return items.revisions(db.conn, item_id)

    def drop_texts(self, before: datetime, limit: int) -> int:
        with self._writing() as db:
            return items.drop_texts(db.conn, before, limit)

    def forget_copies(self, before: datetime, limit: int) -> int:
        """Drop what the copy index keeps of items first seen before: the window has passed."""
        with self._writing() as db:
            return SqliteCopyIndex(db.conn, self._recent).forget(before, limit)

    def move_back(self, by: timedelta, now: datetime) -> None:
        with self._writing() as db:
            feeds.move_back(db, by, now)
            alerts.move_back(db.conn, by, now)

    def strikes(self, content: str) -> int:
        with self._reading as db:
            return quarantine.strikes(db.conn, content)

    def strike(self, content: str, feed: str, url: str, error: str, now: datetime) -> int:
        with self._writing() as db:
            return quarantine.strike(db.conn, content, feed, url, error, now)

    def release_quarantined(self, feed_ids: Sequence[str]) -> int:
        with self._writing() as db:
            return quarantine.release(db.conn, feed_ids)

    def forget_strikes(self, before: datetime) -> int:
        with self._writing() as db:
            return quarantine.forget(db.conn, before)

    def claim_alerts(self, now: datetime, limit: int, lease: timedelta) -> list[Alert]:
        with self._writing() as db:
            return alerts.claim(db.conn, now, limit, lease)

    def release_alerts(self) -> None:
        with self._writing() as db:
            alerts.release(db.conn)

    def settle_alert(
        self,
        alert_id: str,
        state: AlertState,
        now: datetime,
        *,
        error: str | None = None,
        next_attempt_at: datetime | None = None,
        attempted: bool = True,
        owed: Sequence[str] | None = None,
    ) -> None:
        with self._writing() as db:
            alerts.settle(
                db.conn,
                alert_id,
                state,
                now,
                error=error,
                next_attempt_at=next_attempt_at,
                attempted=attempted,
                owed=owed,
            )

    def alerts(self, states: Collection[AlertState] = ()) -> list[Alert]:
        with self._reading as db:
            return alerts.listed(db.conn, states)

    def claim_pages(self, now: datetime, limit: int, lease: timedelta) -> list[OwedPage]:
        with self._writing() as db:
            return pages.claim(db.conn, now, limit, lease)

    def hasten_pages(self, now: datetime) -> None:
        with self._writing() as db:
            pages.hasten(db.conn, now)

    def hasten_alerts(self, channels: Collection[str], now: datetime) -> None:
        with self._writing() as db:
            alerts.hasten(db.conn, channels, now)

    def retry_alerts(self, ids: Sequence[str], now: datetime) -> int:
        with self._writing() as db:
            return alerts.retry(db.conn, ids, now)

    def first_alert(self, story: str, channel: str) -> str | None:
        with self._reading as db:
            return alerts.first(db.conn, story, channel)

    def note(self, key: str, value: str, now: datetime) -> None:
        with self._writing() as db:
            db.conn.execute(
                "INSERT INTO notes VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value,"
                " noted_at = excluded.noted_at",
                (key, value, to_ms(now)),
            )

    def notes(self) -> Mapping[str, tuple[str, datetime]]:
        with self._reading as db:
            return {row[0]: (row[1], from_ms(row[2])) for row in db.conn.execute("SELECT * FROM notes")}

    def counts(self) -> Mapping[str, int]:
        with self._reading as db:
            return numbers.counts(db.conn)

    def waiting(self) -> Mapping[str, int]:
        with self._reading as db:
            return numbers.waiting(db.conn)

    def close(self) -> None:
        """Close the file; the daemon's hold on it ends."""
        self._db.close()
        for lock in (self._held, self._checkpoints):
            if lock is not None:
                lock.close()
        self._held = self._checkpoints = None

    def checkpoint(self) -> None:
        """From now on this connection writes the log back to the file, unless another one does: asked for by whoever
        writes much, and again by the daemon, which a command may have come before."""
        with self._reading as db:
            if self._checkpoints is None:
                self._checkpoints = connection.checkpoint(db, self.path)
