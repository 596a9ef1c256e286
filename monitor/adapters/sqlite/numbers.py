"""Figures out of the tables."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.adapters.sqlite.rows import to_ms
from monitor.model import LATENCY_BOUNDS, Latency

_TAKEN = (
    "FROM items JOIN feeds ON feeds.id = items.feeds ->> 0 WHERE items.first_seen_at >= ? AND items.published_at IS NOT NULL"
    " AND items.text_from != 'import' AND items.published_at >= feeds.first_polled_at"
)
_LATE = "max(0, items.first_seen_at - items.published_at)"


def latency(db: sqlite3.Connection, since: datetime) -> Latency:
    """Of items first seen since then."""
    within = ", ".join(f"sum({_LATE} <= {bound * 1000})" for bound in LATENCY_BOUNDS)
    moment = to_ms(since)
    count, total, *counts = db.execute(f"SELECT count(*), sum({_LATE}), {within} {_TAKEN}", (moment,)).fetchone()
    if not count:
        return Latency()
    sql = f"SELECT {_LATE} AS late {_TAKEN} ORDER BY late LIMIT 1 OFFSET ?"
    middle = db.execute(sql, (moment, count // 2)).fetchone()[0]
    return Latency(count, total / 1000, middle / 1000, tuple(counts))
