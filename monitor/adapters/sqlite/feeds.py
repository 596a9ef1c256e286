"""The schedule: which feeds exist, what is known of each, which are due."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from monitor.adapters.sqlite.learnt import learnt_json, learnt_of
from monitor.adapters.sqlite.library import Database
from monitor.adapters.sqlite.rows import from_ms, maybe_ms, maybe_time, to_ms
from monitor.core.rereading import MISSED
from monitor.core.urls import kept_url
from monitor.model import Feed, FeedNumbers, FeedState, LastPoll, Learnt

_VOID = (
    "etag = NULL, last_modified = NULL, body_hash = NULL, first_polled_at = NULL, failures = 0, last_error = NULL,"
    " gap = 0, frozen_since = NULL, learnt = '{}'"
)
_NAMES = tuple(field.name for field in fields(FeedState))
_STATE = ", ".join(_NAMES)
_TIMES = tuple(
    map(
        _NAMES.index,
        ("next_poll_at", "last_poll_at", "last_success_at", "last_new_at", "first_polled_at", "frozen_since"),
    )
)
_NEXT, _INTERVAL, _GAP, _LEARNT, _LANGUAGES = map(
    _NAMES.index, ("next_poll_at", "interval", "gap", "learnt", "languages")
)
_SAVED = _NAMES[1:_LANGUAGES]
"""What a poll may change, which is all but the first and the last: languages are counted by the items as they are stored."""
_VALUES = attrgetter(*_NAMES)
_SAVE = f"UPDATE feeds SET {', '.join(f'{name} = ?' for name in _SAVED)}, lease_until = NULL WHERE id = ?"  # noqa: S608
_ADD = f"INSERT INTO feeds ({', '.join(_SAVED)}, id) VALUES ({', '.join('?' * len(_SAVED))}, ?)"  # noqa: S608
_LANGUAGES_KEPT = 1_000
_MS = timedelta(milliseconds=1)


def sync(db: Database, feeds: Sequence[Feed], now: datetime) -> int:
    """Make the schedule hold exactly these feeds; a feed whose URL changed begins anew, and is due now. Returns how many
    begin."""
    moment = to_ms(now)
    db.conn.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY, url TEXT NOT NULL)")
    db.conn.execute("DELETE FROM wanted")
    db.conn.executemany(
        "INSERT INTO wanted VALUES (?, ?)", ((feed.id, kept_url(feed.url, secret=feed.secret)) for feed in feeds)
    )
    db.conn.execute("DELETE FROM feed_memories WHERE feed NOT IN (SELECT id FROM wanted)")
    db.conn.execute("UPDATE feeds SET active = 0 WHERE active AND id NOT IN (SELECT id FROM wanted)")
    moved = db.conn.execute(
        f"UPDATE feeds SET {_VOID}, next_poll_at = ?, url = (SELECT url FROM wanted WHERE wanted.id = feeds.id)"  # noqa: S608
        " WHERE id IN (SELECT wanted.id FROM wanted WHERE wanted.id = feeds.id AND wanted.url != feeds.url)",
        (moment,),
    )
    db.conn.execute("UPDATE feeds SET active = 1 WHERE NOT active AND id IN (SELECT id FROM wanted)")
    new = db.conn.execute(
        "INSERT INTO feeds (id, url, next_poll_at) SELECT id, url, ? FROM wanted WHERE id NOT IN (SELECT id FROM feeds)",
        (moment,),
    )
    return moved.rowcount + new.rowcount


def claim_due(db: Database, now: datetime, limit: int, lease: timedelta) -> list[FeedState]:
    """Lease the feeds longest overdue."""
    moment = to_ms(now)
    rows = db.conn.execute(
        "UPDATE feeds SET lease_until = ? WHERE id IN (SELECT id FROM feeds WHERE active AND next_poll_at <= ?"  # noqa: S608
        f" AND (lease_until IS NULL OR lease_until <= ?) ORDER BY next_poll_at LIMIT ?) RETURNING {_STATE}",
        (to_ms(now + lease), moment, moment, limit),
    ).fetchall()
    return [_state(row) for row in sorted(rows, key=itemgetter(_NEXT))]


def state(db: Database, feed_id: str) -> FeedState:
    """What is known of a feed; a blank state for one never polled."""
    row = db.conn.execute(f"SELECT {_STATE} FROM feeds WHERE id = ?", (feed_id,)).fetchone()  # noqa: S608
    return _state(row) if row else FeedState(id=feed_id)


def states(db: Database, feed_ids: Collection[str] | None = None) -> list[FeedState]:
    """Of these feeds, or of all that are configured."""
    if feed_ids is None:
        rows = db.query(f"SELECT {_STATE} FROM feeds WHERE active ORDER BY id")  # noqa: S608
    else:
        sql = f"SELECT {_STATE} FROM feeds WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
        rows = db.query(sql, (json.dumps(list(feed_ids)),))
    return [_state(row.values()) for row in rows]


def last_polls(db: Database) -> dict[str, LastPoll]:
    """See ports.Store.last_polls."""
    rows = db.conn.execute(
        "SELECT id, last_poll_at, last_success_at, failures FROM feeds WHERE active AND last_poll_at IS NOT NULL"
    )
    return {feed: LastPoll(from_ms(at), maybe_time(success), failures) for feed, at, success, failures in rows}


def numbers(db: Database, now: datetime, late: datetime) -> FeedNumbers:
    """Those due since before `late` are late."""
    count, failing, frozen, gap, due, overdue, due_since, succeeded = db.conn.execute(
        "SELECT count(*), count(*) FILTER (WHERE failures > 0), count(frozen_since), count(*) FILTER (WHERE gap),"
        " count(*) FILTER (WHERE next_poll_at <= ?), count(*) FILTER (WHERE next_poll_at < ?), min(next_poll_at),"
        " max(last_success_at) FROM feeds WHERE active",
        (to_ms(now), to_ms(late)),
    ).fetchone()
    return FeedNumbers(count, failing, frozen, gap, due, overdue, maybe_time(due_since), maybe_time(succeeded))


def told_of(db: Database, gaps_since: datetime) -> list[FeedState]:
    """Those of which there is something to tell."""
    # What was learnt is parsed for those alone that ever had a gap, or missed a page.
    sql = (
        f"SELECT {_STATE} FROM feeds WHERE active AND (failures > 0 OR last_error IS NOT NULL OR frozen_since IS NOT NULL"  # noqa: S608
        " OR gap OR (instr(learnt, '\"gap_at\"') AND learnt ->> 'gap_at' >= ?)"
        " OR (instr(learnt, '\"pages_missed\"') AND learnt ->> 'pages_missed' >= ?)) ORDER BY id"
    )
    return [_state(row.values()) for row in db.query(sql, (to_ms(gaps_since), MISSED))]


def troubled(db: Database) -> tuple[int, list[FeedState]]:
    """How many feeds there are, and those that fail or stand still. Of 50,000 all fail when the network is gone, and are looked
    at again and again: no more of them is read than tells of it."""
    count = db.conn.execute("SELECT count(*) FROM feeds WHERE active").fetchone()[0]
    rows = db.conn.execute(
        "SELECT id, url, last_error, failures, last_poll_at, frozen_since, learnt ->> 'failing_since' FROM feeds"
        " WHERE (failures > 0 OR frozen_since IS NOT NULL) AND active ORDER BY id"
    )
    return count, [
        FeedState(
            feed,
            url,
            last_error=error,
            failures=failures,
            last_poll_at=maybe_time(polled),
            frozen_since=maybe_time(frozen),
            learnt=Learnt(failing_since=maybe_time(since)),
        )
        for feed, url, error, failures, polled, frozen, since in rows
    ]


def page_had(db: sqlite3.Connection, feed_id: str) -> None:
    """See ports.Store.page_had."""
    db.execute(
        "UPDATE feeds SET learnt = json_remove(learnt, '$.pages_missed', '$.pages_error')"
        " WHERE id = ? AND instr(learnt, '\"pages_missed\"')",
        (feed_id,),
    )


def save(db: Database, state: FeedState) -> None:
    """Write a poll's outcome and end its lease."""
    values = _values(state)
    if db.conn.execute(_SAVE, values).rowcount == 0:
        db.conn.execute(_ADD, values)


