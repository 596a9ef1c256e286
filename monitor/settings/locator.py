"""Where each key of a TOML document stands.

`tomli` tells values and no places. This reads the same text again, already known to be valid TOML 1.0, and notes the
place of every key, array element and table header; it decodes nothing and judges nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Path = tuple[str | int, ...]
"""Keys and, for elements of arrays and arrays of tables, indices from 0: ``("feed", 2, "url")``."""

_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\n[ \t\n]*|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets into the document: of the key (or the header, or the element) and of its value, `end` exclusive."""

    key: int
    start: int
    end: int


@dataclass(frozen=True)
class Places:
    """The places of one valid TOML document whose line ends are ``\\n``, looked for when first asked: for a mistake."""

    text: str

    @cached_property
    def of(self) -> Mapping[Path, Place]:
        """Every place."""
        scanner = _Scanner(self.text)
        scanner.document()
        return scanner.places

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_left(self._breaks, offset) + 1

    @cached_property
    def _breaks(self) -> Sequence[int]:
        """Offsets of the line ends: each of 50,000 feeds is asked for its line."""
        return [found.start() for found in re.finditer("\n", self.text)]

    def key_line(self, path: Path) -> int:
        """The line where a key stands, or the nearest enclosing table when it is not written; 1 for the document."""
        place = self._nearest(path)
        return self.line(place.key) if place else 1

    def value_line(self, path: Path) -> int:
        """The line where a value begins; else as `key_line`."""
        place = self._nearest(path)
        return self.line(place.start) if place else 1

    def string_line(self, path: Path, position: int) -> int:
        """The line of the file where the character at `position` of a decoded string stands."""
        place = self.of.get(path)
        if place is None:
            return self.value_line(path)
        offsets = string_offsets(self.text, place.start, place.end)
        return self.line(offsets[min(max(position, 0), len(offsets) - 1)])

    def _nearest(self, path: Path) -> Place | None:
        for length in range(len(path), 0, -1):
            place = self.of.get(path[:length])
            if place is not None:
                return place
        return None


def string_offsets(text: str, start: int, end: int) -> list[int]:
    """For each character of the string with the literal ``text[start:end]``, its offset in `text`; and the end's."""
    quote = text[start]
    width = 3 if text.startswith(quote * 3, start) and end - start >= 6 else 1
    at, last = start + width, end - width
    if width == 3 and text.startswith("\n", at):
        at += 1  # TOML drops a newline right after the opening quotes
    offsets: list[int] = []
    while at < last:
        escape = _ESCAPE.match(text, at) if quote == '"' else None
        if escape is None:
            offsets.append(at)
            at += 1
            continue
        if not escape.group()[1:].strip(" \t\n"):
            at = escape.end()  # a backslash at a line's end swallows the newline
            continue
        offsets.append(at)
        at = escape.end()
    return [*offsets, last]


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    places: dict[Path, Place] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)
    """How many tables each array of tables has so far."""

    def document(self) -> None:
        table: Path = ()
        self.space()
        while self.at < len(self.text):
            table = self.header() if self.text[self.at] == "[" else self.pair(table)
            self.space()

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", start)
        self.at += 2 if many else 1
        keys = self.keys()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        place = Place(start, start, self.at)
        path: Path = ()
        for key in keys[:-1]:
            path = self.enter((*path, key))
        path = (*path, keys[-1])
        if many:
            self.places.setdefault(path, place)
            self.counts[path] = self.counts.get(path, 0) + 1
        path = self.enter(path)
        self.places[path] = place
        return path

    def enter(self, path: Path) -> Path:
        """The last element of an array of tables, the path itself for any other."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def keys(self) -> list[str]:
        """A dotted key, quoted parts decoded as far as keys need it."""
        keys: list[str] = []
        while True:
            self.blank()
            keys.append(self.key())
            self.blank()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def blank(self) -> None:
        while self.text.startswith((" ", "\t"), self.at):
            self.at += 1

    def key(self) -> str:
        match = _BARE.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            return match.group()
        match = _STRING.match(self.text, self.at)
        assert match is not None, "the document is valid TOML"
        start, self.at = self.at, match.end()
        return _decoded(self.text, start, self.at)

    def pair(self, table: Path) -> Path:
        start = self.at
        path = table
        for key in self.keys():
            path = (*path, key)
            self.places.setdefault(path, Place(start, start, self.at))
        self.at = self.text.index("=", self.at) + 1
        self.blank()
        self.value(path, start)
        return table

    def value(self, path: Path, key: int | None = None) -> None:
        start = self.at
        char = self.text[start]
        if char in "\"'":
            match = _STRING.match(self.text, start)
            assert match is not None, "the document is valid TOML"
            self.at = match.end()
        elif char == "[":
            self.array(path)
        elif char == "{":
            self.inline_table(path)
        else:
            match = _SCALAR.match(self.text, start)
            assert match is not None
            self.at = start + len(match.group().rstrip())
        self.places[path] = Place(start if key is None else key, start, self.at)

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self.space()
        while self.text[self.at] != "]":
            self.value((*path, index))
            index += 1
            self.space()
            if self.text[self.at] == ",":
                self.at += 1
                self.space()
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.space()
        while self.text[self.at] != "}":
            self.pair(path)
            self.space()
            if self.text[self.at] == ",":
                self.at += 1
                self.space()
        self.at += 1


_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def _decoded(text: str, start: int, end: int) -> str:
    """A one-line string's value."""
    body = text[start + 1 : end - 1]
    if text[start] == "'":
        return body
    return _ESCAPE.sub(lambda match: _SHORT.get(match.group()[1]) or chr(int(match.group()[2:], 16)), body)
