"""Entries to readings: the article's page where it is wanted and may be read, else the feed's text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from monitor.content.articles import Context, read_entries, read_entry, triage
from monitor.core.plan import Fresh, Planned, Revised
from monitor.core.rereading import PARTIAL_AFTER, comes_later
from monitor.errors import ReadError, WorkerDied
from monitor.model import ArticlePolicy, Entry, Failed, Fetched, FetchMode, NotModified, Reading, Request
from monitor.pipeline.cage import Cage
from monitor.pipeline.givers import Givers
from monitor.ports import Fetcher, Workers


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

    async def read(self, chunk: Sequence[Planned], context: Context) -> dict[int, Reading]:
        """Readings of the entries that need one, by their place in the chunk."""
        wanting = {index: one.reading for index, one in enumerate(chunk) if isinstance(one, Fresh | Revised)}
        made = {index: reading for index, reading in wanting.items() if reading is not None}
        places = [index for index in wanting if index not in made]
        if not places:
            return made
        mode = self.mode or self.policy.fetch
        entries = [chunk[index].entry for index in places]
        # Only "auto" looks into the texts, which is a worker's business.
        wanted = await self._triage(entries, mode) if mode == "auto" else triage(entries, mode)
        with_page = [index for index, want in zip(places, wanted, strict=True) if want]
        without = [index for index, want in zip(places, wanted, strict=True) if not want]
        plain, paged = await asyncio.gather(
            self._feed_texts([chunk[index].entry for index in without], context),
            asyncio.gather(*(self._with_page(chunk[index].entry, context) for index in with_page)),
        )
        return {**made, **dict(zip(without, plain, strict=True)), **dict(zip(with_page, paged, strict=True))}

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

    async def _with_page(self, entry: Entry, context: Context) -> Reading:
        """The article's page; without it, the feed's text and the reason."""
        page, problem, after = await self._page(entry.url or "")
        if page is not None:
            try:
                return self._judged(page, await self.cage.read(page.name, page.url, read_entry, entry, page, context))
            except ReadError as error:
                # What kills a reader again is in quarantine then: that is another error, and the last word.
                problem, after = str(error), timedelta() if isinstance(error, WorkerDied) else None
        return replace(await self._feed_text(entry, context, problem), page_after=after)

    def _judged(self, page: Fetched, reading: Reading) -> Reading:
        """What was read of a page, which is asked for again where others of its site hold their articles."""
        if reading.text_from == "page":
            self.givers.gave(page.url, self.now(), again=self.attempt > 0)
            return replace(reading, problem=f"page: {page.cut}") if page.cut else reading
        if reading.page_after is not None and not self._may_pass(page.url):
            return replace(reading, page_after=None)
        return reading

    def _may_pass(self, url: str) -> bool:
        """Whether the article may stand there later, in whose place now is a wall or nothing."""
        if self.attempt:
            self.givers.stood(url, self.now())
        return self.givers.lets_pass(url, self.now())

    async def _page(self, url: str) -> tuple[Fetched | None, str | None, timedelta | None]:
        """The page, else the reason, and when it may be asked for again."""
        allowed = not self.policy.robots or await self.fetcher.allowed(url)
        if allowed is None:
            return None, "page: robots.txt cannot be had", timedelta()
        if (
            not allowed
        ):  # a site that is being mended may forbid all for an hour; asking its robots.txt asks for no page
            gives = self.givers.gives(url, self.now())
            return None, "robots.txt does not allow the page", timedelta() if gives else None
        partial = self.attempt > PARTIAL_AFTER
        request = Request(url, purpose="page", partial=partial, obey=self.policy.robots)
        outcome = await self.fetcher.fetch(request)
        match outcome:
            case Fetched():
                return outcome, None, None
            case Failed():
                if outcome.site and outcome.reason != "held":
                    await self.held(outcome)
                later = comes_later(outcome)
                if outcome.unusual and not self._may_pass(url):
                    later = None
                return None, f"page: {outcome.error}", later
            case NotModified():
                return None, "page: 304 Not Modified to an unconditional request", timedelta()
            case _:
                assert_never(outcome)
