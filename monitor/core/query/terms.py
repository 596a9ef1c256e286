"""Compiled leaves that look at the text: words and regular expressions. Each tells where it hits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2

from monitor.core.query.document import Document, Field, Span
from monitor.core.query.forms import knows
from monitor.core.query.nodes import DEFAULT_FIELDS, Regex, TextField, Words
from monitor.core.query.patterns import Element, elements, glob
from monitor.core.query.places import in_a_row, within
from monitor.core.text import fold
from monitor.errors import QueryError

MAX_PATTERN = 1000
"""Characters of a regular expression."""

MAX_REGEX_MEMORY = 8 << 20
"""Bytes for one expression's program and caches, RE2's default; past it RE2 refuses or falls back, in linear time."""

MAX_REGEX_TEXT = 2_000_000
"""Characters of a text that a regular expression looks at; no article is longer."""

MAX_REGEX_WORK = 100_000_000
"""Characters a regular expression may read of one text. Each hit may read to the text's end (``a(.*b)?``), so finding all
hits is quadratic although each is linear; an article of 5 kB may have 20,000 hits within this, a text of 1 MB a hundred.
"""


class WordsLeaf:
    """A term or phrase in some fields."""

    __slots__ = (
        "_needed",
        "_patterns",
        "_written",
        "anywhere",
        "elements",
        "fields",
        "label",
        "node",
        "plain",
        "stem",
    )

    def __init__(self, node: Words, fields: tuple[TextField, ...], stem: bool, label: str) -> None:
        self.node = node
        self.fields = fields
        self.label = label
        self.elements = elements(node.text, node.at)
        self.stem = stem and not node.exact
        if node.slop is not None and len(self.elements) < 2:
            raise QueryError("\u2018~\u2019 needs a phrase of at least two words", node.at, ("a longer phrase",))
        self._written = tuple(_exactly(element) for element in self.elements) if node.exact else ()
        only = self.elements[0]
        self.plain = only.word if len(self.elements) == 1 and not (only.wild or node.exact or self.stem) else None
        """The word, when it is nothing but one."""
        self.anywhere = self.plain if fields == DEFAULT_FIELDS else None
        """The word, when it is nothing but one and looked for in title and text."""
        several = () if self.plain else self.elements
        self._needed = frozenset(element.word for element in several if not (element.wild or self.stem))
        self._patterns = frozenset(element.word for element in several if element.wild and element.word != "?")

    def stems(self, element: Element) -> bool:
        """Whether an element stands for its forms."""
        return self.stem and not element.wild

    def spans(self, document: Document, field: Field) -> Sequence[Span]:
        """Its hits in a field, ascending."""
        if field.name not in self.fields:
            return ()
        if self.plain is not None:
            return [(place, place) for place in field.index.get(self.plain, ())]
        places = []
        for number in range(len(self.elements)):
            found = self._places(document, field, number)
            if not found:
                return ()
            places.append(found)
        if self.node.slop is not None:
            return within(places, self.node.slop)
        spans = in_a_row(places)
        if any(element.glued for element in self.elements):
            return [span for span in spans if self._is_tight(field, span)]
        return spans

    def _places(self, document: Document, field: Field, number: int) -> Sequence[int]:
        element = self.elements[number]
        if element.wild:
            places = document.wild_places(field, element.word)
        elif self.stem and knows(document.subject.language):
            places = document.stem_places(field, element.written)
        else:
            places = field.index.get(element.word, ())
        if not self.node.exact:
            return places
        written = self._written[number]
        text = field.text
        return [place for place in places if _fits(written, text[field.starts[place] : field.ends[place]])]

    def _is_tight(self, field: Field, span: Span) -> bool:
        return all(
            field.touches(span[0] + place) for place, element in enumerate(self.elements) if place and element.glued
        )

    def test(self, document: Document) -> bool:
        if self.anywhere is not None:
            return self.anywhere in document.default_words
        if self.plain is not None:
            if self.plain not in document.words:
                return False
        elif not (self._needed <= document.words and self._patterns <= document.patterns.keys()):
            return False
        for field in document.fields:  # noqa: SIM110  see operators.AllOf
            if field.name in self.fields and self.spans(document, field):
                return True
        return False

    def ranges(self, document: Document, field: Field) -> list[tuple[int, int]]:
        """Its hits in a field, as offsets into the field's text."""
        return [field.characters_of(span) for span in self.spans(document, field)]

    def note(self, document: Document) -> str:
        """For word forms: which were found."""
        if not self.stem:
            return ""
        language = document.subject.language
        if not knows(language):
            return f"no word forms are known for language \u2018{language}\u2019: exact words only"
        found = {
            f"{text.lower()} \u2192 {element.written.lower()}"
            for field in document.fields
            for span in self.spans(document, field)
            for element, text in zip(self.elements, _spellings(field, span), strict=False)
            if self.node.slop is None and self.stems(element) and fold(text) != element.word
        }
        return f"word form: {', '.join(sorted(found))}" if found else ""


def _spellings(field: Field, span: Span) -> list[str]:
    return [field.text[field.starts[place] : field.ends[place]] for place in range(span[0], span[1] + 1)]


def _exactly(element: Element) -> str:
    return unicodedata.normalize("NFC", element.written)


def _fits(written: str, found: str) -> bool:
    found = unicodedata.normalize("NFC", found)
    return written == found or (("*" in written or "?" in written) and glob(written, found))


@dataclass(frozen=True, slots=True)
class RegexLeaf:
    """A regular expression of RE2 in some fields: no back-references, no look-around, linear time."""

    node: Regex
    fields: tuple[TextField, ...]
    label: str
    program: re2._Regexp

    def ranges(self, _: Document, field: Field) -> list[tuple[int, int]]:
        return list(self._found(field)) if field.name in self.fields else []

    def _found(self, field: Field) -> Iterator[tuple[int, int]]:
        # A lone surrogate has no UTF-8 form; one character for one keeps the offsets.
        text = _LONE.sub("\ufffd", field.text[:MAX_REGEX_TEXT])
        work = 0
        for match in self.program.finditer(text):
            start, end = match.span()
            if start < end:
                yield start, end
            work += len(text) - start
            if work > MAX_REGEX_WORK:
                return

    def test(self, document: Document) -> bool:
        return any(next(self._found(field), None) is not None for field in document.fields if field.name in self.fields)

    def note(self, _: Document) -> str:
        return ""


_LONE = re.compile("[\ud800-\udfff]")


def compile_regex(node: Regex, fields: tuple[TextField, ...], label: str) -> RegexLeaf:
    """The leaf.

    Raises:
        QueryError: too long, no text, not RE2's syntax, too large a program, or an expression that the empty text matches.
    """
    if len(node.pattern) > MAX_PATTERN:
        raise QueryError(f"a regular expression has at most {MAX_PATTERN} characters", node.at)
    if _LONE.search(node.pattern):
        raise QueryError("this regular expression holds bytes that are not UTF-8", node.at)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_REGEX_MEMORY
    try:
        program = re2.compile(node.pattern.replace("\\/", "/"), options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise QueryError(f"RE2 does not take this regular expression: {reason}", node.at) from None
    if program.fullmatch(""):
        raise QueryError("this regular expression matches the empty text, and so every item", node.at)
    return RegexLeaf(node, fields, label, program)
