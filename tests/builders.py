"""Values with defaults: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.core.copies import fingerprint
from monitor.model import Entry, Feed, Item, Reading, Watchlist

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

TEXT = (
    "The harbour authority said on Tuesday that the last of the stranded freighters had left the northern basin.\n"
    "Tugs worked through the night, a spokeswoman added, and pilots expect normal traffic by the end of the week."
)


def an_item(item_id: str = "item-1", **changes: Any) -> Item:
    """A stored article about a harbour."""
    item = Item(
        id=item_id,
        url=f"https://example.org/{item_id}",
        title="Harbour reopens",
        text=TEXT,
        language="en",
        language_confidence=0.99,
        first_seen_at=NOON,
        published_at=NOON - HOUR,
        story=item_id,
        feeds=("harbour",),
    )
    return replace(item, **changes)


def a_reading(title: str = "Harbour reopens", text: str = TEXT, **changes: Any) -> Reading:
    """An article as read, with its fingerprint."""
    reading = Reading(
        url="https://example.org/harbour",
        canonical_url="https://example.org/harbour",
        title=title,
        text=text,
        text_from="feed",
        language="en",
        language_confidence=0.99,
        published_at=NOON - HOUR,
    )
    reading = replace(reading, **changes)
    return replace(reading, fingerprint=fingerprint(reading.title, reading.text, reading.language))


def an_entry(number: int = 1, **changes: Any) -> Entry:
    """An entry whose text is long enough to need no page."""
    entry = Entry(
        guid=f"guid-{number}",
        url=f"https://example.org/news/{number}",
        title=f"Harbour report number {number}",
        content=f"<p>{TEXT}</p>" * 2,
        published_at=NOON - HOUR,
    )
    return replace(entry, **changes)


def a_feed(feed_id: str = "harbour", **changes: Any) -> Feed:
    """A configured feed."""
    return replace(Feed(feed_id, f"https://{feed_id}.example.org/feed.xml", tags=("ports",)), **changes)


def a_watchlist(watchlist_id: str = "ships", **changes: Any) -> Watchlist:
    """A watchlist that matches the harbour's articles and alerts the desk."""
    watchlist = Watchlist(watchlist_id, "Ships", query="freighter*", tags=("shipping",), alert=("desk",))
    return replace(watchlist, **changes)
