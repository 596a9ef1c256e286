"""What a feed's last document left for the reading of the next one (`pipeline.documents`): a cache, one row a feed."""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE feed_memories (feed TEXT PRIMARY KEY, memory BLOB NOT NULL) STRICT
"""


def recall(connection: sqlite3.Connection, feed: str) -> bytes:
    """Empty when nothing is kept."""
    row = connection.execute("SELECT memory FROM feed_memories WHERE feed = ?", (feed,)).fetchone()
    return bytes(row[0]) if row else b""


def keep(connection: sqlite3.Connection, feed: str, memory: bytes | None) -> None:
    """In place of what was kept; None: nothing."""
    if memory is None:
        connection.execute("DELETE FROM feed_memories WHERE feed = ?", (feed,))
    else:
        connection.execute("INSERT OR REPLACE INTO feed_memories VALUES (?, ?)", (feed, memory))
