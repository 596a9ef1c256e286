"""After a gap: what stood between two polls, from where the publisher keeps it.

Asked in this order, until an entry appears that was known before: the feed's older pages (RFC 5005, JSON Feed's
``next_url``), WordPress' ``?paged=N`` where the generator says WordPress, the news sitemap that robots.txt names. Only
within the feed's own site, at most `[poll] backfill` documents, each waiting for the site's turn as every request does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from monitor.core.identity import site_of
from monitor.core.plan import Identified, Known, is_scoped
from monitor.errors import ReadError
from monitor.model import Entry, Fetched, ParsedFeed, Request
from monitor.pipeline.documents import parse
from monitor.pipeline.sitemap_index import own_children
from monitor.ports import Fetcher, Workers

SITEMAPS = 2
"""Documents of an index that are looked at: the newest hold the last days."""
WHOLE_SITE = 0.5
"""A sitemap fills a feed's gap only when the feed shows at least this share of what the site published meanwhile: a
section's feed must not take in the other sections."""

Look = Callable[[Sequence[str]], Awaitable[Known]]
Identify = Callable[[Sequence[Entry]], tuple[Identified, ...]]


class Filling(NamedTuple):
    """What was found, newest first, and whether it reaches back to what was known."""

    found: tuple[Identified, ...] = ()
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Backfill:
    """One gap's search. `identify` and `known` are the poll's own."""

    fetcher: Fetcher
    workers: Workers
    identify: Identify
    known: Look
    most: int
    """Documents that may be asked for."""

    async def fill(self, url: str, newest: ParsedFeed, entries: Sequence[Entry], since: datetime | None) -> Filling:
        """Search from the document that showed the gap, with these entries that were not in the one before; `since`: the
        last successful poll before it."""
        if newest.older or "wordpress" in newest.generator.lower():
            return await self._pages(url, newest)
        return await self._sitemaps(url, entries, since) if since is not None else Filling()

    async def _pages(self, url: str, newest: ParsedFeed) -> Filling:
        found: dict[tuple[str, ...], Identified] = {}
        at, page = url, newest
        for number in range(2, self.most + 2):
            following = page.older or (_paged(url, number) if "wordpress" in newest.generator.lower() else None)
            if following is None or following == at or site_of(following) != site_of(url):
                break
            read = await self._read(following)
            if read is None or not read.entries:
                break
            at, page = following, read
            ours = self.identify(read.entries)
            known = await self.known([key for one in ours for key in one.keys])
            before = len(found)
            found.update({tuple(one.keys): one for one in ours})
            if any(_seen(one, known) for one in ours):
                return Filling(tuple(found.values()), filled=True)
            if len(found) == before:
                break  # the same page again: the publisher does not page
        return Filling(tuple(found.values()))

    async def _sitemaps(self, url: str, newest: Sequence[Entry], since: datetime) -> Filling:
        entries = await self._sitemap_entries(url)
        ours = {one.entry.url: one for one in self.identify(newest)}
        oldest = min((entry.published_at for entry in newest if entry.published_at), default=None)
        dated = [(entry, entry.published_at) for entry in entries if entry.published_at]
        if oldest is None or not dated:
            return Filling()
        meanwhile = [entry.url in ours for entry, date in dated if date >= oldest]
        if not meanwhile or sum(meanwhile) < WHOLE_SITE * len(meanwhile):
            return Filling()
        between = self.identify([entry for entry, date in dated if since < date <= oldest and entry.url not in ours])
        return Filling(between, filled=min(date for _, date in dated) <= since)

    async def _sitemap_entries(self, url: str) -> list[Entry]:
        """Of the site's news sitemap, as robots.txt names it; an index is followed to its newest documents."""
        from monitor.content.discovery import sitemaps_of  # lxml: for those who have a gap

        robots = await self.fetcher.fetch(Request(urljoin(url, "/robots.txt"), purpose="robots", max_bytes=500_000))
        if not isinstance(robots, Fetched):
            return []
        named = sitemaps_of(robots.body.decode("utf-8", "replace"))
        address = next((one for one in named if "news" in one.lower() and site_of(one) == site_of(url)), None)
        read = await self._read(address) if address else None
        if read is None or not read.children:
            return list(read.entries) if read else []
        entries: list[Entry] = []
        for child in own_children(read, url)[: min(SITEMAPS, self.most)]:
            part = await self._read(child)
            entries += part.entries if part else ()
        return entries

    async def _read(self, url: str) -> ParsedFeed | None:
        answer = await self.fetcher.fetch(Request(url))
        if not isinstance(answer, Fetched):
            return None
        headers: Mapping[str, str] = dict(answer.headers)
        try:
            return await self.workers.run(parse, answer.body, answer.url, headers)
        except ReadError:
            return None


def _seen(one: Identified, known: Known) -> bool:
    return any(key in known for key in one.keys if is_scoped(key))


def _paged(url: str, number: int) -> str:
    """The nth page of a WordPress feed."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paged"]
    return urlunsplit((*parts[:3], urlencode([*query, ("paged", str(number))]), ""))
