"""States read some at a time reach each who asks once."""

from __future__ import annotations

import asyncio

import pytest

from monitor.model import FeedState
from monitor.service.ahead import Ahead


@pytest.mark.parametrize(("feeds", "some", "askers"), [(0, 3, 2), (1, 3, 5), (10, 3, 1), (10, 3, 4), (10, 20, 40)])
async def test_each_state_is_given_to_one_who_asks(feeds: int, some: int, askers: int) -> None:
    asked: list[list[str]] = []
    given: list[str] = []

    async def read(feed_ids: list[str]) -> list[FeedState]:
        asked.append(feed_ids)
        await asyncio.sleep(0)
        return [FeedState(feed_id) for feed_id in reversed(feed_ids)]

    ahead = Ahead(read, [f"f{n}" for n in range(feeds)], some)

    async def asks() -> None:
        while state := await ahead.next():
            await asyncio.sleep(0)
            given.append(state.id)

    await asyncio.gather(*(asks() for _ in range(askers)))
    assert given == [f"f{n}" for n in range(feeds)], "in their order"
    assert all(len(feed_ids) <= some for feed_ids in asked)
    assert await ahead.next() is None


async def test_who_asks_is_told_that_the_store_cannot_be_read() -> None:
    async def read(feed_ids: list[str]) -> list[FeedState]:
        raise LookupError(feed_ids[0])

    with pytest.raises(LookupError):
        await Ahead(read, ["a"], 1).next()
