"""deliver(): claim -> look up -> send -> settle.

An alert is claimed with a lease, so another process may serve the same outbox, and a process may die at any instant:
what it did not settle is due again when the lease ends, under the same id. A process that outlives a failure of the store
has kept what it could not tell it, and does so first. Channels are served side by side, each in order; one that hangs holds
up no other. A channel that is down (`core.circuit`) is probed by its oldest alert; the others are given back untried.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple, ParamSpec, Protocol, runtime_checkable

import structlog

from monitor.core import circuit
from monitor.core.delivery import after, digest_size, first_state, quiet_until
from monitor.errors import StoreError, UsageError
from monitor.model import (
    OPERATOR,
    Alert,
    AlertPolicy,
    AlertState,
    Channel,
    Deferred,
    Delivered,
    DeliveryOutcome,
    Item,
    Message,
    Refused,
    Sighting,
)
from monitor.model.notes import CHANNEL_DOWN
from monitor.ports import Clock, Sender, Store, Write

CLAIM = 500
"""Alerts claimed at a time; texts are looked up one message at a time."""
QUEUED = 5_000
"""No more are claimed while so many wait."""
LEASE = timedelta(minutes=10)
"""What a killed process had claimed is due again after this."""
FRESH = LEASE * 0.7
"""A claim older than this is given back rather than started: one attempt takes up to 90 s."""
LOOK_AGAIN = 1.0
"""Seconds after which new alerts are claimed while a slow channel is still busy."""
NO_CHANNEL = timedelta(minutes=5)
"""An alert whose channel is not configured is looked at again after this."""

Point = Literal["claimed", "sending", "sent", "settled"]
"""Where a process may die: between these nothing is lost, and what comes again has its id."""

P = ParamSpec("P")
log = structlog.get_logger()


@runtime_checkable
class Closing(Protocol):
    """A sender that keeps a connection open."""

    async def aclose(self) -> None: ...


@dataclass(slots=True)
class DeliveryReport:
    """How many alerts `deliver_due` brought to which end; `deferred` counts those given back untried too."""

    delivered: int = 0
    deferred: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class _Claimed:
    alert: Alert
    at: datetime


class _Owing(NamedTuple):
    """What the store could not be told; until then, for after it another process may have taken the alert on."""

    tell: Callable[[], None]
    until: datetime | None


class Outbox:
    """The delivery of alerts. `jitter` draws from 0 to 1; `write` runs a store's call on the thread that writes."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        policy: AlertPolicy,
        channels: Mapping[str, Channel],
        clock: Clock,
        jitter: Callable[[], float],
        write: Write,
        reached: Callable[[Point], None] = lambda _: None,
    ) -> None:
        self._reached = reached
        self.progress = 0
        """Alerts settled or given back so far: who watches sees by it that a long delivery moves."""
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._write = write
        self._circuits: dict[str, circuit.Circuit] = {}
        self._seen_up: set[str] = set()
        self._owing: deque[_Owing] = deque()
        self._stopping = False
        self.configure(senders, policy, channels)

    def configure(self, senders: Mapping[str, Sender], policy: AlertPolicy, channels: Mapping[str, Channel]) -> None:
        """Take a new configuration; what is being sent finishes with the old one. A changed channel starts afresh."""
        before: Mapping[str, Channel] = getattr(self, "_channels", {})
        self._circuits = {name: one for name, one in self._circuits.items() if before.get(name) == channels.get(name)}
        self._senders, self._policy, self._channels = dict(senders), policy, dict(channels)

    def stop(self) -> None:
        """Finish the attempts in hand, give the rest back, claim no more."""
        self._stopping = True

    async def aclose(self) -> None:
        """Close the connections that channels keep open."""
        for sender in self._senders.values():
            if isinstance(sender, Closing):
                await sender.aclose()

    def down(self) -> dict[str, tuple[datetime, str]]:
        """Channels that are down: since when, and the last error."""
        return {name: (one.since, one.error) for name, one in self._circuits.items() if one.open() and one.since}

    async def deliver_due(self, *, only_now: datetime | None = None) -> DeliveryReport:
        """Deliver what is due, until nothing is; with `only_now`, what is due by then, so that no retry is waited for.

        In quiet hours nothing is sent. Raises StoreError when the store cannot be read or written; what it could not
        settle or give back then is at the next call, or is due again when its lease ends.
        """
        await self._tell()
        report = DeliveryReport()
        queues: dict[str, deque[_Claimed]] = {}
        busy: dict[asyncio.Task[None], str] = {}
        problems: list[BaseException] = []
        try:
            while True:
                await self._claim(queues, only_now or self._clock.now(), problems)
                for channel in queues.keys() - busy.values() if not problems else ():
                    busy[asyncio.create_task(self._drain(channel, queues, report))] = channel
                if not busy:
                    break
                done, _ = await asyncio.wait(busy, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del busy[task]
                    if (problem := task.exception()) is not None:
                        problems.append(problem)  # the attempts in hand are finished first
        finally:
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
        if problems:
            self._owe([one.alert for queue in queues.values() for one in queue], self._clock.now())
            raise problems[0]
        return report

    def _owe(self, untried: Sequence[Alert], due: datetime, error: str | None = None) -> None:
        """The store fails: these are to be given back once it does not. Their claims last that long at least."""
        now = self._clock.now()
        give_back = partial(self._given_back, untried, now, due, error)
        self._owing.append(_Owing(give_back, now + LEASE - FRESH))

    async def _tell(self) -> None:
        """What the store could not be told when it failed. Raises StoreError."""
        while self._owing:
            first = self._owing[0]
            if first.until is None or self._clock.now() < first.until:
                await self._write(first.tell)
            self._owing.popleft()

    async def try_again(self) -> None:
        """The network is back: what failed while it was gone is due, and channels that are down are probed. Raises
        StoreError."""
        now = self._clock.now()
        self._circuits = {name: circuit.probed(one, now) for name, one in self._circuits.items()}
        await self._write(self._store.hasten_alerts, tuple(self._channels), now)

    async def send_test(self, channel_id: str) -> DeliveryOutcome:
        """Send a message that says it is a test. Raises UsageError for a channel that is not configured."""
        if channel_id not in self._channels:
            raise UsageError(f"no channel is called {channel_id}")
        return await self._senders[channel_id].send(_test_message(channel_id, self._clock.now()))

    async def _claim(self, queues: dict[str, deque[_Claimed]], due_by: datetime, problems: list[BaseException]) -> None:
        """Claim all that is due by then into its channels' queues, as far as there is room."""
        while not self._stopping and not problems and sum(map(len, queues.values())) < QUEUED:
            now = self._clock.now()
            if quiet_until(self._policy.quiet, now) is not None:
                return
            lease = LEASE + max(now - due_by, timedelta(0))  # the store counts it from `due_by`
            try:
                alerts = await self._write(self._store.claim_alerts, due_by, CLAIM, lease)
            except StoreError as error:
                problems.append(error)
                return
            if alerts:
                self._reached("claimed")
            for alert in alerts:
                queues.setdefault(alert.channel, deque()).append(_Claimed(alert, now))
            if len(alerts) < CLAIM:
                return

    async def _drain(self, name: str, queues: dict[str, deque[_Claimed]], report: DeliveryReport) -> None:
        """Deliver a channel's queue in order."""
        queue = queues[name]
        while queue:
            channel, sender = self._channels.get(name), self._senders.get(name)
            now = self._clock.now()
            if channel is None or sender is None:
                error = f"channel {name} is not in the configuration"
                await self._give_back(_taken(queue, len(queue)), now + NO_CHANNEL, report, error)
                continue
            probe_at = self._circuits.get(name, circuit.CLOSED).probe_at
            if self._stopping or now - queue[0].at > FRESH:
                await self._give_back(_taken(queue, len(queue)), now, report)
            elif probe_at is not None and now < probe_at:
                await self._give_back(_taken(queue, len(queue)), probe_at, report)
            else:
                await self._deliver(channel, sender, self._next(channel, queue), report)
        del queues[name]

    def _next(self, channel: Channel, queue: deque[_Claimed]) -> list[Alert]:
        """The next alert; for a digest, those that follow and were collected for the same one, as many as fit.

        What was collected together stays together at every attempt, so that a digest's id is the same each time.
        """
        if queue[0].alert.rest is not None:
            return _rest_of_hour(queue, digest_size(channel))
        if channel.digest is None:
            return _taken(queue, 1)
        slot = first_state(channel, self._policy, queue[0].alert.created_at)[1]
        together = _taken(queue, 1)
        while queue and len(together) < digest_size(channel):
            if first_state(channel, self._policy, queue[0].alert.created_at)[1] != slot:
                break
            together += _taken(queue, 1)
        return together

    async def _deliver(self, channel: Channel, sender: Sender, alerts: list[Alert], report: DeliveryReport) -> None:
        try:
            message = await self._looked_up(channel, alerts)
            self._reached("sending")
            outcome: DeliveryOutcome = Refused("its item is gone") if message is None else await sender.send(message)
            self._reached("sent")
        except StoreError:
            raise
        except Exception as error:  # one delivery: whatever breaks here may not stop the others
            if len(alerts) > 1:
                for alert in alerts:
                    await self._deliver(channel, sender, [alert], report)
                return
            log.exception("delivery_broke", alert=alerts[0].id, channel=channel.id)
            outcome = Deferred(f"internal error: {type(error).__name__}: {error}"[:300])
        await self._settle(channel, alerts, outcome, report)

    async def _looked_up(self, channel: Channel, alerts: Sequence[Alert]) -> Message | None:
        try:
            return await self._write(self._message, channel, alerts)
        except StoreError:
            self._owe(alerts, self._clock.now())
            raise

    def _message(self, channel: Channel, alerts: Sequence[Alert]) -> Message | None:
        """Look up all that rendering needs, on the store's thread. None when no item is left."""
        parts = tuple((alert, item, self._also_at(alert, item)) for alert in alerts if (item := self._told(alert)))
        if not parts:
            return None
        if channel.digest is not None or alerts[0].rest is not None:
            return Message(_digest_id(alerts), parts, digest=True, owed=_owed(alerts))
        root = self._store.first_alert(alerts[0].story, channel.id)
        return Message(alerts[0].id, parts, thread=None if root == alerts[0].id else root, owed=alerts[0].owed)

    def _told(self, alert: Alert) -> Item | None:
        return self._store.notice(alert.item) if alert.watchlist == OPERATOR else self._store.item(alert.item)

    def _also_at(self, alert: Alert, item: Item) -> tuple[Sighting, ...]:
        """Where else the story appeared, each place once, first seen first; not where the item itself came from."""
        own = {(item.url, feed) for feed in (*item.feeds[:1], None)}
        seen: dict[tuple[str | None, str | None], Sighting] = {}
        first = self._store.item(alert.story) if item.id != alert.story else None
        where = [Sighting(first.url, next(iter(first.feeds), None), first.first_seen_at)] if first else []
        for sighting in (*where, *self._store.sightings(alert.story)):
            place = (sighting.url, sighting.feed)
            if place not in own:
                seen.setdefault(place, sighting)
        return tuple(seen.values())

    async def _settle(
        self, channel: Channel, alerts: Sequence[Alert], outcome: DeliveryOutcome, report: DeliveryReport
    ) -> None:
        now, policy, jitter = self._clock.now(), self._policy, self._jitter()
        since = min(alert.retried_at or first_state(channel, policy, alert.created_at)[1] for alert in alerts)
        attempts = max(alert.attempts for alert in alerts)
        state, at = after(outcome, attempts, since, policy, now, jitter)
        probe_at, notes = self._judge(channel.id, alerts[0].id, outcome, now, jitter)
        if at is not None and probe_at is not None:
            state, at = "pending", probe_at
        error = outcome.note if isinstance(outcome, Delivered) else outcome.error
        owed = outcome.owed or None if isinstance(outcome, Deferred) else ()
        self.progress += len(alerts)
        # What is over is over, whoever tries it meanwhile.
        until = None if at is None else now + LEASE - FRESH
        ends = [
            partial(self._store.settle_alert, alert.id, state, now, error=error, next_attempt_at=at, owed=owed)
            for alert in alerts
        ]
        owing = deque([*(_Owing(end, until) for end in ends), *(_Owing(note, None) for note in notes)])
        ended = iter(alerts)
        try:
            while owing:
                await self._write(owing[0].tell)
                owing.popleft()
                if alert := next(ended, None):
                    _count(report, state)
                    _log(state, alert, error, at)
        except StoreError:
            self._owing.extend(owing)
            raise
        self._reached("settled")

    def _judge(
        self, name: str, message_id: str, outcome: DeliveryOutcome, now: datetime, jitter: float
    ) -> tuple[datetime | None, list[Callable[[], None]]]:
        """Keep the channel's circuit; returns when it is probed next, if it is open, and what the store is to be told: it is
        kept for `monitor status` too."""
        before, notes = self._circuits.get(name, circuit.CLOSED), list[Callable[[], None]]()
        if not isinstance(outcome, Deferred) or outcome.owed:  # who took it from some is not down
            self._circuits.pop(name, None)
            if before.open():
                log.info("channel_up", channel=name, since=before.since)
                notes.append(partial(self._store.hasten_alerts, (name,), now))
            if before.open() or name not in self._seen_up:  # a process before this one may have noted it as down
                notes.append(partial(self._store.note, CHANNEL_DOWN + name, "", now))
            self._seen_up.add(name)
            return None, notes
        this = self._circuits[name] = circuit.failed(before, message_id, outcome, now, jitter)
        if this.open() and not before.open():
            log.error("channel_down", channel=name, since=this.since, error=outcome.error)
            notes.append(partial(self._store.note, CHANNEL_DOWN + name, outcome.error, now))
        return this.probe_at, notes

    async def _give_back(
        self, alerts: Sequence[Alert], due: datetime, report: DeliveryReport, error: str | None = None
    ) -> None:
        """End the claims of alerts that were not tried."""
        self.progress += len(alerts)
        try:
            await self._write(self._given_back, alerts, self._clock.now(), due, error)
        except StoreError:
            self._owe(alerts, due, error)
            raise
        report.deferred += len(alerts)
        if error is not None:
            log.warning("no_channel", alerts=len(alerts), error=error)

    def _given_back(self, alerts: Sequence[Alert], now: datetime, due: datetime, error: str | None) -> None:
        """On the store's thread: all in one call, for a channel that is down may have had hundreds claimed."""
        for alert in alerts:
            told = error or alert.last_error
            self._store.settle_alert(alert.id, alert.state, now, error=told, next_attempt_at=due, attempted=False)


def _taken(queue: deque[_Claimed], count: int) -> list[Alert]:
    return [queue.popleft().alert for _ in range(count)]


def _rest_of_hour(queue: deque[_Claimed], limit: int) -> list[Alert]:
    """The first alert and those that were collected with it, wherever they stand; the others keep their order."""
    rest = queue[0].alert.rest
    together = [one for one in queue if one.alert.rest == rest][:limit]
    for one in together:
        queue.remove(one)
    return [one.alert for one in together]


def _digest_id(alerts: Sequence[Alert]) -> str:
    """The same for the same alerts, so that a digest sent again is known again."""
    names = "\n".join(sorted(alert.id for alert in alerts))
    return "digest-" + hashlib.blake2b(names.encode(), digest_size=12).hexdigest()


def _owed(alerts: Sequence[Alert]) -> tuple[str, ...]:
    """The receivers that a digest is still owed to: all of them, unless its alerts agree on fewer."""
    return alerts[0].owed if len({alert.owed for alert in alerts}) == 1 else ()


def _count(report: DeliveryReport, state: AlertState) -> None:
    report.delivered += state == "delivered"
    report.dead += state == "dead"
    report.deferred += state in ("pending", "held")


def _log(state: AlertState, alert: Alert, error: str | None, at: datetime | None) -> None:
    told = {"alert": alert.id, "watchlist": alert.watchlist, "channel": alert.channel, "attempts": alert.attempts}
    if state == "delivered":
        log.info("delivered", **told, **({"note": error} if error else {}))
    elif state == "dead":
        log.error("dead", **told, error=error)
    else:
        log.warning("deferred", **told, error=error, next_attempt_at=at.isoformat(timespec="seconds") if at else None)


def _test_message(channel: str, now: datetime) -> Message:
    identity = f"test-{channel}-{now:%Y%m%dT%H%M%S%f}"  # never twice the same: a receiver that keeps ids takes each
    text = "This is a test of this channel by monitor. Nothing was found. Alerts will look like this one."
    item = Item(identity, None, "This is a test", text, "en", 1.0, now, identity, published_at=now)
    alert = Alert(identity, "test", "Test", (), channel, identity, identity, (), "pending", 1, now)
    return Message(identity, ((alert, item, ()),), test=True)
