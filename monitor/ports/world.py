"""Time, the network, channels and the processes that read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.model import DeliveryOutcome, FetchOutcome, Message, Request

T = TypeVar("T")


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for durations."""
        ...


class Fetcher(Protocol):
    """GET over HTTP, polite and guarded."""

    async def fetch(self, request: Request) -> FetchOutcome:
        """Follow at most five redirects, within one deadline and one bound on the body.

        Never raises for what the network does.
        """
        ...

    async def allowed(self, url: str) -> bool | None:
        """Whether robots.txt lets our user agent read this page (RFC 9309).

        A robots.txt that there is not allows (4xx); None, which forbids: it cannot be had for now (5xx, unreachable).
        """
        ...


class Sender(Protocol):
    """One channel's transport."""

    async def send(self, message: Message) -> DeliveryOutcome:
        """Deliver one message. Never raises for what the receiver does; safe to repeat with the same message id."""
        ...


class Workers(Protocol):
    """Processes that read bytes. A call that crashes or overruns its deadline costs only itself."""

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Run a module-level function in a worker; raises `WorkerDied` or what the function raised."""
        ...

    async def urgent(self, function: Callable[..., T], *args: object) -> T:
        """As `run`, before all calls that are not urgent: what carries on a poll goes before what begins another, or all
        polls in hand wait for the workers at once, and then all of them for the store."""
        ...
