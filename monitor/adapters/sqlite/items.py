"""Items: stored once under their identity keys, revised, listed, found by words."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor.adapters.sqlite.rows import (
    ITEM_COLUMNS,
    ITEM_MARKS,
    digest,
    dump,
    from_ms,
    item_columns,
    item_of,
    item_values,
    strings,
    to_ms,
)
from monitor.core.query import index_text
from monitor.core.urls import bare_host
from monitor.model import CopyEvidence, Item, ItemFilter, Sighting, Spread

_INSERT = f"INSERT INTO items ({ITEM_COLUMNS}) VALUES ({ITEM_MARKS})"  # noqa: S608
_BY_ID = f"SELECT {ITEM_COLUMNS} FROM items WHERE id = ?"  # noqa: S608


def known(db: sqlite3.Connection, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """For each key seen before: the item's id and the entry's hash when last seen."""
    by_digest = {digest(key): key for key in keys}
    found: dict[str, tuple[str, str]] = {}
    digests = list(by_digest)
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in db.execute(
            f"SELECT keys.key, items.id, entry_hash FROM keys JOIN items ON items.number = keys.item"  # noqa: S608
            f" WHERE keys.key IN ({marks})",
            part,
        ):
            found[by_digest[row[0]]] = (row[1], row[2])
    return found


def number_of(db: sqlite3.Connection, item_id: str) -> int:
    number: int = db.execute("SELECT number FROM items WHERE id = ?", (item_id,)).fetchone()[0]
    return number


def add(db: sqlite3.Connection, item: Item, keys: Mapping[str, str], words: str | None = None) -> int:
    """Store a new item, its keys and its words; returns its number."""
    cursor = db.execute(_INSERT, item_values(item))
    number = cursor.lastrowid
    if number is None:
        raise AssertionError("an INSERT gives a row id")
    add_keys(db, number, keys)
    _add_watchlists(db, number, item.watchlists)
    words = index_text(item.title, item.text) if words is None else words
    db.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, words))
    return number


def add_keys(db: sqlite3.Connection, number: int, keys: Mapping[str, str]) -> None:
    """Remember keys of an item, or the new hash of one it has."""
    db.executemany(
        "INSERT INTO keys (key, item, entry_hash) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET entry_hash = excluded.entry_hash",
        [(digest(key), number, entry_hash) for key, entry_hash in keys.items()],
    )


def revise(db: sqlite3.Connection, item: Item, seen_at: datetime | None) -> None:
    """Replace an item's words; the old ones are kept as a revision, unless `seen_at` is None."""
    number = number_of(db, item.id)
    title, text = db.execute("SELECT title, text FROM items WHERE number = ?", (number,)).fetchone()
    if seen_at is not None:
        db.execute("INSERT INTO revisions VALUES (?, ?, ?, ?)", (number, to_ms(seen_at), title, text))
    _forget_words(db, number, title, text)
    db.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, index_text(item.title, item.text)))
    values = item_columns(item)
    columns = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    db.execute(f"UPDATE items SET {columns} WHERE id = :id", values)  # noqa: S608
    _set_watchlists(db, number, item.watchlists)


def retag(db: sqlite3.Connection, item: Item) -> None:
    """Replace an item's feeds, tags and watchlists."""
    values = item_columns(item)
    db.execute("UPDATE items SET feeds = :feeds, tags = :tags, watchlists = :watchlists WHERE id = :id", values)
    _set_watchlists(db, number_of(db, item.id), item.watchlists)


def _set_watchlists(db: sqlite3.Connection, number: int, watchlists: Collection[str]) -> None:
    db.execute("DELETE FROM item_watchlists WHERE item = ? AND watchlist NOT IN (SELECT value FROM json_each(?))",
               (number, dump(watchlists)))  # fmt: skip
    _add_watchlists(db, number, watchlists)


def _add_watchlists(db: sqlite3.Connection, number: int, watchlists: Collection[str]) -> None:
    if watchlists:
        db.executemany("INSERT OR IGNORE INTO item_watchlists VALUES (?, ?)", [(one, number) for one in watchlists])


