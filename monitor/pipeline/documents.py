"""A feed's document as a worker hands it over: parsed, within its limits, every entry with its keys.

Keys and hashes are made where the document is parsed: the one process that stores is spared most of a poll's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.bounds import bounded_feed
from monitor.core.plan import Identified, identify
from monitor.model import LimitsPolicy, ParsedFeed


@dataclass(frozen=True, slots=True)
class Document:
    """`entries`: those of `parsed` that differ, in its order."""

    parsed: ParsedFeed
    entries: tuple[Identified, ...]


def read_document(
    feed: str,
    limits: LimitsPolicy,
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    memory: bytes | None = None,
) -> Document:
    """`parse`, for the feed of this id; raises as it does."""
    return identified(feed, limits, parse(body, url, headers, memory))


def parse(body: bytes, url: str, headers: Mapping[str, str], memory: bytes | None = None) -> ParsedFeed:
    """`content.feeds.parse_feed`, to be called in a worker."""
    from monitor.content.feeds import parse_feed  # feedparser and all it needs: only workers read feeds

    return parse_feed(body, url, headers, memory)


def identified(feed: str, limits: LimitsPolicy, document: ParsedFeed) -> Document:
    """A document that is already parsed, within `limits`."""
    document = bounded_feed(document, limits)
    return Document(document, identify(feed, document.entries))
