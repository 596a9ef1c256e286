"""Troubles of the monitor's own sources and channels, and what the operator is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OPERATOR = ":operator"
"""Stands for the watchlist in an alert that tells the operator of a trouble; no file can have this name."""

TroubleKind = Literal["failing", "frozen", "site", "network", "channel"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now. `subject`: ``feed:ID``, ``channel:ID``, or ``site:DOMAIN`` and ``feeds`` when most of a
    site's feeds, or of all, fail at once."""

    subject: str
    kind: TroubleKind
    what: str
    """One line: what is wrong, and why."""
    since: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """A trouble that lasted long enough to be told of. One is open for a subject at a time."""

    id: str
    trouble: Trouble
    opened_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What the operator is told: once when an outage opens, once when it has ended."""

    id: str
    subject: str
    title: str
    text: str
