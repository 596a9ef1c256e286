"""What a document asks to be done: its entries by their feed's own identity, and what a gap before it swallowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from monitor.core import gaps, sameness
from monitor.core.plan import Identified, Known, Plan, identify, plan
from monitor.core.progress import Look
from monitor.model import Entry, Feed, FeedState
from monitor.pipeline.backfill import Backfill
from monitor.pipeline.documents import Document
from monitor.ports import Fetcher, Workers

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looking:
    """One document's look. `known` asks the store; `backfill` bounds the documents asked for to fill a gap."""

    fetcher: Fetcher
    workers: Workers
    known: Callable[[Sequence[str]], Awaitable[Known]]
    backfill: int

    async def at(
        self, feed: Feed, state: FeedState, document: Document, url: str, *, window: bool = True
    ) -> tuple[Plan, Look]:
        """The plan, with what stood in a gap where that is found. `url`: where the document came from. `window` is False for
        a document that holds some entries and not the newest, and so can show no gap."""
        parsed, everything = document.parsed, document.entries
        known = await self.known([key for one in everything for key in one.keys])
        counts = sameness.observe(state.learnt.identity, everything, known)
        policy = sameness.policy(counts)
        planned = plan([policy.restrict(one) for one in everything], known)
        shown = gaps.window(planned.entries, planned.seen)
        judged = window and gaps.judgeable(shown, state.learnt.size, parsed.complete)
        size = None if state.first_polled_at is None else state.learnt.size
        continuity = gaps.continuity(shown, size, state.learnt.overlap) if judged else "contiguous"
        filled = False
        if continuity == "gap" and self.backfill:

            def again(entries: Sequence[Entry]) -> tuple[Identified, ...]:
                return tuple(policy.restrict(one) for one in identify(feed.id, entries))

            backfill = Backfill(self.fetcher, self.workers, again, self.known, self.backfill)
            found, filled = await backfill.fill(url, parsed, state.last_success_at)
            both = again([one.entry for one in (*everything, *found)])
            planned = plan(both, await self.known([key for one in both for key in one.keys]))
            log.warning("gap", feed=feed.id, since=state.last_success_at, found=len(found), filled=filled)
        return planned, Look(parsed, shown, planned.fresh, continuity, counts, judged, filled)
