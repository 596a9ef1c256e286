"""A subscription to a WebSub hub, which pushes a feed's changes to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed's. `token` is the callback's unguessable last part, `secret` signs what is pushed; neither is printed."""

    feed: str
    hub: str
    topic: str
    token: str
    secret: str
    ask_at: datetime
    """When to ask the hub (again)."""
    attempts: int = 0
    """Requests since the hub last confirmed."""
    lease_until: datetime | None = None
    """Until when the hub pushes; None until it confirmed, and after it refused."""
    pushed_at: datetime | None = None
    error: str | None = None
