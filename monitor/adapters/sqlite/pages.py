"""Items whose page could not be had when they were stored, and when it is asked for again."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from monitor.adapters.sqlite.rows import to_ms
from monitor.model import OwedPage

SCHEMA = """
CREATE TABLE pages_owed (
  item TEXT PRIMARY KEY, feed TEXT NOT NULL, attempts INTEGER NOT NULL, first_poll INTEGER NOT NULL, next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pages_due ON pages_owed (next_at)
"""


def owe(db: sqlite3.Connection, page: OwedPage, at: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO pages_owed VALUES (?, ?, ?, ?, ?)",
        (page.item, page.feed, page.attempts, int(page.first_poll), to_ms(at)),
    )


def settle(db: sqlite3.Connection, item: str) -> None:
    db.execute("DELETE FROM pages_owed WHERE item = ?", (item,))


def claim(db: sqlite3.Connection, now: datetime, limit: int, lease: timedelta) -> list[OwedPage]:
    """The longest due; whoever claimed them and died has them come again when the lease ends."""
    rows = db.execute(
        "UPDATE pages_owed SET next_at = ? WHERE item IN (SELECT item FROM pages_owed WHERE next_at <= ? ORDER BY next_at"
        " LIMIT ?) RETURNING item, feed, attempts, first_poll",
        (to_ms(now + lease), to_ms(now), limit),
    ).fetchall()
    return [OwedPage(item, feed, attempts, bool(first)) for item, feed, attempts, first in rows]


def hasten(db: sqlite3.Connection, now: datetime) -> None:
    """The network is back: all are due."""
    db.execute("UPDATE pages_owed SET next_at = ? WHERE next_at > ?", (to_ms(now), to_ms(now)))
