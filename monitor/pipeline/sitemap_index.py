"""A sitemap index as a feed: the entries stand in the news sitemaps it lists.

Its own validators say nothing of its children's, so the index is asked for anew at every poll, and its newest children,
each by its own validators; the poll is unchanged when all of those documents are, and of those that are not it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from monitor.core.identity import site_of
from monitor.core.trust import Doubt, validators
from monitor.core.urls import mask_url
from monitor.errors import NoNews, ReadError
from monitor.model import Entry, Failed, Fetched, NotModified, ParsedFeed, Part, Request, content_hash
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
class Children:
    """What an index is made of. `parts`: the sitemaps that could be had; `news`: of those, the documents that are to be read;
    `problems`: what went wrong with the others. `doubts`: what came without being asked for by validators."""

    parts: tuple[Part, ...]
    news: tuple[Fetched, ...]
    problems: tuple[str, ...]
    doubts: tuple[Doubt, ...]

    @property
    def name(self) -> str:
        """Of all their bytes, in order."""
        return content_hash("".join(part.name for part in self.parts).encode())

    @property
    def all_read(self) -> bool:
        """Whether `news` are all that could be had."""
        return len(self.news) == len(self.parts)


@dataclass(frozen=True, slots=True)
class SitemapIndex:
    """Follows one index. `most`: the children that may be asked for, newest first (`[limits] sitemaps`)."""

    fetcher: Fetcher
    cage: Cage
    most: int

    async def children(
        self, index: ParsedFeed, url: str, before: Mapping[str, Part], *, conditional: bool = True
    ) -> Children:
        """Ask for them, by the validators of those `before` (by URL) when `conditional`: then only what is not as it was is
        to be read. Children on other sites are not asked."""
        ours = own_children(index, url)
        problems = [problem for problem in (index.problem,) if problem]
        if not ours:
            problems.append("a sitemap index of other sites' sitemaps only")
        if index.undated and len(ours) > self.most:
            problems.append(
                f"{len(ours) - self.most} sitemaps were left (limits.sitemaps), and {index.undated} of all bear no date"
            )
        parts: list[Part] = []
        news: list[Fetched] = []
        doubts: list[Doubt] = []
        for child in ours[: self.most]:
            was = before.get(child)
            answer = await self.fetcher.fetch(_request(child, was if conditional else None))
            if isinstance(answer, Fetched):
                part = Part(child, answer.name, *validators(answer.headers))
                parts.append(part)
                if not conditional or was is None or was.name != part.name:
                    news.append(answer)
                if not conditional and was is not None and was.name != part.name:
                    doubts.append(Doubt(answer.url, was[2:4], part[2:4], was.untold))
            elif isinstance(answer, NotModified) and was is not None:
                parts.append(was._replace(untold=True))
            else:
                problems.append(f"{mask_url(child)}: {answer.error if isinstance(answer, Failed) else 'not modified'}")
        return Children(tuple(parts), tuple(news), tuple(problems), tuple(doubts))

    async def read(self, index: ParsedFeed, children: Children) -> ParsedFeed:
        """All their entries that are to be read, as one document. Raises ReadError when none of the children holds news."""
        wrong = list(children.problems)
        entries: list[Entry] = []
        title, language = index.title, index.language
        pages = 0
        for document in children.news:
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
                wrong.append(f"{mask_url(document.url)}: {error}")
                continue
            entries += part.entries
            title, language = title or part.title, language or part.language
            if part.left:  # ten times what the protocol allows
                wrong.append(f"{document.url}: {part.left} entries were left")
            if part.problem:
                wrong.append(f"{document.url}: {part.problem}")
        if not entries and children.all_read and (wrong or pages == len(children.news)):
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


def _request(url: str, was: Part | None) -> Request:
    if was is None:
        return Request(url)
    return Request(url, etag=was.etag, last_modified=was.last_modified, known=was.name)
