"""Articles whose feed words them anew at every poll: a count of votes, of comments, of minutes since. Their pages are not asked
for each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from monitor.content.articles import say_more
from monitor.core.plan import Planned, Revised
from monitor.core.rereading import comes_round
from monitor.core.sameness import policy
from monitor.errors import WorkerDied
from monitor.model import FeedState, Item, ItemFilter
from monitor.ports import Store, Workers

Read = Callable[[Callable[[], list[Item]]], Awaitable[list[Item]]]


async def touched(
    chunk: Sequence[Planned], state: FeedState, store: Store, read: Read, workers: Workers, now: datetime
) -> frozenset[int]:
    """Places of entries that are to be read by the feed's text alone: their feed edits often, and they say nothing new, but for
    numbers. Now and then the page is read all the same (`comes_round`)."""
    places = {one.item: place for place, one in enumerate(chunk) if isinstance(one, Revised) and one.reading is None}
    if not places or policy(state.learnt.identity).edits != "often":
        return frozenset()
    known = [
        item
        for item in await read(lambda: list(store.items(ItemFilter(ids=tuple(places)))))
        if not comes_round(item.first_seen_at, state.last_success_at, now)
    ]
    entries = [chunk[places[item.id]].entry for item in known]
    try:
        more = await workers.urgent(say_more, entries, [(item.title, item.text) for item in known])
    except WorkerDied:
        return frozenset()
    return frozenset(places[item.id] for item, new in zip(known, more, strict=True) if not new)
