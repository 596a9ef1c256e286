"""From tokens to the units that are compared: words, or runs of characters in scripts written without spaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xxhash import xxh3_64_intdigest

from monitor.core.text import is_spaceless

WORD_BITS = 28
"""Sums of two word hashes stay within one digit of a Python integer, which is what makes sampling cheap."""
LONG_WORD = 4
"""Letters from which a word takes part in pairs: articles and prepositions are what translators change first."""
STEM = 5
"""Letters by which two forms of a word are one."""
SAMPLE = 60
_MAX_REMEMBERED = 200_000
"""Distinct words whose hash is kept (about 25 MB); then the memory starts anew."""


class _WordHashes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        value = xxh3_64_intdigest(word.encode("utf-8", "surrogatepass")) >> (64 - WORD_BITS)
        self[word] = value = value << 1 | (len(word) >= LONG_WORD or word.isdigit())
        return value


_hashes = _WordHashes()


def marked_hashes(words: Sequence[str]) -> list[int]:
    """One 28-bit hash a word, the same in every process; in the bit below it, whether the word is a long one or a number."""
    return list(map(_hashes.__getitem__, words))


def stems(words: Iterable[str]) -> set[str]:
    """Beginnings of the longer words, by which a text is told to speak of a headline."""
    return {word[:STEM] for word in words if len(word) >= LONG_WORD}


def sampled(words: Sequence[str]) -> Sequence[str]:
    """Some `SAMPLE` of a text's words from all over it, by which its script is told."""
    return words[:: max(1, len(words) // SAMPLE)]


def is_mostly_spaceless(words: Sequence[str]) -> bool:
    """Whether most tokens are single characters of a script written without spaces (a sample decides)."""
    sample = sampled(words)
    if "".join(sample).isascii():
        return False
    return sum(map(is_spaceless, sample)) * 2 > len(sample)
