"""After a gap: what stood between two polls, from where the publisher keeps it.

Asked in this order, until an entry appears that was known before: the feed's older pages (RFC 5005, JSON Feed's
``next_url``), WordPress' ``?paged=N`` where it is WordPress, the site's news sitemap. Only
within the feed's own site, at most `[poll] backfill` documents, each waiting for the site's turn as every request does.
Older pages beyond that, those from one on that fails for now, and a sitemap that does, are left for the next poll.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from monitor.core.dating import BACKDATED
from monitor.core.identity import site_of
from monitor.core.plan import Identified, Remembered, is_scoped
from monitor.errors import ReadError
from monitor.model import Entry, Failed, Fetched, ParsedFeed, Request
from monitor.pipeline.documents import parse
from monitor.pipeline.sitemap_index import named_sitemaps, own_children
from monitor.ports import Fetcher, Workers

SITEMAPS = 2
"""Sitemaps that robots.txt names, or usual places where it names none, and documents of an index, that are looked at: the
newest hold the last days."""
WHOLE_SITE = 0.5
"""A sitemap fills a feed's gap only when the feed shows at least this share of what the site published meanwhile: a
section's feed must not take in the other sections."""
NEWS = "sitemap"
"""In place of an older page: the site's news sitemap is to be asked for again."""
Reached = Callable[[Sequence[Identified]], Awaitable[bool]]
Identify = Callable[[Sequence[Entry]], tuple[Identified, ...]]


