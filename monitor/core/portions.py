"""A long document is read a portion of its entries at a time: a bound on one reading, which loses none of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")

MAX_ENTRIES = 10_000
"""Entries of one portion, at most. Real feeds have 10 to 500, the longest archive seen 4,000."""

MOST_INSIDE = 100
"""Elements of an entry that are called so themselves: with more, its end was not found."""

PREFIX = r"(?:[A-Za-z][\w.-]{0,30}:)?"
ENTRY_START = re.compile(rf"<{PREFIX}(?:item|entry)(?=[\s/>])", re.IGNORECASE)
ENTRY_END = re.compile(rf"</{PREFIX}(?:item|entry)\s*>", re.IGNORECASE)
_TAG = re.compile(rf"<(/?){PREFIX}(?:item|entry)(?=[\s/>])[^<>]*", re.IGNORECASE)


class Portion(NamedTuple):
    """Entries that are read: so many from `begin` on, counted from 0 in the document's order."""

    begin: int = 0
    most: int = MAX_ENTRIES

    def of(self, entries: Sequence[T]) -> tuple[Sequence[T], int]:
        """These of a list, and how many come after them."""
        end = self.begin + self.most
        return entries[self.begin : end], max(len(entries) - end, 0)

    def of_document(self, text: str) -> tuple[str, int]:
        """A document of XML with these entries alone, between what stands before the first and after the last one, and how
        many come after them; the text as it is when it has no others."""
        if not self.begin and text.count("<") <= self.most:
            return text, 0
        starts, closes = _entries(text)
        end = self.begin + self.most
        if not starts or (not self.begin and len(starts) <= end):
            return text, 0
        places = [*starts, closes]
        wanted = text[places[min(self.begin, len(starts))] : places[min(end, len(starts))]]
        return text[: starts[0]] + wanted + text[closes:], max(len(starts) - end, 0)


FIRST = Portion()


def _entries(text: str) -> tuple[list[int], int]:
    """Where each entry begins that stands in no other, and where the last one ends. Where too many seem to stand in one (none
    is ever closed, or a text names the tag), each begins where it says so."""
    every: list[int] = []
    outer: list[int] = []
    depth, closes, inside, most_inside = 0, 0, 0, 0
    for found in _TAG.finditer(text):
        if found.group(1):
            depth = max(depth - 1, 0)
        else:
            every.append(found.start())
            if depth == 0:
                outer.append(found.start())
                inside = 0
            else:
                inside += 1
                most_inside = max(most_inside, inside)
            if not found.group().endswith("/"):
                depth += 1
                continue
        closes = found.end() + 1
    starts = outer if most_inside <= MOST_INSIDE else every
    return starts, closes if starts and closes > starts[-1] else len(text)