def release(db: Database, feed_ids: Sequence[str]) -> None:
    """Give leases back: a daemon that stops polls nothing more."""
    db.conn.executemany("UPDATE feeds SET lease_until = NULL WHERE id = ?", [(feed_id,) for feed_id in feed_ids])


def hasten(db: Database, due: Mapping[str, datetime]) -> None:
    """See ports.Store.hasten."""
    db.conn.executemany(
        "UPDATE feeds SET next_poll_at = :at WHERE id = :id AND failures > 0 AND next_poll_at > :at",
        [{"id": feed, "at": to_ms(at)} for feed, at in due.items()],
    )


def hold(db: Database, site: str, until: datetime) -> None:
    """A site asked to be left alone; the latest wish counts."""
    db.conn.execute(
        "INSERT INTO holds VALUES (?, ?) ON CONFLICT (site) DO UPDATE SET until = max(until, excluded.until)",
        (site, to_ms(until)),
    )


def move_back(db: Database, by: timedelta, now: datetime) -> None:
    """See ports.Store.move_back. Nothing of a feed happened later than now."""
    back, moment = by // _MS, to_ms(now)
    happened = ", ".join(f"{name} = min({name}, :now)" for name in ("last_poll_at", "last_success_at", "last_new_at"))
    db.conn.execute(
        f"UPDATE feeds SET next_poll_at = next_poll_at - :back, lease_until = lease_until - :back, {happened}",  # noqa: S608
        {"back": back, "now": moment},
    )
    db.conn.execute("UPDATE holds SET until = until - ?", (back,))
    db.conn.execute("UPDATE pages_owed SET next_at = next_at - ?", (back,))


