"""Alerts: one watchlist meeting one story, for one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.model.items import Item, Match

NEW = "new"
"""The occasion of the first alert about a story; all others are asked for in the configuration."""

AlertState = Literal["pending", "held", "delivered", "dead"]


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert about to be written in its item's transaction."""

    watchlist: str
    watchlist_name: str
    watchlist_tags: tuple[str, ...]
    channel: str
    matches: tuple[Match, ...]
    max_per_hour: int | None = None
    """Of one clock hour (UTC), as the watchlist says; beyond it alerts are held for the hour's digest."""
    occasion: str = NEW
    differences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A row of the outbox. `id` is the same at every attempt: made from watchlist, channel and story."""

    id: str
    watchlist: str
    watchlist_name: str
    watchlist_tags: tuple[str, ...]
    channel: str
    story: str
    item: str
    matches: tuple[Match, ...]
    state: AlertState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None = None
    last_error: str | None = None
    delivered_at: datetime | None = None
    retried_at: datetime | None = None
    """When `monitor alerts retry` revived it: `retry_for` counts from there."""
    owed: tuple[str, ...] = ()
    """Of a channel's several receivers, those an attempt left out, in the channel's own words; empty: all."""
    rest: str | None = None
    """Beyond `max_per_hour`: what it is collected with, the watchlist and the hour."""
    occasion: str = NEW
    """``new``; ``revised:2``, the item's second edit; ``sites:5``, ``language:de``: how far its story has come."""
    differences: tuple[tuple[str, str], ...] = ()
    """Of a revision: what stood there before and what stands there now."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where else an article appeared: a copy's URL, or the same URL in another feed."""

    url: str | None
    feed: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a story has come: on how many sites, and its items' languages, first seen first."""

    sites: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to deliver: one alert, or a digest of several; nothing is left to look up.

    `id` is the alert's id; a digest has one of its own, made from its alerts' ids.
    """

    id: str
    parts: tuple[tuple[Alert, Item, tuple[Sighting, ...]], ...]
    """Alert, its item, where else it appeared; oldest first. One part: a single alert."""
    digest: bool = False
    thread: str | None = None
    """The id of the first alert about the same story to this channel, when this one is a later one."""
    test: bool = False
    """`monitor alerts test`: says so in its text."""
    owed: tuple[str, ...] = ()
    """The receivers that an earlier attempt left out: they alone get it now. Empty: all."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver took it."""

    note: str | None = None
    """One line when not all went well: a recipient of several was refused."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It did not, and may later: try again."""

    error: str
    retry_after: timedelta | None = None
    owed: tuple[str, ...] = ()
    """The receivers that have not got it, when the others have: they alone get the next attempt."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It never will (webhook 410, permanent SMTP 5xx): dead at once."""

    error: str


DeliveryOutcome = Delivered | Deferred | Refused
