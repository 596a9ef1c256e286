"""`watchlists/*.toml`: each query read, each reference followed, each test run."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.core.query import Meta, parse, walk
from monitor.core.watch import deciding, may_ask_tags
from monitor.core.watch import mistakes as query_mistakes
from monitor.errors import QueryError
from monitor.model import Watchlist
from monitor.settings import values
from monitor.settings.channels import Channels
from monitor.settings.documents import read_document, read_text
from monitor.settings.feeds import Feeds
from monitor.settings.languages import language_code
from monitor.settings.mistakes import Document, among, nearest, shown
from monitor.settings.run import Run, may_hold, raw
from monitor.settings.schema import WatchlistFile
from monitor.settings.terms import Terms, note_query
from monitor.settings.trials import run_tests
from monitor.settings.validate import Checked, validate

_COMMENT = re.compile(r"(?:^|\s)#.*")
"""A ``#`` inside a word, as in C#, begins no comment."""

_ABOUT_ITEMS = re.compile("(?:lang|feed):")
"""What a query that `about_items` judges has in it: others are not parsed once more, of ten thousand."""

Words = tuple[tuple[int, str], ...]
"""The entries of a keywords file with their lines."""


def read_watchlists(run: Run, feeds: Feeds, channels: Channels, terms: Terms) -> list[Watchlist]:
    """All watchlists that are right, in the order of their names."""
    right: list[Watchlist] = []
    waiting: list[_Reader] = []
    tags, unread = set(feeds.tags), list[str | None]()
    for path in run.documents(run.directory / "watchlists"):
        reader = _Reader(run, path, feeds, channels, terms)
        if (watchlist := reader.read()) is not None:
            right.append(watchlist)
        if reader.waiting is not None:
            waiting.append(reader)
        tags.update(reader.tags)
        unread.append(reader.unread)
    if waiting:
        sound = [one for one in right if terms.right_for([one.query or ""])]
        seen = deciding(sound, terms.for_checking(()))
        for reader in waiting:
            reader.ask_tags(seen, {tag.casefold() for tag in tags}, unread)
    return right


@dataclass(frozen=True, slots=True)
class _Tested:
    """A watchlist and its tests as written."""

    document: Document
    watchlist: Watchlist
    tests: Sequence[Any]


def sources(watchlist: Watchlist) -> tuple[str, ...]:
    """All that a watchlist says in the language of queries, or in plain terms."""
    return (*filter(None, [watchlist.query]), *watchlist.keywords, *watchlist.exclude)


