"""Hand-written fakes of the ports, as far as the outbox's tests need them. Typed against the ports they stand for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from monitor.errors import ConfigError
from monitor.model import (
    Alert,
    AlertState,
    Config,
    Delivered,
    DeliveryOutcome,
    Item,
    Message,
    Sighting,
)

T = TypeVar("T")
MORNING = datetime(2026, 1, 1, 8, tzinfo=UTC)


class FakeClock:
    """Implements `ports.Clock`; stands still until told to move on."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def move(self, by: timedelta) -> None:
        self.at += by


class FakeSender:
    """Implements `ports.Sender`: keeps the messages, answers what `answer` says (Delivered, unless told otherwise)."""

    def __init__(self, answer: Callable[[Message], DeliveryOutcome] | None = None) -> None:
        self.sent: list[Message] = []
        self.answer = answer or (lambda message: Delivered())

    async def send(self, message: Message) -> DeliveryOutcome:
        self.sent.append(message)
        return self.answer(message)

    def ids(self) -> list[str]:
        return [message.id for message in self.sent]


class FakeStore:
    """The part of `ports.Store` that the outbox uses, in memory, with leases."""

    def __init__(self) -> None:
        self.rows: dict[str, Alert] = {}
        self.leases: dict[str, datetime] = {}
        self.texts: dict[str, Item] = {}
        self.places: dict[str, list[Sighting]] = {}
        self.kept: dict[str, str] = {}
        self.settled: list[tuple[str, AlertState]] = []

    def add(self, alert: Alert, item: Item | None = None) -> Alert:
        """Write an alert, due at its `next_attempt_at` or its creation."""
        self.rows[alert.id] = replace(alert, next_attempt_at=alert.next_attempt_at or alert.created_at)
        if item is not None:
            self.texts[item.id] = item
        return self.rows[alert.id]

    def item(self, item_id: str) -> Item | None:
        return self.texts.get(item_id)

    def notice(self, notice_id: str) -> Item | None:
        return self.texts.get(notice_id)

    def sightings(self, story: str) -> list[Sighting]:
        return self.places.get(story, [])

    def first_alert(self, story: str, channel: str) -> str | None:
        about = [one for one in self._oldest_first() if (one.story, one.channel) == (story, channel)]
        return about[0].id if about else None

    def claim_alerts(self, now: datetime, limit: int, lease: timedelta) -> list[Alert]:
        due = [
            one
            for one in self._oldest_first()
            if one.state in ("pending", "held")
            and (one.next_attempt_at or one.created_at) <= now
            and self.leases.get(one.id, now) <= now
        ][:limit]
        for one in due:
            self.leases[one.id] = now + lease
            self.rows[one.id] = replace(one, attempts=one.attempts + 1)
        return [self.rows[one.id] for one in due]

    def settle_alert(
        self,
        alert_id: str,
        state: AlertState,
        now: datetime,
        *,
        error: str | None = None,
        next_attempt_at: datetime | None = None,
        attempted: bool = True,
        owed: Sequence[str] | None = None,
    ) -> None:
        row = self.rows[alert_id]
        self.leases.pop(alert_id, None)
        self.settled.append((alert_id, state))
        self.rows[alert_id] = replace(
            row,
            state=state,
            last_error=error,
            next_attempt_at=next_attempt_at,
            attempts=row.attempts - (not attempted),
            delivered_at=now if state == "delivered" else None,
            owed=row.owed if owed is None else tuple(owed),
        )

    def alerts(self, states: Collection[AlertState] = ()) -> list[Alert]:
        return [one for one in reversed(self._oldest_first()) if not states or one.state in states]

    def hasten_alerts(self, channels: Collection[str], now: datetime) -> None:
        for one in self.rows.values():
            failed = one.state == "pending" and not one.owed and one.channel in channels
            if failed and one.next_attempt_at and one.next_attempt_at > now:
                self.rows[one.id] = replace(one, next_attempt_at=now)

    def retry_alerts(self, ids: Sequence[str], now: datetime) -> int:
        chosen = [one for one in self.rows.values() if one.state == "dead" and (not ids or one.id in ids)]
        for one in chosen:
            self.rows[one.id] = replace(one, state="pending", attempts=0, retried_at=now, next_attempt_at=now)
        return len(chosen)

    def note(self, key: str, value: str, now: datetime) -> None:
        self.kept[key] = value

    def _oldest_first(self) -> list[Alert]:
        return sorted(self.rows.values(), key=lambda one: (one.created_at, one.id))


async def write(function: Callable[..., T], *args: object) -> T:
    """Runs a store's call here and now."""
    return function(*args)


async def no_changes() -> AsyncIterator[Config | ConfigError]:
    """A configuration that nobody edits."""
    await asyncio.Event().wait()
    yield Config()
