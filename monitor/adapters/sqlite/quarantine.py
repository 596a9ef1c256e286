"""Documents whose reading killed a worker, by the hash of their bytes: so many strikes each, and what it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor.adapters.sqlite.rows import to_ms

SCHEMA = """
CREATE TABLE quarantine (
  hash TEXT PRIMARY KEY, feed TEXT NOT NULL, url TEXT NOT NULL, strikes INTEGER NOT NULL, error TEXT NOT NULL,
  struck_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""


def strikes(connection: sqlite3.Connection, content: str) -> int:
    """How often reading these bytes killed a worker."""
    row = connection.execute("SELECT strikes FROM quarantine WHERE hash = ?", (content,)).fetchone()
    return int(row[0]) if row else 0


def strike(connection: sqlite3.Connection, content: str, feed: str, url: str, error: str, now: datetime) -> int:
    """One more; returns how many there are."""
    row = connection.execute(
        "INSERT INTO quarantine VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT (hash) DO UPDATE SET strikes = strikes + 1,"
        " error = excluded.error, struck_at = excluded.struck_at RETURNING strikes",
        (content, feed, url, error, to_ms(now)),
    ).fetchone()
    return int(row[0])


def release(connection: sqlite3.Connection, feed_ids: Sequence[str]) -> int:
    """Forget the strikes of these feeds' documents and pages, and poll them again; returns how many documents."""
    marks = ", ".join("?" * len(feed_ids))
    released = connection.execute(f"DELETE FROM quarantine WHERE feed IN ({marks})", feed_ids).rowcount  # noqa: S608
    connection.execute(f"UPDATE feeds SET next_poll_at = 0, body_hash = NULL WHERE id IN ({marks})", feed_ids)  # noqa: S608
    return released


def forget(connection: sqlite3.Connection, before: datetime) -> int:
    """Drop what struck last before; returns how many."""
    return connection.execute("DELETE FROM quarantine WHERE struck_at < ?", (to_ms(before),)).rowcount
