"""Strangers' text made fit for a header, a mail, a line: cleaned, cut, its matched words found in their sentences.

What a feed says is data. It may hold what breaks a header (line ends of every kind; encoded words that old Pythons
decode into line ends: CVE-2024-6923), what UTF-8 cannot hold (lone surrogates) and what turns a line around
(bidi controls).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.core.urls import bare_host
from monitor.model import Item, Match

Segments = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is marked."""

HEADER_CHARS = 200
"""Of a subject: more is cut by every mail client."""

SENTENCE_CHARS = 320
"""A longer sentence is shown around its first match only."""

MAX_URL = 2_000
"""Longer ones break in mail clients, and are no addresses of articles."""

_JOINERS = "\u200c\u200d"  # part of words in Persian and of letters in Indic scripts; harmless anywhere
_SENTENCE_END = re.compile(r"\n+|(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Part of an item's text (or its title) that holds matches, as offsets into it."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    cut_before: bool = False
    cut_after: bool = False


def clean(text: str) -> str:
    """Plain text safe in a mail's body or JSON: no controls but newlines, no bidi controls, no surrogates."""
    if text.replace("\n", "").isprintable():  # nothing of what `_cleaned` changes is
        return text
    return text.translate({ord(char): _cleaned(char) for char in set(text)})


def one_line(text: str) -> str:
    """`clean`, on one line, blanks collapsed."""
    return _BLANK.sub(" ", clean(text)).strip()


def header_text(text: str, limit: int = HEADER_CHARS) -> str:
    """Text for a mail header: one line, no encoded word that anyone could decode, cut to `limit` characters."""
    return cut(one_line(text).replace("=?", "= ?"), limit)


def cut(text: str, limit: int) -> str:
    """The text, or its first `limit` characters up to a blank where one is near, ending in ``…``."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    blank = head.rfind(" ")
    return (head[:blank] if blank > limit * 2 // 3 else head).rstrip() + "…"


def web_link(url: str | None) -> str | None:
    """The URL when it is http or https and nothing in it could leave an attribute or a line; else None."""
    if url is None or len(url) > MAX_URL or not url.isprintable() or re.search(r"[\s<>\"\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def site(url: str | None) -> str:
    """The host of a link, without ``www.``; empty when there is none."""
    return bare_host(web_link(url))


def headline(item: Item) -> str:
    """The item's title, or what stands for it: its first words, its address."""
    return one_line(item.title) or cut(one_line(item.text[:400]), 100) or web_link(item.url) or "(untitled)"


def sentences(text: str, matches: Iterable[Match], limit: int) -> list[Sentence]:
    """The first `limit` sentences of `text` that hold matches, in order; the offsets of `matches` are into `text`."""
    spans = _merged((max(match.start, 0), min(match.end, len(text))) for match in matches)
    found: list[Sentence] = []
    for start, end in _sentence_spans(text, spans):
        marks = tuple((a, b) for a, b in spans if start <= a < end)
        if marks:
            found.append(_trimmed(text, start, max(end, marks[-1][1]), marks))
        if len(found) == limit:
            break
    return found


def segments(text: str, part: Sentence) -> Segments:
    """That part of `text` on one line, in marked and unmarked pieces, ``…`` where the sentence goes on."""
    pieces: list[tuple[str, bool]] = []
    at = part.start
    for a, b in part.marks:
        pieces += [(text[at:a], False), (text[max(a, at) : b], True)]
        at = max(at, b)
    pieces.append((text[at : part.end], False))
    shown = [(_BLANK.sub(" ", clean(piece)), marked) for piece, marked in pieces]
    shown = [("…" if part.cut_before else "", False), *shown, ("…" if part.cut_after else "", False)]
    return tuple((piece, marked) for piece, marked in shown if piece)


def excerpt(text: str, around: int, width: int) -> str:
    """About `width` characters of `text` around an offset, cut at blanks where there are some, ``…`` at a cut."""
    if len(text) <= width:
        return clean(text).strip()
    start = min(max(0, around - width // 3), len(text) - width)
    end = start + width
    if start > 0 and (blank := text.find(" ", start, start + 40)) >= 0 and blank < around:
        start = blank + 1
    if end < len(text) and (blank := text.rfind(" ", end - 40, end)) > around:
        end = blank
    return ("…" if start else "") + clean(text[start:end]).strip() + ("…" if end < len(text) else "")


def _cleaned(char: str) -> str:
    if char == "\n" or char in _JOINERS:
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category[0] == "C" else char


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sentence_spans(text: str, marks: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    if not marks:
        return
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.start() > start:
            yield start, end.start()
        start = end.end()
    if start < len(text):
        yield start, len(text)


def _trimmed(text: str, start: int, end: int, marks: tuple[tuple[int, int], ...]) -> Sentence:
    """The sentence, or so much of it around its first mark as may be shown."""
    if end - start <= SENTENCE_CHARS:
        return Sentence(start, end, marks)
    first = marks[0]
    left = max(start, min(first[0] - SENTENCE_CHARS // 3, end - SENTENCE_CHARS))
    right = max(first[1], min(end, left + SENTENCE_CHARS))
    if left > start and (blank := text.find(" ", left, first[0])) >= 0:
        left = blank + 1
    if right < end and (blank := text.rfind(" ", first[1], right)) >= 0:
        right = blank
    marks = tuple((a, min(b, right)) for a, b in marks if a < right)
    return Sentence(left, right, marks, left > start, right < end)
