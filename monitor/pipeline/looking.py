"""What a document asks to be done: its entries by their feed's own identity, and what a gap before it swallowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from monitor.core import gaps, sameness
from monitor.core.plan import Identified, Known, Plan, Remembered, identify, plan
from monitor.core.progress import Look
from monitor.model import Entry, Feed, FeedState
from monitor.pipeline.backfill import Backfill
from monitor.pipeline.documents import Document
from monitor.ports import Fetcher, Workers

log = structlog.get_logger()


class Forgotten(Exception):
    """The memory knows what the store does not (it came from another one): it is not believed."""


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
        a document that holds some entries and not the newest, and so can show no gap. Raises Forgotten when the store does
        not know all that is remembered."""
        parsed, unread = document.parsed, document.unread
        known = await self._asked(unread, document.remembered)
        counts = sameness.observe(state.learnt.identity, document.said, unread, known)
        policy = sameness.policy(counts)
        planned = plan(
            [policy.restrict(one) if isinstance(one, Identified) else one for one in document.entries], known
        )
        shown = gaps.window(document.dates, planned.seen)
        judged = window and gaps.judgeable(shown, state.learnt.size, parsed.complete)
        size = None if state.first_polled_at is None else state.learnt.size
        continuity = gaps.continuity(shown, size, state.learnt.overlap) if judged else "contiguous"
        filled = False
        if continuity == "gap" and self.backfill:

            def again(entries: Sequence[Entry]) -> tuple[Identified, ...]:
                return tuple(policy.restrict(one) for one in identify(feed.id, entries))

            backfill = Backfill(self.fetcher, self.workers, again, self.known, self.backfill)
            entries = [one.entry for one in unread]
            found, filled = await backfill.fill(url, parsed, entries, state.last_success_at)
            both = again([*entries, *(one.entry for one in found)])
            planned = plan(both, await self.known([key for one in both for key in one.keys]))
            log.warning("gap", feed=feed.id, since=state.last_success_at, found=len(found), filled=filled)
        return planned, Look(parsed, document.dates, shown, planned.fresh, continuity, counts, judged, filled)

    async def _asked(self, unread: Sequence[Identified], remembered: Sequence[Remembered]) -> Known:
        """What the store knows of these entries, by all keys of those that are not remembered."""
        known = await self.known([*(one.keys[0] for one in remembered), *(key for one in unread for key in one.keys)])
        missing = [one.keys[1:] for one in remembered if one.keys[0] not in known]
        if missing:  # keys that did not tell entries apart before may do so now: those were not stored
            others = await self.known([key for keys in missing for key in keys])
            if any(others.keys().isdisjoint(keys) for keys in missing):
                raise Forgotten
        return known
