"""The system's clock: the only file that asks what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

_elapsed: Callable[[], float] = time.monotonic
if hasattr(time, "CLOCK_BOOTTIME"):  # Linux, whose monotonic clock stands still meanwhile (clock_gettime(2))
    _elapsed = partial(time.clock_gettime, time.CLOCK_BOOTTIME)


class SystemClock:
    """`ports.Clock` over the operating system: `now` may jump when the machine's clock is set, `monotonic` never."""

    def __init__(self, hurry: Callable[[datetime], datetime] | None = None) -> None:
        self._hurry = hurry

    def now(self) -> datetime:
        """The present, aware, in UTC; in a rehearsal, what `hurry` makes of it."""
        real = datetime.now(UTC)  # noqa: TID251 -- the one place
        return real if self._hurry is None else self._hurry(real)

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin, those that the machine slept among them: a site that asked for two hours' rest has
        had them when a laptop wakes after a night."""
        return _elapsed()
