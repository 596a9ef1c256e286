"""The system's clock keeps the port's promises."""

from __future__ import annotations

from datetime import UTC, timedelta

from monitor.adapters.clock import SystemClock
from monitor.ports import Clock


def test_now_is_aware_and_in_utc() -> None:
    clock: Clock = SystemClock()
    now = clock.now()
    assert now.tzinfo is UTC
    assert timedelta(0) <= clock.now() - now < timedelta(minutes=1)


def test_monotonic_never_runs_backwards() -> None:
    clock = SystemClock()
    ticks = [clock.monotonic() for _ in range(1000)]
    assert ticks == sorted(ticks)
