"""News sitemaps and sitemap indexes (https://www.sitemaps.org/protocol.html,
https://www.google.com/schemas/sitemap-news/0.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from monitor.content.clean import MAX_NAME, MAX_TAGS, one_line, web_url
from monitor.content.dates import written_date
from monitor.content.feeds_entries import language_code
from monitor.content.feeds_repair import escape_ampersands
from monitor.content.htmltext import title_text
from monitor.core.portions import FIRST, Portion
from monitor.errors import NoNews, ReadError
from monitor.model import Entry, ParsedFeed

MAX_URLS = 50_000
"""URLs of one sitemap or index: the protocol's own bound."""


def read_sitemap(document: str, url: str, portion: Portion = FIRST) -> ParsedFeed:
    """Read a sitemap from its root element on, a portion of its news.

    A news sitemap gives an entry for each URL that bears ``news:news`` (guid and url are its address); an index gives
    `children`. A sitemap of pages that are no news raises `NoNews`: every page of a site is not a feed.
    """
    root, fault = _tree(document)
    # What follows a bare & would be left out of an address.
    if fault and (mended := escape_ampersands(document)) != document:
        root, remains = _tree(mended)
        fault = remains or "a bare & was repaired"
    problem = one_line(f"not well-formed XML: {fault}", 200) if fault else None
    if _local(root) == "sitemapindex":
        children, undated = _children(root, url)
        return ParsedFeed((), children=children, undated=undated, complete=problem is None, problem=problem)
    pages = [element for element in root if _local(element) == "url"]
    news = [entry for page in pages[:MAX_URLS] if (entry := _entry(page, url))]
    if pages and not news:
        raise NoNews("a sitemap of pages, not of news: no URL in it has news:news")
    entries, left = portion.of(news)
    if len(pages) > MAX_URLS:
        problem = f"more than {MAX_URLS} URLs: the rest was left"
    return ParsedFeed(tuple(entries), _publication(root), complete=problem is None, problem=problem, left=left)


_UNKNOWN = datetime.min.replace(tzinfo=UTC)


def _tree(document: str) -> tuple[etree._Element, str | None]:
    """The document as far as it can be read, and what was wrong with it first. Raises ReadError."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document.encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(f"a sitemap that cannot be read: {one_line(str(error), 120)}") from None
    if root is None:
        raise ReadError("a sitemap that cannot be read")
    return root, parser.error_log[0].message if len(parser.error_log) else None


def _local(element: etree._Element) -> str:
    """Its name without namespace, or without a prefix that is bound to none."""
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _texts(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Local names and texts of the children."""
    for child in element:
        yield _local(child), (child.text or "").strip()


def _children(root: etree._Element, base: str) -> tuple[tuple[str, ...], int]:
    """News sitemaps, as their names say, before others, and the newest first; and how many bear no date."""
    found = []
    for element in list(root)[:MAX_URLS]:
        fields = dict(_texts(element))
        target = web_url(fields.get("loc"), base)
        if target:
            changed = written_date(fields.get("lastmod", "")) or _UNKNOWN
            found.append(("news" in target.rpartition("/")[2].lower(), changed, target))
    found.sort(key=lambda child: child[:2], reverse=True)
    return tuple(target for *_, target in found), sum(date == _UNKNOWN for _, date, _ in found)


def _entry(page: etree._Element, base: str) -> Entry | None:
    news = next((child for child in page if _local(child) == "news"), None)
    fields = dict(_texts(page))
    target = web_url(fields.get("loc"), base)
    if news is None or target is None:
        return None
    said = dict(_texts(news))
    publication = next((dict(_texts(child)) for child in news if _local(child) == "publication"), {})
    keywords = [one_line(word, MAX_NAME) for word in said.get("keywords", "").split(",")]
    return Entry(
        guid=target,
        url=target,
        title=title_text(said.get("title", "")),
        published_at=written_date(said.get("publication_date", "")),
        updated_at=written_date(fields.get("lastmod", "")),
        language=language_code(publication.get("language") or said.get("language")),
        tags=tuple(dict.fromkeys(word for word in keywords if word))[:MAX_TAGS],
    )


def _publication(root: etree._Element) -> str:
    return next((title_text(element.text or "") for element in root.iter("{*}name") if element.text), "")
