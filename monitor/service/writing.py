"""The thread that owns the store: calls that wait for it together go to the disk together.

Each call is all or nothing by itself, and its caller hears of it only when it is on the disk; a hundred of them cost one
sync of the disk instead of a hundred, and a page that ten of them touch is written once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from monitor.adapters.sqlite import SqliteStore
from monitor.ports import Clock

T = TypeVar("T")

MOST = 200
"""Calls in one transaction."""
HOLD = 0.05
"""Seconds from which a transaction takes no further call: what a caller waits more at most, and another process."""


class Writing:
    """Runs store calls on its thread, in the order they were asked for."""

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pending: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def __call__(self, function: Callable[..., T], *args: object) -> T:
        """Run a store call; returns, or raises what it raised, when it and all it wrote is stored."""
        future: Future[T] = Future()
        self._pending.append((partial(function, *args), future))
        self._thread.submit(self._drain)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish what was asked for, and end the thread."""
        self._thread.shutdown(wait=True)

    def _drain(self) -> None:
        """On the thread: what is pending, as one transaction; at least one call, for each has asked for a drain. Finds
        nothing when an earlier one took it along."""
        done: list[tuple[Future[Any], Any]] = []
        if not self._pending:
            return
        try:
            with self._store.batch() as batch:
                until = self._clock.monotonic() + HOLD
                for taken in range(MOST):
                    if not self._pending or batch.lost or (taken and self._clock.monotonic() >= until):
                        break
                    call, future = self._pending.popleft()
                    if not future.set_running_or_notify_cancel():
                        continue
                    try:
                        done.append((future, call()))
                    except BaseException as error:  # noqa: BLE001  its caller's, as in any executor
                        future.set_exception(error)
        except BaseException as error:  # noqa: BLE001  of the transaction: everyone's in it
            for future, _ in done:
                future.set_exception(error)
        else:
            for future, result in done:
                future.set_result(result)
