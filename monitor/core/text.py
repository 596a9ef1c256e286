"""Words: one folding and one tokenizer for queries, copies and search.

A word is a run of letters, digits and their marks. Apostrophes, hyphens, underscores and all punctuation part words,
with two exceptions where the sign is a part of a letter: the apostrophe of Ukrainian and Belarusian (``комп'ютер``,
whichever code point is used) and the geresh and gershayim of Hebrew (``צה״ל``). Scripts written without spaces (Han,
kana, bopomofo, Thai, Lao, Khmer, Burmese) give one token a character, base and marks together (the legacy grapheme
cluster of UAX #29), so a term there is a run of adjacent tokens; digits run together in every script.

Folding makes a word's spellings one: compatibility forms (NFKC: full width, ligatures, presentation forms), case
(final sigma, ß, Turkish dotted and dotless i), accents of Latin, Greek, Cyrillic, Arabic and Hebrew, strokes and
ligatures of Latin (ł, ø, œ), Arabic alef, ya, kaf and teh forms (as Lucene's ArabicNormalizer and PersianNormalizer),
tatweel, invisible characters, digits of every script. Marks that are letters of their own stay: Indic vowel signs,
kana voicing, Thai vowels, and й ї ў ѓ ќ in Cyrillic (ё is е).

Offsets are of the text as it was given: words are cut from the original, then each distinct word is folded once and
remembered, so no map between original and folded text is needed. 0.2 ms for 3 kB (`tests/bench/match.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache

from monitor.core.text_tables import JOINABLE, JOINED, LETTERS_WITH_MARKS, SARA_AM, tables

MAX_REMEMBERED = 200_000
"""Distinct spellings kept folded (about 30 MB); then the memory starts anew. A news day in 20 languages has fewer."""

MAX_REMEMBERED_LENGTH = 64
"""Of a spelling: longer ones are no words of any language, and would let a hostile text fill the memory."""

_TOKEN_ASCII = re.compile("[0-9a-z]+")


class Tokens:
    """The tokens of a text: `words` folded, `starts` and `ends` their character offsets into the text as given.

    All three are of one length. Offsets are found when first asked for: most texts match nothing.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = recent_words(text)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        if self._text.isascii():
            return [match.span() for match in _TOKEN_ASCII.finditer(self._text.lower())]
        spans = [match.span() for match in tables().token.finditer(self._text)]
        if len(spans) == len(self.words):
            return spans
        return [span for span in spans if _folded[self._text[slice(*span)]]]

    @cached_property
    def starts(self) -> Sequence[int]:
        return [start for start, _ in self._spans]

    @cached_property
    def ends(self) -> Sequence[int]:
        return [end for _, end in self._spans]

    def __len__(self) -> int:
        return len(self.words)


def _compose_letter(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[0])


def _sara_am(match: re.Match[str]) -> str:
    return f"{match[1]}\u0e33" if match[1] is not None else f"{match[2]}\u0eb3"


def _fold_once(text: str) -> str:
    pieces = tables().digraph.split(text)
    pieces[::2] = map(_fold_piece, pieces[::2])
    return "".join(pieces)


def _fold_piece(text: str) -> str:
    plain = tables().plain
    text = unicodedata.normalize("NFKD", text)
    text = LETTERS_WITH_MARKS.sub(_compose_letter, text)
    text = unicodedata.normalize("NFC", text.translate(plain).casefold().translate(plain))
    return JOINED.sub("", SARA_AM.sub(_sara_am, text))


def fold(text: str) -> str:
    """The text with all spellings of a word made one; idempotent.

    Characters that belong to no word keep their place, not their form.
    """
    if text.isascii():
        return text.lower()
    # One pass may bring what another undoes (a mark taken away lets two letters compose), so: until nothing changes.
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


class _Folded(dict[str, str]):
    """Spelling to folded word. Threads may share it: each operation is atomic, a lost entry is only computed again."""

    def __missing__(self, spelling: str) -> str:
        word = tables().no_word.sub("", fold(spelling))
        if len(spelling) <= MAX_REMEMBERED_LENGTH:
            if len(self) >= MAX_REMEMBERED:
                self.clear()
            self[spelling] = word
        return word


_folded = _Folded()


def words_of(text: str) -> list[str]:
    """A text's folded words, without their offsets. Every word folds to itself and is one token of itself."""
    if text.isascii():
        return _TOKEN_ASCII.findall(text.lower())
    token = tables().token if JOINABLE.search(text) else tables().unjoined
    words = list(map(_folded.__getitem__, token.findall(text)))
    if "" in words:  # nothing was left of a token: tatweel alone
        words = [word for word in words if word]
    return words


@lru_cache(8)
def recent_words(text: str) -> Sequence[str]:
    """As `words_of`, and kept for the last few texts: matching an article and indexing it ask for the same."""
    return words_of(text)


def tokenize(text: str) -> Tokens:
    """Cut a text into folded words with exact offsets."""
    return Tokens(text)


def is_spaceless(word: str) -> bool:
    """Whether a folded word is a character of a script written without spaces."""
    return not word.isascii() and tables().alone.match(word) is not None