def _forget_words(db: sqlite3.Connection, number: int, title: str, text: str) -> None:
    """A contentless index forgets a row only when told its words again; they are made from the same text."""
    db.execute("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (number, index_text(title, text)))


def add_sighting(db: sqlite3.Connection, item_id: str, sighting: Sighting) -> None:
    db.execute(
        "INSERT OR IGNORE INTO sightings VALUES (?, ?, ?, ?)",
        (number_of(db, item_id), sighting.feed or "", sighting.url or "", to_ms(sighting.seen_at)),
    )


def spread(db: sqlite3.Connection, story: str) -> Spread:
    """On how many sites a story is, a feed counting as one where there is no link, and in which languages."""
    found = db.execute(
        "SELECT url, feeds, language, number FROM items WHERE story = ? ORDER BY first_seen_at, number", (story,)
    ).fetchall()
    places = [(url, strings(feeds)) for url, feeds, _, _ in found]
    for _, _, _, number in found:
        rows = db.execute("SELECT url, feed FROM sightings WHERE item = ?", (number,))
        places += [(url or None, (feed,)) for url, feed in rows]
    sites = {bare_host(url) if url else next(iter(feeds), "") for url, feeds in places}
    return Spread(len(sites - {""}), tuple(language for _, _, language, _ in found))


def exactly(db: sqlite3.Connection, item_id: str) -> Item | None:
    """By its whole id."""
    row = db.execute(_BY_ID, (item_id,)).fetchone()
    return None if row is None else item_of(row)


def one(db: sqlite3.Connection, item_id: str) -> Item | None:
    """By id, or by a prefix that only one item has."""
    found = exactly(db, item_id)
    if found is None and item_id:
        top = item_id + "\U0010ffff"
        sql = f"SELECT {ITEM_COLUMNS} FROM items WHERE id > ? AND id < ? LIMIT 2"  # noqa: S608
        rows = db.execute(sql, (item_id, top)).fetchall()
        found = item_of(rows[0]) if len(rows) == 1 else None
    return found


def listed(db: sqlite3.Connection, wanted: ItemFilter) -> Iterator[Item]:
    """Newest first."""
    conditions, values = _conditions(wanted)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    limit = "" if wanted.limit is None else f"LIMIT {int(wanted.limit)}"
    sql = f"SELECT {ITEM_COLUMNS} FROM items {where} ORDER BY first_seen_at DESC, number DESC {limit}"  # noqa: S608
    for row in db.execute(sql, values):
        yield item_of(row)


def _conditions(wanted: ItemFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.watchlist is not None:
        conditions.append("number IN (SELECT item FROM item_watchlists WHERE watchlist = ?)")
        values.append(wanted.watchlist)
    if wanted.since is not None:
        conditions.append("first_seen_at >= ?")
        values.append(to_ms(wanted.since))
    if not wanted.copies:
        conditions.append("copy_of IS NULL")
    if wanted.ids:
        conditions.append("id IN (SELECT value FROM json_each(?))")
        values.append(dump(wanted.ids))
    if wanted.prefilter is not None:
        conditions.append("number IN (SELECT rowid FROM search WHERE search MATCH ?)")
        values.append(wanted.prefilter)
    return conditions, values


def story(db: sqlite3.Connection, story_id: str) -> list[Item]:
    sql = f"SELECT {ITEM_COLUMNS} FROM items WHERE story = ? ORDER BY first_seen_at, number"  # noqa: S608
    return [item_of(row) for row in db.execute(sql, (story_id,))]


def met(db: sqlite3.Connection, story_id: str, besides: str) -> frozenset[str]:
    rows = db.execute(
        "SELECT DISTINCT watchlist FROM items JOIN item_watchlists ON item = number WHERE story = ? AND id != ?",
        (story_id, besides),
    )
    return frozenset(watchlist for (watchlist,) in rows)


def sightings(db: sqlite3.Connection, story_id: str) -> list[Sighting]:
    """Where the story appeared beside its first item: its others, and the same article in other feeds; first seen first."""
    rows = db.execute(
        "SELECT items.url, items.feeds ->> 0, items.first_seen_at FROM items WHERE story = ? AND id != story"
        " UNION SELECT nullif(sightings.url, ''), nullif(sightings.feed, ''), seen_at FROM sightings"
        " JOIN items ON items.number = sightings.item WHERE items.story = ? ORDER BY 3",
        (story_id, story_id),
    )
    return [Sighting(url, feed, from_ms(seen_at)) for url, feed, seen_at in rows]


def shown_by(db: sqlite3.Connection, feed: str, item_ids: Collection[str], by: datetime) -> bool:
    """Whether the feed had shown any of these by then: it brought it, or was seen with it."""
    row = db.execute(
        "SELECT 1 FROM items WHERE id IN (SELECT value FROM json_each(:items))"
        " AND ((feeds ->> 0 = :feed AND first_seen_at <= :by)"
        " OR EXISTS (SELECT 1 FROM sightings WHERE item = number AND feed = :feed AND seen_at <= :by)) LIMIT 1",
        {"items": dump(item_ids), "feed": feed, "by": to_ms(by)},
    ).fetchone()
    return row is not None


def revisions(db: sqlite3.Connection, item_id: str) -> list[tuple[datetime, str, str]]:
    """Former versions, oldest first: until when, title, text."""
    rows = db.execute(
        "SELECT replaced_at, title, text FROM revisions WHERE item = ? ORDER BY rowid", (number_of(db, item_id),)
    )
    return [(from_ms(when), title, text) for when, title, text in rows]


def split(db: sqlite3.Connection, item_id: str, followers: Mapping[str, CopyEvidence]) -> list[str]:
    """Make an item the first of a story of its own, and others copies of it; its own copies go along. Returns whose story is
    another now."""
    own = db.execute(
        "SELECT id FROM items WHERE story = (SELECT story FROM items WHERE id = ?) AND copy_of = ?", (item_id, item_id)
    ).fetchall()
    db.execute(
        "UPDATE items SET story = id, copy_of = NULL, similarity = NULL, copy_test = NULL, copy_shared = '[]'"
        " WHERE id = ?",
        (item_id,),
    )
    db.executemany(
        "UPDATE items SET story = ?, copy_of = ?, similarity = ?, copy_test = ?, copy_shared = ? WHERE id = ?",
        [
            (item_id, why.of, why.similarity, why.test, dump(why.shared), follower)
            for follower, why in followers.items()
        ],
    )
    db.executemany("UPDATE items SET story = ? WHERE id = ?", [(item_id, copy) for (copy,) in own])
    return list(dict.fromkeys([item_id, *followers, *(copy for (copy,) in own)]))


def drop_texts(db: sqlite3.Connection, before: datetime, limit: int) -> int:
    """Drop the text of items first seen before; identity stays, so nothing old comes back as new."""
    rows = db.execute(
        "SELECT number, title, text FROM items WHERE first_seen_at < ? AND text != '' LIMIT ?", (to_ms(before), limit)
    ).fetchall()
    for number, title, text in rows:
        _forget_words(db, number, title, text)
        db.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, index_text(title, "")))
        db.execute("UPDATE items SET text = '' WHERE number = ?", (number,))
        db.execute("DELETE FROM revisions WHERE item = ?", (number,))
    return len(rows)
