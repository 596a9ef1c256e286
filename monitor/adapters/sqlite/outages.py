"""Outages and the notices that tell of them."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.adapters.sqlite.rows import from_ms, maybe_time, to_ms
from monitor.model import Item, Notice, Outage, Trouble

SCHEMA = """
CREATE TABLE outages (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL,
  since INTEGER NOT NULL, opened_at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX outages_open ON outages (subject) WHERE ended_at IS NULL;
CREATE INDEX outages_ended ON outages (subject, ended_at);

CREATE TABLE notices (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;

ALTER TABLE feeds ADD COLUMN frozen_since INTEGER;
CREATE INDEX feeds_troubled ON feeds (id) WHERE failures > 0 OR frozen_since IS NOT NULL
"""
_COLUMNS = "id, subject, kind, what, since, opened_at, ended_at"


def listed(db: sqlite3.Connection, since: datetime | None) -> list[Outage]:
    """Those that are open, and with `since` those that ended later than that; the newest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM outages WHERE ended_at IS NULL OR ended_at > ? ORDER BY opened_at DESC, id",  # noqa: S608
        (to_ms(since) if since else 1 << 62,),
    )
    return [
        Outage(id_, Trouble(subject, kind, what, from_ms(began)), from_ms(opened), maybe_time(ended))
        for id_, subject, kind, what, began, opened, ended in rows
    ]


def group_ends(db: sqlite3.Connection) -> dict[str, datetime]:
    """When the last outage of each group of feeds ended."""
    rows = db.execute(
        "SELECT subject, max(ended_at) FROM outages WHERE ended_at IS NOT NULL"
        " AND (subject = 'feeds' OR subject BETWEEN 'site:' AND 'site;') GROUP BY subject"
    )
    return {subject: from_ms(ended) for subject, ended in rows}


def begin(db: sqlite3.Connection, outage: Outage) -> None:
    trouble = outage.trouble
    db.execute(
        f"INSERT INTO outages ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608
        (outage.id, trouble.subject, trouble.kind, trouble.what, to_ms(trouble.since), to_ms(outage.opened_at)),
    )


def end(db: sqlite3.Connection, outage_id: str, now: datetime) -> None:
    db.execute("UPDATE outages SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (to_ms(now), outage_id))


def add_notice(db: sqlite3.Connection, notice: Notice, now: datetime) -> None:
    db.execute("INSERT OR IGNORE INTO notices VALUES (?, ?, ?, ?)", (notice.id, notice.title, notice.text, to_ms(now)))


def notice_item(db: sqlite3.Connection, notice_id: str) -> Item | None:
    """A notice in the shape that channels deliver; it is no item, and no list of items has it."""
    row = db.execute("SELECT title, text, created_at FROM notices WHERE id = ?", (notice_id,)).fetchone()
    return None if row is None else as_item(Notice(notice_id, "", row[0], row[1]), from_ms(row[2]))


def as_item(notice: Notice, now: datetime) -> Item:
    """What its alerts are written and rendered from."""
    return Item(notice.id, None, notice.title, notice.text, "en", 1.0, now, notice.id)


def forget(db: sqlite3.Connection, before: datetime) -> None:
    """Drop outages that ended before, and notices written before whose alerts are settled."""
    db.execute("DELETE FROM outages WHERE ended_at < ?", (to_ms(before),))
    db.execute(
        "DELETE FROM notices WHERE created_at < ? AND id NOT IN (SELECT item FROM alerts WHERE state IN ('pending', 'held'))",
        (to_ms(before),),
    )
