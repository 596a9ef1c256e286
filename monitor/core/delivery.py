"""When an alert is sent, sent again, held back, or given up: decisions only, the clock and the chance are the caller's.

An alert starts ``pending`` (due now) or ``held`` (for its channel's digest, or for the end of quiet hours). Each
attempt ends in an outcome; `after` says what follows. Wall-clock rules (digests, quiet hours) live in named time zones
and hold across DST changes: a time that a change skips counts as that much after the change, one that it repeats counts
once, the first time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from monitor.model import (
    AlertPolicy,
    AlertState,
    AppriseChannel,
    Channel,
    ClockTime,
    CommandChannel,
    Deferred,
    Delivered,
    DeliveryOutcome,
    DigestTime,
    EmailChannel,
    FeedChannel,
    JsonlChannel,
    QuietHours,
    Refused,
    WebhookChannel,
)

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""From one failed attempt to the next, as Standard Webhooks advises ("Retry schedule"); the last repeats."""

JITTER = 0.2
"""Each delay is up to a fifth shorter or longer, so that what failed together does not come back together."""

LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A receiver may not put an alert off further than the schedule itself ever would."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_state(channel: Channel, policy: AlertPolicy, now: datetime) -> tuple[AlertState, datetime]:
    """The state and the due time of an alert written at `now`: at once, or held for a digest or quiet hours."""
    at = now if channel.digest is None else next_digest(channel.digest, now)
    quiet = quiet_until(policy.quiet, at)
    if quiet is not None:
        return "held", quiet
    return ("pending" if channel.digest is None else "held"), at


def after(
    outcome: DeliveryOutcome, attempts: int, due_since: datetime, policy: AlertPolicy, now: datetime, jitter: float
) -> tuple[AlertState, datetime | None]:
    """What follows the attempt that ended now: ``delivered``, ``dead``, or another attempt at the time returned.

    `attempts` counts this one; `due_since` is when the alert was first due (its creation, unless it was held); `jitter`
    is a uniform draw from 0 to 1. The last attempt falls on the end of `retry_for`, and not short of it.
    """
    match outcome:
        case Delivered():
            return "delivered", None
        case Refused():
            return "dead", None
        case Deferred():
            deadline = _trying_since(attempts, due_since, now) + policy.retry_for
            if now >= deadline:
                return "dead", None
            return _not_in_quiet_hours(_next_attempt(outcome, attempts, deadline, now, jitter), policy)
        case _:
            assert_never(outcome)


def delay(failures: int, jitter: float) -> timedelta:
    """How long to wait after so many failures (from 1); `jitter` from 0 (a fifth shorter) to 1 (a fifth longer)."""
    return SCHEDULE[min(max(failures, 1), len(SCHEDULE)) - 1] * (1 - JITTER + 2 * JITTER * jitter)


def next_digest(digest: DigestTime, after: datetime) -> datetime:
    """The first digest strictly after a moment, in UTC.

    A clock time comes once on every local date. A period counts from 1970-01-01 UTC, so that a restart changes nothing.
    Raises ValueError for a period that is not positive.
    """
    if isinstance(digest, timedelta):
        if digest <= timedelta(0):
            raise ValueError("a digest's period must be positive")
        return _EPOCH + ((after - _EPOCH) // digest + 1) * digest
    return next(at for at in _occurrences(digest, after) if at > after)


def quiet_until(quiet: Sequence[QuietHours], now: datetime) -> datetime | None:
    """When the quiet hours that hold at `now` end, in UTC; None when none do. Hours that meet or overlap count as one.

    Hours that start when they end are empty. Where several together never end, the answer is a few days ahead.
    """
    end = now
    for _ in range(2 * len(quiet)):
        ends = [until for hours in quiet if (until := _ends(hours, end)) is not None]
        if not ends:
            break
        end = max(ends)
    return end if end > now else None


def digest_size(channel: Channel) -> int:
    """How many alerts one digest to this channel may carry; more go out as several.

    A mail stays readable and below what mail servers take; a webhook's body stays under the 20 kB that Standard
    Webhooks advises, with nothing but excerpts cut; chat services take a few thousand characters.
    """
    match channel:
        case EmailChannel():
            return 200
        case WebhookChannel():
            return 12
        case AppriseChannel():
            return 10
        case CommandChannel() | JsonlChannel():
            return 12  # they get the webhook's body
        case FeedChannel():
            return 1_000
        case _:
            assert_never(channel)


def _trying_since(attempts: int, due_since: datetime, now: datetime) -> datetime:
    """When the attempts began: when the alert was due, but no longer ago than so many attempts take.

    So an alert that waited out a stopped daemon, or one that `alerts retry` brought back, gets its whole time.
    """
    longest = sum((delay(failures, 1.0) for failures in range(1, attempts)), timedelta(0))
    return max(due_since, now - longest)


def _next_attempt(outcome: Deferred, attempts: int, deadline: datetime, now: datetime, jitter: float) -> datetime:
    at = min(now + delay(attempts, jitter), deadline)
    asked = min(outcome.retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    return max(at, now + max(asked, timedelta(0)))


def _not_in_quiet_hours(at: datetime, policy: AlertPolicy) -> tuple[AlertState, datetime]:
    quiet = quiet_until(policy.quiet, at)
    return ("pending", at) if quiet is None else ("held", quiet)


def _ends(hours: QuietHours, now: datetime) -> datetime | None:
    """The end of this day's (or last night's) quiet hours, when `now` lies in them."""
    if hours.start == hours.end:
        return None
    for start in _occurrences(hours.start, now):
        if start > now:
            return None
        end = next(at for at in _occurrences(hours.end, start) if at > start)
        if now < end:
            return end
    return None


def _occurrences(clock: ClockTime, around: datetime) -> Iterator[datetime]:
    """That time of day from the local date two before to three after, in UTC, in order."""
    day = around.astimezone(ZoneInfo(clock.zone)).date() - timedelta(days=2)
    for days in range(6):
        yield _at(day + timedelta(days=days), clock)


def _at(day: date, clock: ClockTime) -> datetime:
    local = datetime(day.year, day.month, day.day, clock.hour, clock.minute, tzinfo=ZoneInfo(clock.zone))
    return local.astimezone(UTC)
