"""Boilerplate is learnt: a paragraph that several stories of one host share belongs to the site, not to the article.

Pure: the caller brings the host's other paragraphs. Phrase lists for the cold start are `content.phrases`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from xxhash import xxh3_64_intdigest

from monitor.core.text import words_of

LEARNT_FROM = 3
"""Stories of one host that must share a paragraph before it counts as the site's own: two may share a quotation."""

OWN_PART = 0.5
"""Of a text's words, the part that must be left without the paragraphs that several stories share, wherever they stand:
else it may be those stories that are one, told in round-ups."""

OFTEN = 5
SHORT_LINE = 120
"""Stories of one host that must share a line in the middle of a text, and its characters at most, for it to be cut from
what is stored: captions, "advertisement". A longer one, or one that fewer share, may be background of the article."""
MOST_CUT = 0.5
"""The part of a text that may be cut as its host's own; above it the text is something else, and is left whole."""

HUNG_ON = 0.5
"""The part of a document's entries, and `OFTEN` at least, that must get one line at one poll for it to be no reason to read their
pages."""

_ANY_NUMBER = "0"
_DIGIT = re.compile(r"\d")


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a stored text: its non-blank lines, in order."""
    return [line for line in text.split("\n") if line and not line.isspace()]


def paragraph_key(paragraph: str) -> int:
    """64 bits that are equal for paragraphs of the same folded words, numbers aside (“12 comments”, “© 2026”).

    0 for a paragraph without words.
    """
    return key_of(words_of(paragraph))


def key_of(words: Sequence[str]) -> int:
    """`paragraph_key` of a paragraph's folded words."""
    joined = " ".join(words)
    if not "".join(words).isalpha() and _DIGIT.search(joined):  # the first is seen at a tenth of the cost
        joined = " ".join([_ANY_NUMBER if word.isdigit() else word for word in words])
    return xxh3_64_intdigest(joined.encode()) if joined else 0


def shared_by_stories(text: str, stories: Sequence[AbstractSet[int]]) -> frozenset[int]:
    """Keys of the text's paragraphs that at least `LEARNT_FROM` of these stories (each its paragraphs' keys) have too.

    They belong to none of them, whatever the host: newsletters' and agencies' standing lines. Lines with numbers are
    left in: a form filled in many times is shared too, and its numbers are what tells its stories apart. Empty when
    less than the `OWN_PART` of the text would be left.
    """
    if len(stories) < LEARNT_FROM:  # as most look-ups bring; keys cost a tokenizing
        return frozenset()
    paragraphs = paragraphs_of(text)
    spoken = [words_of(paragraph) for paragraph in paragraphs]
    keys = [key_of(words) for words in spoken]
    plain = {key for key, paragraph in zip(keys, paragraphs, strict=True) if not _DIGIT.search(paragraph)}
    spread = Counter(key for story in stories for key in story & plain)
    found = frozenset(key for key, count in spread.items() if count >= LEARNT_FROM)
    if not found:
        return found
    counts = {key: len(words) for key, words in zip(keys, spoken, strict=True)}
    own = sum(count for key, count in counts.items() if key not in found)
    return found if own >= OWN_PART * sum(counts.values()) else frozenset()


def cut_learnt(text: str, spread: Mapping[int, int]) -> str:
    """A text to be stored, without what its host adds to its articles: at its edges every learnt line, between them the short
    ones that many stories share. `spread`: how many stories of the host have a line of this key, from `LEARNT_FROM` on.

    Lines with numbers stay: their key leaves the numbers out, and those are what an article says.
    """
    lines = text.split("\n")
    shares = [0 if _DIGIT.search(line) else spread.get(paragraph_key(line), 0) for line in lines]
    start, end = 0, len(lines)
    while start < end and (shares[start] or not lines[start].strip()):
        start += 1
    while end > start and (shares[end - 1] or not lines[end - 1].strip()):
        end -= 1
    left = "\n".join(
        line
        for line, share in zip(lines[start:end], shares[start:end], strict=True)
        if share < OFTEN or len(line) > SHORT_LINE
    )
    return left if len(left) >= len(text) * (1 - MOST_CUT) else text


def hung_on(added: Iterable[AbstractSet[int]], stand: int) -> frozenset[int]:
    """Keys of lines that a feed hangs on its articles all at once (an offer, the weather): of what was `added` to each of the
    known ones, in at least `OFTEN` and in the `HUNG_ON` part of the `stand` entries of its document. It may be news of all of
    them, a warning's level in each region, and is matched as any other."""
    spread = Counter(key for keys in added for key in keys)
    return frozenset(key for key, count in spread.items() if key and count >= max(OFTEN, HUNG_ON * stand))


def own_lines(text: str, spread: Mapping[int, int]) -> str | None:
    """What a text says for itself, where that is less than half: no learnt line, with numbers or without. None: it is more."""
    own = "\n".join(line for line in paragraphs_of(text) if not spread.get(paragraph_key(line), 0))
    return own if len(own) < len(text) * (1 - MOST_CUT) else None


def strip(paragraphs: Sequence[str], learnt: Container[int]) -> list[str]:
    """The paragraphs without any learnt one, wherever it stands: what comparisons see."""
    return [paragraph for paragraph in paragraphs if paragraph_key(paragraph) not in learnt]
