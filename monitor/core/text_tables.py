"""The tables behind `core.text`: which characters run together to a word, stand alone or fold to others.

Made from this Python's Unicode data when a text first needs them, some 45 ms: a text in ASCII never does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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

_SOFT_VOWELS = "яюєїеёЯЮЄЇЕЁ"
_CYRILLIC_JOIN = f"(?<=[бвгґджзйклмнпрстўфхцчшщБВГҐДЖЗЙКЛМНПРСТЎФХЦЧШЩ])[{_APOSTROPHES}](?=[{_SOFT_VOWELS}])"
_HEBREW = "[\u05d0-\u05ea]"
# Gershayim stand before the last letter of an acronym; elsewhere a quote between letters opens or closes a quotation.
_GERSHAYIM = f'["\u05f4\u201d\u201c](?={_HEBREW}(?!{_HEBREW}))'
_HEBREW_JOIN = f"(?<={_HEBREW})(?:{_GERSHAYIM}|['\u05f3\u2019](?={_HEBREW}))"
_JOIN = f"(?:{_CYRILLIC_JOIN}|{_HEBREW_JOIN})"

JOINED = re.compile(_JOIN)
"""A sign that is a part of the word around it."""
JOINABLE = re.compile("[\u0400-\u04ff\u05d0-\u05ea]")
"""Only a text with one of these has such signs."""
SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|\u0ecd([\u0ec8-\u0ecb]?)\u0eb2")
LETTERS_WITH_MARKS = re.compile("[Ии]\u0306|[Іі]\u0308|[Уу]\u0306|[ГгКк]\u0301")


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


def _translation() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(letter): plain for letter, plain in _LETTERS.items()}
    for first, last in _ACCENT_RANGES:
        table.update({c: None for c in range(first, last + 1) if unicodedata.category(chr(c))[0] == "M"})
    table.update({ord(c): None for c in _INSIDE})
    for code in range(0x80, 0x1FBFA):
        if chr(code).isdecimal():
            table[code] = str(unicodedata.decimal(chr(code)))
    return table


def _digraphs(alone: re.Pattern[str]) -> str:
    """Characters that stand alone and whose compatibility form is several: ゟ, ヿ, Lao ໜ. They stay what they are."""
    every = (chr(c) for first, last in _SPACELESS_RANGES for c in range(first, min(last, 0xFFFF) + 1))
    composed = (c for c in every if unicodedata.decomposition(c))
    forms = ((c, alone.findall(unicodedata.normalize("NFKD", c))) for c in composed)
    return "".join(c for c, form in forms if len(form) > 1 and not SARA_AM.search(unicodedata.normalize("NFKD", c)))


@dataclass(frozen=True, slots=True)
class Tables:
    """See `tables`."""

    token: re.Pattern[str]
    """One token of a text."""
    unjoined: re.Pattern[str]
    """The same where nothing joins, at two thirds of the cost."""
    no_word: re.Pattern[str]
    """What belongs to no word."""
    alone: re.Pattern[str]
    """A character of a script written without spaces."""
    digraph: re.Pattern[str]
    """One whose compatibility form would be several such; in a group."""
    plain: dict[int, str | None]
    """For `str.translate`: accents to nothing, letters and digits to plain ones."""


@cache
def tables() -> Tables:
    """The tables, made at the first call."""
    word, alone, mark = _classes()
    # What prints nothing may stand inside a word and does not end it.
    run = f"[{word}][{word}{mark}{_INSIDE}]*(?<![{_INSIDE}])"
    one_alone = f"[{alone}][{mark}{_HALF_WIDTH_VOICING}{_INSIDE}]*(?<![{_INSIDE}])"
    stands_alone = re.compile(f"[{alone}]")
    return Tables(
        token=re.compile(f"{run}(?:{_JOIN}{run})*|{one_alone}"),
        unjoined=re.compile(f"{run}|{one_alone}"),
        no_word=re.compile(f"[^{word}{mark}{alone}]+"),
        alone=stands_alone,
        digraph=re.compile(f"([{_digraphs(stands_alone)}])"),
        plain=_translation(),
    )
