"""Of a document, only those entries are read that the feed's last document did not have.

Each entry is known by the hash of its own XML and of all above it that its reading depends on: one that was edited is
read again. Of each a memory keeps what the poll asks of entries it has seen (`core.identity.shortened`). Anything unusual
(ill-formed, entries inside entries, a language named inside an entry, which feedparser carries on to the next) is not
taken apart: the whole is parsed. A memory is a cache: whatever is wrong with it, everything is read.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lxml import etree

from monitor.content.feeds_entries import Surroundings
from monitor.core.identity import shortened
from monitor.model import Entry, ParsedFeed

FORMAT = 6
"""Of a memory; to be raised whenever what is read of the same bytes changes, or a key or a hash made of it."""
MAX_MEMORY = 1_000_000
"""Compressed bytes kept of one feed: some 10,000 entries. A document beyond it is read whole each time."""
MAX_UNPACKED = 20_000_000
_REST = ("rest", "title", "language", "link", "older", "generator", "hub", "itself")
"""What is kept of a document apart from its entries and its `ttl`."""
_DATES = frozenset(("lastBuildDate", "pubDate", "updated", "modified", "date"))


@dataclass(frozen=True, slots=True)
class Memory:
    """What is left of a feed's last document: its shortened entries by name, which hold in this context; and `feed`, what
    else was read of it, with the name of that."""

    context: Surroundings = field(default_factory=Surroundings)
    entries: Mapping[str, Entry] = field(default_factory=dict)
    feed: ParsedFeed = field(default_factory=partial(ParsedFeed, ()))


NOTHING = Memory()


@dataclass(frozen=True, slots=True)
class Parts:
    """A document taken apart: its `elements` are the entries, in order; `above` are those that they stand in, and `ground`
    is a hash of what these bear."""

    root: Any
    above: Sequence[Any]
    elements: Sequence[Any]
    ground: bytes

    def name(self, element: Any) -> str:
        """An entry's hash, with all above it that its reading depends on."""
        return _digest(self.ground, etree.tostring(element, with_tail=False))

    def only(self, wanted: Sequence[bool]) -> str:
        """The document with these entries alone, after a probe where the first one stood: an entry of one word; without its
        own dates, which nobody asks for and which many publishers make anew at every poll. Ends this value: its tree is
        changed."""
        first = self.elements[0]
        space = etree.QName(first).namespace
        probe = etree.Element(first.tag)
        etree.SubElement(probe, f"{{{space}}}title" if space else "title").text = "probe"
        first.addprevious(probe)
        for element, want in zip(self.elements, wanted, strict=True):
            if not want:
                element.getparent().remove(element)
        for above in self.above:
            for child in list(above):
                if _local(child) in _DATES:
                    above.remove(child)
        return str(etree.tostring(self.root, encoding="unicode"))


def take_apart(document: str) -> Parts | None:
    """None when the document is not of the usual build. It has no prolog, hence no DTD; entities are not resolved."""
    parser = etree.XMLParser(recover=False, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.doctype:
        return None
    above = [root, *(child for child in root if _local(child) == "channel")]
    if len(above) > 2 or _local(root) not in ("rss", "feed", "RDF"):
        return None
    if any(one not in above for one in root.iter("{*}rss", "{*}channel", "{*}feed", "{*}feedinfo", "{*}RDF")):
        return None  # feedparser begins anew there
    found = list(root.iter("{*}item", "{*}entry"))
    if not found or any(element.getparent() not in above or _names_language(element) for element in found):
        return None
    if len(above) == 2 and found[0] in list(above[1].itersiblings(preceding=True)):
        return None  # what stands before the channel's own words changes how feedparser takes them
    ground = repr([(one.tag, sorted(one.attrib.items()), sorted(_spaces(one))) for one in above]).encode()
    return Parts(root, above, found, _key(ground))


def rest_name(document: str, url: str) -> str:
    """Names a document without entries (`Parts.only`) that came from this URL."""
    return _digest(_key(url.encode("utf-8", "surrogatepass")), document.encode())


def remember(entries: Mapping[str, Entry], feed: ParsedFeed, limits: str) -> bytes | None:
    """A memory of these entries of this document, read within `limits`; None when it would be too large."""
    kept = {name: _told(shortened(entry)) for name, entry in entries.items()}
    rest = [getattr(feed, name) for name in _REST] if feed.rest else None
    ttl = feed.ttl.total_seconds() if feed.ttl else None
    packed = zlib.compress(json.dumps([FORMAT, limits, feed.context, rest, ttl, kept]).encode(), 1)
    return packed if len(packed) <= MAX_MEMORY else None


def recall(memory: bytes, limits: str) -> Memory:
    """What was kept, when it was within the same limits; nothing of one that is empty, damaged or of another version."""
    if not memory:
        return NOTHING
    try:
        form, within, *said = json.loads(zlib.decompressobj().decompress(memory, MAX_UNPACKED))
        if form != FORMAT or within != limits:
            return NOTHING
        (*context, authors), rest, ttl, kept = said
        entries = {name: _entry(*told) for name, told in kept.items()}
        around = Surroundings._make([*context, tuple(authors)])
        return Memory(around, entries, _feed(rest, ttl))
    except (zlib.error, ValueError, TypeError, AttributeError):
        return NOTHING


def _feed(rest: Sequence[Any] | None, ttl: float | None) -> ParsedFeed:
    if rest is None:
        return ParsedFeed(())
    said = dict(zip(_REST, rest, strict=True))
    return ParsedFeed((), ttl=timedelta(seconds=ttl) if ttl is not None else None, **said)


def _told(entry: Entry) -> tuple[str | None, ...]:
    published = entry.published_at.isoformat() if entry.published_at else None
    return entry.guid, entry.url, entry.title, published, entry.text_hash


def _entry(guid: str | None, url: str | None, title: str, published: str | None, text_hash: str) -> Entry:
    published_at = datetime.fromisoformat(published) if published else None
    return Entry(guid, url, title, published_at=published_at, text_hash=text_hash)


def _names_language(element: Any) -> bool:
    return next(element.iter("{*}language"), None) is not None


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _spaces(element: Any) -> list[tuple[str, str]]:
    return [(prefix or "", space) for prefix, space in element.nsmap.items()]


def _key(ground: bytes) -> bytes:
    return hashlib.blake2b(ground, digest_size=16).digest()


def _digest(key: bytes, written: bytes) -> str:
    return hashlib.blake2b(written, digest_size=16, key=key).hexdigest()
