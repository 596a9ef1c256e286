"""Reading in the cage: bytes that killed a worker twice are not read again until they change or are released.

A crash costs its worker and a deadline's wait; a feed that serves such bytes at every poll would cost both for ever.
Strikes are counted by the content's hash, so whoever serves other bytes is read at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from monitor.errors import ReadError, WorkerDied
from monitor.ports import Store, Workers

T = TypeVar("T")

STRIKES = 2
"""The first may have been the machine's own trouble (memory was short); the second was not."""


def content_hash(body: bytes) -> str:
    """The name of these bytes."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Cage:
    """One feed's reading. `write` runs a store call on the store's thread, `now` is the present."""

    store: Store
    write: Callable[..., Awaitable[object]]
    workers: Workers
    feed: str
    now: Callable[[], datetime]

    async def read(self, name: str, url: str, function: Callable[..., T], *args: object) -> T:
        """Run `function` on `args` in a worker, unless the bytes of this name (`content_hash`) are in quarantine; raises
        ReadError, WorkerDied among it."""
        if await self.write(self.store.strikes, name) >= STRIKES:  # type: ignore[operator]
            raise ReadError(
                f"in quarantine: reading it has killed a worker {STRIKES} times; read again when it changes,"
                f" or by `monitor feeds release {self.feed}`"
            )
        try:
            return await self.workers.run(function, *args)
        except WorkerDied as error:
            await self.write(self.store.strike, name, self.feed, url, str(error), self.now())
            raise
