"""Collecting mistakes: each at its file and line, all of them in one run."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Mistake
from monitor.settings import locator
from monitor.settings.locator import Places

NEAREST = 0.6
"""How alike (difflib's ratio) a name must be to be offered; the library's own cut-off."""


_NAMED = ("channels", "sites")
"""Tables of tables, each by its name."""


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML file as read."""

    path: Path
    name: str
    """As mistakes name it: relative to the working directory where it lies below that."""
    data: dict[str, Any]
    places: Places


@dataclass(slots=True)
class Mistakes:
    """All mistakes found so far."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, file: str, line: int, where: str, what: str, excerpt: str = "") -> None:
        """One mistake at a line of a file that is no TOML document."""
        self.found.append(Mistake(file, line, where, what, excerpt))

    def at_key(self, document: Document, path: locator.Path, what: str) -> None:
        """One mistake about a key itself: unknown, missing (then at its table), in the wrong table."""
        self.add(document.name, document.places.key_line(path), where(document.data, path), what)

    def at_value(self, document: Document, path: locator.Path, what: str) -> None:
        """One mistake about a value."""
        self.add(document.name, document.places.value_line(path), where(document.data, path), what)

    def check(self, outside: tuple[Path, ...] = ()) -> None:
        """Raise `ConfigError` when there is any; `outside` are the files read from elsewhere."""
        if self.found:
            raise ConfigError(list(dict.fromkeys(self.found)), outside)


def shown(path: Path) -> str:
    """A file as mistakes name it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def where(data: dict[str, Any], path: locator.Path) -> str:
    """A path in words: ``[poll] every``, ``[[feed]] 3 (ansa-it) url``, ``keywords[2]``; people count from 1."""
    words: list[str] = []
    value: Any = data
    rest = list(path)
    if rest and isinstance(value.get(str(rest[0])), dict):
        table = str(rest.pop(0))
        value = value[table]
        if table in _NAMED and rest:
            name = str(rest.pop(0))
            value = value.get(name)
            table = f"{table}.{name}" if table == "channels" else f'{table}."{name}"'
        words.append(f"[{table}]")
    elif len(rest) > 1 and isinstance(value.get(str(rest[0])), list) and isinstance(rest[1], int):
        elements = value[str(rest[0])]
        element = elements[rest[1]] if rest[1] < len(elements) else None
        if isinstance(element, dict):
            label = element.get("id")
            words.append(f"[[{rest[0]}]] {rest[1] + 1}" + (f" ({label})" if isinstance(label, str) else ""))
            rest = rest[2:]
    key = ""
    for part in rest:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    if key:
        words.append(key)
    return " ".join(words) or "file"


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?`` for the most alike of the known names, else nothing."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=NEAREST)
    return f'; did you mean "{folded[close[0]]}"?' if close else ""


def among(known: Iterable[str], limit: int = 12) -> str:
    """`` (there are: a, b)``: the names there are, when they are few enough to be read."""
    names = sorted(known)
    if not names:
        return " (there is none)"
    return f" (there {'is' if len(names) == 1 else 'are'}: {', '.join(names)})" if len(names) <= limit else ""


def reason(error: OSError) -> str:
    """Why the system would not read a file, in its own words, without the path."""
    return os.strerror(error.errno).lower() if error.errno else str(error)
