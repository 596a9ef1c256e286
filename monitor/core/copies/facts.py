"""Do two alike texts tell the same facts? A template filled in twice is two stories (two matches, two days' weather).

Both texts are aligned by the shingles they share; where the same words stand on both sides of different ones, that is
a slot. A slot whose numbers or names appear nowhere in the other text contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.core.copies.digest import RUN, RUN_OF_CHARACTERS, Digest

SLOT = 12
"""Words that may stand between two aligned runs; more is another passage, not a slot."""
WORDS_PER_CONTRADICTION = 45
"""One differing fact in so many aligned words is a correction or an update, more is another story's."""
FREE_FROM = 90
"""Aligned words from which one contradiction is always forgiven."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """`aligned`: words in shared runs. `contradictions`: pairs of what differs, readable."""

    aligned: int
    contradictions: tuple[tuple[str, str], ...]

    @property
    def contradicted(self) -> bool:
        """Whether the texts tell different facts in the same words."""
        count = len(self.contradictions)
        if count <= 1 and self.aligned >= FREE_FROM:
            return False
        return count * WORDS_PER_CONTRADICTION > self.aligned


def align(a: Digest, b: Digest) -> Alignment:
    """Align two texts. Linear in their lengths; order may differ, each slot only needs its two sides in a row."""
    length = RUN_OF_CHARACTERS if a.spaceless else RUN
    places = b.runs
    facts_a, facts_b = _facts(a), _facts(b)
    contradictions: dict[tuple[str, str], None] = {}
    aligned = 0
    last: tuple[int, int] | None = None
    for run, i in a.runs.items():
        j = places.get(run)
        if j is None:
            continue
        if last is not None:
            gap_a, gap_b = i - last[0], j - last[1]
            aligned += min(gap_a, length)
            if (gap_a > 1 or gap_b > 1) and length <= gap_a <= length + SLOT and length <= gap_b <= length + SLOT:
                slot_a = _slot(a, last[0] + length, i)
                slot_b = _slot(b, last[1] + length, j)
                only_a = [word for word in slot_a if word not in facts_b]
                only_b = [word for word in slot_b if word not in facts_a]
                if only_a and only_b:
                    contradictions[" ".join(only_a), " ".join(only_b)] = None
        else:
            aligned += length
        last = (i, j)
    return Alignment(aligned, tuple(contradictions))


def _slot(text: Digest, first: int, end: int) -> Sequence[str]:
    return [text.words[i] for i in range(first, end) if text.facts[i]]


def _facts(text: Digest) -> frozenset[str]:
    """Every word: a name that opens a sentence there is not marked as one."""
    return frozenset(text.words)


def agreement(a: frozenset[str], b: frozenset[str], least: int) -> float | None:
    """The part of the smaller set that the larger has; None when the smaller has fewer than `least`."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= least else None
