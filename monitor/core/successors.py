"""Entries that follow on one whose guid or address they bear: what a feed shows one at a time, under one name for all.

A portal's latest warning and a thread's next post have their own guids and one address; a bulletin that is made anew each
day may have its own address and one guid for ever. By that one key they are the entry before them, and so its edits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.core.plan import Identified, Known, kind_of
from monitor.core.sameness import EVIDENCE, policy
from monitor.model import IdentityCounts, Item


def succeeding(
    counts: Iterable[IdentityCounts], unread: Sequence[Identified], count: int, known: Known
) -> Mapping[int, str]:
    """Places among the `unread` of a document's `count` entries of those that their feed knows, in other words, by guid or
    address alone, while the other of the two is new; each with that key.

    None where what was counted (`counts`: without the document and with it; either may say that they do) says that a feed's keys
    say nothing. Where more than half of the document comes under known addresses so, these are pages that are made anew (the
    weather of thirty towns); of guids the places in a list do."""
    if not any(policy(one).trusts_all for one in counts):
        return {}
    places = {place: key for place, one in enumerate(unread) if (key := _half(one, known))}
    pages = [place for place, key in places.items() if kind_of(key) != "guid"]
    if count >= EVIDENCE and 2 * len(pages) > count:
        return {place: key for place, key in places.items() if kind_of(key) == "guid"}
    return places


def _half(one: Identified, known: Known) -> str | None:
    names = {kind_of(key): key for key in one.keys}
    if not {"guid", "link"} <= names.keys() or names.get("text") in known:
        return None
    found = [key for key in (names["guid"], names["link"]) if key in known]
    return found[0] if len(found) == 1 and known[found[0]][1] != one.keys[found[0]] else None


def follows(one: Identified, key: str, item: Item | None) -> bool:
    """Whether an entry's date is later than that of the item known by this key of its. Without dates a new guid says as much; a
    new address does not, for publishers move their articles."""
    if item is None:
        return False
    if one.published_at is None or item.published_at is None:
        return kind_of(key) != "guid"
    return one.published_at > item.published_at


def apart(one: Identified, key: str, item: str) -> Identified:
    """An entry without this key, which is the stored `item`'s; where that is its address, no page is its own."""
    kinds, entry = {"guid"}, one.entry
    if kind_of(key) != "guid":
        kinds, entry = {"url", "link"}, replace(entry, own_page=False)
    return replace(one, entry=entry, keys={k: v for k, v in one.keys.items() if kind_of(k) not in kinds}, after=item)
