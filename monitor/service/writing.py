"""The thread that owns the store: calls that wait for it together go to the disk together.

Each call is all or nothing by itself, and its caller hears of it only when it is on the disk; a hundred of them cost one
sync of the disk instead of a hundred, and a page that ten of them touch is written once.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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

HASTE = 0.02
"""The same from an urgent call on: a few more calls share its commit, and it hardly waits for them."""

BUSY = 20
"""Calls within `HOLD` seconds from which a transaction waits for more of them; a single poll makes four."""
GAP = 0.01
"""Seconds that it waits for the next."""

_Asked = tuple[Callable[[], Any], asyncio.Future[Any], bool]
"""A call, who asked for it, and whether it is urgent."""
Settled = tuple[asyncio.Future[Any], Any, BaseException | None]
"""Who asked, and what to tell: a result, or what was raised."""


class Writing:
    """Runs store calls on its thread, in the order they were asked for; `urgent` ones before all others."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._urgent: deque[_Asked] = deque()
        self._pending: deque[_Asked] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._draining = False
        self._lock = threading.Lock()  # over the question whether somebody drains what is pending
        self._arrived = threading.Condition(self._lock)
        self._asked_at: deque[float] = deque(maxlen=BUSY)

    async def __call__(self, function: Callable[..., T], *args: object) -> T:
        """Run a store call; returns, or raises what it raised, when it and all it wrote is stored."""
        return await self._ask(partial(function, *args), urgent=False)

    async def urgent(self, function: Callable[..., T], *args: object) -> T:
        """As a call, but it waits for none that is not urgent: what an alert needs is not behind a thousand polls."""
        return await self._ask(partial(function, *args), urgent=True)

    async def _ask(self, call: Callable[[], T], *, urgent: bool) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._lock:
            (self._urgent if urgent else self._pending).append((call, future, urgent))
            self._asked_at.append(self._clock.monotonic())
            self._arrived.notify()
            if not self._draining:
                self._thread.submit(self._drain)
                self._draining = True
        return await future

    def close(self) -> None:
        """Finish what was asked for, and end the thread."""
        self._thread.shutdown(wait=True)

    def _drain(self) -> None:
        """On the thread: what is pending, transaction after transaction; all of one are told by one call into the loop."""
        while True:
            settled = self._transaction()
            if settled:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any longer
                    settled[0][0].get_loop().call_soon_threadsafe(_tell, settled)
            with self._lock:
                if not self._waiting():
                    self._draining = False
                    return

    def _waiting(self) -> int:
        return len(self._urgent) + len(self._pending)

    def _others_come(self, now: float) -> bool:
        """Whether another call comes at once, where many come and something was written: their pages are written together."""
        if len(self._asked_at) < BUSY or now - self._asked_at[0] > HOLD or not self._store.writing:
            return False
        with self._arrived:
            return self._arrived.wait_for(lambda: self._waiting() > 0, GAP)

    def _next(self) -> _Asked:
        return (self._urgent or self._pending).popleft()

    def _transaction(self) -> list[Settled]:
        """What is pending, as one transaction: the first call in any case, others while there is time.

        When one of them fails nothing of it is stored, and each is made again, alone: calls change nothing but the store.
        When another process holds the store all of them are told at once, and do not wait for it one after another.
        """
        asked = [self._next()]  # before anything can fail: whoever asked first is told of it
        results: list[Any] = []
        try:
            with self._store.batch():
                until = self._clock.monotonic() + HOLD
                while True:
                    call, future, urgent = asked[-1]
                    if urgent or self._urgent:
                        until = min(until, self._clock.monotonic() + HASTE)
                    results.append(None if future.cancelled() else call())
                    now = self._clock.monotonic()
                    if len(asked) >= MOST or now >= until or not (self._waiting() or self._others_come(now)):
                        break
                    asked.append(self._next())
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


def _tell(settled: Sequence[Settled]) -> None:
    for future, result, error in settled:
        if future.done():  # its caller went away
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
