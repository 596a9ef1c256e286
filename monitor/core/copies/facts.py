"""Do two alike texts tell the same facts? A template filled in twice is two stories (two matches, two days' weather).

Both texts are aligned by the shingles they share; where the same words stand on both sides of different ones, that is
a slot. A slot contradicts when each side has numbers, or names, that the other text has nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.copies.digest import RUN, RUN_OF_CHARACTERS, Digest

SLOT = 20
"""Words that may stand between two aligned runs; more is another passage, not a slot."""
WORDS_PER_CONTRADICTION = 45
"""One differing fact in so many aligned words is a correction or an update, more is another story's."""
FREE_FROM = 90
"""Aligned words from which one contradiction is always forgiven."""
MOST_A_SLOT = 3
"""Numbers that count of one slot: a date with a time is several facts, a table row is not twenty."""
STEM = 4
"""Letters two forms of one name begin with (Brasilianer, Brasilianern): one transliterated or inflected, not two."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """`aligned`: words in shared runs. `numbers` and `names`: what contradicts, in pairs."""

    aligned: int
    numbers: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]

    def contradicted(self, weight_of_names: float = 1.0) -> bool:
        """Whether the texts tell different facts in the same words.

        `weight_of_names`: translators differ in names of things and offices, so there one weighs less than a number.
        """
        count = len(self.numbers) + weight_of_names * len(self.names)
        if count <= 1 and self.aligned >= FREE_FROM:
            return False
        return count * WORDS_PER_CONTRADICTION > self.aligned


def align(a: Digest, b: Digest) -> Alignment:
    """Align two texts. Linear in their lengths; passages may be in another order."""
    length = RUN_OF_CHARACTERS if a.spaceless else RUN
    numbers: dict[tuple[str, str], None] = {}
    names: dict[tuple[str, str], None] = {}
    whole_a, whole_b = frozenset(a.words), frozenset(b.words)
    aligned = 0
    last: tuple[int, int] | None = None
    for run, i in a.runs.items():
        j = b.runs.get(run)
        if j is None:
            continue
        aligned += length if last is None else min(i - last[0], length)
        if last is not None and _is_slot(i - last[0], j - last[1], length):
            slots = range(last[0] + length, i), range(last[1] + length, j)
            only_a, only_b = _facts(a, slots[0], whole_b), _facts(b, slots[1], whole_a)
            _note_numbers(only_a, only_b, numbers)
            if a.capitals_tell and b.capitals_tell:
                _note_names(only_a, only_b, names)
        last = (i, j)
    return Alignment(aligned, tuple(numbers), tuple(names))


def _is_slot(gap_a: int, gap_b: int, length: int) -> bool:
    return max(gap_a, gap_b) > 1 and length < gap_a <= length + SLOT and length < gap_b <= length + SLOT


def _facts(text: Digest, places: range, elsewhere: frozenset[str]) -> list[str]:
    """Facts that the other text has nowhere, not even at a sentence's start."""
    return [text.words[i] for i in places if text.facts[i] and text.words[i] not in elsewhere]


def _note_numbers(only_a: list[str], only_b: list[str], found: dict[tuple[str, str], None]) -> None:
    """Digits are compared as one row: 1.000, 1 000 and 1000 are one number, cut into other tokens."""
    digits_a, digits_b = (
        ["".join(filter(str.isdigit, w)) for w in only if w[0].isdigit()] for only in (only_a, only_b)
    )
    if digits_a and digits_b and "".join(digits_a) != "".join(digits_b):
        for pair in zip(digits_a[:MOST_A_SLOT], digits_b, strict=False):
            found[pair] = None


def _note_names(only_a: list[str], only_b: list[str], found: dict[tuple[str, str], None]) -> None:
    names_a, names_b = ([w for w in only if not w[0].isdigit()] for only in (only_a, only_b))
    if names_a and names_b and not {w[:STEM] for w in names_a} & {w[:STEM] for w in names_b}:
        found[" ".join(names_a), " ".join(names_b)] = None


def agreement(a: frozenset[str], b: frozenset[str], least: int) -> float | None:
    """The part of the smaller set that the larger has; None when the smaller has fewer than `least`."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= least else None
