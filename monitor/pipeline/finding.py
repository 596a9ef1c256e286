"""The feeds of a site, for `monitor feeds find`: what an address is itself, what its page declares and links, the news sitemaps
that robots.txt names, then where such sites usually have them. Each is fetched and read: what is listed is a feed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.content.discovery import FeedLink, find_feeds, sent_on
from monitor.errors import MonitorError, ReadError
from monitor.model import Failed, Fetched, ParsedFeed, Request
from monitor.pipeline.documents import parse
from monitor.pipeline.sitemap_index import named_sitemaps, own_children
from monitor.ports import Fetcher, Workers

SITEMAPS = 3
"""Of those that robots.txt names, the ones that speak of news first; and of an index: its newest. A large site names hundreds,
nearly all of pages that are no news."""

SENT_ON = 3
"""Pages in a row that each send on to the next by their ``meta`` elements."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed of a site. `entries`: how many its document holds; of a sitemap index, those looked at."""

    url: str
    title: str
    entries: int


@dataclass(slots=True)
class Finder:
    """One search. Nothing is asked for twice, and what two addresses show alike is listed under the first."""

    fetcher: Fetcher
    workers: Workers
    found: list[Found] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _shown: set[str] = field(default_factory=set)

    async def find(self, url: str) -> list[Found]:
        """Best first. Raises MonitorError when there is no answer from this address."""
        page = await self._opened(url)
        await self._confirm(page)
        links = await self.workers.run(find_feeds, page.body, page.url, dict(page.headers))
        await self._try([link for link in links if link.found != "usual"])
        usual = [link for link in links if link.found == "usual"]
        if not self.found:
            await self._try([link for link in usual if link.kind != "sitemap"])
        named = [FeedLink(one) for one in (await named_sitemaps(self.fetcher, page.url))[:SITEMAPS]]
        await self._try(named or [link for link in usual if link.kind == "sitemap"])
        return self.found

    async def _opened(self, url: str) -> Fetched:
        """The page at this address, or that it sends its reader on to: a site's root mostly sends on to a language."""
        page = await self.fetcher.fetch(Request(url, purpose="page"))
        if isinstance(page, Failed):
            raise MonitorError(page.error)
        assert isinstance(page, Fetched)
        self._asked.add(url)
        target = await self.workers.run(sent_on, page.body, page.url, dict(page.headers))
        if target is None or target in self._asked or len(self._asked) > SENT_ON:
            return page
        try:
            return await self._opened(target)
        except MonitorError:  # what the first says of feeds is as good
            return page

    async def _try(self, links: Iterable[FeedLink]) -> None:
        for link in links:
            if link.url not in self._asked:
                self._asked.add(link.url)
                answer = await self.fetcher.fetch(Request(link.url))
                if isinstance(answer, Fetched):
                    await self._confirm(answer)

    async def _confirm(self, answer: Fetched) -> None:
        """List it when it is a feed, and none that is listed already."""
        self._asked.add(answer.url)
        if answer.name in self._shown:
            return
        self._shown.add(answer.name)
        read = await self._read(answer)
        if read is None:
            return
        title, entries = read.title, len(read.entries)
        if read.children:
            title, entries = await self._children(read, answer.url)
            if not entries:
                return
        self.found.append(Found(answer.url, title, entries))

    async def _children(self, index: ParsedFeed, url: str) -> tuple[str, int]:
        """Of an index' newest sitemaps: a title, and how many entries."""
        title, entries = "", 0
        for child in own_children(index, url)[:SITEMAPS]:
            self._asked.add(child)
            answer = await self.fetcher.fetch(Request(child))
            part = await self._read(answer) if isinstance(answer, Fetched) else None
            if part is not None:
                title, entries = title or part.title, entries + len(part.entries)
        return title, entries

    async def _read(self, answer: Fetched) -> ParsedFeed | None:
        try:
            read: ParsedFeed = await self.workers.run(parse, answer.body, answer.url, dict(answer.headers))
        except ReadError:
            return None
        return read
