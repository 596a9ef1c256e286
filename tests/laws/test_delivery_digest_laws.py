"""Digests, over random arrivals, failures and restarts: every alert in exactly one delivered digest, none held for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.delivery import digest_size, first_state
from monitor.model import (
    Alert,
    AlertPolicy,
    ClockTime,
    Deferred,
    Delivered,
    DeliveryOutcome,
    Message,
    QuietHours,
    Secret,
    WebhookChannel,
)
from monitor.outbox import Outbox
from monitor.ports import Store
from tests.builders import an_item
from tests.fakes import FakeClock, FakeSender, FakeStore, write

STARTS = [
    datetime(2026, 3, 28, 20, tzinfo=UTC),
    datetime(2026, 10, 24, 20, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
]
digests = st.sampled_from(
    [timedelta(hours=1), timedelta(minutes=7), ClockTime(2, 30, "Europe/Rome"), ClockTime(7, 30, "Europe/Rome")]
)
quiet = st.sampled_from([(), (QuietHours(ClockTime(22, 0, "Europe/Rome"), ClockTime(7, 0, "Europe/Rome")),)])
steps = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from([1, 5, 20, 60, 300]), st.booleans(), st.booleans()), max_size=25
)


@settings(max_examples=40)
@given(st.sampled_from(STARTS), digests, quiet, steps)
def test_every_alert_is_in_exactly_one_delivered_digest(
    start: datetime,
    digest: timedelta | ClockTime,
    hours: tuple[QuietHours, ...],
    script: list[tuple[int, int, bool, bool]],
) -> None:
    """Each step: alerts that arise, minutes that pass, whether the receiver is up, whether the daemon restarts."""
    channel = WebhookChannel("ops", Secret("https://ops.example.org"), digest=digest)
    policy, store, clock, up = AlertPolicy(quiet=hours), FakeStore(), FakeClock(start), True
    digest_of: dict[str, str] = {}
    wrong: list[str] = []
    calls = 0
    delivered: list[str] = []

    def answer(message: Message) -> DeliveryOutcome:
        ids = tuple(alert.id for alert, _, _ in message.parts)
        # kept and asserted at the end: the outbox takes an exception here for a broken sender
        if not message.digest or len(ids) > digest_size(channel):
            wrong.append(f"{message.id}: {len(ids)} alerts")
        if {digest_of.setdefault(alert, message.id) for alert in ids} != {message.id}:
            wrong.append(f"{message.id}: its alerts were in another digest before")
        nonlocal calls
        calls += 1
        if not up or calls % 3 == 0:
            return Deferred("down")
        delivered.extend(ids)
        return Delivered()

    def outbox() -> Outbox:
        senders = {"ops": FakeSender(answer)}
        return Outbox(cast("Store", store), senders, policy, {"ops": channel}, clock, lambda: 0.5, write)

    running, number = outbox(), 0
    for arising, minutes, up, restart in [*script, *[(0, 300, True, False)] * 60]:  # noqa: B007 -- `up` is read in answer()
        for _ in range(arising):
            state, at = first_state(channel, policy, clock.now())
            item = an_item(f"item-{number}")
            alert = Alert(f"a{number:04}", "w", "W", (), "ops", item.id, item.id, (), state, 0, clock.now(), at)
            store.add(alert, item)
            number += 1
        clock.move(timedelta(minutes=minutes))
        running = outbox() if restart else running
        asyncio.run(running.deliver_due())
    assert wrong == []
    assert sorted(delivered) == sorted(store.rows)
    assert {row.state for row in store.rows.values()} <= {"delivered"}
