"""A news page's bytes to its article, by trafilatura (only its extraction is used, never its downloader); a PDF's, by pypdf.

Standard mode without comments and without its `deduplicate` (which keeps state between calls and returns nothing from
the fourth time on): the best of all measured on news. `fast` leaves out its comparison with other extractors: the way
out under overload.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.settings import Extractor

from monitor.content import pages_linked as linked
from monitor.content import pages_metadata as metadata_of
from monitor.content import pages_pdf
from monitor.content.charset import decode
from monitor.content.clean import one_line, paragraphs, without_pictures
from monitor.content.packed import inflate
from monitor.content.pages_refresh import sent_to
from monitor.content.pages_walls import PASSING, wall_of
from monitor.content.phrases import cut_boilerplate
from monitor.errors import PageElsewhere, PageWalled, ReadError
from monitor.model import PageText

MAX_PAGE = 5_000_000
"""Bytes of a page, without the pictures written into it. News pages have 50 kB to 1.5 MB; a 20 MB one costs trafilatura 85 s."""
MAX_TAGS = 60_000
"""Start and end tags of a page: news pages have 2,000 to 15,000."""
MANY_PARAGRAPHS = 3_000
"""Above this many <p> only the fast mode is used: the comparison with jusText is quadratic in them (20,000 cost 26
s)."""
MIN_TEXT = 60
"""Characters under which what was found is no article."""
WALL_TEXT = 2_500
"""Characters up to which a text may be a consent or login wall; above, an article may well speak of cookies."""

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it would log of a page is in our ReadError

_NOT_HTML = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"RIFF": "an image or media file",
    b"PK\x03\x04": "a ZIP archive",
    b"\0\0\0\x18ftyp": "a video",
    b"\0\0\0\x20ftyp": "a video",
}
_PDF, _MAGIC = b"%PDF-", 1024
"""Readers look for it in so many first bytes (ISO 32000, annex H): mail gateways and scripts write before it."""
_MEDIA_TYPE = re.compile(
    r"^\s*(image|audio|video|font)/|^\s*application/(pdf|zip|octet-stream|msword|vnd)", re.IGNORECASE
)
_TEXT_TYPE = re.compile(r"\s*text/plain\b", re.IGNORECASE)
_PARTED = re.compile(r"\n[ \t\r]*\n")
_TAG = re.compile(r"<[A-Za-z/]")
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)


def read_page(body: bytes, url: str, headers: Mapping[str, str], *, metadata: bool, fast: bool = False) -> PageText:
    """Read the article out of a page that came from `url` with these response headers (names lower-case).

    `metadata` asks for authors, date and a title made with care too (a third more time); language, canonical URL,
    site name and a title come always. Raises `ReadError`, one line, when the page holds no article: a consent wall, a
    login page, an image, too large; `PageWalled` where it may hold one later, `PageElsewhere` where it leads on.
    """
    body = inflate(body)
    if not body.strip() and (to := sent_to(None, url, headers, bare=True)):
        raise PageElsewhere(to)
    if _PDF in body[:_MAGIC] and not body.lstrip().startswith(b"<"):
        return _long_enough(pages_pdf.read_pdf(body))
    text = _characters(body, headers)
    if not _TAG.search(text):
        return _plain(text, headers)
    tree = load_html(text)
    if tree is None:
        raise ReadError("no article: the page is no HTML that can be read")
    head = metadata_of.read_head(tree, url)
    said = linked.blocks(tree) if metadata or '"articleBody"' in text else []
    own = linked.of_this_page(said, head.titles, (url, head.canonical_url))
    details = metadata_of.read_details(tree, url, head, own) if metadata else metadata_of.Details()
    few = len(_PARAGRAPH.findall(text)) <= MANY_PARAGRAPHS
    linked.drop_strangers(said, head.titles, (url, head.canonical_url))
    article = _extract(tree, url, fast=fast or not few)
    article = linked.fuller_body(article, own) or article
    if len(article) <= WALL_TEXT and (to := sent_to(tree, url, headers, bare=len(article) < MIN_TEXT)):
        raise PageElsewhere(to)
    wall = wall_of(article, head.title) if len(article) <= WALL_TEXT else None
    if wall:
        kind = PageWalled if wall in PASSING else ReadError
        raise kind(f"no article: {wall} (title: {head.title[:100] or 'none'})")
    if len(article) < MIN_TEXT:
        raise ReadError(f"no article: {len(article)} characters of text (title: {head.title[:100] or 'none'})")
    title = details.title or head.title
    return PageText(
        text=cut_boilerplate(article, head.heading if head.heading and article.startswith(head.heading) else title),
        title=title,
        authors=details.authors,
        published_at=details.published_at,
        dated=details.dated,
        language=head.language,
        canonical_url=head.canonical_url,
        site_name=head.site_name,
    )


def _characters(body: bytes, headers: Mapping[str, str]) -> str:
    """The page's characters, when it can be a page at all."""
    if not body.strip():
        raise PageWalled("no article: empty body")
    for magic, name in _NOT_HTML.items():
        if body.startswith(magic):
            raise ReadError(f"no article: {name}")
    kind = _MEDIA_TYPE.match(headers.get("content-type", ""))
    if kind:
        raise ReadError(f"no article: {one_line(headers['content-type'], 60)}")
    text = decode(body, headers)[0].replace("\x00", "")
    if len(body) > MAX_PAGE and len(text := without_pictures(text)) > MAX_PAGE:
        raise ReadError(f"no article: a page of {len(body)} bytes, over {MAX_PAGE}")
    if len(_TAG.findall(text)) > MAX_TAGS:
        raise ReadError(f"no article: a page of more than {MAX_TAGS} tags")
    return text


def _plain(text: str, headers: Mapping[str, str]) -> PageText:
    """A text without markup, as press offices and mailing lists have them: broken into lines, parted by empty ones."""
    if not _TEXT_TYPE.match(headers.get("content-type", "")):
        raise ReadError("no article: no HTML")
    article = paragraphs("\n".join(" ".join(part.split()) for part in _PARTED.split(text)))
    return _long_enough(PageText(text=cut_boilerplate(article, "")))


def _long_enough(page: PageText) -> PageText:
    if len(page.text) < MIN_TEXT:
        raise ReadError(f"no article: {len(page.text)} characters of text")
    return page


def _extract(tree: HtmlElement, url: str, *, fast: bool) -> str:
    options = Extractor(output_format="python", fast=fast, comments=False, dedup=False, tables=True, url=url)
    try:
        document = bare_extraction(tree, options=options)
    except (
        etree.LxmlError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
        AssertionError,
    ) as error:
        raise ReadError(f"no article: the extractor failed ({type(error).__name__})") from error
    return paragraphs(getattr(document, "text", None) or "")
