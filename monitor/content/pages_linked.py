"""A page's JSON-LD, which publishers write for search engines: whose article it is, who wrote it, and its text."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.content.clean import bare
from monitor.content.htmltext import to_text
from monitor.core.text import words_of
from monitor.core.urls import bare_host

Node = dict[str, Any]
Block = tuple[HtmlElement, list[Node]]

_MAX_JSON_LD = 500_000
"""Characters of one JSON-LD block that are parsed."""
_MAX_NODES = 2_000
"""Objects of a page's JSON-LD that are looked at."""
_ARTICLES = (
    "article",
    "newsarticle",
    "reportagenewsarticle",
    "blogposting",
    "liveblogposting",
    "analysisnewsarticle",
    "opinionnewsarticle",
    "report",
    "posting",
    "webpage",
)
FULLER = 1.25
"""Times the text that a page shows from which its JSON-LD has the article and the page a part: before a paywall, or before a
script fills it."""
SAME = 8
"""Words in a row that show two texts to be of one article."""
ALIKE = 0.5


def blocks(tree: HtmlElement) -> list[Block]:
    """Each block of a page's JSON-LD with its objects, outermost first."""
    found: list[Block] = []
    left = _MAX_NODES
    for element in tree.iter("script"):
        if "ld+json" in (element.get("type") or "").lower():
            try:
                nodes = list(islice(_objects(json.loads((element.text or "")[:_MAX_JSON_LD], strict=False)), left))
            except (ValueError, RecursionError):
                continue
            left -= len(nodes)
            found.append((element, nodes))
    return found


def of_this_page(said: Sequence[Block], titles: Sequence[str], addresses: Sequence[str | None]) -> list[Node]:
    """The articles of its JSON-LD that are a page's own: those that say so by address or headline; else those that do not say
    whose; a single one in any case. Pages list the articles beside theirs too.

    `titles` of the page, `addresses` it came from or names.
    """
    articles = [node for _, nodes in said for node in nodes if _is_article(node)]
    here = {_place(address) for address in addresses if address}
    known = {bare(title) for title in titles}
    named = [_addresses(node) for node in articles]
    own = [node for node, where in zip(articles, named, strict=True) if here & where or bare(_headline(node)) in known]
    silent = [node for node, where in zip(articles, named, strict=True) if not where]
    return own or silent or (articles if len(articles) == 1 else [])


def fuller_body(text: str, own: Sequence[Node]) -> str | None:
    """The text of a page's own article in its JSON-LD, where it is longer than the one that the page shows, and of the same
    article; or where it is the same, in paragraphs."""
    bodies = (body for node in own if isinstance(body := node.get("articleBody"), str))
    longest = to_text(max(bodies, key=len, default=""))
    if text and longest.split() == text.split():
        return longest if longest.count("\n") > text.count("\n") else None
    if not longest or len(longest) < FULLER * len(text):
        return None
    return longest if not text or _runs(text) & _runs(longest) else None


def drop_strangers(said: Sequence[Block], titles: Sequence[str], addresses: Sequence[str | None]) -> None:
    """Take the JSON-LD out that has another article's text and no text of this page's: extractors take any."""
    here = {_place(address) for address in addresses if address}
    for element, nodes in said:
        bodies = [node for node in nodes if isinstance(node.get("articleBody"), str)]
        if bodies and all(_is_stranger(node, titles, here) for node in bodies):
            element.drop_tree()


def _is_stranger(node: Node, titles: Sequence[str], here: set[str]) -> bool:
    """Whether it says of itself, by its address and by its headline, that it is another article."""
    said, addresses = set(words_of(_headline(node))), _addresses(node)
    if not said or not addresses or here & addresses:
        return False
    heads = [set(words_of(title)) for title in titles]
    return all(len(said & head) < ALIKE * min(len(said), len(head)) for head in heads if head)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[place : place + SAME]) for place in range(len(words) - SAME + 1)}


def _headline(node: Node) -> str:
    return str(node.get("headline") or node.get("name") or "")


def _objects(said: object) -> Iterator[Node]:
    queue: deque[Any] = deque([said])
    while queue:
        node = queue.popleft()
        if isinstance(node, list):
            queue += node
        elif isinstance(node, dict):
            yield node
            queue += [value for value in node.values() if isinstance(value, dict | list)]


def _addresses(node: Node) -> set[str]:
    """Where an object of JSON-LD says that it stands, as `_place`."""
    page = node.get("mainEntityOfPage")
    said = [
        node.get("url"),
        node.get("@id"),
        *((page.get("@id"), page.get("url")) if isinstance(page, dict) else (page,)),
    ]
    return {place for address in said if isinstance(address, str) and (place := _place(address))}


def _place(address: str) -> str:
    """Path and site of an absolute address, without what may differ; "" of any other (``#article``)."""
    host = bare_host(address)
    return f"{host}{urlsplit(address).path.rstrip('/')}" if host else ""


def _is_article(node: Node) -> bool:
    kinds = node.get("@type")
    return any(str(kind).lower() in _ARTICLES for kind in (kinds if isinstance(kinds, list) else [kinds]))


def authors(articles: Sequence[Node]) -> Iterator[str]:
    """Names of the first article that has any; an organisation is no person."""
    for node in articles:
        authors = node.get("author")
        people = authors if isinstance(authors, list) else [authors]
        found = [name for person in people if (name := _ld_name(person))]
        if found:
            yield from found
            return


def _ld_name(person: object) -> str:
    if isinstance(person, dict):
        name = person.get("name")
        joined = " and ".join(map(str, name)) if isinstance(name, list) else str(name or "")
        return "" if person.get("@type") in ("Organization", "NewsMediaOrganization") else joined
    return person if isinstance(person, str) else ""
