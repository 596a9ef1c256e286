"""Queries over stored items: the search index narrows where that is sound, the matcher of live items judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from monitor.core.query import Subject, excerpt
from monitor.core.watch import compile_query
from monitor.errors import QueryError, UsageError
from monitor.model import Item, ItemFilter
from monitor.ports import Store


def query_mistake(source: str, error: QueryError) -> UsageError:
    """A mistake in a query typed on the command line, with a caret under its place."""
    shown = "\n".join(f"  {line}" for line in excerpt(source, error.position).split("\n"))
    return UsageError(f"query: {error.what}\n{shown}")


def matching(store: Store, query: str, terms: Mapping[str, str], wanted: ItemFilter) -> Iterator[Item]:
    """Stored items that a query matches, newest first.

    Raises:
        UsageError: the query has a mistake.
    """
    try:
        compiled = compile_query(query, terms)
    except QueryError as error:
        raise query_mistake(query, error) from error
    narrowed = replace(wanted, limit=None, prefilter=compiled.prefilter)
    hits = (item for item in store.items(narrowed) if compiled.match(Subject.of(item)).matched)
    return islice(hits, wanted.limit)
