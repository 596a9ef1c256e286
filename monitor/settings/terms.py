"""`terms.toml`: named queries, each valid, none using itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.core.query import check, excerpt
from monitor.errors import QueryError
from monitor.settings.documents import read_document
from monitor.settings.mistakes import Document, Mistakes, where


def read_terms(directory: Path, mistakes: Mistakes) -> Mapping[str, str]:
    """Name to query; those with a mistake are left in, so that it is told once and not at every use."""
    path = directory / "terms.toml"
    document = read_document(path, mistakes) if path.exists() else None
    if document is None:
        return {}
    terms: dict[str, str] = {}
    for name, source in document.data.items():
        if isinstance(source, str):
            terms[name] = source
        else:
            mistakes.at_value(document, (name,), "a query in quotes is asked for")
    for name, source in terms.items():
        try:
            check(source, terms)
        except QueryError as error:
            note_query(document, (name,), source, error, mistakes)
    return terms


def note_query(
    document: Document, path: tuple[str | int, ...], source: str, error: QueryError, mistakes: Mistakes
) -> None:
    """A mistake inside a query: at its own line of the file, with a caret under the place."""
    line = document.places.string_line(path, error.position)
    expected = f"; expected {' or '.join(error.expected)}" if error.expected and "expected" not in error.what else ""
    shown = "\n".join(f"  {row}" for row in excerpt(source, error.position).split("\n"))
    mistakes.add(document.name, line, where(document.data, path), f"{error.what}{expected}", shown)
