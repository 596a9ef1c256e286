"""Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml), both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from monitor.content.charset import decode
from monitor.content.clean import MAX_NAME, as_tag, feed_url, one_line
from monitor.content.feeds_repair import escape_ampersands, own_entities, read_prolog
from monitor.content.htmltext import title_text
from monitor.errors import ReadError

MAX_FEEDS = 100_000
"""Feeds taken from one file; the largest published lists have 20,000."""
_OURS = "https://github.com/monitor-news/monitor"
_ID = f"{{{_OURS}}}id"
MAX_DEPTH = 20
"""Folders in folders; readers write two."""


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """A subscription. `tags` are the folders it lies in, outermost first, then the `category` attribute's."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    id: str = ""
    """The id it has in a list of ours; none in other programs'."""


@dataclass(frozen=True, slots=True)
class OpmlList:
    """What a document says. `left_out`: what it gives as feeds' addresses and is none, as written. `damage`: the line from
    which it is not well-formed, and how; what could be read beyond it was."""

    feeds: list[OpmlFeed]
    left_out: list[str]
    damage: tuple[int, str] | None = None


def read_opml(body: bytes) -> OpmlList:
    """Every feed of an OPML document once, in its order; a feed that stands in several folders gets the tags of all.

    Outlines without an http or https ``xmlUrl`` that hold others are folders; what is neither is passed over. Raises
    `ReadError` when it is no OPML, or declares entities.
    """
    root, damage = _root(body)
    found: dict[str, OpmlFeed] = {}
    for feed in _feeds(root):
        before = found.get(feed.url)
        if before is None and len(found) >= MAX_FEEDS:
            break
        tags = dict.fromkeys((*before.tags, *feed.tags) if before else feed.tags)
        first = before or feed
        found[feed.url] = OpmlFeed(feed.url, first.title, tuple(tags), first.id)
    return OpmlList(list(found.values()), _left_out(root), damage)


def _left_out(root: etree._Element) -> list[str]:
    written = (
        {str(name).lower(): str(value) for name, value in element.attrib.items()}.get("xmlurl", "")
        for element in root.iter("outline")
    )
    return [one_line(url, 200) for url in written if url and feed_url(url) is None]


def write_opml(feeds: Iterable[OpmlFeed], title: str) -> bytes:
    """An OPML 2.0 document (UTF-8): a feed stands in a folder named by its first tag, all its tags in `category`.

    Reading it gives the same feeds with the same tags, in the order of folders; writing that again gives the same
    bytes.
    """
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"monitor": _OURS})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = one_line(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in sorted(feeds, key=lambda feed: bool(feed.tags)):  # those without a folder first; otherwise as given
        parent = body
        if feed.tags:
            name = one_line(feed.tags[0], MAX_NAME)
            if name not in folders:
                folders[name] = etree.SubElement(body, "outline", text=name)
            parent = folders[name]
        label = one_line(feed.title) or feed.url
        outline = etree.SubElement(parent, "outline", type="rss", text=label, title=label, xmlUrl=feed.url)
        if feed.id:
            outline.set(_ID, feed.id)
        if len(feed.tags) > 1:
            outline.set("category", ",".join(one_line(tag.replace(",", " "), MAX_NAME) for tag in feed.tags))
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


def _root(body: bytes) -> tuple[etree._Element, tuple[int, str] | None]:
    text = decode(body, {})[0]
    prolog = read_prolog(text)
    if prolog.root.lower() not in ("opml", "outlinedocument"):
        raise ReadError("not an OPML document" if prolog.root else "not an OPML document: no XML")
    own_entities(prolog.doctype)
    root, damage = _tree(text[prolog.start :])
    if damage is None:
        return root, None
    return root, (damage[0] + text.count("\n", 0, prolog.start), damage[1])


def _tree(document: str) -> tuple[etree._Element, tuple[int, str] | None]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(escape_ampersands(document).encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(f"an OPML document that cannot be read: {one_line(str(error), 120)}") from None
    if root is None:
        raise ReadError("an OPML document that cannot be read")
    fatal = parser.error_log.filter_from_fatals()  # an undeclared prefix is an error too, and costs nothing
    return root, (fatal[0].line, one_line(fatal[0].message, 120)) if len(fatal) else None


def _feeds(root: etree._Element) -> Iterator[OpmlFeed]:
    """Depth first, by a stack of our own: nesting is the writer's."""
    stack: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while stack:
        element, folders = stack.pop()
        attributes = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        url = feed_url(
            attributes.get("xmlurl") or attributes.get("url")
            if attributes.get("type", "rss").lower() in _TYPES
            else None
        )
        label = title_text(attributes.get("title") or attributes.get("text") or "")
        inside = folders
        if url:
            categories = map(as_tag, _categories(attributes.get("category", "")))
            tags = tuple(dict.fromkeys([*folders, *filter(None, categories)]))
            yield OpmlFeed(url, label, tags, str(element.get(_ID, "")))
        elif element.tag == "outline" and label and len(folders) < MAX_DEPTH:
            inside = (*folders, *filter(None, (as_tag(label),)))
        stack += [(child, inside) for child in reversed(element) if isinstance(child.tag, str)]


def _categories(written: str) -> Iterator[str]:
    """Tags, and the parts of paths: those begin with a stroke."""
    for one in written.split(","):
        yield from one.split("/") if one.strip().startswith("/") else (one,)


_TYPES = ("rss", "atom", "feed", "rss1", "rss2", "json", "jsonfeed", "")
