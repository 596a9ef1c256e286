"""Subscriptions to hubs."""

from __future__ import annotations

import sqlite3

from monitor.adapters.sqlite.rows import from_ms, maybe_ms, maybe_time, to_ms
from monitor.model import Subscription

SCHEMA = """
CREATE TABLE subscriptions (
  feed TEXT PRIMARY KEY, hub TEXT NOT NULL, topic TEXT NOT NULL, token TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,
  ask_at INTEGER NOT NULL, attempts INTEGER NOT NULL, lease_until INTEGER, pushed_at INTEGER, error TEXT
) STRICT
"""
_COLUMNS = "feed, hub, topic, token, secret, ask_at, attempts, lease_until, pushed_at, error"


def listed(db: sqlite3.Connection, wanted: str | None) -> list[Subscription]:
    """All, or the one of a token."""
    where = "" if wanted is None else " WHERE token = ?"
    rows = db.execute(f"SELECT {_COLUMNS} FROM subscriptions{where}", () if wanted is None else (wanted,))  # noqa: S608
    return [
        Subscription(
            feed, hub, topic, token, secret, from_ms(ask), attempts, maybe_time(lease), maybe_time(pushed), error
        )
        for feed, hub, topic, token, secret, ask, attempts, lease, pushed, error in rows
    ]


def save(db: sqlite3.Connection, one: Subscription) -> None:
    values = (
        one.feed, one.hub, one.topic, one.token, one.secret, to_ms(one.ask_at), one.attempts,
        maybe_ms(one.lease_until), maybe_ms(one.pushed_at), one.error,
    )  # fmt: skip
    db.execute(f"INSERT OR REPLACE INTO subscriptions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608


def drop(db: sqlite3.Connection, feed: str) -> None:
    db.execute("DELETE FROM subscriptions WHERE feed = ?", (feed,))


def hubs(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Feeds that name a hub: the hub, and the topic to subscribe to."""
    rows = db.execute(
        "SELECT id, learnt ->> 'hub', coalesce(learnt ->> 'topic', url) FROM feeds"
        """ WHERE active AND learnt LIKE '%"hub":%' AND failures = 0"""
    )
    return {feed: (hub, topic) for feed, hub, topic in rows if hub}
