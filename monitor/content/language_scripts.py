"""Scripts and the languages of news written in them (Unicode 15 blocks; ISO 639 codes)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

# First code points of runs of one script, for letters; everything between two entries belongs to the first. "" is no
# script of interest.
_RUNS: tuple[tuple[int, str], ...] = (
    (0x0041, "Latin"), (0x0370, "Greek"), (0x0400, "Cyrillic"), (0x0530, "Armenian"), (0x0590, "Hebrew"),
    (0x0600, "Arabic"), (0x0700, "Syriac"),
    (0x0750, "Arabic"), (0x0780, "Thaana"), (0x07C0, "Nko"), (0x0800, ""), (0x0870, "Arabic"),
    (0x0900, "Devanagari"), (0x0980, "Bengali"), (0x0A00, "Gurmukhi"),
    (0x0A80, "Gujarati"), (0x0B00, "Oriya"), (0x0B80, "Tamil"), (0x0C00, "Telugu"), (0x0C80, "Kannada"),
    (0x0D00, "Malayalam"),
    (0x0D80, "Sinhala"), (0x0E00, "Thai"), (0x0E80, "Lao"), (0x0F00, "Tibetan"), (0x1000, "Myanmar"),
    (0x10A0, "Georgian"), (0x1100, "Hangul"),
    (0x1200, "Ethiopic"), (0x13A0, ""), (0x1780, "Khmer"), (0x1800, "Mongolian"), (0x18B0, ""), (0x1C80, "Cyrillic"),
    (0x1C90, "Georgian"), (0x1CC0, ""),
    (0x1D00, "Latin"), (0x1DC0, ""), (0x1E00, "Latin"), (0x1F00, "Greek"), (0x2000, ""), (0x2C60, "Latin"),
    (0x2C80, ""), (0x2D00, "Georgian"),
    (0x2D30, "Tifinagh"), (0x2D80, "Ethiopic"), (0x2DE0, "Cyrillic"), (0x2E00, ""), (0x2E80, "Han"), (0x2FE0, ""),
    (0x3005, "Han"), (0x3008, ""), (0x3040, "Kana"), (0x3100, ""),
    (0x3130, "Hangul"), (0x3190, ""), (0x31F0, "Kana"), (0x3200, ""), (0x3400, "Han"), (0x4DC0, ""), (0x4E00, "Han"),
    (0xA000, ""), (0xA640, "Cyrillic"), (0xA6A0, ""),
    (0xA720, "Latin"), (0xA800, ""), (0xA8E0, "Devanagari"), (0xA900, ""), (0xA960, "Hangul"), (0xA980, ""),
    (0xA9E0, "Myanmar"), (0xAA00, ""), (0xAA60, "Myanmar"),
    (0xAA80, ""), (0xAB00, "Ethiopic"), (0xAB30, "Latin"), (0xAB70, ""), (0xAC00, "Hangul"), (0xD800, ""),
    (0xF900, "Han"), (0xFB00, "Latin"), (0xFB07, ""),
    (0xFB1D, "Hebrew"), (0xFB50, "Arabic"), (0xFE00, ""), (0xFE70, "Arabic"), (0xFEFF, ""), (0xFF21, "Latin"),
    (0xFF5B, ""), (0xFF66, "Kana"), (0xFFA0, "Hangul"), (0xFFE0, ""),
    (0x20000, "Han"), (0x32000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _RUNS]

CANDIDATES: dict[str, tuple[str, ...]] = {
    "Greek": ("el",),
    "Armenian": ("hy",),
    "Hebrew": ("he", "yi"),
    "Thaana": ("dv",),
    "Devanagari": ("hi", "mr", "ne", "sa", "mai", "bh", "gom", "new"),
    "Bengali": ("bn", "as", "bpy"),
    "Gurmukhi": ("pa",),
    "Gujarati": ("gu",),
    "Oriya": ("or",),
    "Tamil": ("ta",),
    "Telugu": ("te",),
    "Kannada": ("kn",),
    "Malayalam": ("ml",),
    "Sinhala": ("si",),
    "Thai": ("th",),
    "Lao": ("lo",),
    "Tibetan": ("bo",),
    "Myanmar": ("my",),
    "Georgian": ("ka",),
    "Hangul": ("ko",),
    "Ethiopic": ("am", "ti"),
    "Khmer": ("km",),
    "Mongolian": ("mn",),
    "Tifinagh": ("zgh",),
    "Syriac": ("syr",),
    "Kana": ("ja",),
    "Han": ("zh", "ja"),
    "Cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "tt", "ba", "cv", "ce", "os", "ab",
        "sah", "uz", "bs", "kv", "mhr", "udm", "myv"),
    "Arabic": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd", "az", "pnb", "ku", "ks"),
}  # fmt: skip
"""Languages that a text mainly in this script can be in. Latin has none: whatever the models name, that is not
above."""

OTHER_SCRIPTS = frozenset(code for codes in CANDIDATES.values() for code in codes) - {
    "sr",
    "bs",
    "az",
    "uz",
    "tt",
    "ku",
}
"""Languages no text in Latin letters is in."""

SAME = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "hr", "cmn": "zh", "yue": "zh",
    "wuu": "zh", "arz": "ar", "arb": "ar",
    "als": "de", "azb": "az", "fil": "tl", "pes": "fa", "prs": "fa", "swh": "sw", "zsm": "ms", "eng": "en",
    "ita": "it", "deu": "de", "ger": "de", "fra": "fr",
    "fre": "fr", "spa": "es", "por": "pt", "rus": "ru", "ukr": "uk", "zho": "zh", "chi": "zh", "jpn": "ja",
    "kor": "ko", "ara": "ar", "pol": "pl", "tur": "tr",
    "nld": "nl", "dut": "nl", "bel": "be", "ces": "cs", "cze": "cs", "ell": "el", "gre": "el", "heb": "he",
    "hin": "hi", "hun": "hu", "ind": "id", "isl": "is",
    "ice": "is", "nor": "no", "nob": "no", "nno": "no", "ron": "ro", "rum": "ro", "swe": "sv", "dan": "da",
    "fin": "fi", "tha": "th", "vie": "vi",
}  # fmt: skip
"""One code for what is one language to a reader, or the same language by another code; the model's macro-languages."""

