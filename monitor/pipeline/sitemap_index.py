"""A sitemap index as a feed: the entries stand in the news sitemaps it lists.

Its own validators say nothing of its children's, so the index is asked for anew at every poll, and its newest children
with it; the poll is unchanged when all of those documents are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.content.feeds import parse_feed
from monitor.core.identity import site_of
from monitor.errors import ReadError
from monitor.model import Entry, Failed, Fetched, ParsedFeed, Request
from monitor.pipeline.cage import Cage
from monitor.ports import Fetcher

_NO_NEWS = "no URL in it has news:news"


@dataclass(frozen=True, slots=True)
class SitemapIndex:
    """Follows one index. `most`: the children that may be asked for, newest first (`[limits] sitemaps`)."""

    fetcher: Fetcher
    cage: Cage
    most: int

    async def documents(self, index: ParsedFeed, url: str) -> tuple[list[Fetched], list[str]]:
        """The children that could be had, and what went wrong with the others. Children on other sites are not asked."""
        ours = [child for child in index.children if site_of(child) == site_of(url)]
        had: list[Fetched] = []
        problems = [problem for problem in (index.problem,) if problem]
        if not ours:
            problems.append("a sitemap index of other sites' sitemaps only")
        if index.undated and len(ours) > self.most:
            problems.append(f"{len(ours) - self.most} sitemaps without a date were left (limits.sitemaps)")
        for child in ours[: self.most]:
            answer = await self.fetcher.fetch(Request(child))
            if isinstance(answer, Fetched):
                had.append(answer)
            else:
                problems.append(f"{child}: {answer.error if isinstance(answer, Failed) else 'not modified'}")
        return had, problems

    async def read(self, index: ParsedFeed, documents: Sequence[Fetched], problems: Sequence[str]) -> ParsedFeed:
        """All entries as one document. Raises ReadError when none of the children holds news."""
        wrong = list(problems)
        entries: list[Entry] = []
        title, language = index.title, index.language
        pages = 0
        for document in documents:
            try:
                part = await self.cage.read(
                    document.body, document.url, parse_feed, document.body, document.url, dict(document.headers)
                )
            except ReadError as error:
                if _NO_NEWS in str(error):
                    pages += 1
                else:
                    wrong.append(f"{document.url}: {error}")
                continue
            entries += part.entries
            title, language = title or part.title, language or part.language
            if part.problem:
                wrong.append(f"{document.url}: {part.problem}")
        if not entries and (wrong or pages == len(documents)):
            raise ReadError(wrong[0] if wrong else f"a sitemap index: none of its newest {pages} sitemaps holds news")
        return replace(
            index,
            entries=tuple(entries),
            title=title,
            language=language,
            children=(),
            complete=not wrong,
            problem="; ".join(wrong) or None,
        )


def hash_of(documents: Sequence[Fetched]) -> str:
    """Of all children's bodies, in order."""
    whole = hashlib.blake2b(digest_size=16)
    for document in documents:
        whole.update(hashlib.blake2b(document.body, digest_size=16).digest())
    return whole.hexdigest()
