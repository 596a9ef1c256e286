"""Who may ask now: limits for each site and in all, so that no server is pressed and no dead one holds up the rest.

A site is a registrable domain. Of its requests at most `per_host` are in flight, and `host_delay` passes between two
starts; more, where the site refuses what comes sooner (`core.pacing`). In all, `concurrency` are in flight. A server that
hangs keeps its slot until the deadline, so slots for such servers are bounded: when others wait and more than half the
slots are held by requests without an end in sight, the oldest gives its slot back and is asked again, with a full
deadline, in the slow lane, which is never wider than that half. A site that timed out goes to the slow lane at once,
until it answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Self

from monitor.adapters import openfiles
from monitor.core.pacing import Pace, Place
from monitor.model import NetworkPolicy, PollPolicy, Request

PATIENCE = 2.0
"""Seconds without an end after which a request counts as hanging: most feeds answer within one."""
_SWEEP = 4_096
"""Sites remembered before those at rest are forgotten."""


@dataclass(slots=True, eq=False)
class Slot:
    """A place among the requests in flight."""

    since: float
    slow: bool
    deadline: asyncio.Timeout | None = None
    """Of the request in the slot; moved to now when the slot is taken back."""
    taken_back: bool = False

    @property
    def under_way(self) -> bool:
        """Whether its request has begun, and has not met its deadline."""
        return self.deadline is not None and not self.deadline.expired()


class Slots:
    """At most `total` holders; while others wait, those that hang hold at most half."""

    def __init__(self, total: int, patience: float = PATIENCE) -> None:
        self.total = total
        self.patience = patience
        self._held: dict[Slot, None] = {}  # oldest first
        self._slow_held = 0
        self._fast: deque[asyncio.Future[Slot]] = deque()
        self._slow: deque[asyncio.Future[Slot]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def in_use(self) -> int:
        """Slots held now."""
        return len(self._held)

    async def acquire(self, *, slow: bool = False) -> Slot:
        """Wait for a slot: first come, first served within a lane."""
        if slot := self.take(slow=slow):
            return slot
        queue = self._slow if slow else self._fast
        future: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        queue.append(future)
        self._watch()
        try:
            return await future
        except asyncio.CancelledError:
            if not future.cancelled():  # handed over and cancelled in the same step
                self.release(future.result())
            raise

    def take(self, *, slow: bool = False) -> Slot | None:
        """A slot, where one is free and nobody waits for it."""
        return self._take(slow) if not (self._slow if slow else self._fast) and self._room(slow) else None

    def release(self, slot: Slot) -> None:
        """Give a slot back; twice is once."""
        if slot in self._held:
            del self._held[slot]
            self._slow_held -= slot.slow
            self.wake()

    def wake(self) -> None:
        """Hand free slots to those who wait. The slow lane goes first: it is bounded, the other is not."""
        for queue, slow in ((self._slow, True), (self._fast, False)):
            while queue and (queue[0].cancelled() or self._room(slow)):
                future = queue.popleft()
                if not future.cancelled():
                    future.set_result(self._take(slow))

    def _room(self, slow: bool) -> bool:
        return len(self._held) < self.total and (not slow or self._slow_held < self._slow_most())

    def _slow_most(self) -> int:
        return max(1, self.total // 2)

    def _take(self, slow: bool) -> Slot:
        slot = Slot(asyncio.get_running_loop().time(), slow)
        self._held[slot] = None
        self._slow_held += slow
        return slot

    def _watch(self) -> None:
        """While someone waits, take slots back from hanging requests beyond their half."""
        if self._timer is not None or not any(not future.cancelled() for future in self._fast):
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        fast = [slot for slot in self._held if not slot.slow and not slot.taken_back]
        hanging = [slot for slot in fast if slot.under_way and now - slot.since >= self.patience]
        for slot in hanging[: max(0, len(hanging) + self._slow_held - self._slow_most())]:
            slot.taken_back = True
            if slot.deadline is not None:
                slot.deadline.reschedule(now)
        if others := set(fast).difference(hanging):
            # One that has not begun, or ends by itself, is looked at again: there is nothing that could be ended.
            soon = now + self.patience / 10
            self._timer = loop.call_at(min(max(one.since + self.patience, soon) for one in others), self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._watch()


@dataclass(slots=True)
class _Site:
    delay: float
    most: int
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: int = 0
    present: int = 0
    next_start: float = 0.0
    held_until: float = 0.0
    slow: bool = False
    pace: Pace = field(default_factory=Pace)


class Turn:
    """The right to ask one site now. ``async with`` waits until the site may be asked and a slot is free."""

    __slots__ = ("_limits", "_site", "name", "slot")

    slot: Slot

    def __init__(self, name: str, site: _Site, limits: Limits) -> None:
        self.name = name
        self._site = site
        self._limits = limits

    async def __aenter__(self) -> Self:
        self._site.present += 1
        try:
            self.slot = self._limits.enter_at_once(self._site) or await self._limits.enter(self._site)
        except BaseException:
            self._site.present -= 1
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.leave(self._site, self.slot)
        self._site.present -= 1

    @property
    def alone(self) -> bool:
        """Whether nobody else asks this site or waits to."""
        return self._site.present <= 1

    def answered(self) -> None:
        """The site is alive."""
        self._site.slow = False

    def allowed(self, url: str) -> None:
        """It refused nothing."""
        self._limits.allowed(self._site, url)

    def refused(self, url: str, placed: float, wait: timedelta | None) -> None:
        """It said "too many requests" to what was `placed` then, and when it may be asked again, or not."""
        self._limits.refused(self._site, url, placed, wait)

    def timed_out(self) -> None:
        """The site let a deadline pass: the slow lane from now on."""
        self._site.slow = True

    async def again(self) -> None:
        """After the slot was taken back: wait for one in the slow lane."""
        self._site.slow = True
        self.slot = await self._limits.another(self.slot)


class Limits:
    """The turns of all sites, under one policy. `monotonic` measures holds; delays are the event loop's."""

    def __init__(self, policy: PollPolicy, network: NetworkPolicy, monotonic: Callable[[], float]) -> None:
        self._policy, self._network = policy, network
        self.monotonic = monotonic
        self._slots = Slots(openfiles.in_flight(policy.concurrency))
        self._sites: dict[str, _Site] = {}

    @property
    def in_flight(self) -> int:
        """Requests that hold a slot."""
        return self._slots.in_use

    def reconfigure(self, policy: PollPolicy, network: NetworkPolicy) -> None:
        """Takes effect for turns not yet given; holds stay."""
        self._policy, self._network = policy, network
        self._slots.total = openfiles.in_flight(policy.concurrency)
        self._slots.wake()
        for name, site in self._sites.items():
            site.delay, site.most = self._measure(name)
            site.left.set()

    def _measure(self, name: str) -> tuple[float, int]:
        policy, network = self._policy, self._network
        return network.host_delay(name, policy.host_delay).total_seconds(), network.per_host(name, policy.per_host)

    def hold(self, name: str, seconds: float) -> None:
        """The site asked to be left alone for so long; the longest wish counts."""
        site = self._site(name)
        site.held_until = max(site.held_until, self.monotonic() + seconds)

    def held_for(self, name: str) -> float:
        """Seconds the site is still to be left alone."""
        site = self._sites.get(name)
        return max(0.0, site.held_until - self.monotonic()) if site and site.held_until else 0.0

    def place(self, name: str, request: Request, patience: float) -> Place:
        """When the site is to be asked for this, by the pace that it was seen to allow (`Pace.place`)."""
        page = request.purpose != "feed"
        return self._site(name).pace.place(request.url, self.monotonic(), patience, page=page)

    def overtaken(self, name: str, placed: float) -> bool:
        """Whether what was `placed` then is to ask for a place anew (`Pace.overtaken`)."""
        return self._site(name).pace.overtaken(placed)

    def allowed(self, site: _Site, url: str) -> None:
        """The site refused nothing."""
        site.pace.answered(url, self.monotonic(), site.delay)

    def refused(self, site: _Site, url: str, placed: float, wait: timedelta | None) -> None:
        """The site refused what came too soon. It is not asked more seldom than one feed."""
        told, most = wait.total_seconds() if wait else None, self._policy.min.total_seconds()
        site.pace.refused(url, self.monotonic(), placed=placed, wait=told, least=site.delay, most=most)

    def turn(self, name: str) -> Turn:
        """A turn of this site, to be entered."""
        return Turn(name, self._site(name), self)

    def enter_at_once(self, site: _Site) -> Slot | None:
        """A slot, where nobody stands in line and there is nothing to wait for, as for most."""
        now = asyncio.get_running_loop().time()
        if site.gate.locked() or site.in_flight >= site.most or site.next_start > now:
            return None
        slot = self._slots.take(slow=site.slow)
        return self._entered(site, slot, now) if slot else None

    async def enter(self, site: _Site) -> Slot:
        """Wait until the site may be asked, then for a slot; first come, first served."""
        async with site.gate:
            while site.in_flight >= site.most:
                site.left.clear()
                await site.left.wait()
            loop = asyncio.get_running_loop()
            pause = site.next_start - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
            return self._entered(site, await self._slots.acquire(slow=site.slow), loop.time())

    async def another(self, slot: Slot) -> Slot:
        """A slot in the slow lane for one that was taken back."""
        self._slots.release(slot)
        return await self._slots.acquire(slow=True)

    def leave(self, site: _Site, slot: Slot) -> None:
        """The end of what was entered."""
        self._slots.release(slot)
        site.in_flight -= 1
        site.left.set()

    def _entered(self, site: _Site, slot: Slot, now: float) -> Slot:
        site.in_flight += 1
        site.next_start = now + site.delay
        return slot

    def _site(self, name: str) -> _Site:
        site = self._sites.get(name)
        if site is None:
            if len(self._sites) >= _SWEEP:
                self._sweep()
            site = self._sites[name] = _Site(*self._measure(name))
        return site

    def _sweep(self) -> None:
        """Forget the sites that nothing is known of any more."""
        now, moment = asyncio.get_running_loop().time(), self.monotonic()
        self._sites = {
            name: site
            for name, site in self._sites.items()
            if site.present or site.slow or site.next_start > now or site.held_until > moment or site.pace.apart
        }
