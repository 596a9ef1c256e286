"""What a feed's answer holds: its own document, or those that a sitemap index names, a portion at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.core import websub
from monitor.core.bounds import bounded_feed, portion_of
from monitor.core.trust import Doubt, validators
from monitor.model import FeedState, Fetched, LimitsPolicy, ParsedFeed
from monitor.pipeline.cage import Cage
from monitor.pipeline.documents import Document, Texts, identified, read_document
from monitor.pipeline.sitemap_index import Children, SitemapIndex
from monitor.ports import Fetcher


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of a body of this name (`content_hash`): its feed's memory, and how often it killed a worker."""

    name: str
    memory: bytes
    strikes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as read. `document`: its first portion; `fetched`: with the validators that hold for all of it; `name`: of
    all its bytes. Of a sitemap index, `children` are what it is made of, and `whole` those of their entries that were to be
    read; `unchanged`: they are as they were."""

    document: Document
    fetched: Fetched
    name: str
    children: Children | None = None
    whole: ParsedFeed | None = None
    unchanged: bool = False

    @property
    def shows_window(self) -> bool:
        """Whether it holds all that the feed shows: an index's unchanged children are not read again."""
        return self.children is None or self.children.all_read

    @property
    def told(self) -> bool:
        """Whether it came as bytes, all of it."""
        return self.children is None or not any(part.untold for part in self.children.parts)

    def doubts(self, state: FeedState, *, untold: bool) -> tuple[Doubt, ...]:
        """Of validators that may lie, when it was asked for without them; `untold`: the last answer was "unchanged"."""
        if self.children is not None:
            return self.children.doubts
        before, after = (state.etag, state.last_modified), validators(self.fetched.headers)
        return (Doubt(self.fetched.url, before, after, untold),)


@dataclass(frozen=True, slots=True)
class Opening:
    """Reads the answers of one feed."""

    feed: str
    limits: LimitsPolicy
    fetcher: Fetcher
    cage: Cage

    async def read(
        self, fetched: Fetched, kept: Kept, state: FeedState, texts: Texts | None, *, conditional: bool
    ) -> Answer:
        """Put together from all that a sitemap index names, each asked for by its validators when `conditional`. Raises
        ReadError."""
        plain = (self.feed, self.limits, fetched.body, fetched.url, dict(fetched.headers), kept.memory)
        lighter = plain if texts else None
        document = await self.cage.read(
            kept.name, fetched.url, read_document, *plain, texts, strikes=kept.strikes, lighter=lighter
        )
        answer = Answer(document, fetched, kept.name)
        if document.parsed.children:
            answer = await self._index(document, fetched, state, conditional=conditional)
            if answer.unchanged:
                return answer
        parsed = answer.document.parsed
        if fetched.cut:
            parsed = replace(parsed, complete=False, problem=fetched.cut)
        hub, topic = websub.advertised(fetched.headers)
        parsed = replace(parsed, hub=hub or parsed.hub, itself=topic or parsed.itself)
        return replace(answer, document=replace(answer.document, parsed=parsed))

    async def _index(self, document: Document, fetched: Fetched, state: FeedState, *, conditional: bool) -> Answer:
        index = SitemapIndex(self.fetcher, self.cage, self.limits.sitemaps)
        before = {part.url: part for part in state.learnt.parts} if state.body_hash else {}
        children = await index.children(document.parsed, fetched.url, before, conditional=conditional)
        answer = Answer(document, replace(fetched, headers=_without_validators(fetched)), children.name, children)
        if children.name == state.body_hash and not children.problems:
            return replace(answer, unchanged=True)
        whole = await index.read(document.parsed, children)
        return replace(answer, document=self._portion_of(whole, 0), whole=whole)

    async def portion(self, answer: Answer, begin: int) -> Document:
        """A further one of a long document, from this entry on. Raises ReadError."""
        if answer.whole is not None:
            return self._portion_of(answer.whole, begin)
        fetched = answer.fetched
        plain = (self.feed, self.limits, fetched.body, fetched.url, dict(fetched.headers), b"", None, begin)
        return await self.cage.read(answer.name, fetched.url, read_document, *plain)

    def _portion_of(self, whole: ParsedFeed, begin: int) -> Document:
        return identified(self.feed, bounded_feed(portion_of(whole, begin, self.limits), self.limits))


def _without_validators(answer: Fetched) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in ("etag", "last-modified")}
