"""What polls ask the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.core.plan import Known
from monitor.model import Item, ItemFilter
from monitor.ports import Store, Write


@dataclass(frozen=True, slots=True)
class Stored:
    """The store's answers. `write` and `read` as a `Poller` has them."""

    store: Store
    write: Write
    read: Write

    async def known(self, keys: Collection[str]) -> Known:
        """Those of these keys that it has."""
        return await self.write(self.store.known, keys)

    async def shown_by(self, feed: str, items: Collection[str], by: datetime) -> bool:
        """Whether a feed had shown any of these items by then."""
        return await self.write(self.store.shown_by, feed, items, by)

    async def items(self, ids: Collection[str]) -> list[Item]:
        """What stands under these ids."""
        return await self.read(lambda: list(self.store.items(ItemFilter(ids=tuple(ids)))))
