"""`terms.toml`: named queries, each readable, none using itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.core.query import check, excerpt
from monitor.errors import QueryError
from monitor.settings.documents import read_document
from monitor.settings.mistakes import Document, Mistakes, where
from monitor.settings.run import Run, may_hold, raw

_NAME = re.compile(r"[\w.-]+")
_USED = re.compile(r"@([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Terms:
    """The named queries. Those with mistakes stand in `broken`; `unread` is the text of a file that is no TOML."""

    queries: Mapping[str, str]
    broken: frozenset[str] = frozenset()
    unread: str | None = None

    def right_for(self, sources: Iterable[str]) -> bool:
        """Whether none of these sources needs, itself or through others, a named query with a mistake."""
        waiting, seen = [name for source in sources for name in _USED.findall(source)], set[str]()
        while waiting:
            name = waiting.pop()
            if name in self.broken or (name not in self.queries and may_hold(self.unread, name)):
                return False
            if name not in seen:
                seen.add(name)
                waiting += _USED.findall(self.queries.get(name, ""))
        return True

    def for_checking(self, sources: Iterable[str]) -> dict[str, str]:
        """The named queries for checking these sources. What is broken was told already: a word of its own stands for it."""
        queries = {name: query for name, query in self.queries.items() if name not in self.broken}
        missing = set(self.broken)
        missing |= {
            name for source in sources for name in _USED.findall(source) if may_hold(self.unread, name)
        } - queries.keys()
        return queries | {name: f"standin{number}" for number, name in enumerate(sorted(missing))}


def read_terms(run: Run) -> Terms:
    """All named queries, their mistakes noted once each, not at every use."""
    path = run.directory / "terms.toml"
    if not path.exists() and not path.is_symlink():
        return Terms({})
    document = read_document(path, run.mistakes)
    if document is None:
        return Terms({}, unread=raw(path))
    queries: dict[str, str] = {}
    bad: set[str] = set()
    for name, source in document.data.items():
        if isinstance(source, str) and _NAME.fullmatch(name):
            queries[name] = source
            continue
        bad.add(name)
        what = "a query in quotes is asked for: name = 'a OR b'"
        if isinstance(source, str):
            what = 'not a name such as "dprk": letters, digits, "_" and "-"'
        run.mistakes.at_value(document, (name,), what)
    bad |= _broken(document, queries, bad, run.mistakes, alone=True)
    bad |= _broken(document, queries, bad, run.mistakes, alone=False)
    return Terms(queries, frozenset(bad))


def _broken(document: Document, queries: dict[str, str], bad: set[str], mistakes: Mistakes, *, alone: bool) -> set[str]:
    """The queries that cannot be read: each by itself, or all together (circles; NEAR of what has no place)."""
    found: set[str] = set()
    for name, source in queries.items():
        if name in bad:
            continue
        known = Terms(queries, frozenset({*queries, *bad} if alone else bad)).for_checking([source])
        error = _mistake(name, source, known)
        if error is not None:
            found.add(name)
            note_query(document, (name,), source, error, mistakes)
    return found


def _mistake(name: str, source: str, known: dict[str, str]) -> QueryError | None:
    """What is wrong with a named query. That it can match nothing alone is not: ``NOT sport`` is there to be joined."""
    try:
        check(source, known)
    except QueryError as error:
        try:
            check(f"standin @{name}", {**known, name: source})
        except QueryError:
            return error
    return None


def note_query(
    document: Document, path: tuple[str | int, ...], source: str, error: QueryError, mistakes: Mistakes
) -> None:
    """A mistake inside a query: at its own line of the file, with a caret under the place."""
    line = document.places.string_line(path, error.position)
    expected = f"; expected {' or '.join(error.expected)}" if error.expected and "expected" not in error.what else ""
    shown = "\n".join(f"  {row}" for row in excerpt(source, error.position).split("\n"))
    mistakes.add(document.name, line, where(document.data, path), f"{error.what}{expected}", shown)
