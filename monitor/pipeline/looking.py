"""What a document asks to be done: its entries by their feed's own identity, and what a gap before it swallowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from monitor.core import gaps, sameness
from monitor.core.plan import Identified, Known, Plan, Remembered, by_words, identify, is_scoped, plan
from monitor.core.progress import Look
from monitor.model import Entry, Feed, FeedState, Learnt, PollPolicy
from monitor.pipeline.backfill import NEWS, Backfill, Filling, Identify
from monitor.pipeline.documents import Document
from monitor.pipeline.stored import Stored
from monitor.pipeline.successors import with_successors
from monitor.ports import Fetcher, Workers

log = structlog.get_logger()


class Forgotten(Exception):
    """The memory knows what the store does not (it came from another one): it is not believed."""


@dataclass(frozen=True, slots=True)
class Looking:
    """One document's look, now, under this policy."""

    fetcher: Fetcher
    workers: Workers
    stored: Stored
    policy: PollPolicy
    now: datetime

    async def at(
        self, feed: Feed, state: FeedState, document: Document, url: str, *, window: bool = True
    ) -> tuple[Plan, Look]:
        """The plan, with what stood in a gap where that is found. `url`: where the document came from. `window` is False for
        a document that holds some entries and not the newest, and so can show no gap. Raises Forgotten when the store does
        not know all that is remembered."""
        before = state.learnt.identity
        if sameness.policy(before).by == "words":
            document = document.with_unread(by_words(feed.id, document.unread))
        known = await self._asked(document.unread, document.remembered)
        counts = sameness.observe(before, document.said, document.unread, known)
        apart = await with_successors(document, known, (before, counts), self.stored, self.workers)
        if apart is not document:
            document, counts = apart, sameness.observe(before, apart.said, apart.unread, known)
        parsed, unread = document.parsed, document.unread
        policy = sameness.policy(counts)
        planned = plan(
            [policy.restrict(one) if isinstance(one, Identified) else one for one in document.entries], known
        )
        shown = gaps.window(document.dates, planned.seen)
        judged = window and gaps.judgeable(shown, state.learnt.size, parsed.complete)
        size = None if state.first_polled_at is None else state.learnt.size
        continuity = gaps.continuity(shown, size, state.learnt.overlap) if judged else "contiguous"
        look = Look(parsed, document.dates, shown, planned.fresh, continuity, counts, judged)
        gap = continuity == "gap"
        older = state.learnt.older
        asks = gap and gaps.worth_asking(state.learnt.gaps, state.learnt.barren)
        # Of a feed that rolls over at each poll a sitemap that fails for now is not asked for at each.
        goes_on = window and older and not (gap and older == NEWS)
        if not self.policy.backfill or not (asks or goes_on):
            return planned, look
        if not gap and not self._again(state.learnt):
            return planned, replace(look, older=older, older_failed=state.learnt.older_failed)

        def again(entries: Sequence[Entry]) -> tuple[Identified, ...]:
            found = identify(feed.id, entries)
            return tuple(map(policy.restrict, by_words(feed.id, found) if policy.by == "words" else found))

        entries = [one.entry for one in unread]
        filling = await self._filling(state, gap, again, url, document)
        both = again([*entries, *(one.entry for one in filling.found)])
        planned = plan(both, await self.stored.known([key for one in both for key in one.keys]))
        since = state.learnt.gap_from if older else state.last_success_at
        log.warning("gap", feed=feed.id, since=since, found=len(filling.found), filled=filling.filled)
        # What an older page brings later says nothing of when the feed brings something.
        fresh = planned.fresh if gap else look.fresh
        return planned, replace(
            look,
            fresh=fresh,
            filled=filling.filled,
            older=filling.older,
            older_failed=state.learnt.older_failed + 1 if filling.failed else 0,
            barren=gap and not filling.found,
        )

    def _again(self, learnt: Learnt) -> bool:
        """Whether what is older is to be asked for at this poll."""
        passed = self.now - (learnt.gap_at or self.now)
        return gaps.worth_another_try(learnt.older_failed, passed, self.policy.min)

    async def _filling(self, state: FeedState, gap: bool, again: Identify, url: str, document: Document) -> Filling:
        """What is found of the gap that the document shows, or of one before it that is not filled yet: then both are one."""
        older = state.learnt.older
        since = state.learnt.gap_from if older else state.last_success_at

        async def reached(ones: Sequence[Identified]) -> bool:
            known = await self.stored.known([key for one in ones for key in one.keys if is_scoped(key)])
            items = [item for item, _ in known.values()]
            return bool(items) and (since is None or await self.stored.shown_by(state.id, items, since))

        newest = state.learnt.newest
        backfill = Backfill(self.fetcher, self.workers, again, reached, since, newest, self.policy.backfill)
        if gap or not older:
            return await backfill.fill(url, document.parsed, [one.entry for one in document.unread])
        if older == NEWS:
            return await backfill.from_sitemaps(url, document.entries)
        return await backfill.go_on(url, document.parsed, older, document.entries)

    async def _asked(self, unread: Sequence[Identified], remembered: Sequence[Remembered]) -> Known:
        """What the store knows of these entries, by all keys of those that are not remembered."""
        known = await self.stored.known(
            [*(one.keys[0] for one in remembered), *(key for one in unread for key in one.keys)]
        )
        missing = [one.keys[1:] for one in remembered if one.keys[0] not in known]
        if missing:  # keys that did not tell entries apart before may do so now: those were not stored
            others = await self.stored.known([key for keys in missing for key in keys])
            if any(others.keys().isdisjoint(keys) for keys in missing):
                raise Forgotten
        return known