COMMON = frozenset(
    ["af", "am", "ar", "as", "az", "be", "bg", "bn", "bs", "ca", "ckb", "cs", "cy", "da", "de", "dv", "el", "en",
    "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "ha", "he", "hi", "hr", "ht", "hu", "hy", "id", "ig", "is",
    "it", "ja", "ka", "kk", "km", "kn", "ko", "ku", "ky", "lb", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr", "ms",
    "mt", "my", "ne", "nl", "no", "om", "or", "pa", "pl", "ps", "pt", "ro", "ru", "rw", "sd", "si", "sk", "sl", "so",
    "sq", "sr", "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tr", "tt", "ug", "uk", "ur", "uz", "vi",
    "xh", "yi", "yo", "zh", "zu"]
)  # fmt: skip
"""Languages with daily news. Another is believed only when it is far likelier, or declared."""

MINOR = frozenset(["ms", "ca", "gl", "eu", "cy", "ga", "af", "lb", "mt", "ht", "bs", "su", "eo"])
"""Languages of news, mistaken for a larger neighbour more often than they occur: Malay for Indonesian, Catalan for
Spanish."""


@lru_cache(8192)
def _script(letter: str) -> str:
    return _RUNS[max(bisect_right(_STARTS, ord(letter)) - 1, 0)][1]


_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_SMALL = _CAPITALS.lower()
_NO_LETTERS = bytes(set(range(256)) - set(_CAPITALS + _SMALL))


def letters_of(text: str) -> tuple[str, int, bool]:
    """The script most letters of a text are in, how many letters it has in all, and whether more of them are capitals than
    small. ("", 0, False) without letters.

    Japanese is ``Kana`` as soon as a twentieth is kana. A script other than Latin wins from a third on: names and brands
    stay in Latin letters everywhere.
    """
    if text.isascii():  # as most are; ten times as fast
        letters = text.encode().translate(None, _NO_LETTERS)
        capitals = len(letters.translate(None, _SMALL))
        return "Latin" if letters else "", len(letters), 2 * capitals > len(letters)
    characters = Counter(text)
    upper = sum(times for character, times in characters.items() if character.isupper())
    lower = sum(times for character, times in characters.items() if character.islower())
    return *_script_of(characters), upper > lower


def _script_of(characters: Mapping[str, int]) -> tuple[str, int]:
    counts: Counter[str] = Counter()
    for character, times in characters.items():
        if character.isalpha():
            counts[_script(character)] += times
    letters = sum(counts.values())
    if letters == 0:
        return "", 0
    east_asian = counts["Han"] + counts["Kana"]
    if counts["Kana"] * 20 >= east_asian > 0 and east_asian * 4 >= letters:
        return "Kana", letters
    others = [(times, script) for script, times in counts.items() if script not in ("Latin", "Kana") or script == ""]
    times, script = max(others, default=(0, ""))
    if times * 3 >= letters and script:
        return script, letters
    return ("Latin", letters) if counts["Latin"] else (script, letters)
