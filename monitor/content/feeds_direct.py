"""Regular entries, read without feedparser into what feedparser makes of them.

Nearly every entry of nearly every feed has the same dozen plain elements. For those this gives the record feedparser
gives, at a tenth of its cost; of anything else (markup inside an element, an element twice, a base or a language of its
own, an element whose handling is not known here) it gives None, and feedparser reads the entry. feedparser's own tables
of namespaces and handlers, its dates and its mending of text are asked, and tests demand the same entries from both over
real feeds and feedparser's corpus.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from feedparser.datetimes import _parse_date
from feedparser.mixin import _cp1252, _FeedParserMixin
from feedparser.urls import _urljoin
from lxml import etree

from monitor.content.clean import MAX_TAGS
from monitor.content.feeds_entries import Record, Surroundings

_SPACES = {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_OURS = frozenset(
    "id link links title title_detail summary summary_detail content author authors author_detail published published_parsed"  # noqa: SIM905
    " updated updated_parsed created created_parsed tags language feedburner_origlink source".split()
)
"""Keys of a record; an element without a handler is stored under its own name, which may be none of them."""
_IGNORED = frozenset(
    "comments enclosure media_content media_thumbnail media_credit media_rating media_player georss_point"  # noqa: SIM905
    " geo_lat geo_long slash_comments wfw_commentrss thr_total".split()
)
"""Elements that feedparser has handlers for, and that change nothing we ask for."""
_LINK_KEYS = frozenset(["href", "rel", "type", "title", "hreflang", "length"])
_THREAD = "{http://purl.org/syndication/thread/1.0}"
_TEXT_TYPES = {"text": "text/plain", "text/plain": "text/plain", "html": "text/html", "text/html": "text/html"}
_PUBLISHED = ("pubdate", "published", "issued", "dcterms_issued")
_UPDATED = ("updated", "modified", "dc_date", "dcterms_modified")


class _IrregularError(Exception):
    """feedparser must read this entry."""


def direct_records(elements: Sequence[Any], wanted: Sequence[bool]) -> list[Record | None]:
    """Each of a document's entries that is wanted as feedparser would give it, but for what `finish` adds; None where only
    feedparser can tell."""
    parents = {id(element.getparent()) for element in elements}
    if len(parents) > 1 or not any(wanted):  # what is in scope may differ
        return [None] * len(elements)
    reader = _Reader(rss=etree.QName(elements[0]).localname == "item")
    return [reader.record(element) if want else None for element, want in zip(elements, wanted, strict=True)]


class _Reader:
    """Reads one document's entries."""

    def __init__(self, *, rss: bool) -> None:
        self._rss = rss
        self._names: dict[tuple[str, str | None], str] = {}
        self._fields: dict[str, Callable[[Record, Any], None]] = {
            "title": self._title,
            "link": _rss_link if rss else _atom_link,
            "category": _category if rss else _atom_category,
            "author": _author if rss else _atom_author,
            **dict.fromkeys(_PUBLISHED, _published),
            **dict.fromkeys(_UPDATED, _updated),
            **({"guid": _guid, "description": self._summary, "content_encoded": self._content} if rss else {}),
            **({"dc_creator": _author, "dc_subject": _category, "source": _source} if rss else {}),
            **({} if rss else {"id": _id, "summary": self._summary, "content": self._content}),
            "feedburner_origlink": _original,
        }

    def record(self, element: Any) -> Record | None:
        """One entry."""
        record: Record = {}
        try:
            _about(record, element)
            for child in element:
                self._child(record, child)
            return _whole(record)
        except _IrregularError:
            return None

    def _child(self, record: Record, child: Any) -> None:
        if not isinstance(child.tag, str):  # a comment
            raise _IrregularError
        name = self._name(child)
        if len(child) and (self._rss or name != "author"):
            raise _IrregularError
        if field := self._fields.get(name):
            field(record, child)
        elif name not in _IGNORED and (name in _OURS or hasattr(_FeedParserMixin, f"_start_{name}")):
            raise _IrregularError

    def _name(self, element: Any) -> str:
        """The name feedparser looks for a handler by: its own prefix for the namespace, or the document's."""
        key = (element.tag, element.prefix)
        if key not in self._names:
            space, _, local = element.tag.rpartition("}")
            prefix = _SPACES.get(space[1:].lower(), element.prefix) if space else ""
            self._names[key] = f"{prefix}_{local}".lower() if prefix else local.lower()
        return self._names[key]

    def _title(self, record: Record, element: Any) -> None:
        kind = self._kind(element, "text/plain")
        _set(record, "title", _mended(_text(element)))
        record["title_detail"] = {"type": kind}

    def _summary(self, record: Record, element: Any) -> None:
        self._kind(element, "text/html")
        _set(record, "description", _mended(_text(element)))

    def _content(self, record: Record, element: Any) -> None:
        kind = self._kind(element, "text/html" if self._rss else "text/plain")
        _set(record, "content", [{"type": kind, "value": _mended(_text(element))}])

    def _kind(self, element: Any, default: str) -> str:
        if not element.attrib:
            return default
        if self._rss or list(element.attrib) != ["type"] or element.get("type") not in _TEXT_TYPES:
            raise _IrregularError
        return _TEXT_TYPES[element.get("type")]


