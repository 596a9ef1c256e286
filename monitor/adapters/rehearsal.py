"""Rehearsals of disaster, from the environment: a clock that runs fast, a process that dies at a named point.

For tests of the daemon as users run it (`tests/acceptance/kill_loop.py`): weeks of retries in seconds, and a SIGKILL just where
it would hurt most. Nobody sets these by accident; unset, they cost nothing.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

RATE = "MONITOR_REHEARSAL_RATE"
"""``200``: the clock runs so many times as fast, counted from 2026-01-01, so that all processes agree."""
KILL = "MONITOR_REHEARSAL_KILL"
"""``sent:3``: SIGKILL when the outbox reaches the point ``sent`` (`outbox.Point`) for the third time."""

_ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)


def hurried() -> Callable[[datetime], datetime] | None:
    """What turns the real time into the rehearsal's, if one is asked for."""
    rate = os.environ.get(RATE)
    if not rate:
        return None
    factor = float(rate)
    return lambda real: _ANCHOR + (real - _ANCHOR) * factor


def reached() -> Callable[[str], None]:
    """What to call with the name of each point that is reached."""
    wanted, _, count = os.environ.get(KILL, "").partition(":")
    if not wanted:
        return lambda _: None
    seen: Counter[str] = Counter()

    def count_and_kill(point: str) -> None:
        seen[point] += 1
        if point == wanted and seen[point] == int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    return count_and_kill
