"""When to poll a feed next: its interval, the publisher's hints, its rhythm, its failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Feed, PollPolicy

SILENCE_SHARE = 8
"""A feed silent for T is polled every T/8: what comes is at most an eighth later than the silence before it was long."""

JITTER = 0.1
"""Part of the interval by which polls are spread, so that feeds started together drift apart."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the publisher asks: not sooner than any of these."""

    ttl: timedelta | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None

    def floor(self, ceiling: timedelta) -> timedelta:
        """The longest of them, bounded: a `max-age` of a year does not silence a feed."""
        return min(
            max((hint for hint in (self.ttl, self.max_age, self.retry_after) if hint), default=timedelta()), ceiling
        )


def interval_after(
    feed: Feed, policy: PollPolicy, interval: timedelta | None, *, new: int, silent_for: timedelta | None
) -> timedelta:
    """The interval after a poll that succeeded.

    `new`: entries not seen before; `silent_for`: since the last new one, None when unknown. With news the interval is
    halved, towards `min`; in silence it grows by a half, up to an eighth of the silence, between `every` and `max`. A feed's
    own `every` is what its user asked for: the interval never grows beyond it.
    """
    every = feed.every or policy.every
    if not policy.adaptive:
        return every
    ceiling = feed.every or max(every, min(policy.max, (silent_for or timedelta()) / SILENCE_SHARE))
    current = interval or every
    wanted = current / 2 if new else current * 3 / 2
    floor = min(policy.min, every)
    return max(floor, min(wanted, ceiling))


def backoff(feed: Feed, policy: PollPolicy, failures: int) -> timedelta:
    """The wait after the nth failure in a row: doubling from `every`, up to `max`; never for ever."""
    every = feed.every or policy.every
    doubled: timedelta = every * 2 ** min(failures - 1, 16)
    return min(doubled, max(policy.max, every))


def next_poll(now: datetime, interval: timedelta, hints: Hints, policy: PollPolicy, jitter: float) -> datetime:
    """When: `interval` from now, not before the hints allow, spread by `jitter` (0 to 1, ±10 %; hints are never undercut)."""
    floor = hints.floor(policy.max)
    spread = interval * (1 + JITTER * (2 * jitter - 1))
    return now + max(spread, floor * (1 + JITTER * jitter))
