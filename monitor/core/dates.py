"""Publishers' dates, kept within reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing on the web is older; what says so is a default of somebody's software (year 1, 1970)."""


def clamp(published: datetime | None, now: datetime) -> datetime | None:
    """`published` in UTC when it lies in [1990, now], `now` when it lies later, None when there is none or it lies
    before 1990.

    `now` is aware. A naive `published` is taken as UTC.
    """
    if published is None:
        return None
    aware = published.replace(tzinfo=UTC) if published.tzinfo is None else published
    if aware < EARLIEST:
        return None
    return min(aware, now).astimezone(UTC)


def lately(at: datetime | None, now: datetime, within: timedelta) -> bool:
    """Whether `at` was less than so long ago. What is to come was not: the clock was set back, and who waits for that to have
    been long ago would wait for as long as it went back."""
    return at is not None and timedelta() <= now - at < within


def parse_iso(written: str) -> datetime | None:
    """A date and time of RFC 3339 or ISO 8601, in UTC; without an offset it is UTC, a date alone its midnight.

    None for what is no date, or one that UTC cannot hold.
    """
    try:
        value = datetime.fromisoformat(written.strip()[:40])
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