class _Reader:
    """One file on its way to a Watchlist."""

    def __init__(self, run: Run, path: Path, feeds: Feeds, channels: Channels, terms: Terms) -> None:
        self.run, self.mistakes, self.path = run, run.mistakes, path
        self.feeds, self.channels, self.terms = feeds, channels, terms
        self.waiting: _Tested | None = None
        """What is to be looked at when all watchlists are read: it may ask for tags that others give."""
        self.tags: Sequence[str] = ()
        self.unread: str | None = None
        """The file's text where its tags could not be read."""

    def read(self) -> Watchlist | None:
        before = len(self.mistakes.found)
        document = read_document(self.path, self.mistakes)
        if document is None:
            self.unread = raw(self.path)
            return None
        try:
            values.slug(self.path.stem)
        except ValueError as error:
            self.mistakes.add(document.name, 0, "file name", str(error))
        checked = validate(WatchlistFile, document, self.mistakes)
        file = checked.table.keywords_file
        self.tags = checked.table.tags
        self.unread = document.places.text if "tags" in checked.bad else None
        words = self.keywords(document, file) if file is not None else ()
        self.references(document, checked.table)
        watchlist = self.watchlist(checked.table, words)
        self.queries(document, checked, watchlist, words)
        right = len(self.mistakes.found) == before
        runnable = right and self.terms.right_for([watchlist.query or ""])
        tested = _Tested(document, watchlist, checked.table.test)
        if runnable and may_ask_tags(watchlist.query or ""):
            self.waiting = tested
        else:
            self.run_tests(tested, (watchlist,), runnable=runnable)
        return watchlist if len(self.mistakes.found) == before else None

    def ask_tags(
        self, seen: Mapping[str, Sequence[Watchlist]], given: Collection[str], unread: Sequence[str | None]
    ) -> None:
        """Run the tests of who is `waiting`, and tell of a tag that is a misspelling of one that is `given`, folded,
        and that none of the `unread` files may give. `seen`: `core.watch.deciding`."""
        assert self.waiting is not None
        watchlist, document = self.waiting.watchlist, self.waiting.document
        self.run_tests(self.waiting, seen[watchlist.id], runnable=True)
        for meta in self.about_items(watchlist.query or ""):
            tag = meta.value.casefold()
            asked = meta.field == "tag" and not set("*?") & set(tag) and not self.feeds.known(tag, given)
            may_be = any(may_hold(text, meta.value) for text in unread)
            if asked and not may_be and (near := nearest(tag, given)):
                what = f'no feed and no watchlist gives the tag "{meta.value}"{near}'
                note_query(document, ("query",), watchlist.query or "", QueryError(what, meta.at), self.mistakes)

    def run_tests(self, tested: _Tested, seen: Sequence[Watchlist], *, runnable: bool) -> None:
        document, watchlist, tests = tested.document, tested.watchlist, tested.tests
        run_tests(document, watchlist, seen, tests, self.feeds, self.terms, self.mistakes, runnable=runnable)

    def watchlist(self, table: WatchlistFile, words: Words) -> Watchlist:
        return Watchlist(
            id=self.path.stem,
            name=table.name or self.path.stem,
            query=table.query,
            keywords=(*table.keywords, *(word for _, word in words)),
            exclude=tuple(table.exclude),
            languages=tuple(table.languages),
            feeds=tuple(table.feeds),
            stem=table.stem,
            tags=tuple(table.tags),
            alert=tuple(table.alert),
            mute=table.mute,
            on=tuple(table.on),
            max_per_hour=table.max_per_hour,
        )

    def keywords(self, document: Document, name: str) -> Words:
        """The words of a keywords file: beside the watchlist, or in the configuration directory."""
        path = self.path.parent / name
        if not path.is_file() and (self.run.directory / name).is_file():
            path = self.run.directory / name
        if not path.is_file():
            self.mistakes.at_value(document, ("keywords_file",), f"{shown(path)}: no such file")
            return ()
        text = read_text(self.run.use(path), shown(path), self.mistakes)
        if text is None:
            return ()
        lines = enumerate(text.split("\n"), 1)
        words = tuple((number, word) for number, line in lines if (word := _COMMENT.sub("", line).strip()))
        if not words:
            self.mistakes.at_value(document, ("keywords_file",), f"{shown(path)}: holds no word")
        return words

    def references(self, document: Document, table: WatchlistFile) -> None:
        for number, name in enumerate(table.alert):
            if not self.channels.known(name):
                what = (
                    f'no channel "{name}" is configured{nearest(name, self.channels.names)}{among(self.channels.names)}'
                )
                self.mistakes.at_value(document, ("alert", number), what)
        for number, name in enumerate(table.feeds):
            tag = name.startswith("tag:")
            known, bare = (self.feeds.tags, name[4:]) if tag else (set(self.feeds.ids), name)
            if not self.feeds.known(bare, known):
                said = "no feed bears the tag" if tag else "no feed has the id"
                self.mistakes.at_value(document, ("feeds", number), f'{said} "{bare}"{nearest(bare, known)}')

    def queries(self, document: Document, checked: Checked[WatchlistFile], watchlist: Watchlist, words: Words) -> None:
        """Every mistake in a query, a keyword or an exclusion, where it is written."""
        nothing = watchlist.query is None and not watchlist.keywords
        if nothing and (checked.bad or "keywords_file" in document.data):
            return  # what it should look for is among the mistakes told already
        known = self.terms.for_checking(sources(watchlist))
        for key, error, source in query_mistakes(watchlist, known):
            indexed = re.fullmatch(r"(\w+)\[(\d+)\]", key)
            path = (indexed[1], int(indexed[2])) if indexed else (key,)
            own = len(checked.table.keywords)
            if indexed and indexed[1] == "keywords" and int(indexed[2]) >= own:
                self.in_file(checked.table.keywords_file, words[int(indexed[2]) - own], error)
            elif path in document.places.of:
                note_query(document, path, source, error, self.mistakes)
            else:
                self.mistakes.at_key(document, path, error.what)
        if watchlist.query is not None and _ABOUT_ITEMS.search(watchlist.query):
            self.languages_and_feeds(document, watchlist.query)

    def about_items(self, query: str) -> list[Meta]:
        """What a query itself says about items; nothing where it has a mistake, which was told."""
        try:
            tree = parse(query, self.terms.for_checking([query]))
        except QueryError:
            return []
        return [node for node in walk(tree, named=False) if isinstance(node, Meta)]

    def languages_and_feeds(self, document: Document, query: str) -> None:
        """`lang:` of no language, and `feed:` of a misspelt feed, can never match. Another feed's may: of imports."""
        for meta in self.about_items(query):
            what = ""
            if meta.field == "lang" and meta.value.casefold() != "und":
                try:
                    language_code(meta.value.casefold())
                except ValueError as error:
                    what = str(error)
            elif meta.field == "feed" and not self.feeds.known(meta.value, self.feeds.ids):
                near = nearest(meta.value, self.feeds.ids)
                what = f'no feed has the id "{meta.value}"{near}' if near else ""
            if what:
                note_query(document, ("query",), query, QueryError(what, meta.at), self.mistakes)

    def in_file(self, name: str | None, word: tuple[int, str], error: QueryError) -> None:
        path = self.path.parent / str(name)
        path = path if path.is_file() else self.run.directory / str(name)
        self.mistakes.add(shown(path), word[0], "keywords_file", f"{error.what}: {word[1]}")
