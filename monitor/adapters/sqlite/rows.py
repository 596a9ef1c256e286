"""Rows to values and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from monitor.model import Alert, Item, Match

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
DIGESTS_KEPT = 4_096
"""Some 1 MB: a new entry's keys are asked for when it is planned, when it is taken in, and stored then."""

LISTS_KEPT = 1_024
"""Lists whose JSON is kept, some 0.3 MB: most items of a feed have the same ones."""

ITEM_COLUMNS = (
    "id, url, title, text, language, language_confidence, authors, published_at, first_seen_at, story, copy_of,"
    " similarity, copy_test, copy_shared, feeds, tags, watchlists, text_from, problem, revisions"
)
_ITEM_NAMES = tuple(ITEM_COLUMNS.split(", "))
ITEM_MARKS = ", ".join("?" * len(_ITEM_NAMES))
_ITEM_VALUES = attrgetter(*_ITEM_NAMES)
_ITEM_LISTS = tuple(map(_ITEM_NAMES.index, ("authors", "copy_shared", "feeds", "tags", "watchlists")))
_PUBLISHED, _SEEN = map(_ITEM_NAMES.index, ("published_at", "first_seen_at"))
ALERT_COLUMNS = (
    "id, watchlist, channel, story, watchlist_name, watchlist_tags, item, matches, state, attempts, created_at,"
    " next_attempt_at, delivered_at, retried_at, last_error, rest,"
    " occasion, differences, owed"
)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // _MS


def maybe_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def from_ms(value: int) -> datetime:
    return EPOCH + timedelta(milliseconds=value)


def maybe_time(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)


@lru_cache(DIGESTS_KEPT)
def digest(key: str) -> bytes:
    """An identity key as it is stored: 16 bytes of blake2b."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(LISTS_KEPT)
def dump_strings(values: tuple[str, ...]) -> str:
    """`dump` of what many items have alike: feeds, tags, watchlists."""
    return dump(values)


def dump(values: Iterable[Any] | Mapping[str, Any]) -> str:
    if values == ():
        return "[]"
    return json.dumps(values if isinstance(values, Mapping) else list(values), ensure_ascii=False)


def strings(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def item_values(item: Item) -> list[Any]:
    """`ITEM_COLUMNS` of an item."""
    values = list(_ITEM_VALUES(item))
    for place in _ITEM_LISTS:
        values[place] = dump_strings(values[place])
    values[_PUBLISHED] = maybe_ms(item.published_at)
    values[_SEEN] = to_ms(item.first_seen_at)
    return values


def item_columns(item: Item) -> dict[str, Any]:
    """`item_values` by column."""
    return dict(zip(_ITEM_NAMES, item_values(item), strict=True))


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
