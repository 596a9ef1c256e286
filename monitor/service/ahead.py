"""The states of many feeds that are polled one after another, read some at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice

from monitor.model import FeedState

Read = Callable[[list[str]], Awaitable[list[FeedState]]]


class Ahead:
    """Gives each state to one of many who ask, in the order of the feeds; `some` are read together, which costs less than one
    by one."""

    def __init__(self, read: Read, feed_ids: Iterable[str], some: int) -> None:
        self._read = read
        self._left = iter(feed_ids)
        self._some = some
        self._states: deque[FeedState] = deque()
        self._reading: asyncio.Task[None] | None = None

    async def next(self) -> FeedState | None:
        """None: all have been given. Raises what reading raises."""
        while not self._states:
            if self._reading is None or self._reading.done():
                wanted = list(islice(self._left, self._some))
                if not wanted:
                    return None
                self._reading = asyncio.create_task(self._fill(wanted))
            await self._reading  # with whoever else asks: a lock would let them in one by one
        return self._states.popleft()

    async def _fill(self, feed_ids: list[str]) -> None:
        states = {state.id: state for state in await self._read(feed_ids)}
        self._states.extend(states[feed] for feed in feed_ids if feed in states)
