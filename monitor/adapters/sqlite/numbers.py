"""Figures out of the tables."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from datetime import datetime

from monitor.adapters.sqlite.rows import to_ms
from monitor.model import LATENCY_BOUNDS, Latency

_TAKEN = (
    "FROM items JOIN feeds ON feeds.id = items.feeds ->> 0 WHERE items.first_seen_at >= ? AND items.published_at IS NOT NULL"
    " AND items.text_from != 'import' AND items.published_at >= feeds.first_polled_at"
)
_LATE = "max(0, items.first_seen_at - items.published_at)"


def latency(db: sqlite3.Connection, since: datetime) -> Latency:
    """Of items first seen since then. Sorted here: to be asked for the median, SQLite would read them once more."""
    late = sorted(row[0] for row in db.execute(f"SELECT {_LATE} {_TAKEN}", (to_ms(since),)))
    if not late:
        return Latency()
    within = tuple(bisect_right(late, bound * 1000) for bound in LATENCY_BOUNDS)
    return Latency(len(late), sum(late) / 1000, late[len(late) // 2] / 1000, within)


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """See ports.Store.counts."""
    items, copies = db.execute("SELECT count(*), count(copy_of) FROM items").fetchone()
    (owed,) = db.execute("SELECT count(*) FROM pages_owed").fetchone()
    states = db.execute("SELECT state, count(*) FROM alerts GROUP BY state").fetchall()
    none = dict.fromkeys(("pending", "held", "delivered", "dead"), 0)
    return {"items": items, "copies": copies, "pages_owed": owed, **none, **dict(states)}


def waiting(db: sqlite3.Connection) -> dict[str, int]:
    """See ports.Store.waiting."""
    sql = "SELECT channel, count(*) FROM alerts WHERE state IN ('pending', 'held') GROUP BY channel ORDER BY channel"
    return dict(db.execute(sql))
