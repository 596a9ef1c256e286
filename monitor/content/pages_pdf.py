"""A PDF's text, by pypdf: press offices, courts, regulators and vendors publish in it. No picture's text is read."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.content.clean import MAX_TEXT, MAX_TITLE, one_line, paragraphs
from monitor.content.feeds_entries import language_code
from monitor.content.phrases import cut_boilerplate
from monitor.core.text import is_spaceless
from monitor.errors import ReadError
from monitor.model import PageText

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_LEAVES = 300
"""Pages read: of a report all, of a book its beginning. Each takes 20 to 30 ms."""
FURNITURE = 3
"""Pages that must begin or end with a line for it to be a running title; numbers count as one."""
EDGE = 2
"""Lines of a page's top and foot that may be one."""
FULL = 0.8
"""Of the usual longest line, what a line has at least that its paragraph filled."""
HEADING = 0.6
"""What one has at most that ends without a full stop and is followed by another paragraph."""
USUAL = 0.9
"""Quantile of the lines' lengths that is taken for the width: some run over."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # of broken files it logs much; what counts is in our ReadError

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_NUMBER = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?…:;。！？。][\"'”’»)\]]*$")
_BEGINS = re.compile(r"(?:[•·▪■◦●–—*]|\d{1,3}[.)]|\(?[a-z\d]{1,3}\))\s")
_PARTED = re.compile(r"(\w+)[-\u00ad\u2010]$")
_FILE_NAME = re.compile(r"\.\w{2,4}$|^(?:untitled|microsoft word)\b", re.IGNORECASE)


def read_pdf(body: bytes) -> PageText:
    """The text of a PDF in paragraphs, with its title, language and date of making where it says so. Raises `ReadError`, one
    line."""
    from pypdf import PdfReader

    try:
        document = PdfReader(io.BytesIO(body))
        leaves = [_leaf(document, number) for number in range(min(len(document.pages), MAX_LEAVES))]
        said, catalog = document.metadata, document.root_object
        title, language = str(said.title or "") if said else "", str(catalog.get("/Lang") or "")
    except Exception as error:  # of hostile bytes anything may come
        raise ReadError(f"no article: a PDF document that cannot be read ({one_line(str(error), 100)})") from error
    text = cut_boilerplate(paragraphs(joined(without_furniture(leaves)), MAX_TEXT))
    if not text:
        raise ReadError("no article: a PDF document without text: pictures of pages")
    title = one_line(title, MAX_TITLE)
    return PageText(
        text=text,
        title="" if _FILE_NAME.search(title) else title,
        dated=_made(document),
        language=language_code(language),
    )


def _leaf(document: PdfReader, number: int) -> list[str]:
    """One page's lines; none of a page that cannot be read: the others can."""
    try:
        text = document.pages[number].extract_text()
    except Exception:  # noqa: BLE001
        return []
    return [line for raw in text.translate(_LIGATURES).splitlines() if (line := " ".join(raw.split()))]


def _made(document: PdfReader) -> datetime | None:
    try:
        made = document.metadata.creation_date if document.metadata else None
    except Exception:  # noqa: BLE001 - none, or no date
        return None
    return made if made is None or made.tzinfo else made.replace(tzinfo=UTC)


def without_furniture(leaves: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all pages without page numbers, and without running titles but the first, which is the document's."""
    edges = Counter(key for lines in leaves for key in {*map(_key, lines[:EDGE]), *map(_key, lines[-EDGE:])})
    kept: list[str] = []
    for number, lines in enumerate(leaves):
        start, end = 0, len(lines)
        while number and start < min(EDGE, end) and _is_furniture(lines[start], edges):
            start += 1
        while end > max(start, len(lines) - EDGE) and _is_furniture(lines[end - 1], edges):
            end -= 1
        kept += lines[start:end]
    return kept


def _key(line: str) -> str:
    return _NUMBER.sub("0", line)


def _is_furniture(line: str, edges: Counter[str]) -> bool:
    return line.strip(" -–—|").isdigit() or edges[_key(line)] >= FURNITURE


def joined(lines: Sequence[str]) -> str:
    """Printed lines as paragraphs parted by a newline, words that were parted at a line's end as one."""
    if not lines:
        return ""
    lengths = sorted(map(len, lines))
    width = lengths[int(USUAL * (len(lengths) - 1))]
    hyphened = {word.casefold() for line in lines for word in re.findall(r"\w+(?:-\w+)+", line)}
    text = [lines[0]]
    for before, line in pairwise(lines):
        if _parts(before, line, width):
            text.append(f"\n{line}")
        elif parted := _PARTED.search(before):
            text.append(_mended(text.pop(), parted[1], line, hyphened))
        else:
            spaceless = is_spaceless(before[-1]) and is_spaceless(line[0])
            text.append(line if spaceless else f" {line}")
    return "".join(text)


def _parts(before: str, line: str, width: int) -> bool:
    """Whether a new paragraph begins with this line."""
    if _BEGINS.match(line):
        return True
    if _ENDS.search(before):
        return len(before) < FULL * width
    return len(before) < HEADING * width and not line[0].islower() and not before.endswith((",", "-"))


def _mended(said: str, first: str, line: str, hyphened: set[str]) -> str:
    """A word parted at a line's end; its hyphen stays where the text has the word with one elsewhere, or where no small letter
    follows."""
    second = re.match(r"\w*", line)
    whole = f"{first}-{second[0] if second else ''}".casefold()
    return (said if whole in hyphened or not line[0].islower() else said[:-1]) + line
