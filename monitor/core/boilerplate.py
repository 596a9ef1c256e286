"""Boilerplate is learnt: a paragraph that several stories of one host share belongs to the site, not to the article.

Pure: the caller brings the host's other paragraphs. Phrase lists for the cold start are `content.phrases`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

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


def strip(paragraphs: Sequence[str], learnt: Container[int]) -> list[str]:
    """The paragraphs without any learnt one, wherever it stands: what comparisons see."""
    return [paragraph for paragraph in paragraphs if paragraph_key(paragraph) not in learnt]
