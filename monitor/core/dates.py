"""Publishers' dates, kept within reason."""

from __future__ import annotations

from datetime import UTC, datetime

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
