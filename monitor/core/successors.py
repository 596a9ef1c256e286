"""Entries that follow on one whose guid or address they bear: what a feed shows one at a time, under one name for all.

A portal's latest warning and a thread's next post have their own guids and one address; a bulletin that is made anew each
day may have its own address and one guid for ever. By that one key they are the entry before them, and so its edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.core.plan import Identified, Known
from monitor.core.sameness import EVIDENCE, policy
from monitor.model import IdentityCounts, Item


def succeeding(counts: IdentityCounts, unread: Sequence[Identified], count: int, known: Known) -> Mapping[int, str]:
    """Places among the `unread` of a document's `count` entries of those that their feed knows, in other words, by guid or
    address alone, while the other of the two is new; each with its item. That a feed's keys say nothing shows when more than half
    of its entries come so at once."""
    if not policy(counts).trusts_all:
        return {}
    places = {place: item for place, one in enumerate(unread) if (item := _half_known(one, known))}
    return places if count < EVIDENCE or 2 * len(places) <= count else {}


def _half_known(one: Identified, known: Known) -> str:
    names = _names(one)
    if not {"guid", "link"} <= names.keys() or names.get("text") in known:
        return ""
    found = [key for key in (names["guid"], names["link"]) if key in known]
    if len(found) != 1:
        return ""
    item, written = known[found[0]]
    return item if written != one.keys[found[0]] else ""


def follows(one: Identified, item: Item | None, known: Known) -> bool:
    """Whether an entry's date is later than that of the item before it. Without dates a new guid says as much; a new address
    does not, for publishers move their articles."""
    if item is None:
        return False
    if one.published_at is None or item.published_at is None:
        return _names(one)["guid"] not in known
    return one.published_at > item.published_at


def apart(one: Identified, item: str, known: Known) -> Identified:
    """An entry without the key that is another's, the stored `item`'s; where that is its address, no page is its own."""
    if _names(one)["guid"] in known:
        kinds, entry = {"guid"}, one.entry
    else:
        kinds, entry = {"url", "link"}, replace(one.entry, own_page=False)
    keys = {key: hash_ for key, hash_ in one.keys.items() if key.partition(":")[0] not in kinds}
    return replace(one, entry=entry, keys=keys, after=item)


def _names(one: Identified) -> Mapping[str, str]:
    """Its keys by their kind."""
    return {key.partition(":")[0]: key for key in one.keys}
