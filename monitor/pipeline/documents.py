"""A feed's document as a worker hands it over: parsed, within its limits, every entry with its keys.

Keys and hashes are made where the document is parsed: the one process that stores is spared most of a poll's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.core.bounds import bounded_feed
from monitor.core.plan import Identified, identify
from monitor.model import LimitsPolicy, ParsedFeed


@dataclass(frozen=True, slots=True)
class Document:
    """`entries`: those of `parsed` that differ, in its order. `memory`: what the next one's reading may be spared, for the
    store to keep as it is; None: nothing."""

    parsed: ParsedFeed
    entries: tuple[Identified, ...]
    memory: bytes | None = None


def read_document(
    feed: str,
    limits: LimitsPolicy,
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    memory: bytes = b"",
) -> Document:
    """`parse_feed`, for the feed of this id; raises as it does. Entries that the last document's `memory` knows come
    shortened (`core.identity`)."""
    from monitor.content import feeds, feeds_cut  # feedparser and all it needs: only workers read feeds

    bounds = repr((limits.title, limits.field, limits.tags))  # an entry that was cut to them is not remembered
    read = feeds.parse_feed(body, url, headers, feeds_cut.recall(memory, bounds))
    document = identified(feed, limits, replace(read, names=(), context=()))
    whole = zip(read.names, read.entries, document.parsed.entries, strict=False)
    known = {name: bounded for name, entry, bounded in whole if bounded is entry}
    return replace(document, memory=feeds_cut.remember(known, read.context, bounds) if known else None)


def parse(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    """`content.feeds.parse_feed`, to be called in a worker."""
    from monitor.content.feeds import parse_feed

    return parse_feed(body, url, headers)


def identified(feed: str, limits: LimitsPolicy, document: ParsedFeed) -> Document:
    """A document that is already parsed, within `limits`."""
    document = bounded_feed(document, limits)
    return Document(document, identify(feed, document.entries))
