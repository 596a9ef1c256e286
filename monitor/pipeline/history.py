"""Queries over stored items: the search index narrows where that is sound, the matcher of live items judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from monitor.core.query import Subject, parse, prefilter
from monitor.core.watch import compile_query
from monitor.model import Item, ItemFilter
from monitor.ports import Store


def matching(store: Store, query: str, terms: Mapping[str, str], wanted: ItemFilter) -> Iterator[Item]:
    """Stored items that a query matches, newest first."""
    watchers = compile_query(query, terms)
    narrowed = replace(wanted, limit=None, prefilter=prefilter(parse(query, terms)))
    hits = (item for item in store.items(narrowed) if watchers.match(Subject.of(item)))
    return islice(hits, wanted.limit)