class Filling(NamedTuple):
    """What was found, newest first, and whether it reaches back to what was known. `older`: the page from which it goes on
    at the next poll, or `NEWS`."""

    found: tuple[Identified, ...] = ()
    filled: bool = False
    older: str | None = None
    failed: bool = False
    """That page, or the sitemap, failed for now."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """One gap's search. `identify` is the poll's own; `reached`: whether any of these was known before the gap."""

    fetcher: Fetcher
    workers: Workers
    identify: Identify
    reached: Reached
    since: datetime | None
    """The last successful poll before the gap."""
    newest: datetime | None
    """The publisher's own date of the newest entry known before the gap."""
    most: int
    """Documents that may be asked for."""

    async def fill(self, url: str, newest: ParsedFeed, entries: Sequence[Entry]) -> Filling:
        """Search from the document that showed the gap, with these entries that were not in the one before."""
        ours = self.identify(entries)
        first = newest.older or (_following(url) if _is_wordpress(url, newest) else None)
        if first:
            filling = await self.go_on(url, newest, first, ours)
            shown = {key for one in ours for key in one.keys}
            if filling.filled or filling.older or any(shown.isdisjoint(one.keys) for one in filling.found):
                return filling
        return await self.from_sitemaps(url, ours)

    async def go_on(
        self, url: str, newest: ParsedFeed, older: str, shown: Sequence[Identified | Remembered]
    ) -> Filling:
        """Search from this older page on; `newest`: what stands at the feed's own URL now, with these entries."""
        found: dict[tuple[str, ...], Identified] = {}
        # An archive may begin with what the feed shows; a page of our own guessing that holds nothing else is the feed again.
        seen = set() if newest.older else {key for one in shown for key in one.keys}
        at: str | None = older
        entries: Sequence[Entry] = ()
        for _ in range(self.most):
            if at is None or site_of(at) != site_of(url):
                return Filling(tuple(found.values()))
            page = await self._read(at)
            if isinstance(page, Failed):
                return Filling(tuple(found.values()), older=at, failed=True)
            if page is None or not page.entries:
                return Filling(tuple(found.values()))
            ours = self.identify(page.entries)
            again = all(not seen.isdisjoint(one.sure) for one in ours)
            seen.update(key for one in ours for key in one.sure)
            found.update({one.sure: one for one in ours})
            if await self.reached(ours):
                return Filling(tuple(found.values()), filled=True)
            if again:  # the publisher does not page
                return Filling(tuple(found.values()))
            at, entries = page.older or (_following(at) if _is_wordpress(url, newest) else None), page.entries
        dates = [entry.published_at for entry in entries if entry.published_at]
        if not dates or self.newest is None:  # it might be read to its end, years back
            return Filling(tuple(found.values()))
        # Though none of them was known: the publisher has deleted those that were.
        beyond = len(dates) == len(entries) and max(dates) < self.newest - BACKDATED
        return Filling(tuple(found.values()), older=None if beyond else at)

    async def from_sitemaps(self, url: str, shown: Sequence[Identified | Remembered]) -> Filling:
        """Of the site's news, those dated between what was known and the oldest of these entries of the document."""
        after = self.newest or self.since  # by the publisher's own clock, where it told the time
        oldest = min((date for one in shown if (date := one.published_at)), default=None)
        if after is None or oldest is None:
            return Filling()
        entries, failed = await self._sitemap_entries(url)
        nothing = Filling(older=NEWS, failed=True) if failed else Filling()
        dates = [entry.published_at for entry in entries if entry.published_at]
        if not dates:
            return nothing
        since = self.identify([entry for entry in entries if entry.published_at and entry.published_at > after])
        # By their articles: a feed's links bear parameters that a sitemap's do not.
        articles = {key for one in shown for key in one.keys if not is_scoped(key)}
        dated = [(one, one.published_at or after, not articles.isdisjoint(one.keys)) for one in since]
        meanwhile = [ours for _, date, ours in dated if date >= oldest]
        if not meanwhile or sum(meanwhile) < WHOLE_SITE * len(meanwhile):
            return nothing
        between = tuple(one for one, date, ours in dated if date <= oldest and not ours)
        return nothing._replace(found=between, filled=not failed and min(dates) <= after)

    async def _sitemap_entries(self, url: str) -> tuple[list[Entry], bool]:
        """Of the site's news sitemap, as robots.txt names it, or where it usually is; an index is followed to its newest
        documents. And whether something of it failed for now."""
        from monitor.content.discovery import USUAL_SITEMAPS  # lxml: for those who have a gap

        named = [one for one in await named_sitemaps(self.fetcher, url) if site_of(one) == site_of(url)]
        usual = [urljoin(url, f"/{path}") for path in USUAL_SITEMAPS]
        any_failed = False
        for address in (named or usual)[: min(SITEMAPS, self.most)]:
            entries, failed = await self._news_of(address, url)
            if entries:
                return entries, failed
            any_failed = any_failed or failed
        return [], any_failed

    async def _news_of(self, address: str, url: str) -> tuple[list[Entry], bool]:
        """None of a sitemap of pages that are no news. And whether it or one that it names failed for now."""
        read = await self._read(address)
        if not isinstance(read, ParsedFeed):
            return [], read is not None
        children = [await self._read(child) for child in own_children(read, url)[: min(SITEMAPS, self.most)]]
        parts = [read, *(child for child in children if isinstance(child, ParsedFeed))]
        return [entry for part in parts for entry in part.entries], any(isinstance(one, Failed) for one in children)

    async def _read(self, url: str) -> ParsedFeed | Failed | None:
        """None: there is no such document. Failed: it may be had later."""
        answer = await self.fetcher.fetch(Request(url))
        if isinstance(answer, Failed):
            return answer if answer.passes else None
        if not isinstance(answer, Fetched):
            return None
        headers: Mapping[str, str] = dict(answer.headers)
        try:
            return await self.workers.run(parse, answer.body, answer.url, headers)
        except ReadError:
            return None


def _is_wordpress(url: str, feed: ParsedFeed) -> bool:
    """By its word, or by its address: many a site hides what it is made with."""
    parts = urlsplit(url)
    return "wordpress" in feed.generator.lower() or parts.path.endswith(("/feed", "/feed/")) or "feed=" in parts.query


def _following(url: str) -> str:
    """The page after this one of a WordPress feed."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    said = next((value for name, value in query if name == "paged"), "")
    number = int(said) + 1 if said.isascii() and said.isdigit() else 2
    query = [pair for pair in query if pair[0] != "paged"]
    return urlunsplit((*parts[:3], urlencode([*query, ("paged", str(number))]), ""))