def holds(db: Database, now: datetime) -> dict[str, datetime]:
    """The wishes that still hold; the others are forgotten."""
    db.conn.execute("DELETE FROM holds WHERE until <= ?", (to_ms(now),))
    return {site: from_ms(until) for site, until in db.conn.execute("SELECT site, until FROM holds")}


def count_languages(db: Database, feed_id: str, languages: Mapping[str, int]) -> None:
    """Remember how many items of this feed were in which language: the feed's past is a prior for its next items."""
    for (counts,) in db.conn.execute("SELECT languages FROM feeds WHERE id = ?", (feed_id,)).fetchall():
        known = json.loads(counts)
        for language, count in languages.items():
            known[language] = known.get(language, 0) + count
        db.conn.execute("UPDATE feeds SET languages = ? WHERE id = ?", (json.dumps(known), feed_id))


def _state(row: Iterable[Any]) -> FeedState:
    """A feed's state, of the columns that it has."""
    values = list(row)
    for place in _TIMES:
        values[place] = maybe_time(values[place])
    interval = values[_INTERVAL]
    values[_INTERVAL] = None if interval is None else timedelta(milliseconds=interval)
    values[_GAP] = bool(values[_GAP])
    values[_LEARNT] = learnt_of(values[_LEARNT])
    values[_LANGUAGES] = _languages(values[_LANGUAGES]).copy()
    return FeedState(*values)


def _values(state: FeedState) -> list[Any]:
    """What `_SAVE` takes: the columns that a poll may change, and the feed's id."""
    values = list(_VALUES(state))
    for place in _TIMES:
        values[place] = maybe_ms(values[place])
    interval = values[_INTERVAL]
    values[_INTERVAL] = None if interval is None else interval // _MS
    values[_GAP] = int(values[_GAP])
    values[_LEARNT] = learnt_json(state.learnt)
    return [*values[1:_LANGUAGES], state.id]


@lru_cache(_LANGUAGES_KEPT)
def _languages(text: str) -> dict[str, int]:
    """Counts as they are stored: of most feeds one language, and of many the same."""
    known: dict[str, int] = json.loads(text)
    return known
