"""A sitemap index as a feed: the entries stand in the news sitemaps it lists.

Its own validators say nothing of its children's, so the index is asked for anew at every poll, and its newest children
with it; the poll is unchanged when all of those documents are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from monitor.core.identity import site_of
from monitor.errors import NoNews, ReadError
from monitor.model import Entry, Failed, Fetched, ParsedFeed, Request, content_hash
from monitor.pipeline.cage import Cage
from monitor.pipeline.documents import parse
from monitor.ports import Fetcher


def own_children(index: ParsedFeed, url: str) -> list[str]:
    """The children on the site of `url`, in the index's order."""
    return [child for child in index.children if site_of(child) == site_of(url)]


async def named_sitemaps(fetcher: Fetcher, url: str) -> list[str]:
    """Those that robots.txt at the site of `url` names, the ones that speak of news first; none where it cannot be had."""
    from monitor.content.discovery import sitemaps_of  # lxml: for those who ask

    address = urljoin(url, "/robots.txt")
    answer = await fetcher.fetch(Request(address, purpose="robots", max_bytes=500_000))
    return sitemaps_of(answer.body.decode("utf-8", "replace")) if isinstance(answer, Fetched) else []


@dataclass(frozen=True, slots=True)
class SitemapIndex:
    """Follows one index. `most`: the children that may be asked for, newest first (`[limits] sitemaps`)."""

    fetcher: Fetcher
    cage: Cage
    most: int

    async def documents(self, index: ParsedFeed, url: str) -> tuple[list[Fetched], list[str]]:
        """The children that could be had, and what went wrong with the others. Children on other sites are not asked."""
        ours = own_children(index, url)
        had: list[Fetched] = []
        problems = [problem for problem in (index.problem,) if problem]
        if not ours:
            problems.append("a sitemap index of other sites' sitemaps only")
        if index.undated and len(ours) > self.most:
            problems.append(
                f"{len(ours) - self.most} sitemaps were left (limits.sitemaps), and {index.undated} of all bear no date"
            )
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
                    document.name,
                    document.url,
                    parse,
                    document.body,
                    document.url,
                    dict(document.headers),
                )
            except NoNews:
                pages += 1
                continue
            except ReadError as error:
                wrong.append(f"{document.url}: {error}")
                continue
            entries += part.entries
            title, language = title or part.title, language or part.language
            if part.left:  # ten times what the protocol allows
                wrong.append(f"{document.url}: {part.left} entries were left")
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
    return content_hash("".join(document.name for document in documents).encode())
