"""Entries to readings: the article's page where it is wanted and may be read, else the feed's text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from monitor.content.articles import SHORTER, Context, read_entries, read_entry, triage
from monitor.core.givers import Givers
from monitor.core.identity import leads_home
from monitor.core.plan import Fresh, Planned, Revised
from monitor.core.rereading import PARTIAL_AFTER, comes_later, may_be_a_wall
from monitor.errors import ReadError, WorkerDied
from monitor.model import ArticlePolicy, Entry, Failed, Fetched, FetchMode, NotModified, Reading, Request
from monitor.pipeline.cage import Cage
from monitor.ports import Fetcher, Workers

MAX_ONWARD = 2
"""Pages that lead on by themselves, one to the next, to an article: a shortener and a counter."""


class _Asked(NamedTuple):
    """The page, else the reason, when it may be asked for again, and whether only where its site gives articles. `in_line`: it
    was not asked for, and is to be then."""

    page: Fetched | None
    problem: str | None = None
    after: timedelta | None = None
    unsure: bool = False
    in_line: bool = False


def page_of(planned: Planned, reading: Reading) -> str | None:
    """Of a new article whose page was wanted: "" where it was had, else why not."""
    if not isinstance(planned, Fresh) or reading.page_in_line:
        return None
    if reading.text_from == "page":
        return ""
    return reading.problem if reading.problem != SHORTER else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one feed's entries. `mode` is the feed's own, None for the policy's; `held` is told when a site asks for rest.
    `attempt`: how often their pages were asked for before."""

    fetcher: Fetcher
    workers: Workers
    cage: Cage
    policy: ArticlePolicy
    mode: FetchMode | None
    held: Callable[[Failed], Awaitable[None]]
    givers: Givers
    now: Callable[[], datetime]
    attempt: int = 0

    async def read(
        self, chunk: Sequence[Planned], context: Context, besides: Collection[int] = ()
    ) -> dict[int, Reading]:
        """Readings of the entries that need one, by their place in the chunk; of those `besides` by the feed's text alone."""
        wanting = {
            index: one.reading
            for index, one in enumerate(chunk)
            if isinstance(one, Fresh | Revised) or index in besides or one.reading is not None
        }
        made = {index: reading for index, reading in wanting.items() if reading is not None}
        places = [index for index in wanting if index not in made]
        if not places:
            return made
        mode = self.mode or self.policy.fetch
        asked = [index for index in places if index not in besides]
        entries = [chunk[index].entry for index in asked]
        # Only "auto" looks into the texts, which is a worker's business.
        wanted = await self._triage(entries, mode) if mode == "auto" else triage(entries, mode)
        with_page = [index for index, want in zip(asked, wanted, strict=True) if want]
        without = [index for index in places if index not in with_page]
        plain, paged = await asyncio.gather(
            self._feed_texts([chunk[index].entry for index in without], context),
            asyncio.gather(*(self._with_page(chunk[index].entry, context) for index in with_page)),
        )
        # Judged when all have been read: the first article of a site may come after the first wall.
        judged = [self._judged(chunk[index].entry, *one) for index, one in zip(with_page, paged, strict=True)]
        return {**made, **dict(zip(without, plain, strict=True)), **dict(zip(with_page, judged, strict=True))}

    async def _triage(self, entries: Sequence[Entry], mode: FetchMode) -> list[bool]:
        """As `triage`; a text that kills its reader has its page left alone too."""
        try:
            return await self.workers.urgent(triage, entries, mode)
        except WorkerDied:
            if len(entries) == 1:
                return [False]
            return [want for entry in entries for want in await self._triage([entry], mode)]

    async def _feed_texts(self, entries: Sequence[Entry], context: Context) -> list[Reading]:
        """Read together; when that kills a worker each apart, so that one text costs no other's."""
        try:
            return await self.workers.urgent(read_entries, list(entries), context) if entries else []
        except WorkerDied:
            return [await self._feed_text(entry, context) for entry in entries]

    async def _feed_text(self, entry: Entry, context: Context, problem: str | None = None) -> Reading:
        """The feed's text of one entry; its title alone when the rest kills a worker, and then its page later: memory may have
        been short."""
        try:
            return await self.workers.urgent(read_entry, entry, None, context, problem)
        except WorkerDied as error:
            bare = replace(entry, summary="", content="")
            reading = await self.workers.urgent(read_entry, bare, None, context, f"text: {error}")
            return replace(reading, page_after=timedelta() if entry.url else None)

    async def _with_page(self, entry: Entry, context: Context) -> tuple[Reading, bool]:
        """The article's page, or the one it leads on to; without it, the feed's text and the reason. And whether the article is
        to be had later only where its site gives articles."""
        url = entry.url or ""
        for _ in range(1 + MAX_ONWARD):
            page, problem, after, unsure, in_line = await self._page(url)
            if page is not None and leads_home(entry.url or "", page.url):
                page, problem, after, unsure = None, "page: leads to the front page of its site", timedelta(), True
            if page is None:
                break
            try:
                reading = await self.cage.read(page.name, page.url, read_entry, entry, page, context)
            except ReadError as error:
                # What kills a reader again is in quarantine then: that is another error, and the last word.
                problem, after = str(error), timedelta() if isinstance(error, WorkerDied) else None
                break
            if reading.page_at is None:
                if reading.text_from == "page" and page.cut:
                    reading = replace(reading, problem=f"page: {page.cut}")
                return reading, reading.page_after is not None
            url, problem = reading.page_at, reading.problem
        return replace(await self._feed_text(entry, context, problem), page_after=after, page_in_line=in_line), unsure

    def _judged(self, entry: Entry, reading: Reading, unsure: bool) -> Reading:
        """A reading, and what it tells of its site: whether the article may stand there later, in whose place is a wall."""
        url, now = entry.url or "", self.now()
        if reading.text_from == "page":
            self.givers.gave(url, now, again=self.attempt > 0)
        elif unsure:
            if self.attempt:
                self.givers.stood(url, now)
            if not self.givers.lets_pass(url, now):
                return replace(reading, page_after=None)
        return reading

    async def _page(self, url: str) -> _Asked:
        allowed = not self.policy.robots or await self.fetcher.allowed(url)
        if allowed is None:
            return _Asked(None, "page: robots.txt cannot be had", timedelta())
        if not allowed:
            # A site that is being mended may forbid all for an hour; asking its robots.txt asks for no page.
            return _Asked(None, "robots.txt does not allow the page", timedelta(), unsure=True)
        partial = self.attempt > PARTIAL_AFTER
        outcome = await self.fetcher.fetch(Request(url, purpose="page", partial=partial, obey=self.policy.robots))
        match outcome:
            case Fetched():
                return _Asked(outcome)
            case Failed():
                if outcome.site and outcome.reason != "held":
                    await self.held(outcome)
                wall = may_be_a_wall(outcome)
                after = timedelta() if wall else comes_later(outcome)
                return _Asked(None, f"page: {outcome.error}", after, wall, outcome.reason == "turn")
            case NotModified():
                return _Asked(None, "page: 304 Not Modified to an unconditional request", timedelta())
            case _:
                assert_never(outcome)
