"""Boilerplate is learnt: a paragraph that several stories of one host share belongs to the site, not to the article.

Pure: the caller brings the host's other paragraphs. Phrase lists for the cold start are `content.phrases`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence

from xxhash import xxh3_64_intdigest

from monitor.core.text import tokenize

LEARNT_FROM = 3
"""Stories of one host that must share a paragraph before it counts as the site's own: two may share a quotation."""

_ANY_NUMBER = "0"


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a stored text: its non-blank lines, in order."""
    return [line for line in text.split("\n") if line and not line.isspace()]


def paragraph_key(paragraph: str) -> int:
    """64 bits that are equal for paragraphs of the same folded words, numbers aside (“12 comments”, “© 2026”).

    0 for a paragraph without words.
    """
    words = [_ANY_NUMBER if word.isdigit() else word for word in tokenize(paragraph).words]
    return xxh3_64_intdigest(" ".join(words).encode()) if words else 0


def learn(stories: Iterable[Iterable[int]], least: int = LEARNT_FROM) -> frozenset[int]:
    """The keys that at least `least` of one host's stories have; each story is given as all its paragraphs' keys."""
    counts: Counter[int] = Counter()
    for keys in stories:
        counts.update(set(keys))
    return frozenset(key for key, count in counts.items() if count >= least)


def trim(paragraphs: Sequence[str], learnt: Container[int]) -> list[str]:
    """The paragraphs without the learnt ones at either edge; a learnt one between two others stays.

    `learnt` holds keys as `paragraph_key` makes them. Empty when every paragraph is learnt.
    """
    first, last = 0, len(paragraphs)
    while first < last and paragraph_key(paragraphs[first]) in learnt:
        first += 1
    while last > first and paragraph_key(paragraphs[last - 1]) in learnt:
        last -= 1
    return list(paragraphs[first:last])


def strip(paragraphs: Sequence[str], learnt: Container[int]) -> list[str]:
    """The paragraphs without any learnt one, wherever it stands: what comparisons see."""
    return [paragraph for paragraph in paragraphs if paragraph_key(paragraph) not in learnt]
