"""Rows to values and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Alert, Item, Match

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ITEM_COLUMNS = (
    "id, url, title, text, language, language_confidence, authors, published_at, first_seen_at, story, copy_of,"
    " similarity, copy_test, copy_shared, feeds, tags, watchlists, text_from, problem, revisions"
)
_ITEM_NAMES = tuple(ITEM_COLUMNS.split(", "))
ALERT_COLUMNS = (
    "id, watchlist, channel, story, watchlist_name, watchlist_tags, item, matches, state, attempts, created_at,"
    " next_attempt_at, delivered_at, retried_at, last_error, rest,"
    " occasion, differences, owed"
)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def maybe_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def from_ms(value: int) -> datetime:
    return EPOCH + timedelta(milliseconds=value)


def maybe_time(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


def digest(key: str) -> bytes:
    """An identity key as it is stored: 16 bytes of blake2b."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def dump(values: Iterable[Any] | Mapping[str, Any]) -> str:
    if values == ():
        return "[]"
    return json.dumps(values if isinstance(values, Mapping) else list(values), ensure_ascii=False)


def strings(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def item_values(item: Item) -> dict[str, Any]:
    """The columns of `items` but for its number."""
    values = {name: getattr(item, name) for name in _ITEM_NAMES}
    for name in ("authors", "copy_shared", "feeds", "tags", "watchlists"):
        values[name] = dump(values[name])
    values["published_at"] = maybe_ms(item.published_at)
    values["first_seen_at"] = to_ms(item.first_seen_at)
    return values


def item_of(row: sqlite3.Row | tuple[Any, ...]) -> Item:
    """An item from `ITEM_COLUMNS`."""
    values = dict(zip(_ITEM_NAMES, row, strict=True))
    for name in ("authors", "copy_shared", "feeds", "tags", "watchlists"):
        values[name] = strings(values[name])
    values["published_at"] = maybe_time(values["published_at"])
    values["first_seen_at"] = from_ms(values["first_seen_at"])
    return Item(**values)


def matches_json(matches: Iterable[Match]) -> str:
    return json.dumps([asdict(match) for match in matches], ensure_ascii=False)


def alert_of(row: tuple[Any, ...]) -> Alert:
    """An alert from `ALERT_COLUMNS`."""
    values = dict(zip(ALERT_COLUMNS.split(", "), row, strict=True))
    values["watchlist_tags"] = strings(values["watchlist_tags"])
    values["matches"] = tuple(Match(**match) for match in json.loads(values["matches"]))
    values["differences"] = tuple((old, new) for old, new in json.loads(values["differences"]))
    values["created_at"] = from_ms(values["created_at"])
    values["owed"] = strings(values["owed"])
    for name in ("next_attempt_at", "delivered_at", "retried_at"):
        values[name] = maybe_time(values[name])
    return Alert(**values)
