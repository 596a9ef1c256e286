"""Of a document, only those entries go to feedparser that nobody else can read.

Regular entries are read directly (`feeds_direct`). What feedparser made of each other one is kept beside the hash of the
entry's own XML (`remember`); the next document is cut to the entries whose hash is new, and all are put together in the
document's order. An entry that was edited has another hash, so it is read again. Anything unusual (ill-formed, entries
inside entries, a language named inside an entry, which feedparser carries on to the next) is not cut: None, and the whole
is parsed. A memory is a cache: whatever is wrong with it, the whole is parsed.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from lxml import etree

from monitor.model import Entry

FORMAT = 2
"""Of a memory; to be raised whenever feedparser's result or ours changes for the same bytes."""
MAX_MEMORY = 1_000_000
"""Compressed bytes kept of one feed: some 3,000 entries of 1.5 kB. A document beyond it is parsed whole each time."""
MAX_UNPACKED = 20_000_000

Known = Mapping[str, Entry]
_KEYS = tuple(one.name for one in fields(Entry))


@dataclass(frozen=True, slots=True)
class Parts:
    """A document taken apart: its `elements` are the entries, in order. `ground`: what stands above them."""

    root: Any
    elements: Sequence[Any]
    ground: bytes

    def name(self, element: Any) -> str:
        """An entry's hash, with all above it that its reading depends on."""
        return _digest(self.ground, etree.tostring(element, with_tail=False))

    def only(self, wanted: Sequence[bool]) -> str:
        """The document with these entries alone, after a probe where the first one stood: an entry of one word. Ends
        this value: its tree is changed."""
        first = self.elements[0]
        space = etree.QName(first).namespace
        probe = etree.Element(first.tag)
        etree.SubElement(probe, f"{{{space}}}title" if space else "title").text = "probe"
        first.addprevious(probe)
        for element, want in zip(self.elements, wanted, strict=True):
            if not want:
                element.getparent().remove(element)
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
    return Parts(root, found, ground)


def remember(entries: Known, context: Sequence[str]) -> bytes | None:
    """A memory of these entries, read in this context (`feeds_entries.context`); None when it would be too large."""
    kept = {name: {key: getattr(entry, key) for key in _KEYS} for name, entry in entries.items()}
    packed = zlib.compress(json.dumps([FORMAT, list(context), kept], default=datetime.isoformat).encode(), 1)
    return packed if len(packed) <= MAX_MEMORY else None


def recall(memory: bytes) -> tuple[tuple[str, ...], dict[str, Entry]]:
    """The context and the entries of a memory; nothing of one that is empty, damaged or of another version."""
    try:
        unpacked = zlib.decompressobj().decompress(memory, MAX_UNPACKED)
        form, context, kept = json.loads(unpacked)
        if form != FORMAT:
            return (), {}
        return tuple(context), {name: _entry(told) for name, told in kept.items()}
    except (zlib.error, ValueError, TypeError, KeyError):
        return (), {}


def _entry(told: dict[str, Any]) -> Entry:
    for name in ("published_at", "updated_at"):
        told[name] = datetime.fromisoformat(told[name]) if told[name] else None
    for name in ("authors", "tags"):
        told[name] = tuple(told[name])
    return Entry(**told)


def _names_language(element: Any) -> bool:
    return next(element.iter("{*}language"), None) is not None


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _spaces(element: Any) -> list[tuple[str, str]]:
    return [(prefix or "", space) for prefix, space in element.nsmap.items()]


def _digest(ground: bytes, written: bytes) -> str:
    return hashlib.blake2b(written, digest_size=16, key=hashlib.blake2b(ground, digest_size=16).digest()).hexdigest()
