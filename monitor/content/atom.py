"""A watchlist's alerts as an Atom feed (RFC 4287), to be read in any reader.

An entry's id is made from the alert's, so a message that comes again adds nothing and its entry is not new to a reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from lxml import etree
from lxml.builder import ElementMaker

from monitor.content.look import Look
from monitor.content.messages import SENTENCES, StoryView, view
from monitor.content.payloads import Part
from monitor.content.wording import Segments, one_line

NAMESPACE = "http://www.w3.org/2005/Atom"
_ATOM = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


def with_parts(existing: bytes, parts: Iterable[Part], limit: int, look: Look) -> bytes:
    """The feed with these alerts at its top, those it has left out, its oldest entries dropped beyond `limit`.

    `parts` are of one watchlist, at least one. Bytes that are no feed of ours are replaced: a new file, a torn one.
    """
    found = list(parts)
    old = _entries(existing)
    known = {entry.findtext(f"{{{NAMESPACE}}}id") for entry in old}
    new = [_entry(part, look) for part in found if _urn(part) not in known]
    alert = found[-1][0]
    updated = max(one.created_at for one, _, _ in found)
    feed = _ATOM.feed(
        _ATOM.title(one_line(alert.watchlist_name) or alert.watchlist),
        _ATOM.id(f"urn:monitor:watchlist:{alert.watchlist}"),
        _ATOM.updated(_time(updated)),
        _ATOM.author(_ATOM.name("monitor")),
        _ATOM.generator("monitor"),
        *[*new[::-1], *old][:limit],
    )
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _entries(existing: bytes) -> list[etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        root = etree.fromstring(existing, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    return list(root.findall(f"{{{NAMESPACE}}}entry"))


def _urn(part: Part) -> str:
    return f"urn:monitor:alert:{part[0].id}"


def _entry(part: Part, look: Look) -> etree._Element:
    alert, item, also_at = part
    seen = view(alert, item, also_at, SENTENCES, look)
    entry = _ATOM.entry(
        _ATOM.title(seen.headline),
        _ATOM.id(_urn(part)),
        _ATOM.updated(_time(alert.created_at)),
        _ATOM.published(_time(item.published_at or item.first_seen_at)),
        _ATOM.author(_ATOM.name(one_line(", ".join(item.authors)) or seen.source or "monitor")),
        _ATOM.content(_html(seen, look), type="html"),
        *(_ATOM.category(term=one_line(tag)) for tag in item.tags if one_line(tag)),
    )
    if seen.link:
        entry.append(_ATOM.link(rel="alternate", href=seen.link))
    return entry


def _html(seen: StoryView, look: Look) -> str:
    quoted = [f"<blockquote>{_marked(sentence)}</blockquote>" for sentence in seen.sentences]
    told = [
        f"{look.say('matched')}: {', '.join(seen.terms)}" if seen.terms else "",
        f"{look.say('source')}: {seen.source}" if seen.source else "",
        f"{look.say('also_at', seen.copies, site=seen.first_copy)} {', '.join(seen.also_at)}" if seen.also_at else "",
    ]
    quoted += [f"<p>{escape(seen.opening)}</p>"] if seen.opening else []
    return "".join([*quoted, *(f"<p>{escape(line)}</p>" for line in told if line)])


def _marked(pieces: Segments) -> str:
    return "".join(f"<mark>{escape(text)}</mark>" if mark else escape(text) for text, mark in pieces)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
