"""Is every part of the daemon moving? The scheduler, the thread that writes, the delivery.

Each part beats when it gets something done. The watchdog is told only while none is late, so a service manager starts a
daemon anew that hangs in one of them while the others go on.
"""

from __future__ import annotations

from collections.abc import Callable

LATE: dict[str, float] = {"scheduler": 30.0, "writer": 60.0, "delivery": 300.0}
"""Seconds without a beat. A tick comes each second; the writer waits 15 s for another process' lock; one attempt of the
delivery takes up to 90 s, looked up and settled."""


class Pulse:
    """`monotonic` as `ports.Clock`'s."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._beats = dict.fromkeys(LATE, monotonic())

    def beat(self, part: str) -> None:
        """This part got something done, or has nothing to do."""
        self._beats[part] = self._monotonic()

    def late(self) -> tuple[str, ...]:
        """The parts that do not move."""
        now = self._monotonic()
        return tuple(part for part, beat in self._beats.items() if now - beat > LATE[part])
