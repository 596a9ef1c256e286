"""When to poll a feed next: its interval, the publisher's hints, its rhythm, its failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Feed, PollPolicy

SILENCE_SHARE = 8
"""A feed silent for T is polled every T/8: what comes is at most an eighth later than the silence before it was long."""

QUIET_SHARE = 4
"""A feed whose rhythm expects nothing for T is polled every T/4, so that its first news of the day is not waited for."""

SPAN_SHARE = 3
"""An entry that stands in the document for T is looked for every T/3: two polls may fail before it is missed."""

FAILING_SHARE = 6
"""The same of what is left of that time while the feed fails. A site that answers two times in five lost one entry in fifteen at
a third (some six tries before an entry goes), one in a hundred and twenty at a sixth (nine or ten)."""

BURST_SHARE = 2
"""A feed that once had a third of its document replaced in T is polled every 2T at most: at that pace a third of the old one
stands there still."""

SAFE_SHARE = 0.25
"""Of a document's entries so many may be new at a poll; more, and the next comes sooner in proportion."""

JITTER = 0.1
"""Part of the interval by which polls are spread, so that feeds started together drift apart."""

LATE_SHARE = 4
"""A feed that has failed for T is asked again after T/4, once that is longer than three doublings of its interval: what stands
there when the trouble ends is late by a quarter of it, not by as much again."""
_DOUBLINGS = 3

GIVE_UP_HASTE = timedelta(days=3)
"""A feed that has failed for so long is probed up to `max` apart, whatever its entries' span: a publisher's weekend."""

GONE_HASTE = timedelta(days=1)
"""The same for 404 and 410, which seldom mend themselves."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the publisher asks: not sooner than any of these."""

    ttl: timedelta | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    def floor(self, ceiling: timedelta, span: timedelta | None = None) -> timedelta:
        """The longest of them, bounded by `ceiling`: a `max-age` of a year does not silence a feed.

        Nor do wishes that would lose entries, given how long one stands in the document (`span`); Retry-After holds.
        """
        wishes = max((hint for hint in (self.ttl, self.max_age) if hint), default=timedelta())
        if span is not None:
            wishes = min(wishes, span / SPAN_SHARE)
        return min(max(wishes, self.retry_after or timedelta()), ceiling)

    def skipped(self, at: datetime, until: datetime) -> datetime:
        """The first moment from `at` on that is in no skipped hour or day, `until` at the latest. Hours are UTC."""
        while at < until and (at.hour in self.skip_hours or at.weekday() in self.skip_days):
            at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
        return min(at, until)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last poll and the feed's past say about its next one."""

    new: int = 0
    """Entries not seen before."""
    share: float = 0.0
    """Their share of the document, 0 to 1."""
    silent_for: timedelta | None = None
    """Since the last new one; None when unknown."""
    span: timedelta | None = None
    """How long an entry stands in the document."""
    ahead: timedelta | None = None
    """Until the rhythm expects something new; None when it has nothing to say."""
    quiet: timedelta | None = None
    """The same, once enough was seen to poll less for it."""
    gap: bool = False
    """Entries may have been dropped before this poll."""
    burst: timedelta | None = None
    """The shortest time in which a third of the document came lately."""


def shortest(feed: Feed, policy: PollPolicy) -> timedelta:
    """The shortest interval that the schedule itself gives a feed: `min`, or its own `every` where that is less."""
    return min(policy.min, feed.every or policy.every)


def interval_after(feed: Feed, policy: PollPolicy, interval: timedelta | None, seen: Seen) -> timedelta:
    """The interval after a poll that succeeded, between `min` and `max`.

    With news the interval is halved, or more when much of the document was new; in silence it grows by a half, up to an
    eighth of the silence or a quarter of the quiet that the rhythm expects, and never past the news it expects. It stays
    under a third of the time that entries stand in the document, and, but for `every`, under the time in which two thirds
    of it would be others in a burst. A feed's own `every` is what its user asked for: the interval never grows beyond it.
    After a gap it is `min`.
    """
    every = feed.every or policy.every
    if not policy.adaptive:
        return every
    floor = shortest(feed, policy)
    if seen.gap:
        return floor
    quiet = max((seen.silent_for or timedelta()) / SILENCE_SHARE, (seen.quiet or timedelta()) / QUIET_SHARE)
    ceiling = feed.every or max(every, min(policy.max, quiet))
    if seen.span is not None:
        ceiling = min(ceiling, seen.span / SPAN_SHARE)
    if seen.burst is not None:
        ceiling = min(ceiling, max(every, seen.burst * BURST_SHARE))
    current = interval or every
    wanted = current * 3 / 2
    if seen.new:
        wanted = current * min(0.5, SAFE_SHARE / seen.share if seen.share else 0.5)
    if seen.ahead is not None:
        wanted = min(wanted, max(every, seen.ahead))
    return max(floor, min(wanted, ceiling))


def backoff(
    feed: Feed,
    policy: PollPolicy,
    failures: int,
    *,
    gone: bool = False,
    span: timedelta | None = None,
    failing_for: timedelta = timedelta(),
    unseen_for: timedelta = timedelta(),
) -> timedelta:
    """The wait after the nth failure in a row: doubling from `every`, from eight times that on a quarter of the time that it
    has failed for (404 and 410: fourfold all the way), up to `max`; never for ever.

    What a publisher writes during an outage is there when it ends, for `span`, the time that entries stand in the document.
    While the trouble is young the wait, its jitter included, stays under a sixth of what is left of that since the
    document was last seen (`unseen_for`), and when nothing is left, at `every`: what stands there for so long is seen,
    outage or not. A shorter span is looked for every third of it, down to `min`.
    """
    every = feed.every or policy.every
    grown: timedelta = every * (4 if gone else 2) ** min(failures - (not gone), 16)
    if not gone:
        grown = min(grown, max(every * 2**_DOUBLINGS, failing_for / LATE_SHARE))
    wait = min(grown, max(policy.max, every))
    if span is not None and failing_for < (GONE_HASTE if gone else GIVE_UP_HASTE):
        left = max((span - unseen_for) / FAILING_SHARE, min(every, span / SPAN_SHARE))
        wait = min(wait, max(shortest(feed, policy), left / (1 + JITTER)))
    return wait


def next_poll(
    now: datetime,
    interval: timedelta,
    hints: Hints,
    policy: PollPolicy,
    jitter: float,
    span: timedelta | None = None,
) -> datetime:
    """When: `interval` from now, not before the hints allow, spread by `jitter` (0 to 1, ±10 %; hints are never undercut).

    Bounded by `max` (and its jitter), whatever the hints say; `span` as in `Hints.floor`.
    """
    floor = hints.floor(policy.max, span)
    spread = interval * (1 + JITTER * (2 * jitter - 1))
    at = now + max(spread, floor * (1 + JITTER * jitter))
    latest = min(policy.max, span / SPAN_SHARE) if span is not None else policy.max
    return max(at, hints.skipped(at, now + latest))
