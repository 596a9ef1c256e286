"""A feed's document as a worker hands it over: parsed, within its limits, every entry with its keys, and what is new of it
with its text.

Keys, hashes and texts are made where the document is parsed: the one process that stores is spared most of a poll's
work, and what it knows already is not carried to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.content.articles import Context, read_entries, triage
from monitor.core.bounds import bounded_feed
from monitor.core.identity import with_pages
from monitor.core.plan import Identified, Remembered, keyed, recognised
from monitor.core.portions import Portion
from monitor.core.sameness import overview
from monitor.model import FetchMode, LimitsPolicy, ParsedFeed

AT_ONCE = 25
"""Entries read together: a poll that is stopped loses at most so much work, and nothing that was stored."""


@dataclass(frozen=True, slots=True)
class Document:
    """`parsed`: without its `count` entries. `entries`: those that differ, in the document's order. `said`: what they say
    together (`core.sameness`). `memory`: what the next one's reading may be spared, for the store to keep as it is; None:
    nothing."""

    parsed: ParsedFeed
    count: int
    entries: tuple[Identified | Remembered, ...]
    said: Mapping[str, int] = field(default_factory=dict)
    memory: bytes | None = None

    @property
    def unread(self) -> tuple[Identified, ...]:
        """Those that did not stand in the last document."""
        return tuple(one for one in self.entries if isinstance(one, Identified))

    def with_unread(self, ones: Iterable[Identified]) -> Document:
        """With these in the places of its `unread`."""
        after = iter(ones)
        return replace(self, entries=tuple(one if isinstance(one, Remembered) else next(after) for one in self.entries))

    @property
    def remembered(self) -> tuple[Remembered, ...]:
        """Those that did."""
        return tuple(one for one in self.entries if isinstance(one, Remembered))

    @property
    def dates(self) -> tuple[datetime | None, ...]:
        """When each of its entries was published."""
        return tuple(one.published_at for one in self.entries)


@dataclass(frozen=True, slots=True)
class Texts:
    """What is to be known to read entries' texts with their document; `context` is without the document's own word."""

    mode: FetchMode
    context: Context


def read_document(
    feed: str,
    limits: LimitsPolicy,
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    memory: bytes = b"",
    texts: Texts | None = None,
    begin: int = 0,
) -> Document:
    """`parse_feed`, for the feed of this id, of the portion from this entry on; raises as it does. Entries that the last
    document's `memory` knows are not read; of the others, when they are few, the texts are read where `texts` are asked for
    and no page is wanted."""
    from monitor.content import feeds, feeds_cut  # feedparser and all it needs: only workers read feeds

    bounds = repr((limits.title, limits.field, limits.tags))  # an entry that was cut to them is not remembered
    read = feeds.parse_feed(body, url, headers, feeds_cut.recall(memory, bounds), Portion(begin, limits.document))
    bounded = bounded_feed(replace(read, names=(), context=(), rest=""), limits)
    whole = zip(read.names, read.entries, bounded.entries, strict=False)
    known = {name: kept for name, entry, kept in whole if kept is entry}
    document = identified(feed, bounded)
    if texts is not None:
        document = _with_texts(document, texts)
    return replace(document, memory=feeds_cut.remember(known, read, bounds) if known else None)


def parse(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """`content.feeds.parse_feed`, to be called in a worker."""
    from monitor.content.feeds import parse_feed

    return parse_feed(body, url, headers)


def identified(feed: str, parsed: ParsedFeed) -> Document:
    """A document that is already parsed and within its limits."""
    said = with_pages(parsed.entries, parsed.link)
    found = keyed(feed, said)
    entries = recognised(feed, said, found)
    return Document(replace(parsed, entries=()), len(parsed.entries), entries, overview(found))


def _with_texts(document: Document, texts: Texts) -> Document:
    unread = document.unread
    if not 0 < len(unread) <= AT_ONCE:
        return document
    entries = [one.entry for one in unread]
    wanted = triage(entries, texts.mode)
    said = document.parsed.language
    context = replace(texts.context, languages=(*texts.context.languages, *((said,) if said else ())))
    plain = [entry for entry, page in zip(entries, wanted, strict=True) if not page]
    readings = iter(read_entries(plain, context))
    return document.with_unread(
        one if page else replace(one, reading=next(readings)) for one, page in zip(unread, wanted, strict=True)
    )
