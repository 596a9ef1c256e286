"""`watchlists/*.toml`: each compiled, its references followed, its tests run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.core.query import Subject
from monitor.core.watch import compile_watchlists
from monitor.core.watch import mistakes as query_mistakes
from monitor.errors import QueryError
from monitor.model import Feed, Watchlist
from monitor.settings import values
from monitor.settings.documents import read_document, read_text
from monitor.settings.mistakes import Document, Mistakes, among, nearest, shown
from monitor.settings.schema import TestTable, WatchlistFile
from monitor.settings.terms import note_query
from monitor.settings.validate import validate


def read_watchlists(
    directory: Path, feeds: Sequence[Feed], channels: set[str], terms: Mapping[str, str], mistakes: Mistakes
) -> list[Watchlist]:
    """All watchlists that are right, in the order of their names."""
    folder = directory / "watchlists"
    found: list[Watchlist] = []
    used: set[Path] = set()
    for path in sorted(folder.glob("*.toml")):
        watchlist = _Reader(path, feeds, channels, terms, mistakes, used).read()
        if watchlist is not None:
            found.append(watchlist)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix != ".toml" and not path.name.startswith(".") and path.resolve() not in used and path.is_file():
            what = "neither a .toml watchlist nor a keywords_file of one; rename it or move it away"
            mistakes.add(shown(path), 0, "file", what)
    return found


class _Reader:
    """One file on its way to a Watchlist."""

    def __init__(
        self,
        path: Path,
        feeds: Sequence[Feed],
        channels: set[str],
        terms: Mapping[str, str],
        mistakes: Mistakes,
        used: set[Path],
    ) -> None:
        self.path, self.feeds, self.channels = path, feeds, channels
        self.terms, self.mistakes, self.used = terms, mistakes, used

    def read(self) -> Watchlist | None:
        document = read_document(self.path, self.mistakes)
        if document is None:
            return None
        name = document.data.get("keywords_file")
        extra = self.keywords(document, name) if isinstance(name, str) else ()
        table = validate(WatchlistFile, document, self.mistakes)
        try:
            values.slug(self.path.stem)
        except ValueError as error:
            self.mistakes.add(document.name, 0, "file name", str(error))
        if table is None:
            return None
        self.references(document, table)
        watchlist = Watchlist(
            id=self.path.stem,
            name=table.name or self.path.stem,
            query=table.query,
            keywords=(*table.keywords, *(word for _, word in extra)),
            exclude=tuple(table.exclude),
            languages=tuple(table.languages),
            feeds=tuple(table.feeds),
            stem=table.stem,
            tags=tuple(table.tags),
            alert=tuple(table.alert),
        )
        problems = query_mistakes(watchlist, self.terms)
        for key, problem, source in problems:
            self.note(document, key, problem, source, len(table.keywords), extra)
        if not problems:
            self.run_tests(document, watchlist, table.test)
        return None if problems else watchlist

    def keywords(self, document: Document, name: str) -> tuple[tuple[int, str], ...]:
        """The words of a keywords file with their lines."""
        path = self.path.parent / name
        self.used.add(path.resolve())
        text = None
        if path.is_file():
            text = read_text(path, shown(path), self.mistakes)
        else:
            self.mistakes.at_value(document, ("keywords_file",), f"{shown(path)}: no such file")
        lines = enumerate((text or "").splitlines(), 1)
        return tuple((number, word) for number, line in lines if (word := line.partition("#")[0].strip()))

    def references(self, document: Document, table: WatchlistFile) -> None:
        ids, tags = {feed.id for feed in self.feeds}, {tag for feed in self.feeds for tag in feed.tags}
        for number, name in enumerate(table.alert):
            if name not in self.channels:
                what = f'no channel "{name}" is configured{nearest(name, self.channels)}{among(self.channels)}'
                self.mistakes.at_value(document, ("alert", number), what)
        for number, name in enumerate(table.feeds):
            kind, known, bare = ("tag", tags, name[4:]) if name.startswith("tag:") else ("feed", ids, name)
            if bare not in known:
                said = "no feed bears the tag" if kind == "tag" else "no feed has the id"
                self.mistakes.at_value(document, ("feeds", number), f'{said} "{bare}"{nearest(bare, known)}')

    def note(
        self,
        document: Document,
        key: str,
        error: QueryError,
        source: str,
        own_keywords: int,
        extra: tuple[tuple[int, str], ...],
    ) -> None:
        """A mistake in a query, a keyword or an exclusion, where it is written."""
        indexed = re.fullmatch(r"(\w+)\[(\d+)\]", key)
        path: tuple[str | int, ...] = (indexed[1], int(indexed[2])) if indexed else (key,)
        if path[0] == "keywords" and len(path) > 1 and int(path[1]) >= own_keywords:
            line, word = extra[int(path[1]) - own_keywords]
            file = shown(self.path.parent / str(document.data["keywords_file"]))
            self.mistakes.add(file, line, "keywords_file", f"{error.what}: {word}")
        elif path in document.places.of:
            note_query(document, path, source, error, self.mistakes)
        else:
            self.mistakes.at_key(document, path, error.what)

    def run_tests(self, document: Document, watchlist: Watchlist, tests: Sequence[TestTable]) -> None:
        for number, test in enumerate(tests):
            tags = next((feed.tags for feed in self.feeds if feed.id == test.feed), ())
            subject = Subject(
                title=test.title,
                text=test.text,
                url=test.url,
                feeds=(test.feed,) if test.feed else (),
                tags=tags,
                language=test.language or "und",
            )
            # What a test leaves out does not restrict it: a text alone is asked of the words alone.
            asked = replace(
                watchlist,
                languages=watchlist.languages if test.language else (),
                feeds=watchlist.feeds if test.feed else (),
            )
            matched = bool(compile_watchlists([asked], self.terms).match(subject))
            if matched != test.match:
                what = "expected a match, and there was none" if test.match else "expected no match, and there was one"
                self.mistakes.at_value(document, ("test", number, "match"), what)
