"""The outbox: claimed, looked up, sent in order, settled; one channel's trouble is its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from monitor.core.circuit import PROBE_EVERY
from monitor.errors import StoreError, StoreFull, UsageError
from monitor.model import (
    Alert,
    AlertPolicy,
    Channel,
    ClockTime,
    Deferred,
    Delivered,
    DeliveryOutcome,
    DigestTime,
    Message,
    QuietHours,
    Refused,
    Secret,
    Sighting,
    WebhookChannel,
)
from monitor.outbox import LEASE, NO_CHANNEL, Outbox
from monitor.ports import Sender, Store
from tests.builders import an_item
from tests.fakes import MORNING, FakeClock, FakeSender, FakeStore, write


def a_channel(name: str = "ops", digest: DigestTime | None = None) -> Channel:
    return WebhookChannel(name, Secret("https://ops.example.org/"), digest=digest)


def an_alert(number: int = 1, channel: str = "ops", **changes: Any) -> Alert:
    item = f"item-{number}"
    created = MORNING + timedelta(seconds=number)
    alert = Alert(f"alert-{number}", "w", "Watch", (), channel, item, item, (), "pending", 0, created)
    return replace(alert, **changes)


class Desk:
    """An outbox with its fakes."""

    def __init__(self, policy: AlertPolicy | None = None, *channels: Channel, **senders: Sender) -> None:
        self.store, self.clock = FakeStore(), FakeClock(MORNING + timedelta(minutes=10))
        self.policy = policy or AlertPolicy()
        self.channels = {channel.id: channel for channel in channels or (a_channel(),)}
        self.sender = FakeSender()
        self.senders: dict[str, Sender] = {**dict.fromkeys(self.channels, self.sender), **senders}
        self.outbox = self.restart()

    def restart(self, run: Callable[..., Any] = write) -> Outbox:
        store = cast("Store", self.store)
        self.outbox = Outbox(store, self.senders, self.policy, self.channels, self.clock, lambda: 0.5, run)
        return self.outbox

    def add(self, alert: Alert) -> Alert:
        return self.store.add(alert, an_item(alert.item))

    async def deliver(self) -> tuple[int, int, int]:
        report = await self.outbox.deliver_due()
        return report.delivered, report.deferred, report.dead


def failing(*times: int) -> Callable[[Message], DeliveryOutcome]:
    """Fails as often as told for each message, then delivers."""
    left: dict[str, int] = {}

    def answer(message: Message) -> DeliveryOutcome:
        left[message.id] = left.get(message.id, times[0]) - 1
        return Deferred("HTTP 500") if left[message.id] >= 0 else Delivered()

    return answer


async def test_due_alerts_are_delivered_oldest_first() -> None:
    desk = Desk()
    for number in (3, 1, 2):
        desk.add(an_alert(number))
    assert await desk.deliver() == (3, 0, 0)
    assert desk.sender.ids() == ["alert-1", "alert-2", "alert-3"]
    assert {row.state for row in desk.store.rows.values()} == {"delivered"}
    assert await desk.deliver() == (0, 0, 0)
    assert len(desk.sender.sent) == 3


async def test_a_failure_is_tried_again_on_schedule_under_the_same_id() -> None:
    desk = Desk()
    desk.sender.answer = failing(2)
    desk.add(an_alert())
    assert await desk.deliver() == (0, 1, 0)
    row = desk.store.rows["alert-1"]
    assert (row.state, row.attempts, row.last_error) == ("pending", 1, "HTTP 500")
    assert row.next_attempt_at == desk.clock.now() + timedelta(seconds=5)
    desk.clock.move(timedelta(seconds=4))
    assert await desk.deliver() == (0, 0, 0)
    desk.clock.move(timedelta(seconds=1))
    assert await desk.deliver() == (0, 1, 0)
    desk.clock.move(timedelta(minutes=5))
    assert await desk.deliver() == (1, 0, 0)
    assert desk.sender.ids() == ["alert-1"] * 3
    assert desk.store.rows["alert-1"].last_error is None


async def test_refused_is_dead_at_once_and_retry_revives_it() -> None:
    desk = Desk()
    desk.sender.answer = lambda message: Refused("HTTP 410 Gone")
    desk.add(an_alert())
    assert await desk.deliver() == (0, 0, 1)
    assert (desk.store.rows["alert-1"].state, desk.store.rows["alert-1"].last_error) == ("dead", "HTTP 410 Gone")
    desk.clock.move(timedelta(days=30))
    assert await desk.deliver() == (0, 0, 0)
    desk.sender.answer = failing(1)
    assert desk.store.retry_alerts([], desk.clock.now()) == 1
    assert await desk.deliver() == (0, 1, 0)
    desk.clock.move(timedelta(seconds=5))
    assert await desk.deliver() == (1, 0, 0)


async def test_an_alert_is_dead_after_retry_for() -> None:
    desk = Desk(AlertPolicy(retry_for=timedelta(minutes=1)))
    desk.sender.answer = lambda message: Deferred("HTTP 500")
    desk.add(an_alert(created_at=desk.clock.now()))
    for _ in range(200):
        await desk.deliver()
        desk.clock.move(timedelta(seconds=1))
    assert desk.store.rows["alert-1"].state == "dead"
    assert len(desk.sender.sent) == 3  # at once, after 5 s, after 60 s


async def test_a_partial_success_is_kept_as_a_remark() -> None:
    desk = Desk()
    desk.sender.answer = lambda message: Delivered("one recipient was refused")
    desk.add(an_alert())
    await desk.deliver()
    row = desk.store.rows["alert-1"]
    assert (row.state, row.last_error) == ("delivered", "one recipient was refused")


async def test_what_a_killed_process_held_is_sent_again_when_its_lease_ends() -> None:
    desk = Desk()
    desk.add(an_alert())
    desk.store.claim_alerts(desk.clock.now(), 10, LEASE)  # and dies
    assert await desk.deliver() == (0, 0, 0)
    desk.clock.move(LEASE)
    assert await desk.deliver() == (1, 0, 0)


async def test_the_message_holds_item_copies_and_thread() -> None:
    desk = Desk()
    desk.add(an_alert(1))
    desk.store.add(an_alert(2, story="item-1", item="item-1", watchlist="other"))
    own = Sighting("https://example.org/item-1", "harbour", MORNING)
    copy = Sighting("https://copy.example.net/x", "copies", MORNING)
    elsewhere = Sighting("https://example.org/item-1", "second-feed", MORNING)
    desk.store.places["item-1"] = [own, copy, copy, elsewhere]
    await desk.deliver()
    first, second = desk.sender.sent
    assert (first.thread, second.thread) == (None, "alert-1")
    assert first.parts[0][1].id == "item-1"
    assert first.parts[0][2] == (copy, elsewhere)


async def test_an_alert_about_a_story_s_later_item_names_the_first_one() -> None:
    desk = Desk()
    desk.store.texts["item-0"] = an_item("item-0", url="https://first.example.net/x", feeds=("first",))
    desk.add(an_alert(1, story="item-0"))
    desk.store.places["item-0"] = [Sighting("https://example.org/item-1", "harbour", MORNING)]
    await desk.deliver()
    (also,) = desk.sender.sent[0].parts[0][2]
    assert (also.url, also.feed) == ("https://first.example.net/x", "first")


async def test_an_alert_whose_item_is_gone_is_dead_and_says_so() -> None:
    desk = Desk()
    desk.store.add(an_alert())
    assert await desk.deliver() == (0, 0, 1)
    assert desk.store.rows["alert-1"].last_error == "its item is gone"


async def test_an_unknown_channel_leaves_its_alerts_pending() -> None:
    desk = Desk()
    desk.add(an_alert(1, "removed"))
    desk.add(an_alert(2))
    assert await desk.deliver() == (1, 1, 0)
    row = desk.store.rows["alert-1"]
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.last_error == "channel removed is not in the configuration"
    assert row.next_attempt_at == desk.clock.now() + NO_CHANNEL


async def test_one_broken_alert_stops_no_other_and_is_tried_again() -> None:
    desk = Desk()

    def answer(message: Message) -> DeliveryOutcome:
        if message.id == "alert-2":
            raise RuntimeError("a bug")
        return Delivered()

    desk.sender.answer = answer
    for number in (1, 2, 3):
        desk.add(an_alert(number))
    with capture_logs() as logs:
        assert await desk.deliver() == (2, 1, 0)
    assert desk.store.rows["alert-2"].last_error == "internal error: RuntimeError: a bug"
    assert next(log for log in logs if log["event"] == "delivery_broke")["exc_info"]


async def test_one_broken_alert_in_a_digest_costs_only_itself() -> None:
    desk = Desk(None, a_channel(digest=timedelta(hours=1)))

    def answer(message: Message) -> DeliveryOutcome:
        if any(alert.id == "alert-2" for alert, _, _ in message.parts):
            raise RuntimeError("a bug")
        return Delivered()

    desk.sender.answer = answer
    for number in (1, 2, 3):
        desk.add(an_alert(number, state="held"))
    assert await desk.deliver() == (2, 1, 0)


async def test_in_quiet_hours_nothing_is_sent_and_nothing_is_lost() -> None:
    quiet = QuietHours(ClockTime(8, 0, "UTC"), ClockTime(9, 0, "UTC"))
    desk = Desk(AlertPolicy(quiet=(quiet,)))
    desk.add(an_alert())
    assert await desk.deliver() == (0, 0, 0)
    assert desk.store.rows["alert-1"].attempts == 0
    desk.clock.move(timedelta(minutes=50))
    assert await desk.deliver() == (1, 0, 0)


async def test_a_channel_that_hangs_holds_up_no_other() -> None:
    hung, free = asyncio.Event(), FakeSender()

    class Hanging:
        async def send(self, message: Message) -> DeliveryOutcome:
            await hung.wait()
            return Delivered()

    desk = Desk(None, a_channel("slow"), a_channel("fast"), slow=Hanging(), fast=free)
    desk.add(an_alert(1, "slow"))
    desk.add(an_alert(2, "fast"))
    delivery = asyncio.create_task(desk.outbox.deliver_due())
    while desk.store.rows["alert-2"].state != "delivered":
        await asyncio.sleep(0)
    assert desk.store.rows["alert-1"].state == "pending"
    desk.add(an_alert(3, "fast"))  # arises meanwhile
    async with asyncio.timeout(10):
        while desk.store.rows["alert-3"].state != "delivered":
            await asyncio.sleep(0.01)
    hung.set()
    assert (await delivery).delivered == 3


async def test_stopping_finishes_the_attempt_in_hand_and_gives_the_rest_back() -> None:
    desk = Desk()

    def answer(message: Message) -> DeliveryOutcome:
        desk.outbox.stop()
        return Delivered()

    desk.sender.answer = answer
    for number in (1, 2, 3):
        desk.add(an_alert(number))
    assert await desk.deliver() == (1, 2, 0)
    assert [row.attempts for row in desk.store.rows.values()] == [1, 0, 0]
    desk.restart()
    desk.sender.answer = lambda message: Delivered()
    assert await desk.deliver() == (2, 0, 0)


async def test_a_store_that_fails_ends_it_after_the_attempts_in_hand() -> None:
    desk = Desk(None, a_channel("a"), a_channel("b"))
    desk.add(an_alert(1, "a"))
    desk.add(an_alert(2, "b"))
    real, full = desk.store.settle_alert, ["alert-1"]

    def settle(alert_id: str, *args: Any, **kwargs: Any) -> None:
        if alert_id in full:
            raise StoreFull("disk full")
        real(alert_id, *args, **kwargs)

    desk.store.settle_alert = settle  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="disk full"):
        await desk.outbox.deliver_due()
    assert desk.store.rows["alert-2"].state == "delivered"
    full.clear()
    desk.clock.move(LEASE)
    desk.restart()
    assert await desk.deliver() == (1, 0, 0)
    assert desk.sender.ids().count("alert-1") == 2  # at least once, under the same id


@pytest.mark.parametrize("nth", range(1, 12))
async def test_a_store_that_fails_for_a_moment_delays_and_repeats_nothing(nth: int) -> None:
    """Wherever it fails between a claim and its end: another program locks it, the disk is full."""
    calls = 0

    async def unsteady(function: Callable[..., Any], *args: object) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise StoreError("another process has held the store for 15 s")
        return function(*args)

    desk = Desk()
    desk.restart(unsteady)
    for number in range(1, 5):
        desk.add(an_alert(number))
    with contextlib.suppress(StoreError):
        await desk.outbox.deliver_due()
    desk.clock.move(timedelta(seconds=15))
    await desk.outbox.deliver_due()
    assert sorted(desk.sender.ids()) == ["alert-1", "alert-2", "alert-3", "alert-4"]
    assert {(row.state, row.attempts) for row in desk.store.rows.values()} == {("delivered", 1)}


async def fails_with_claims(desk: Desk) -> None:
    """The store can be written until alerts are claimed, and again when the delivery has ended."""
    failing = [True]

    async def unsteady(function: Callable[..., Any], *args: object) -> Any:
        if failing and desk.store.leases:
            raise StoreError("disk full")
        return function(*args)

    desk.restart(unsteady)
    with pytest.raises(StoreError):
        await desk.outbox.deliver_due()
    failing.clear()


async def test_what_could_not_be_given_back_is_when_the_store_can_be_written() -> None:
    """Of a channel that is down, or was taken out of the configuration."""
    desk = Desk()
    for number in (1, 2):
        desk.add(an_alert(number, "gone"))
    await fails_with_claims(desk)
    await desk.outbox.deliver_due()
    assert not desk.store.leases
    assert {row.attempts for row in desk.store.rows.values()} == {0}
    assert {row.next_attempt_at for row in desk.store.rows.values()} == {desk.clock.now() + NO_CHANNEL}


async def test_what_another_process_may_have_taken_on_is_left_to_its_lease() -> None:
    desk = Desk()
    desk.add(an_alert(1))
    await fails_with_claims(desk)
    desk.clock.move(LEASE)
    other = Outbox(cast("Store", desk.store), desk.senders, desk.policy, desk.channels, desk.clock, lambda: 0.5, write)
    await other.deliver_due()
    await desk.outbox.deliver_due()
    assert desk.sender.ids() == ["alert-1"]


async def test_only_now_waits_for_no_retry() -> None:
    desk = Desk()
    now = desk.clock.now()

    def answer(message: Message) -> DeliveryOutcome:
        desk.clock.move(timedelta(seconds=30))  # a slow failure: the retry is due by the time it ends
        return Deferred("HTTP 500")

    desk.sender.answer = answer
    desk.add(an_alert())
    assert (await desk.outbox.deliver_due(only_now=now)).deferred == 1
    assert len(desk.sender.sent) == 1


async def test_a_test_goes_to_its_channel_and_says_so() -> None:
    desk = Desk()
    assert await desk.outbox.send_test("ops") == Delivered()
    assert await desk.outbox.send_test("ops") == Delivered()
    assert desk.sender.sent[0].test
    desk.clock.move(timedelta(seconds=1))
    await desk.outbox.send_test("ops")
    assert desk.sender.sent[0].id != desk.sender.sent[2].id
    with pytest.raises(UsageError, match="nowhere"):
        await desk.outbox.send_test("nowhere")


async def test_each_outcome_is_one_line() -> None:
    desk = Desk()
    desk.sender.answer = lambda message: {
        "alert-1": Delivered(),
        "alert-2": Deferred("HTTP 500"),
        "alert-3": Refused("HTTP 410"),
    }[message.id]
    for number in (1, 2, 3):
        desk.add(an_alert(number))
    with capture_logs() as logs:
        await desk.deliver()
    assert [(log["event"], log["alert"], log["channel"], log["attempts"]) for log in logs] == [
        ("delivered", "alert-1", "ops", 1),
        ("deferred", "alert-2", "ops", 1),
        ("dead", "alert-3", "ops", 1),
    ]
    assert [log.get("error") for log in logs] == [None, "HTTP 500", "HTTP 410"]


async def test_a_channel_that_is_down_is_probed_by_one_alert() -> None:
    desk = Desk()
    desk.sender.answer = lambda message: Deferred("connection refused")
    for number in range(1, 11):
        desk.add(an_alert(number))
    with capture_logs() as logs:
        assert await desk.deliver() == (0, 10, 0)
    assert desk.sender.ids() == ["alert-1", "alert-2", "alert-3"]
    assert [row.attempts for row in desk.store.rows.values()] == [1, 1, 1] + [0] * 7
    assert [log["event"] for log in logs].count("channel_down") == 1
    assert desk.outbox.down() == {"ops": (desk.clock.now(), "connection refused")}
    assert desk.store.kept["channel:ops"] == "connection refused"
    desk.clock.move(timedelta(seconds=5))
    await desk.deliver()
    assert desk.sender.ids()[3:] == ["alert-1"]  # the probe
    desk.sender.answer = lambda message: Delivered()
    desk.clock.move(timedelta(minutes=5))
    assert await desk.deliver() == (10, 0, 0)
    assert desk.sender.ids()[4:] == [f"alert-{number}" for number in range(1, 11)]
    assert desk.outbox.down() == {}
    assert desk.store.kept["channel:ops"] == ""


async def test_a_receiver_down_for_a_day_gets_everything_within_one_probe_in_order() -> None:
    desk = Desk()
    up = False
    desk.sender.answer = lambda message: Delivered() if up else Deferred("connection refused")
    start = desk.clock.now()
    for minute in range(24 * 60):
        if minute % 7 == 0:
            desk.add(an_alert(minute, created_at=desk.clock.now()))
        await desk.deliver()
        desk.clock.move(timedelta(minutes=1))
    waiting = [row.id for row in desk.store._oldest_first()]
    assert {row.state for row in desk.store.rows.values()} == {"pending"}
    assert len(desk.sender.sent) < 70  # probes, not storms
    up, tried = True, len(desk.sender.sent)
    while desk.clock.now() - start <= timedelta(days=1) + PROBE_EVERY * 1.2:
        await desk.deliver()
        desk.clock.move(timedelta(minutes=1))
    assert desk.sender.ids()[tried:] == waiting
    assert {row.state for row in desk.store.rows.values()} == {"delivered"}


async def _failing_by_themselves(desk: Desk) -> None:
    """Two alerts, too few to say that the channel is down, are at the long end of their schedule."""
    desk.sender.answer = lambda message: Deferred("connection refused")
    for number in (1, 2):
        desk.add(an_alert(number))
    for wait in (5, 300, 1_800, 7_200, 18_000):
        await desk.deliver()
        desk.clock.move(timedelta(seconds=wait))
    await desk.deliver()
    assert {row.attempts for row in desk.store.rows.values()} == {6}


async def test_when_a_channel_is_up_again_what_failed_before_it_was_found_down_is_sent_too() -> None:
    desk = Desk()
    await _failing_by_themselves(desk)
    desk.add(an_alert(3))
    await desk.deliver()
    assert desk.outbox.down()
    desk.sender.answer = lambda message: Delivered()
    desk.clock.move(PROBE_EVERY * 1.2)
    assert await desk.deliver() == (3, 0, 0)


async def test_when_the_network_is_back_nothing_waits_for_its_schedule() -> None:
    desk = Desk(None, a_channel(), a_channel("desk"))
    await _failing_by_themselves(desk)
    for number in range(3, 8):
        desk.add(an_alert(number, "desk"))
    for _ in range(9):
        await desk.deliver()
        desk.clock.move(PROBE_EVERY * 1.2)
    await desk.deliver()
    desk.sender.answer = lambda message: Delivered()
    desk.clock.move(timedelta(seconds=1))
    assert await desk.deliver() == (0, 0, 0)
    await desk.outbox.try_again()
    assert await desk.deliver() == (7, 0, 0)
    assert desk.outbox.down() == {}


async def test_a_changed_channel_starts_afresh_and_an_unchanged_one_does_not() -> None:
    desk = Desk(None, a_channel("a"), a_channel("b"))
    desk.sender.answer = lambda message: Deferred("no")
    for number in range(1, 9):
        desk.add(an_alert(number, "ab"[number % 2]))
    await desk.deliver()
    assert set(desk.outbox.down()) == {"a", "b"}
    desk.channels["b"] = WebhookChannel("b", Secret("https://new.example.org/"))
    desk.outbox.configure(desk.senders, desk.policy, dict(desk.channels))
    assert set(desk.outbox.down()) == {"a"}


async def test_senders_are_closed() -> None:
    closed = []

    class Closing(FakeSender):
        async def aclose(self) -> None:
            closed.append(self)

    one = Closing()
    desk = Desk(None, a_channel("a"), a_channel("b"), a=one, b=FakeSender())
    await desk.outbox.aclose()
    assert closed == [one]


async def test_receivers_that_were_left_out_alone_get_the_next_attempt_and_the_channel_is_not_down() -> None:
    seen: list[tuple[str, ...]] = []

    def grey(message: Message) -> DeliveryOutcome:
        seen.append(message.owed)
        return Delivered() if message.owed else Deferred("451 greylisted", owed=("b@example.org",))

    desk = Desk()
    desk.sender.answer = grey
    for number in range(1, 6):
        desk.add(an_alert(number))
    assert await desk.deliver() == (0, 5, 0)
    assert desk.outbox.down() == {}
    desk.restart()
    desk.clock.move(timedelta(seconds=10))
    assert await desk.deliver() == (5, 0, 0)
    assert seen == [()] * 5 + [("b@example.org",)] * 5
    assert {alert.owed for alert in desk.store.alerts()} == {()}


async def test_a_long_delivery_is_seen_to_move() -> None:
    desk = Desk()
    for number in range(3):
        desk.add(an_alert(number))
    seen: list[int] = []

    def answer(_: Message) -> DeliveryOutcome:
        seen.append(desk.outbox.progress)
        return Delivered()

    desk.sender.answer = answer
    await desk.outbox.deliver_due()
    assert seen == [0, 1, 2]
    assert desk.outbox.progress == 3
