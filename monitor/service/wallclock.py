"""The machine's clock, watched: what is due is written as times of the wall, which somebody may set.

A clock that goes on (a suspended laptop, a wrong clock put right) makes things due, which is as it should be: they are polled
within the usual limits. One that goes back would let every feed and every alert wait for as long as it went back: an hour, or
the thirty days that a wrong clock was ahead. So what waits is moved back with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from monitor.ports import Clock, Store

log = structlog.get_logger()

TOLERANCE = timedelta(seconds=5)
"""Less is the clock's daily correction."""


class WallClock:
    """Compares the wall's clock with the one that nobody sets. `write` runs a store call on the store's thread."""

    def __init__(self, clock: Clock, store: Store, write: Callable[..., Awaitable[object]]) -> None:
        self._clock, self._store, self._write = clock, store, write
        self._wall, self._elapsed = clock.now(), clock.monotonic()

    async def started(self, last_seen: datetime | None) -> None:
        """The daemon starts, and was last alive at `last_seen`: that may be in the future now."""
        if last_seen is not None:
            await self._moved(last_seen - self._clock.now())

    async def look(self) -> bool:
        """Whether the clock was set back since the last look; then what waits has been moved with it. Raises StoreError."""
        now, elapsed = self._clock.now(), self._clock.monotonic()
        back = timedelta(seconds=elapsed - self._elapsed) - (now - self._wall)
        moved = await self._moved(back)
        self._wall, self._elapsed = now, elapsed
        return moved

    async def _moved(self, back: timedelta) -> bool:
        if back <= TOLERANCE:
            return False
        await self._write(self._store.move_back, back, self._clock.now())
        log.warning("clock_went_back", seconds=round(back.total_seconds()))
        return True
