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

MAX_REMEMBERED = 200_000
"""Distinct spellings kept folded (about 30 MB); then the memory starts anew. A news day in 20 languages has fewer."""

MAX_REMEMBERED_LENGTH = 64
"""Of a spelling: longer ones are no words of any language, and would let a hostile text fill the memory."""

ZERO_WIDTH = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters that print nothing. All but U+200B, which parts words, may stand inside a word."""

_APOSTROPHES = "'\u2018\u2019\u02bb\u02bc\u0060\u00b4\uff07"
_INSIDE = ZERO_WIDTH.replace("\u200b", "")

# Scripts written without spaces. Digits and marks inside these ranges are taken out below.
_SPACELESS_RANGES = (
    (0x0E01, 0x0E4F), (0x0E81, 0x0EDF),                                        # Thai, Lao
    (0x1000, 0x109F), (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F),                      # Burmese
    (0x1780, 0x17DD),                                                          # Khmer
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),    # Han
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
    (0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D), (0x1AFF0, 0x1B16F),  # kana
    (0x3105, 0x312F), (0x31A0, 0x31BF),                                        # bopomofo
)  # fmt: skip
_HALF_WIDTH_VOICING = "\uff9e\uff9f"
# Beyond the BMP, whole ranges instead of exact tables: a character class there is searched linearly.
_ASTRAL_WORDS = "\U00010000-\U0001afef\U0001b170-\U0001cfff\U0001d400-\U0001efff\U0001fbf0-\U0001fbf9"
_ASTRAL_MARKS = "\U000e0100-\U000e01ef"

# Marks that only ever modify a letter: of Latin, Greek, Cyrillic, Arabic, Hebrew, and those for any script.
_ACCENT_RANGES = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0x2DE0, 0x2DFF),
    (0xA66F, 0xA672), (0xA674, 0xA67D), (0xFB1E, 0xFB1E), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip

# Letters that Unicode does not decompose, and the plain letters people type for them.
_LETTERS = {
    "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ħ": "h", "Ħ": "h", "ŧ": "t",
    "Ŧ": "t", "ŋ": "n", "Ŋ": "n", "ƒ": "f", "ƀ": "b", "ɨ": "i", "ı": "i", "ʉ": "u", "œ": "oe", "Œ": "oe", "æ": "ae",
    "Æ": "ae", "þ": "th", "Þ": "th", "ſ": "s", "ß": "ss", "ẞ": "ss",
    "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك",
    "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه",
    "ـ": "",
}  # fmt: skip


def _class(codes: Sequence[int]) -> str:
    """The inside of a character class for ascending code points."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" if a != b else re.escape(chr(a)) for a, b in runs)


def _classes() -> tuple[str, str, str]:
    """Character classes of the BMP: letters and digits that run together, characters that stand alone, marks."""
    marks = [c for c in range(0x10000) if unicodedata.category(chr(c))[0] == "M"]
    mark_set = set(marks)
    alone = [
        c
        for first, last in _SPACELESS_RANGES
        for c in range(first, min(last, 0xFFFF) + 1)
        if chr(c).isalnum() and not chr(c).isdecimal()
    ]
    apart = set(alone) | {ord(c) for c in _APOSTROPHES + _HALF_WIDTH_VOICING}

    def runs(c: int) -> bool:
        return c not in apart and chr(c).isalnum()

    def runs_apart(c: int) -> bool:
        letter = chr(c)
        return not unicodedata.decomposition(letter) or all(
            runs(ord(d)) or ord(d) in mark_set for d in unicodedata.normalize("NFKD", letter)
        )

    words = [c for c in range(0x10000) if runs(c) and runs_apart(c)]
    astral = "\U00020000-\U0003ffff\U0001aff0-\U0001b16f"
    return _class(words) + _ASTRAL_WORDS, _class(sorted(alone)) + astral, _class(marks) + _ASTRAL_MARKS


