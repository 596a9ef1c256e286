"""Articles whose feed words them anew at every poll: a count of votes, of comments, of minutes since. Their pages are not asked
for each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from monitor.content.articles import news_of
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
    """Places of entries that are to be read by the feed's text alone: their feed edits often, and their headline is as it was.
    Now and then the page is read all the same (`comes_round`)."""
    places = {one.item: place for place, one in enumerate(chunk) if isinstance(one, Revised) and one.reading is None}
    if not places or policy(state.learnt.identity).edits != "often":
        return frozenset()
    known = await read(lambda: list(store.items(ItemFilter(ids=tuple(places)))))
    entries = [chunk[places[item.id]].entry for item in known]
    try:
        news = await workers.urgent(news_of, entries, [(item.title, item.text) for item in known])
    except WorkerDied:
        return frozenset()
    return frozenset(
        places[item.id]
        for item, new in zip(known, news, strict=True)
        if new != "headline"
        and not comes_round(item.first_seen_at, state.last_success_at, now, says_more=new == "text")
    )
