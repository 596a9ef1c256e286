"""Pages that send their visitor on by themselves: shorteners, counters, sites that moved (``refresh``, WHATWG HTML, 4.2.5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from monitor.content.clean import web_url

MAX_DELAY = 10
"""Seconds: what comes later shows the page itself first, and begins it anew or goes home."""
_MAX_CONTENT = 4_000
_REFRESH = re.compile(
    r"""\s*(?P<delay>\d+)[\d.]*\s*(?:[;,]|(?<=\s))\s*(?:url\s*=\s*)?(?:'(?P<single>[^']*)|"(?P<double>[^"]*)|(?P<plain>.*))""",
    re.IGNORECASE | re.DOTALL,
)


def sent_to(tree: HtmlElement | None, url: str, headers: Mapping[str, str], *, bare: bool) -> str | None:
    """Where the page at `url` leads within `MAX_DELAY`, None when it stays. What it says to visitors without scripts counts where
    it is `bare`: it has nothing else to read."""
    for written in _written(tree, headers, noscript=bare):
        found = _REFRESH.match(written[:_MAX_CONTENT])
        if found and int(found["delay"][:9]) <= MAX_DELAY:
            to = web_url((found["single"] or found["double"] or found["plain"] or "").strip(), base_of(tree, url))
            if to and to.partition("#")[0] != url.partition("#")[0]:
                return to
    return None


def base_of(tree: HtmlElement | None, url: str) -> str:
    """What the page's relative links are joined to."""
    element = tree.find(".//base") if tree is not None else None
    return web_url(element.get("href"), url) or url if element is not None else url


def _written(tree: HtmlElement | None, headers: Mapping[str, str], *, noscript: bool) -> Iterator[str]:
    yield headers.get("refresh", "")
    for meta in tree.iter("meta") if tree is not None else ():
        says = (meta.get("http-equiv") or "").strip().lower() == "refresh"
        if says and (noscript or next(meta.iterancestors("noscript"), None) is None):
            yield meta.get("content") or ""
