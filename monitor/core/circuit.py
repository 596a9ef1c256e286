"""A channel's circuit breaker: while a channel is down, one alert probes it and the others wait unhurt.

Open means: so many different alerts failed in a row that it is the channel and not the alert. One alert failing again
and again (a body the receiver chokes on) opens nothing and keeps to its own schedule (`core.delivery`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.delivery import LONGEST_RETRY_AFTER, delay
from monitor.model import Deferred

OPENS_AFTER = 3
"""Different alerts that failed in a row."""

PROBE_EVERY = timedelta(minutes=30)
"""A channel that comes back is noticed within this time, however long it was down."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known of a channel since its last success."""

    failed: frozenset[str] = frozenset()
    """Ids of the messages that failed; not kept beyond `OPENS_AFTER`."""
    failures: int = 0
    """Failed attempts while open."""
    since: datetime | None = None
    """When the first of these failures came."""
    probe_at: datetime | None = None
    """Open: nothing is sent before this; closed: None."""
    error: str = ""

    def open(self) -> bool:
        return self.probe_at is not None


CLOSED = Circuit()


def probed(circuit: Circuit, now: datetime) -> Circuit:
    """One that is open is probed now."""
    return replace(circuit, probe_at=min(circuit.probe_at, now)) if circuit.probe_at is not None else circuit


def failed(circuit: Circuit, message_id: str, outcome: Deferred, now: datetime, jitter: float) -> Circuit:
    """After a failure; `jitter` from 0 to 1 as in `core.delivery.delay`."""
    ids = circuit.failed if len(circuit.failed) >= OPENS_AFTER else circuit.failed | {message_id}
    since = circuit.since or now
    if len(ids) < OPENS_AFTER:
        return Circuit(ids, 0, since, None, outcome.error)
    failures = circuit.failures + 1
    wait = min(delay(failures, jitter), PROBE_EVERY)
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, LONGEST_RETRY_AFTER))
    return Circuit(ids, failures, since, now + wait, outcome.error)
