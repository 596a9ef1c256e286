"""Matching where texts are read: the watchlists as they are sent to a worker, which compiles them once.

Of a poll's work the one process that stores does as little as it can, and a third of that was matching.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monitor.core.query import Subject
from monitor.core.watch import Watchers, compile_watchlists
from monitor.model import Verdict, Watchlist

LARGEST = 16_000
"""Characters of what is sent with each document; some hundred watchlists, which a worker compiles in a twentieth of a second.
Larger ones are matched where articles are stored."""
_ASKED = ("id", "name", "query", "keywords", "exclude", "languages", "feeds", "stem", "tags")
"""What of a watchlist decides whether it and others match."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Watchlists, as `written`, and what they may ask of the feed that a text comes from."""

    watchlists: str
    feed: str
    tags: tuple[str, ...] = ()

    def matched(
        self, title: str, text: str, language: str, authors: tuple[str, ...], url: str | None
    ) -> tuple[Verdict, ...]:
        """What matches an article of this feed, as `Watchers.match` tells it."""
        watchers, told = _compiled(self.watchlists)
        return watchers.match(Subject(title, text, authors, url, (self.feed,), self.tags, language), told)


def written(watchlists: Sequence[Watchlist], terms: Mapping[str, str], told: Collection[str]) -> str | None:
    """Watchlists for `Watching`, which tells of those in `told` where they match; None when they are too large."""
    lists = [{name: getattr(watchlist, name) for name in _ASKED} for watchlist in watchlists]
    text = json.dumps([lists, dict(terms), sorted(told)])
    return text if len(text) <= LARGEST else None


@lru_cache(1)
def _compiled(text: str) -> tuple[Watchers, frozenset[str]]:
    lists, terms, told = json.loads(text)
    return compile_watchlists([_watchlist(one) for one in lists], terms), frozenset(told)


def _watchlist(told: Mapping[str, Any]) -> Watchlist:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Watchlist(**values)
