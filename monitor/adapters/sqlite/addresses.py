"""Keys of stored items' addresses, given the form that `core.identity.article_url` gives them since migration 17."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from monitor.adapters.sqlite.rows import digest, strings
from monitor.core.identity import article_url, canonical_url

_OTHERS = "(url LIKE 'http:%' OR url LIKE 'https://www.%')"
"""Addresses whose form is another now."""


def without_scheme_and_www(db: sqlite3.Connection) -> None:
    """Rename the keys of items under `http` or `www.`. Where an item stands under the new name already, the old key stays: its
    entry is that other item from now on."""
    renamed = ((new, old, number) for number, feed, url in _named(db) for old, new in _keys(feed, url))
    db.executemany("UPDATE OR IGNORE keys SET key = ? WHERE key = ? AND item = ?", renamed)


def _named(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Each item's number, with each feed that showed it and the address there."""
    for number, feeds, url in db.execute(f"SELECT number, feeds, url FROM items WHERE {_OTHERS}"):  # noqa: S608
        for feed in strings(feeds) or ("",):
            yield number, feed, url
    yield from db.execute(f"SELECT item, feed, url FROM sightings WHERE {_OTHERS}")  # noqa: S608


def _keys(feed: str, url: str) -> Iterator[tuple[bytes, bytes]]:
    """Old and new."""
    old, new = canonical_url(url), article_url(url)
    if old and new and old != new:
        for kind in ("url:", f"link:{feed}:"):
            yield digest(kind + old), digest(kind + new)
