"""Any feed's bytes to a `ParsedFeed`: RSS 0.9x to 2.0, Atom, RDF and CDF by feedparser; JSON Feed and news sitemaps
by our own readers.

feedparser only ever gets `io.BytesIO` (given bytes, it opens them as a path; given a string, it fetches it), UTF-8,
and no prolog. Its sanitiser and its resolving of URLs inside HTML are off: three times faster, and both are done
where HTML is shown. Pure and synchronous; still meant for a worker process with a deadline, because its loose parser
is slow on what is hostile.
"""

from __future__ import annotations

import io
import re
import xml.sax  # for the names of its exceptions: no parser of it is made here  # nosec B406
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import feedparser

from monitor.content import feeds_cut as cutting
from monitor.content import feeds_hints as hints
from monitor.content import feeds_repair as repairs
from monitor.content.charset import decode
from monitor.content.clean import one_line
from monitor.content.discovery import find_feeds
from monitor.content.feeds_cut import NOTHING, Memory
from monitor.content.feeds_direct import direct_records, finish
from monitor.content.feeds_entries import Record, surroundings, to_entries, to_feed
from monitor.content.htmltext import title_text
from monitor.content.jsonfeed import read_json_feed
from monitor.content.packed import inflate
from monitor.content.sitemaps import read_sitemap
from monitor.core.portions import FIRST, Portion
from monitor.core.urls import mask_url
from monitor.errors import ReadError
from monitor.model import ParsedFeed

MAX_BODY = 20_000_000
"""Bytes of one document. The fetcher's own bound ([poll] max_bytes) is lower; this holds where bytes come from
elsewhere."""
_ROOTS = ("rss", "feed", "rdf", "channel")
"""Roots of a feed that may hold no entry yet; ``channel`` is CDF."""
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# What feedparser raises on content it does not expect (upstream #591, #599): ValueError has the Unicode errors,
# LookupError KeyError and IndexError.
_FAULTS = (
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    RuntimeError,
    AssertionError,
    re.error,
    xml.sax.SAXException,
)
_WITHIN = re.compile(r"<rss\s[^<>]*version|<feed\s[^<>]*http://www\.w3\.org/2005/Atom", re.IGNORECASE)
"""A feed's root; RDF is none, for pages bear it too, of licences and trackbacks."""
_HTML_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_NOT_TEXT = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PK\x03\x04": "a ZIP archive",
    b"RIFF": "a media file",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"OggS": "a media file",
    b"ID3": "a media file",
}


def parse_feed(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    memory: Memory = NOTHING,
    portion: Portion = FIRST,
) -> ParsedFeed:
    """Read a feed document that came from `url` with these response headers (names lower-case).

    What can be read is read: a document that is cut or ill-formed gives the entries that could be had, with
    `complete` False and
    `problem` saying why. A sitemap index gives no entries but `children`. Raises `ReadError`, one line, when the
    document is no feed
    (empty, an HTML page, an image) or is refused (entity declarations that could expand).

    Entries that `memory` knows, of the feed's last document, are not read again: they come as they stand there. Of a
    document with more entries than one `portion` those of this one are read, and `left` says how many come after them.
    """
    body = inflate(body[:MAX_BODY])
    if not body.strip():
        raise ReadError("empty body")
    for magic, name in _NOT_TEXT.items():
        if body.startswith(magic):
            raise ReadError(f"{name}, not a feed")
    text, problem = decode(body, headers)
    text = text.lstrip("\ufeff\x00 \t\r\n\f\v\u200b\xa0")
    feed = read_json_feed(text, url, portion) if text.startswith(("{", "[")) else _read_xml(text, url, memory, portion)
    return _note(feed, [problem] if problem else [])


def _note(feed: ParsedFeed, problems: list[str]) -> ParsedFeed:
    everything = [*problems, *([feed.problem] if feed.problem else [])]
    if not everything:
        return feed
    return replace(feed, complete=False, problem=one_line("; ".join(everything), 300))


def _read_xml(text: str, url: str, memory: Memory, portion: Portion) -> ParsedFeed:
    prolog = repairs.read_prolog(text)
    root = prolog.root.rpartition(":")[2].lower()
    if not root:
        raise ReadError(f"not a feed: {one_line(text, 60)!r}")
    if root == "html" or prolog.doctype[9:].strip().lower().startswith("html"):
        return _inside_page(text, url, memory, portion)
    document, problems = repairs.repair(text[prolog.start :], repairs.own_entities(prolog.doctype))
    document = repairs.leave_cut_entry(document, prolog.root)
    if root in ("urlset", "sitemapindex"):
        return _note(read_sitemap(document, url, portion), problems)
    if root == "opml":
        raise ReadError("an OPML list of feeds, not a feed: import it")
    whole, left = portion.of_document(repairs.cut_after_root(document, prolog.root))
    hours, days = hints.skip_hours(document), hints.skip_days(document)
    if not problems and (feed := _read_apart(whole, url, memory)):
        return replace(feed, skip_hours=hours, skip_days=days, left=left)
    parsed, lost = _parse(whole)
    if not parsed["entries"] and not parsed.get("version") and root not in _ROOTS:
        raise ReadError(f"not a feed: the root element is <{prolog.root[:60]}>")
    return _note(replace(to_feed(parsed, url), skip_hours=hours, skip_days=days, left=left), problems + lost)


