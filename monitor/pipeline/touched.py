"""Articles that their feed touches at every poll: a count of votes, of comments. Their pages are not asked for each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.content.articles import say_more
from monitor.core.boilerplate import hung_on
from monitor.core.plan import Planned, Revised
from monitor.core.rereading import comes_round
from monitor.core.sameness import touches
from monitor.errors import WorkerDied
from monitor.model import FeedState
from monitor.pipeline.documents import AT_ONCE
from monitor.pipeline.stored import Stored
from monitor.ports import Workers


async def touched(
    chunk: Sequence[Planned], state: FeedState, stored: Stored, workers: Workers, now: datetime
) -> frozenset[int]:
    """Places of edited entries that are to be read by the feed's text alone: of a feed that `touches`, those that say nothing
    new but for numbers and for what it hangs on most of its entries. Now and then their page is read all the same
    (`comes_round`)."""
    places = {one.item: place for place, one in enumerate(chunk) if isinstance(one, Revised) and one.reading is None}
    if not places or not touches(state.learnt.identity):
        return frozenset()
    known = [
        item for item in await stored.items(places) if not comes_round(item.first_seen_at, state.last_success_at, now)
    ]
    entries = [chunk[places[item.id]].entry for item in known]
    try:
        more = await workers.urgent(say_more, entries, [(item.title, item.text) for item in known]) if known else []
    except WorkerDied:
        return frozenset()
    hung = hung_on((lines for lines in more if lines), min(state.learnt.size, AT_ONCE))
    return frozenset(
        places[item.id] for item, lines in zip(known, more, strict=True) if lines is not None and lines <= hung
    )
