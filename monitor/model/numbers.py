"""Figures about the monitor's own work, for `status` and metrics."""

from __future__ import annotations

from dataclasses import dataclass

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
