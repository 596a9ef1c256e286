"""The thread that owns the store: calls that wait for it together go to the disk together.

Each call is all or nothing by itself, and its caller hears of it only when it is on the disk; a hundred of them cost one
sync of the disk instead of a hundred, and a page that ten of them touch is written once.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from monitor.adapters.sqlite import SqliteStore
from monitor.errors import StoreBusy
from monitor.ports import Clock

T = TypeVar("T")

MOST = 200
"""Calls in one transaction."""
HOLD = 0.1
"""Seconds from which a transaction takes no further call: what a caller waits more at most, and another process."""
SHARE = 10
"""Times as long as storing a transaction takes, from which it takes no further call: to wait more would save little."""

HASTE = 0.02
"""The same from an urgent call on: a few more calls share its commit, and it hardly waits for them."""

BUSY = 20
"""Calls within `HOLD` seconds from which a transaction waits for more of them; a single poll makes four."""
GAP = 0.005
"""Seconds that it waits for the next."""

_Asked = tuple[Callable[[], Any], asyncio.Future[Any], bool]
"""A call, who asked for it, and whether it is urgent."""
Settled = tuple[asyncio.Future[Any], Any, BaseException | None]
"""Who asked, and what to tell: a result, or what was raised."""


class Writing:
    """Runs store calls on its thread, in the order they were asked for; `urgent` ones and what is only `read` before others."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._urgent: deque[_Asked] = deque()
        self._pending: deque[_Asked] = deque()
        self._reads: deque[_Asked] = deque()
        self._storing = HOLD / SHARE  # seconds, as of late
        self._asked_at: deque[float] = deque(maxlen=BUSY)
        self._thread: threading.Thread | None = None
        self._closing = False
        # No lock is shared with the loop: whoever held one while it waits for the interpreter would stop the other.
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._rung = False

    async def __call__(self, function: Callable[..., T], *args: object) -> T:
        """Run a store call; returns, or raises what it raised, when it and all it wrote is stored."""
        return await self._ask(self._pending, partial(function, *args))

    async def urgent(self, function: Callable[..., T], *args: object) -> T:
        """As a call, but it waits for none that is not urgent: what an alert needs is not behind a thousand polls."""
        return await self._ask(self._urgent, partial(function, *args))

    async def read(self, function: Callable[..., T], *args: object) -> T:
        """A call that writes nothing, answered before what others wrote is stored: only for what none of them changes."""
        return await self._ask(self._reads, partial(function, *args))

    async def _ask(self, asked: deque[_Asked], call: Callable[[], T]) -> T:
        if self._closing:
            raise RuntimeError("the store's thread has ended")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        asked.append((call, future, asked is self._urgent))
        self._asked_at.append(self._clock.monotonic())
        self._ring()
        return await future

    def close(self) -> None:
        """Finish what was asked for, and end the thread."""
        self._closing = True
        if self._thread is not None:
            self._ring()
            self._thread.join()

    def _ring(self) -> None:
        """Wake the thread, after what it is to find was put there."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
            self._thread.start()
        if not self._rung:  # the thread will look again after it has set this back
            self._rung = True
            self._bell.put(None)

    def _woken(self, timeout: float | None = None) -> bool:
        """On the thread: wait for who rings, or so many seconds in vain."""
        try:
            self._bell.get(timeout=timeout)
        except queue.Empty:
            return False
        self._rung = False
        return True

    def _serve(self) -> None:
        """The thread: what is pending, transaction after transaction; all of one are told by one call into the loop."""
        while True:
            closing = self._closing  # before the look: what was asked for until then is found by it
            while self._reads or self._waiting():
                self._answer_reads()
                _tell_all(self._transaction())
            if closing:
                return
            if not self._closing:  # its ring may have been heard in the midst of a transaction
                self._woken()

    def _answer_reads(self) -> None:
        settled = []
        while self._reads:
            call, future, _ = self._reads.popleft()
            settled.append(_alone(call, future))
        _tell_all(settled)

    def _waiting(self) -> int:
        return len(self._urgent) + len(self._pending)

    def _others_come(self, now: float, until: float) -> bool:
        """Whether another call comes at once, where many come and something was written: their pages are written together."""
        if len(self._asked_at) < BUSY or now - self._asked_at[0] > HOLD or not self._store.writing:
            return False
        last = min(now + GAP, until)
        while now < last and self._woken(last - now):
            self._answer_reads()
            if self._waiting():
                return True
            now = self._clock.monotonic()
        return False

    def _next(self) -> _Asked:
        return (self._urgent or self._pending).popleft()

    def _transaction(self) -> list[Settled]:
        """What is pending, as one transaction: the first call in any case, others while there is time.

        When one of them fails nothing of it is stored, and each is made again, alone: calls change nothing but the store.
        When another process holds the store all of them are told at once, and do not wait for it one after another.
        """
        if not self._waiting():
            return []
        asked = [self._next()]  # before anything can fail: whoever asked first is told of it
        results: list[Any] = []
        try:
            with self._store.batch():
                until = self._clock.monotonic() + min(HOLD, SHARE * self._storing)
                while True:
                    call, future, urgent = asked[-1]
                    if urgent or self._urgent:
                        until = min(until, self._clock.monotonic() + HASTE)
                    results.append(None if future.cancelled() else call())
                    self._answer_reads()
                    now = self._clock.monotonic()
                    if len(asked) >= MOST or now >= until or not (self._waiting() or self._others_come(now, until)):
                        break
                    asked.append(self._next())
                began, wrote = self._clock.monotonic(), self._store.writing
            if wrote:
                self._storing = (self._storing + self._clock.monotonic() - began) / 2
        except BaseException as error:  # noqa: BLE001  its caller's, as in any executor
            if isinstance(error, StoreBusy) or len(asked) == 1:
                return [(future, None, error) for _, future, _ in asked]
            return [_alone(call, future) for call, future, _ in asked]
        return [(future, result, None) for (_, future, _), result in zip(asked, results, strict=True)]


def _alone(call: Callable[[], Any], future: asyncio.Future[Any]) -> Settled:
    try:
        return future, None if future.cancelled() else call(), None
    except BaseException as error:  # noqa: BLE001  its caller's, as in any executor
        return future, None, error


def _tell_all(settled: Sequence[Settled]) -> None:
    """From the thread, in the loop of those who asked."""
    if settled:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any longer
            settled[0][0].get_loop().call_soon_threadsafe(_tell, settled)


def _tell(settled: Sequence[Settled]) -> None:
    for future, result, error in settled:
        if future.done():  # its caller went away
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
