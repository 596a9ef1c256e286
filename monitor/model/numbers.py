"""Figures about the monitor's own work, for `status` and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

LATENCY_BOUNDS = (60, 300, 900, 1_800, 3_600, 10_800, 21_600, 86_400)
"""Seconds: a minute, five, a quarter, half an hour, one, three, six, a day."""


@dataclass(frozen=True, slots=True)
class Latency:
    """From an article's date to its being stored, in seconds; of feeds' entries that were published after the feed's first
    poll, and bear a date."""

    count: int = 0
    total: float = 0.0
    median: float | None = None
    within: tuple[int, ...] = (0,) * len(LATENCY_BOUNDS)
    """How many stayed within each of `LATENCY_BOUNDS`: cumulative, as Prometheus counts."""


class LastPoll(NamedTuple):
    """When a feed was polled last, when it answered last, and how often in a row it failed since."""

    at: datetime
    success: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class FeedNumbers:
    """Of the feeds that are configured: how many there are, fail, stand still, may have dropped entries, and are due."""

    feeds: int = 0
    failing: int = 0
    frozen: int = 0
    gap: int = 0
    due: int = 0
    late: int = 0
    """Due since before the time that was asked about."""
    due_since: datetime | None = None
    """The longest; in the future when none is due."""
    last_success_at: datetime | None = None
    """Of all of them, the latest."""
