"""Entries that bear a known one's guid or address, and are others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.content.articles import are_others
from monitor.core.plan import Identified, Known
from monitor.core.successors import apart, follows, succeeding
from monitor.errors import WorkerDied
from monitor.model import IdentityCounts, Item
from monitor.pipeline.documents import Document
from monitor.pipeline.stored import Stored
from monitor.ports import Workers


async def with_successors(
    document: Document, known: Known, counts: Iterable[IdentityCounts], stored: Stored, workers: Workers
) -> Document:
    """The document, whose entries that follow on an item (`core.successors`) and are in other words are `apart` from it: as edits
    of it they would alert nobody. `counts`: as of `core.successors`."""
    unread = document.unread
    places = succeeding(counts, unread, len(document.entries), known)
    if not places:
        return document
    items = {item.id: item for item in await stored.items({known[key][0] for key in places.values()})}
    later = [place for place, key in places.items() if follows(unread[place], key, items.get(known[key][0]))]
    before = [items[known[places[place]][0]] for place in later]
    others = await _others([unread[place] for place in later], before, workers)
    moved = {
        place: apart(unread[place], places[place], item.id)
        for place, item, other in zip(later, before, others, strict=True)
        if other
    }
    return document.with_unread(moved.get(place, one) for place, one in enumerate(unread)) if moved else document


async def _others(ones: Sequence[Identified], items: Sequence[Item], workers: Workers) -> list[bool]:
    if not ones:
        return []
    said = [(item.title, item.text, item.language) for item in items]
    try:
        return await workers.urgent(are_others, [one.entry for one in ones], said)
    except WorkerDied:
        return [False] * len(ones)