_WORD, _ALONE, _MARK = _classes()
_SOFT_VOWELS = "яюєїеёЯЮЄЇЕЁ"
_CYRILLIC_JOIN = f"(?<=[бвгґджзйклмнпрстўфхцчшщБВГҐДЖЗЙКЛМНПРСТЎФХЦЧШЩ])[{_APOSTROPHES}](?=[{_SOFT_VOWELS}])"
# Gershayim stand before the last letter of an acronym; elsewhere a quote between letters opens or closes a quotation.
_HEBREW = "[\u05d0-\u05ea]"
_GERSHAYIM = f'["\u05f4\u201d\u201c](?={_HEBREW}(?!{_HEBREW}))'
_HEBREW_JOIN = f"(?<={_HEBREW})(?:{_GERSHAYIM}|['\u05f3\u2019](?={_HEBREW}))"
_JOIN = f"(?:{_CYRILLIC_JOIN}|{_HEBREW_JOIN})"
_RUN = f"[{_WORD}](?:[{_WORD}{_MARK}{_INSIDE}]*[{_WORD}{_MARK}])?"
_ONE_ALONE = f"[{_ALONE}](?:[{_MARK}{_HALF_WIDTH_VOICING}{_INSIDE}]*[{_MARK}{_HALF_WIDTH_VOICING}])?"
WORD_PATTERN = f"{_RUN}(?:{_JOIN}{_RUN})*|{_ONE_ALONE}"
"""A regular expression (of `re`) for one token of a text."""

_TOKEN = re.compile(WORD_PATTERN)
# The same for texts in which nothing joins, at two thirds of the cost, and for ASCII in lower case, at half.
_JOINABLE = re.compile("[\u0400-\u04ff\u05d0-\u05ea]")
_TOKEN_UNJOINED = re.compile(f"{_RUN}|{_ONE_ALONE}")
_TOKEN_ASCII = re.compile("[0-9a-z]+")
_JOINED = re.compile(_JOIN)
_NO_WORD = re.compile(f"[^{_WORD}{_MARK}{_ALONE}]+")
_STANDS_ALONE = re.compile(f"[{_ALONE}]")
_LETTERS_WITH_MARKS = re.compile("[Ии]\u0306|[Іі]\u0308|[Уу]\u0306|[ГгКк]\u0301")
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|\u0ecd([\u0ec8-\u0ecb]?)\u0eb2")


def _translation() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(letter): plain for letter, plain in _LETTERS.items()}
    for first, last in _ACCENT_RANGES:
        table.update({c: None for c in range(first, last + 1) if unicodedata.category(chr(c))[0] == "M"})
    table.update({ord(c): None for c in _INSIDE})
    for code in range(0x80, 0x1FBFA):
        if chr(code).isdecimal():
            table[code] = str(unicodedata.decimal(chr(code)))
    return table


_PLAIN = _translation()


class Tokens:
    """The tokens of a text: `words` folded, `starts` and `ends` their character offsets into the text as given.

    All three are of one length. Offsets are found when first asked for: most texts match nothing.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = recent_words(text)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        spans = [match.span() for match in _TOKEN.finditer(self._text)]
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


def _digraphs() -> str:
    """Characters that stand alone and whose compatibility form is several: ゟ, ヿ, Lao ໜ. They stay what they are."""
    every = (chr(c) for first, last in _SPACELESS_RANGES for c in range(first, min(last, 0xFFFF) + 1))
    composed = (c for c in every if unicodedata.decomposition(c))
    forms = ((c, _STANDS_ALONE.findall(unicodedata.normalize("NFKD", c))) for c in composed)
    return "".join(c for c, form in forms if len(form) > 1 and not _SARA_AM.search(unicodedata.normalize("NFKD", c)))


_DIGRAPH = re.compile(f"([{_digraphs()}])")


def _fold_once(text: str) -> str:
    pieces = _DIGRAPH.split(text)
    pieces[::2] = map(_fold_piece, pieces[::2])
    return "".join(pieces)


def _fold_piece(text: str) -> str:
    text = unicodedata.normalize("NFKD", text)
    text = _LETTERS_WITH_MARKS.sub(_compose_letter, text)
    text = unicodedata.normalize("NFC", text.translate(_PLAIN).casefold().translate(_PLAIN))
    return _JOINED.sub("", _SARA_AM.sub(_sara_am, text))


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
        word = _NO_WORD.sub("", fold(spelling))
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
    token = _TOKEN if _JOINABLE.search(text) else _TOKEN_UNJOINED
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
    return _STANDS_ALONE.match(word) is not None
