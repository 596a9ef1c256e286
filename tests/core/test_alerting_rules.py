"""mute and max_per_hour, from a watchlist to the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.adapters.sqlite import SqliteStore
from monitor.core.alerting import drafts
from monitor.core.delivery import first_state
from monitor.model import AlertPolicy, Deferred, Delivered, Secret, Verdict, WebhookChannel
from monitor.outbox import Outbox
from tests.builders import HOUR, NOON, a_watchlist, an_item
from tests.fakes import FakeClock, FakeSender, write

DESK = WebhookChannel("desk", Secret("https://ops.example.org/"))
VERDICT = Verdict("ships", True, ())


def drafted(digest: timedelta | None = None, **changes: object) -> list[int | None]:
    watchlists = {"ships": a_watchlist(**changes)}
    return [one.max_per_hour for one in drafts([VERDICT], watchlists, {"desk": replace(DESK, digest=digest)}, NOON)]


def test_a_muted_watchlist_raises_nothing_until_its_date() -> None:
    assert drafted(mute=NOON + HOUR) == []
    assert drafted(mute=NOON) == [None]


def test_a_digest_collects_by_itself() -> None:
    assert drafted(max_per_hour=2) == [2]
    assert drafted(HOUR, max_per_hour=2) == [None]


async def test_what_is_beyond_the_hours_measure_comes_as_one_digest(tmp_path: Path) -> None:
    store, clock, sender = SqliteStore(tmp_path / "m.db"), FakeClock(NOON + timedelta(minutes=50)), FakeSender()
    for number in range(6):
        raise_alert(store, clock, number)
    raise_alert(store, clock, 6, watchlist="ports")  # another watchlist has a measure of its own
    outbox = Outbox(store, {"desk": sender}, AlertPolicy(), {"desk": DESK}, clock, lambda: 0.5, write)
    await outbox.deliver_due()
    assert [len(message.parts) for message in sender.sent] == [1, 1, 1]
    assert {alert.state for alert in store.alerts() if alert.rest} == {"held"}
    clock.move(timedelta(minutes=10))
    raise_alert(store, clock, 7)  # a new hour
    await outbox.deliver_due()
    told = {item.id: message.digest for message in sender.sent[3:] for _, item, _ in message.parts}
    assert told == {"item-2": True, "item-3": True, "item-4": True, "item-5": True, "item-7": False}
    assert len(sender.sent) == 5
    store.close()


async def test_a_digest_that_failed_comes_again_as_it_was(tmp_path: Path) -> None:
    store, clock, sender = SqliteStore(tmp_path / "m.db"), FakeClock(NOON), FakeSender()
    for number in range(5):
        raise_alert(store, clock, number)
    clock.move(HOUR)
    answers = iter(range(100))
    sender.answer = lambda message: Deferred("HTTP 500") if message.digest and next(answers) == 0 else Delivered()
    outbox = Outbox(store, {"desk": sender}, AlertPolicy(), {"desk": DESK}, clock, lambda: 0.5, write)
    await outbox.deliver_due()
    clock.move(timedelta(minutes=10))
    await outbox.deliver_due()
    digests = [message for message in sender.sent if message.digest]
    assert len(digests) == 2
    assert digests[0].id == digests[1].id
    assert {alert.state for alert in store.alerts()} == {"delivered"}
    store.close()


def raise_alert(store: SqliteStore, clock: FakeClock, number: int, watchlist: str = "ships") -> None:
    item = an_item(f"item-{number}", first_seen_at=clock.now(), watchlists=(watchlist,))
    watchlists = {watchlist: a_watchlist(watchlist, max_per_hour=2)}
    wanted = drafts([replace(VERDICT, watchlist=watchlist)], watchlists, {"desk": DESK}, clock.now())
    with store.transaction() as tx:
        tx.add_item(item, {f"guid:{number}": "h"})
        tx.add_alerts(item, wanted, clock.now(), lambda _: first_state(DESK, AlertPolicy(), clock.now()))
    clock.move(timedelta(seconds=1))
