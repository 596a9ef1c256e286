"""The system's clock: the only file that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock` over the operating system: `now` may jump when the machine's clock is set, `monotonic` never."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 -- the one place

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin."""
        return time.monotonic()