def _inside_page(text: str, url: str, memory: Memory, portion: Portion) -> ParsedFeed:
    """The feed that stands inside an HTML page, as some templates put it there. Raises ReadError where none does."""
    within = _WITHIN.search(text)
    feed = _read_xml(text[within.start() :], url, memory, portion) if within else None
    if feed is None or not feed.entries:
        raise ReadError(_of_a_page(text, url))
    return _note(feed, ["it stands inside an HTML page"])


def _of_a_page(text: str, url: str) -> str:
    """What an HTML page in a feed's place is said to be: its title, and the feed it names; a site that closed this one
    mostly names another."""
    found = _HTML_TITLE.search(text[:100_000])
    title = title_text(found.group(1))[:100] if found else "none"
    declared = (link.url for link in find_feeds(text.encode("utf-8", "replace"), url) if link.found == "declared")
    named = next((link for link in declared if link != url), None)
    return f"an HTML page, not a feed (title: {title})" + (
        f"; it names the feed {mask_url(named)[:200]}" if named else ""
    )


def _read_apart(document: str, url: str, memory: Memory) -> ParsedFeed | None:
    """A document's entries, of which those alone are read that `memory` does not know, and by feedparser those alone that
    are not regular, with a probe that tells in which language entries stand. None: the document is to be read whole."""
    parts = cutting.take_apart(document)
    if parts is None:
        return None
    names = [parts.name(element) for element in parts.elements]
    fresh = [name not in memory.entries for name in names]
    records = direct_records(parts.elements, fresh) if "base=" not in document else [None] * len(names)
    asked = [new and record is None for new, record in zip(fresh, records, strict=True)]
    bare = parts.only(asked)
    rest = cutting.rest_name(bare, url) if not any(asked) else ""
    answers: list[Record] = []
    if rest and rest == memory.feed.rest:
        feed, around = memory.feed, memory.context
    else:
        try:
            parsed = _feedparser(bare)
        except _FAULTS:
            return None
        if _fault(parsed) or len(parsed["entries"]) != sum(asked) + 1:
            return None
        probe, *answers = parsed["entries"]
        feed, around = to_feed({**parsed, "entries": []}, url), surroundings(parsed, url, probe)
        if around != memory.context and not all(fresh):
            return _read_apart(document, url, NOTHING)
    finish(filter(None, records), around)
    answered = iter(answers)
    given = [record or next(answered) for record, new in zip(records, fresh, strict=True) if new]
    read = iter(to_entries(given, around))
    entries = tuple(next(read) if new else memory.entries[name] for name, new in zip(names, fresh, strict=True))
    return replace(feed, entries=entries, names=tuple(names), context=around, rest=rest)


def _parse(document: str) -> tuple[Record, list[str]]:
    """feedparser's result and what went wrong; well-formed after repair beats its loose parser."""
    try:
        parsed = _feedparser(document)
        fault = _fault(parsed)
        if fault and "&" in document:
            escaped = repairs.escape_ampersands(document)
            mended = _feedparser(escaped) if escaped != document else parsed
            if not _fault(mended) and len(mended["entries"]) >= len(parsed["entries"]):
                return mended, ["not well-formed XML: a bare & was repaired"]
    except _FAULTS:
        return _parse_apart(document)
    return parsed, [fault] if fault else []


def _feedparser(document: str) -> Record:
    source = io.BytesIO((_DECLARATION + document).encode("utf-8", "replace"))
    # Without a response's headers: the charset is settled, and links are joined to the feed's URL by us.
    result: Record = feedparser.parse(source, sanitize_html=False, resolve_relative_uris=False)  # noqa: TID251
    return result


def _fault(parsed: Record) -> str | None:
    if not parsed.get("bozo"):
        return None
    error = parsed.get("bozo_exception")
    what = error.getMessage() if isinstance(error, xml.sax.SAXException) else str(error)
    where = f" in line {error.getLineNumber()}" if isinstance(error, xml.sax.SAXParseException) else ""
    return f"not well-formed XML: {what}{where}"


def _parse_apart(document: str) -> tuple[Record, list[str]]:
    """When feedparser raises: its entries in ever smaller groups, so that only those it cannot read are lost."""
    spans = repairs.entry_spans(document)
    if not spans:
        raise ReadError("not a feed that can be read: the parser gave up")
    head, tail = document[: spans[0][0]], document[spans[-1][1] :]
    lost = 0
    entries: list[Any] = []
    shell: Record | None = None
    groups = [spans]
    while groups:
        group = groups.pop()
        try:
            parsed = _feedparser(head + "".join(document[start:end] for start, end in group) + tail)
        except _FAULTS:
            if len(group) == 1:
                lost += 1
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
            continue
        shell = shell or parsed
        entries += parsed["entries"]
    if shell is None:
        raise ReadError("not a feed that can be read: the parser gave up on every entry")
    return {**shell, "entries": entries}, [f"{lost} entries could not be read"]
