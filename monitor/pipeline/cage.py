"""Reading in the cage: bytes that killed a worker twice are not read again until they change or are released.

A crash costs its worker and a deadline's wait; a feed that serves such bytes at every poll would cost both for ever.
Strikes are counted by the content's hash, so whoever serves other bytes is read at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from monitor.errors import ReadError, WorkerDied
from monitor.ports import Store

T = TypeVar("T")

Run = Callable[..., Awaitable[Any]]
"""As `ports.Workers.run`, or its `urgent`."""
STRIKES = 2
"""The first may have been the machine's own trouble (memory was short); the second was not."""


@dataclass(frozen=True, slots=True)
class Cage:
    """One feed's reading. `write` runs a store call on the store's thread, `run` a function in a worker; `now` is the
    present."""

    store: Store
    write: Callable[..., Awaitable[Any]]
    run: Run
    feed: str
    now: Callable[[], datetime]

    async def read(
        self,
        name: str,
        url: str,
        function: Callable[..., T],
        *args: object,
        strikes: int | None = None,
        lighter: Sequence[object] | None = None,
    ) -> T:
        """Run `function` on `args` in a worker, unless the bytes of this name (`content_hash`) are in quarantine; raises
        ReadError, WorkerDied among it. `strikes`: the store's, where they have been asked for. `lighter`: arguments to run
        it on when it died of the others, which then is no strike."""
        if strikes is None:
            strikes = await self.write(self.store.strikes, name)
        if strikes >= STRIKES:
            raise ReadError(
                f"in quarantine: reading it has killed a worker {STRIKES} times; read again when it changes,"
                f" or by `monitor feeds release {self.feed}`"
            )
        try:
            return await self._run(function, args, lighter)
        except WorkerDied as error:
            await self.write(self.store.strike, name, self.feed, url, str(error), self.now())
            raise

    async def _run(self, function: Callable[..., T], args: Sequence[object], lighter: Sequence[object] | None) -> T:
        try:
            read: T = await self.run(function, *args)
        except WorkerDied:
            if lighter is None:
                raise
            read = await self.run(function, *lighter)
        return read