def finish(records: Iterable[Record], around: Surroundings) -> None:
    """Add what the document decides: whether a plain title is HTML after all (feedparser guesses it but in Atom), and the
    language in scope."""
    for record in records:
        detail = record.get("title_detail")
        if (
            detail
            and detail["type"] == "text/plain"
            and not around.atom
            and _FeedParserMixin.looks_like_html(record["title"])
        ):
            detail["type"] = "text/html"
        record["summary_detail"] = {"language": around.scope}


def _whole(record: Record) -> Record:
    """The record with its summary; it must say enough to need no second look at what is there only implicitly."""
    if "link" not in record or not ({"title", "content", "description"} & record.keys()):
        raise _IrregularError
    if "description" in record:
        record["summary"] = record.pop("description")
    elif "content" in record:
        record["summary"] = record["content"][0]["value"]
    return record


def _about(record: Record, element: Any) -> None:
    if element.attrib:
        if list(element.attrib) != [_RDF_ABOUT]:
            raise _IrregularError
        if element.get(_RDF_ABOUT):
            record["id"] = element.get(_RDF_ABOUT)


def _set(record: Record, key: str, value: Any) -> None:
    if key in record:
        raise _IrregularError
    record[key] = value


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _plain(element: Any) -> str:
    if element.attrib:
        raise _IrregularError
    return _text(element)


def _mended(text: str) -> str:
    """feedparser's mending: UTF-8 that was read as Latin-1, and Windows' characters."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_cp1252)


def _rss_link(record: Record, element: Any) -> None:
    link = _mended(_urljoin("", _plain(element)))
    if not link or ("&" in link and (";" in link)):
        raise _IrregularError
    _set(record, "link", link)


def _atom_link(record: Record, element: Any) -> None:
    keys = {key for key in element.attrib if not key.startswith(_THREAD)}
    href, rel = element.get("href"), element.get("rel", "alternate")
    if _text(element) or not href or not keys <= _LINK_KEYS:
        raise _IrregularError
    kind = element.get("type", "application/atom+xml" if rel == "self" else "text/html").lower()
    if rel == "alternate" and kind in ("text/html", "html", "xhtml", "application/xhtml+xml"):
        _set(record, "link", _urljoin("", href))


def _original(record: Record, element: Any) -> None:
    _set(record, "feedburner_origlink", _mended(_plain(element)))


def _source(record: Record, element: Any) -> None:
    if not set(element.attrib) <= {"url"}:
        raise _IrregularError
    _set(record, "source", {"title": _mended(_text(element))})


def _guid(record: Record, element: Any) -> None:
    if not set(element.attrib) <= {"isPermaLink"}:
        raise _IrregularError
    is_link = element.get("isPermaLink", "true") == "true"
    _set(record, "id", _mended(_urljoin("", _text(element)) if is_link and _text(element) else _text(element)))


def _id(record: Record, element: Any) -> None:
    written = _plain(element)
    _set(record, "id", _mended(_urljoin("", written) if written else written))


def _published(record: Record, element: Any) -> None:
    _dated(record, "published", element)


def _updated(record: Record, element: Any) -> None:
    _dated(record, "updated", element)


def _dated(record: Record, key: str, element: Any) -> None:
    written = _mended(_plain(element))
    _set(record, key, written)
    _set(record, f"{key}_parsed", _parse_date(written))


def _author(record: Record, element: Any) -> None:
    name = _mended(_plain(element))
    if not name or "@" in name:
        raise _IrregularError
    record.setdefault("authors", []).append({"name": name})


def _atom_author(record: Record, element: Any) -> None:
    if element.attrib or _text(element):
        raise _IrregularError
    parts = {child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "" for child in element}
    names = [child for child in element if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == "name"]
    if len(names) != 1 or not parts <= {"name", "uri", "email"} or any(len(child) or child.attrib for child in element):
        raise _IrregularError
    if not _text(names[0]):
        raise _IrregularError
    record.setdefault("authors", []).append({"name": _text(names[0])})


def _category(record: Record, element: Any) -> None:
    if not set(element.attrib) <= {"domain"}:
        raise _IrregularError
    _tag(record, _mended(_text(element)))


def _atom_category(record: Record, element: Any) -> None:
    if not set(element.attrib) <= {"term", "scheme", "label"} or _text(element):
        raise _IrregularError
    _tag(record, element.get("term") or "")


def _tag(record: Record, term: str) -> None:
    tags = record.setdefault("tags", [])
    if not term or len(tags) >= MAX_TAGS:
        raise _IrregularError
    tags.append({"term": term})
