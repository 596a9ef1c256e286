"""What a page says of its article outside the article's text: language, addresses, title, authors, date. And whether
it is a wall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement
from trafilatura.metadata import extract_metadata

from monitor.content import pages_linked as linked
from monitor.content.bylines import names
from monitor.content.clean import MAX_NAME, bare, one_line, web_url
from monitor.content.feeds_entries import language_code
from monitor.content.htmltext import title_text
from monitor.core.dates import parse_iso
from monitor.core.urls import bare_host

_FIRST_YEAR = 1990
_SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/]+\s+|\s*[|｜·]\s*|\s+::\s+")


@dataclass(frozen=True, slots=True)
class Head:
    """What costs next to nothing to read."""

    title: str = ""
    language: str | None = None
    canonical_url: str | None = None
    site_name: str = ""
    heading: str = ""
    """The first ``h1``: the headline as the page shows it, often another than the title."""

    @property
    def titles(self) -> tuple[str, ...]:
        """Both, where they are there."""
        return tuple(title for title in (self.title, self.heading) if title)


@dataclass(frozen=True, slots=True)
class Details:
    """What is asked for only when the feed lacks it."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """As the page says it in so many words, to machines."""
    dated: datetime | None = None
    """As it can be guessed from its text and its links, where it does not: of an article beside it as well as its own."""


def read_head(tree: HtmlElement, url: str) -> Head:
    """Language, canonical URL (http or https, else None), site name and title from attributes and meta elements."""
    meta = _metas(tree)
    site = one_line(meta.get("og:site_name") or meta.get("application-name") or "", MAX_NAME)
    raw_title = (
        meta.get("og:title") or meta.get("twitter:title") or _first_text(tree, ".//title") or _first_text(tree, ".//h1")
    )
    written = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
    if not written:
        body = tree.find("body")
        written = (
            (body.get("lang") if body is not None else None)
            or meta.get("content-language")
            or meta.get("og:locale")
            or ""
        )
    heading = title_text(_first_text(tree, ".//h1"))
    return Head(
        title=_as_headed(without_site_name(title_text(raw_title), site, url), heading),
        language=language_code(written.split(",")[0]),
        canonical_url=_canonical(tree, meta, url),
        site_name=site,
        heading=heading,
    )


def read_details(tree: HtmlElement, url: str, head: Head, articles: Sequence[linked.Node]) -> Details:
    """Title, authors and date: from the page's own `articles` in JSON-LD and meta elements, else trafilatura's own search of the
    page."""
    meta = _metas(tree)
    written = [*linked.authors(articles)] or [
        value
        for key in ("author", "article:author", "parsely-author", "dc.creator", "byl", "sailthru.author")
        if (value := meta.get(key))
    ]
    authors = names(author for author in written if "://" not in author)
    dates = [str(node.get("datePublished") or "") for node in articles]
    dates += [
        meta.get(key, "")
        for key in (
            "article:published_time",
            "og:article:published_time",
            "datepublished",
            "parsely-pub-date",
            "publishdate",
            "dc.date.issued",
            "date",
            "pubdate",
        )
    ]
    published = next((day for value in dates if (day := _date(value))), None)
    title, dated = head.title, None
    if not authors or published is None or not title:
        found = extract_metadata(tree, default_url=url, extensive=published is None)
        authors = authors or names((found.author or "").split(";"))
        dated = _date(found.date or "") if published is None else None
        title = title or without_site_name(title_text(found.title or ""), head.site_name, url)
    known = _site_names(head.site_name, url)
    persons = tuple(author for author in authors if bare(author) not in known)
    return Details(title=title, authors=persons, published_at=published, dated=dated)


def without_site_name(title: str, site: str, url: str) -> str:
    """A page's title without the site's name at either end: ``Headline | The Daily`` is ``Headline``.

    A part is the site's name when it equals `site`, or the host's own label, letters and digits compared without case.
    """
    known = _site_names(site, url)
    while True:
        cuts = list(_SEPARATOR.finditer(title))
        if cuts and bare(title[cuts[-1].end() :]) in known and bare(title[: cuts[-1].start()]):
            title = title[: cuts[-1].start()].rstrip()
        elif cuts and bare(title[: cuts[0].start()]) in known and bare(title[cuts[0].end() :]):
            title = title[cuts[0].end() :].lstrip()
        else:
            return title


def _as_headed(title: str, heading: str) -> str:
    """The part of a title that the page's first heading repeats, when it is the larger: the rest is the site's name.

    The larger, because some sites' first heading is their own name.
    """
    wanted = bare(heading)
    for cut in _SEPARATOR.finditer(title):
        for part, rest in ((title[: cut.start()], title[cut.end() :]), (title[cut.end() :], title[: cut.start()])):
            if bare(part) == wanted and len(wanted) > len(bare(rest)):
                return part.strip()
    return title


def _site_names(site: str, url: str) -> frozenset[str]:
    host = bare_host(url)
    labels = [*host.split(".")[:1], *host.split(".")[-3:-1]]
    return frozenset({bare(site), bare(host), *map(bare, labels)} - {""})


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Contents of meta elements by lower-case name, property or http-equiv; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content.strip()[:5_000])
    return found


def _first_text(tree: HtmlElement, path: str) -> str:
    element = tree.find(path)
    return "" if element is None else str(element.text_content())[:5_000]


def _canonical(tree: HtmlElement, meta: dict[str, str], url: str) -> str | None:
    for element in tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return web_url(element.get("href"), url)
    return web_url(meta.get("og:url"), url)


def _date(written: str) -> datetime | None:
    """ISO 8601; a date alone is its midnight, no offset is UTC. A default of somebody's software (year 1, 1970) is no
    date."""
    moment = parse_iso(written)
    return moment if moment and moment.year >= _FIRST_YEAR else None
