"""The schedule: which feeds exist, what is known of each, which are due."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.adapters.sqlite.learnt import learnt_json, learnt_of
from monitor.adapters.sqlite.library import Database
from monitor.adapters.sqlite.rows import from_ms, maybe_ms, maybe_time, to_ms
from monitor.core.urls import kept_url
from monitor.model import Feed, FeedState

_VOID = (
    "etag = NULL, last_modified = NULL, body_hash = NULL, first_polled_at = NULL, failures = 0, last_error = NULL,"
    " gap = 0, frozen_since = NULL, learnt = '{}'"
)
_TIMES = ("next_poll_at", "last_poll_at", "last_success_at", "last_new_at", "first_polled_at", "frozen_since")
_PLAIN = ("id", "url", "etag", "last_modified", "body_hash", "polls", "failures", "last_error", "title")
_SAVED = (*_PLAIN, *_TIMES, "interval", "gap", "learnt")
_SAVE = f"UPDATE feeds SET {', '.join(f'{name} = :{name}' for name in _SAVED[1:])}, lease_until = NULL WHERE id = :id"  # noqa: S608
_ADD = f"INSERT INTO feeds ({', '.join(_SAVED)}) VALUES (:{', :'.join(_SAVED)})"  # noqa: S608
_MS = timedelta(milliseconds=1)


def sync(db: Database, feeds: Sequence[Feed], now: datetime) -> int:
    """Make the schedule hold exactly these feeds; a feed whose URL changed begins anew, and is due now. Returns how many
    begin."""
    moment = to_ms(now)
    db.conn.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY, url TEXT NOT NULL)")
    db.conn.execute("DELETE FROM wanted")
    db.conn.executemany("INSERT INTO wanted VALUES (?, ?)", [(feed.id, kept_url(feed.url)) for feed in feeds])
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


def claim_due(db: Database, now: datetime, limit: int, lease: timedelta) -> list[str]:
    """Lease the feeds longest overdue."""
    moment = to_ms(now)
    rows = db.conn.execute(
        "UPDATE feeds SET lease_until = ? WHERE id IN (SELECT id FROM feeds WHERE active AND next_poll_at <= ?"
        " AND (lease_until IS NULL OR lease_until <= ?) ORDER BY next_poll_at LIMIT ?) RETURNING id, next_poll_at",
        (to_ms(now + lease), moment, moment, limit),
    ).fetchall()
    return [feed_id for feed_id, _ in sorted(rows, key=lambda row: row[1])]


def state(db: Database, feed_id: str) -> FeedState:
    """What is known of a feed; a blank state for one never polled."""
    cursor = db.conn.execute("SELECT * FROM feeds WHERE id = ?", (feed_id,))
    for row in cursor:  # asked before each poll, hence without the library's rows
        return feed_of(dict(zip((column[0] for column in cursor.description), row, strict=True)))
    return FeedState(id=feed_id)


def states(db: Database) -> list[FeedState]:
    return [feed_of(row) for row in db.query("SELECT * FROM feeds WHERE active ORDER BY id")]


def troubled(db: Database) -> tuple[int, list[FeedState]]:
    """How many feeds there are, and the states of those that fail or stand still."""
    count = db.conn.execute("SELECT count(*) FROM feeds WHERE active").fetchone()[0]
    sql = "SELECT * FROM feeds WHERE (failures > 0 OR frozen_since IS NOT NULL) AND active ORDER BY id"
    return count, [feed_of(row) for row in db.query(sql)]


def save(db: Database, state: FeedState) -> None:
    """Write a poll's outcome and end its lease."""
    values = feed_values(state)
    if db.conn.execute(_SAVE, values).rowcount == 0:
        db.conn.execute(_ADD, values)


def release(db: Database, feed_ids: Sequence[str]) -> None:
    """Give leases back: a daemon that stops polls nothing more."""
    db.conn.executemany("UPDATE feeds SET lease_until = NULL WHERE id = ?", [(feed_id,) for feed_id in feed_ids])


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


def feed_of(row: Mapping[str, Any]) -> FeedState:
    """A feed's state from a whole row of `feeds`."""
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    times: dict[str, Any] = {name: maybe_time(row[name]) for name in _TIMES}
    return FeedState(
        **plain,
        **times,
        interval=None if row["interval"] is None else timedelta(milliseconds=row["interval"]),
        gap=bool(row["gap"]),
        learnt=learnt_of(row["learnt"]),
        languages=json.loads(row["languages"]),
    )


def feed_values(state: FeedState) -> dict[str, Any]:
    """The columns of `feeds` that a poll may change; languages are counted by the items as they are stored."""
    return {
        **{name: getattr(state, name) for name in _PLAIN},
        **{name: maybe_ms(getattr(state, name)) for name in _TIMES},
        "interval": None if state.interval is None else state.interval // _MS,
        "gap": int(state.gap),
        "learnt": learnt_json(state.learnt),
    }
