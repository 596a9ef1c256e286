"""Arithmetic on the places of words: in a row, in a window, near one another."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from monitor.core.query.document import Span

MAX_SPANS = 10_000
"""Hits of one proximity in one text that are looked at; no article has more, a hostile one would cost seconds."""


def in_a_row(places: Sequence[Sequence[int]]) -> list[Span]:
    """Where each list holds the place after the one before; ascending."""
    if len(places) == 1:
        return [(place, place) for place in places[0]]
    order = sorted(range(len(places)), key=lambda n: len(places[n]))
    starts = {place - order[0] for place in places[order[0]]}
    for number in order[1:]:
        if not starts:
            return []
        starts.intersection_update([place - number for place in places[number]])
    return [(start, start + len(places) - 1) for start in sorted(starts)]


def within(places: Sequence[Sequence[int]], slop: int) -> list[Span]:
    """The shortest windows, one for each first place: a place of its own for every list and at most `slop` others."""
    size = len(places) + slop
    return list(islice(_windows(places, size), MAX_SPANS))


def _windows(places: Sequence[Sequence[int]], size: int) -> Iterator[Span]:
    for start in sorted({place for some in places for place in some}):
        firsts = [_next(some, start) for some in places]
        end = max(firsts)
        if end >= start + size:
            continue
        if len(set(firsts)) == len(firsts):
            yield start, end
            continue
        choices = [some[bisect_left(some, start) : bisect_left(some, start + size)] for some in places]
        for end in sorted({place for some in choices for place in some}):
            if _assigned(choices, start, end):
                yield start, end
                break


def _next(places: Sequence[int], start: int) -> int:
    """The first place not before `start`; beyond any text when there is none."""
    at = bisect_left(places, start)
    return places[at] if at < len(places) else sys.maxsize


def _assigned(choices: Sequence[Sequence[int]], start: int, end: int) -> bool:
    """Whether every list can have a place of its own up to `end`, `start` being one.

    A perfect bipartite matching, by Kuhn's algorithm.
    """
    owner: dict[int, int] = {}

    def assign(number: int, tried: set[int]) -> bool:
        for place in choices[number]:
            if place > end:
                break
            if place not in tried:
                tried.add(place)
                if place not in owner or assign(owner[place], tried):
                    owner[place] = number
                    return True
        return False

    # Lists that hold the start first: augmenting never frees a place once taken, so the start stays taken.
    order = sorted(range(len(choices)), key=lambda n: choices[n][0] != start)
    return all(assign(number, set()) for number in order)


def near(left: Sequence[Span], right: Sequence[Span], distance: int, ordered: bool) -> list[Span]:
    """Windows over a left and a right span that do not overlap and have at most `distance` words between; ascending."""
    found = set(islice(_pairs(left, right, distance), MAX_SPANS))
    if not ordered:
        found.update(islice(_pairs(right, left, distance), MAX_SPANS))
    return sorted(found)


def _pairs(first: Sequence[Span], second: Sequence[Span], distance: int) -> Iterator[Span]:
    """Pairs where the second span begins at most `distance` words after the first ends. `second` ascends by start."""
    starts = [span[0] for span in second]
    for start, end in first:
        low = bisect_left(starts, end + 1)
        high = bisect_right(starts, end + 1 + distance)
        for number in range(low, high):
            yield start, second[number][1]


def apart(ranges: Sequence[tuple[int, int]]) -> int:
    """How many of these half-open ranges can stand side by side without overlapping."""
    count, last = 0, -1
    for start, end in sorted(ranges, key=lambda r: (r[1], r[0])):
        if start >= last:
            count, last = count + 1, end
    return count
