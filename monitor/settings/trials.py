"""`[[test]]`: a text a watchlist must match, or must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from monitor.core.query import Subject
from monitor.core.watch import Watchers, compile_watchlists
from monitor.model import Watchlist
from monitor.settings.feeds import Feeds
from monitor.settings.mistakes import Document, Mistakes, nearest
from monitor.settings.schema import TestTable
from monitor.settings.terms import Terms
from monitor.settings.validate import validate


def run_tests(
    document: Document,
    watchlist: Watchlist,
    deciding: Sequence[Watchlist],
    tests: Sequence[Any],
    feeds: Feeds,
    terms: Terms,
    mistakes: Mistakes,
    *,
    runnable: bool,
) -> None:
    """Check every test of a watchlist, and run them where `runnable`; a test that fails is a mistake like any other.
    `deciding`: itself and those whose tags it may see (`core.watch.deciding`)."""
    compiled: dict[tuple[bool, bool], Watchers] = {}
    for number, data in enumerate(tests):
        path = ("test", number)
        if not isinstance(data, dict):
            mistakes.at_value(document, ("test",), "write each test as [[test]] with its keys below")
            return
        checked = validate(TestTable, document, mistakes, data, path)
        test = checked.table
        if not checked.bad and not test.text and not test.title:
            mistakes.at_key(document, path, '"text" is missing')
            continue
        if test.feed is not None and not feeds.known(test.feed, feeds.ids):
            mistakes.at_value(
                document, (*path, "feed"), f'no feed has the id "{test.feed}"{nearest(test.feed, feeds.ids)}'
            )
            continue
        if not runnable or checked.bad:
            continue
        key = (test.language is not None, test.feed is not None)
        if key not in compiled:
            compiled[key] = compile_watchlists([_asked(one, *key) for one in deciding], terms.for_checking(()))
        matched = watchlist.id in {verdict.watchlist for verdict in compiled[key].match(_subject(test, feeds))}
        if matched != test.match:
            what = "expected a match, and there was none" if test.match else "expected no match, and there was one"
            mistakes.at_value(document, (*path, "match"), what)


def _asked(watchlist: Watchlist, language: bool, feed: bool) -> Watchlist:
    """What a test leaves out does not restrict it: a text alone is asked of the words alone."""
    return replace(watchlist, languages=watchlist.languages if language else (), feeds=watchlist.feeds if feed else ())


def _subject(test: TestTable, feeds: Feeds) -> Subject:
    tags = next((feed.tags for feed in feeds.right if feed.id == test.feed), ())
    return Subject(
        title=test.title,
        text=test.text,
        url=test.url,
        feeds=(test.feed,) if test.feed else (),
        tags=tags,
        language=test.language or "und",
    )
