"""Entries that stand where another stood: a portal's warnings, one at a time, and the posts of a thread share an address."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.content.articles import are_others
from monitor.core.plan import Identified, Known
from monitor.core.sameness import apart, at_known_addresses
from monitor.errors import WorkerDied
from monitor.model import FeedState, Item
from monitor.pipeline.documents import Document
from monitor.pipeline.fuller import Items
from monitor.ports import Workers


async def with_successors(
    document: Document, known: Known, state: FeedState, stored: Items, workers: Workers
) -> Document:
    """The document, of which those entries have no address of their own whose guid is new, whose date is later (or
    unknown), and whose words are others than those of the item that stood there: as an edit of it they would alert nobody."""
    unread = document.unread
    places = at_known_addresses(state.learnt.identity, unread, len(document.entries), known)
    if not places:
        return document
    items = {item.id: item for item in await stored(set(places.values()))}
    follows = {place: items[item] for place, item in places.items() if _follows(unread[place], items.get(item))}
    others = await _others([unread[place] for place in follows], list(follows.values()), workers)
    moved = {place for place, other in zip(follows, others, strict=True) if other}
    if not moved:
        return document
    return document.with_unread(apart(one) if place in moved else one for place, one in enumerate(unread))


def _follows(one: Identified, item: Item | None) -> bool:
    if item is None:
        return False
    before, now = item.published_at, one.published_at
    return before is None or now is None or now > before


async def _others(ones: Sequence[Identified], items: Sequence[Item], workers: Workers) -> list[bool]:
    if not ones:
        return []
    said = [(item.title, item.text, item.language) for item in items]
    try:
        return await workers.urgent(are_others, [one.entry for one in ones], said)
    except WorkerDied:
        return [False] * len(ones)
