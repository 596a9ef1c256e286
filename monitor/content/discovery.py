"""Where a site's feeds are: what its page says, then where such sites usually have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HTMLParser, fromstring

from monitor.content.charset import decode
from monitor.content.clean import feed_url, one_line, web_url
from monitor.content.htmltext import title_text
from monitor.content.pages_refresh import base_of, sent_to
from monitor.core.links import Link, links

_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "application/feed+json": "json",
    "application/json": "json",
    "text/xml": "rss",
    "application/xml": "rss",
}
USUAL_SITEMAPS = (
    "news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "googlenews.xml", "sitemap-index.xml", "sitemap.xml",
)  # fmt: skip
"""Paths at which sites have their news sitemap, the likeliest first."""
# In the order of their frequency on news sites: WordPress, static site generators, Drupal, news CMSs, news sitemaps.
_USUAL = (
    "feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss/", "feeds", "feed", "feed.json",
    "?feed=rss2", "rss/all.xml", "rss/news.xml",
    *USUAL_SITEMAPS,
)  # fmt: skip
_FEED_PATH = re.compile(r"(?:/|\b)(?:rss|atom|feeds?|xml)(?:[/.?&_-]|$)|\.(?:rss|atom|rdf)(?:$|\?)", re.IGNORECASE)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
MAX_FOUND = 50
"""Candidates from one page."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed's address and how it was come by: `declared` by a link element or header, `linked` from the page's body, or
    `usual` for such sites."""

    url: str
    title: str = ""
    kind: str = ""
    """``rss``, ``atom``, ``rdf``, ``json``, ``sitemap`` or empty when nothing says."""
    found: Literal["declared", "linked", "usual"] = "declared"


def find_feeds(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> list[FeedLink]:
    """Candidates, best first and each once: declared ones are nearly sure, usual ones only worth a try. Never raises;
    nothing is fetched."""
    base, linked = url, []
    declared = [one for link in links(headers or {}) if (one := _named(link, url))]
    tree = _page(body, headers)
    if tree is not None:
        base = base_of(tree, url)
        declared += [link for element in tree.iter("link") if (link := _declared(element, base))]
        linked = [link for element in tree.iter("a") if (link := _linked(element, base))]
    usual = [
        FeedLink(urljoin(base, "/" + path), kind="sitemap" if path in USUAL_SITEMAPS else "", found="usual")
        for path in _USUAL
    ]
    best: dict[str, FeedLink] = {}
    for link in [*declared, *linked[:MAX_FOUND], *usual]:
        best.setdefault(link.url, link)
    return list(best.values())[: MAX_FOUND * 2]


def sent_on(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> str | None:
    """Where a page sends whoever opens it by itself; None where it does not. Never raises."""
    return sent_to(_page(body, headers), url, headers or {}, bare=True)


def sitemaps_of(robots_txt: str) -> list[str]:
    """Addresses in robots.txt's ``Sitemap:`` lines, those that speak of news first."""
    found = [target for written in _SITEMAP.findall(robots_txt[:512_000]) if (target := web_url(written))]
    return sorted(dict.fromkeys(found), key=lambda target: "news" not in target.lower())[:MAX_FOUND]


def _page(body: bytes, headers: Mapping[str, str] | None) -> etree._Element | None:
    text = decode(body[:2_000_000], headers or {})[0].replace("\x00", "")
    whole = text if "<html" in text[:2_000].lower() else f"<div>{text}</div>"
    try:
        return fromstring(whole.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8", no_network=True))
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _declared(element: etree._Element, base: str) -> FeedLink | None:
    rels = tuple((element.get("rel") or "").lower().split())
    return _named(Link(element.get("href") or "", rels, element.get("type") or "", element.get("title") or ""), base)


def _named(link: Link, base: str) -> FeedLink | None:
    """A link that says that it leads to a feed: by its type, or by a relation that says it of any type."""
    kind = _TYPES.get(link.type.split(";")[0].strip().lower(), "")
    if not ("feed" in link.rels if not kind else {"alternate", "feed"} & set(link.rels)):
        return None
    target = feed_url(link.target, base)
    if target is None or (kind == "json" and "wp-json" in target) or "oembed" in target:
        return None
    return FeedLink(target, title_text(link.title), kind)


def _linked(element: etree._Element, base: str) -> FeedLink | None:
    href = element.get("href") or ""
    target = feed_url(href, base) if _FEED_PATH.search(href) or href[:5].lower() == "feed:" else None
    return FeedLink(target, one_line("".join(element.itertext()), 100), found="linked") if target else None
