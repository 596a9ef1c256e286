"""Which letters a language is spelt with: a word with another one speaks against it.

National alphabets as in Unicode CLDR's exemplar characters, main and common auxiliary ones.
"""

from __future__ import annotations

import re

LATIN: dict[str, str] = {
    "af": "áéèêëíîïóôöúûü", "az": "çəğıöşü", "bs": "čćđšž", "ca": "àçéèíïóòúü·", "cs": "áčďéěíňóřšťúůýž",
    "cy": "âêîôûŵŷáéíóúïö",
    "da": "åæøéáü", "de": "äöüßé", "en": "éèêëïöüñç", "es": "áéíóúüñ", "et": "äõöüšž", "eu": "ñü", "fi": "äöåšž",
    "fr": "àâæçéèêëîïôœùûüÿ", "ga": "áéíóú", "gl": "áéíñóúüï", "hr": "čćđšž", "hu": "áéíóöőúüű", "id": "é",
    "is": "áðéíóúýþæö", "it": "àèéìíòóùú",
    "lb": "äéëöüâê", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "ms": "é", "mt": "ċġħżàèìòù", "nl": "áéëïóöüèê",
    "no": "åæøéòôóü", "pl": "ąćęłńóśźż",
    "pt": "áàâãçéêíóôõúü", "ro": "ăâîșşțţ", "sk": "áäčďéíĺľňóôŕšťúýž", "sl": "čšž", "sq": "çë", "sr": "čćđšž",
    "sv": "åäöé", "sw": "", "tl": "ñ", "so": "",
    "tr": "çğıöşüâî", "uz": "ʻʼ", "eo": "ĉĝĥĵŝŭ", "ht": "àèò",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}  # fmt: skip
"""Letters beyond a to z."""

CYRILLIC: dict[str, str] = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюяѝ", "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
    "kk": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі", "ky": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяңөү",
    "mn": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяөү",
    "tg": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяғӣқӯҳҷ", "tt": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәөүҗңһ",
    "bs": "абвгдђежзијклљмнњопрстћуфхцчџш",
}  # fmt: skip

_WORD = re.compile(r"[^\W\d_]{2,}")
_FOREIGN = 0.35
"""Factor for each word with a letter the language does not have: names of persons and places have them too."""
_MOST = 4
"""Words that count, at most."""
_LOOKED_AT = 60
"""Words that are looked at."""
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz")
_LETTERS = {
    **{code: _ASCII | frozenset(extra) for code, extra in LATIN.items()},
    **{code: (_ASCII | frozenset(LATIN.get(code, ""))) | frozenset(letters) for code, letters in CYRILLIC.items()},
}


def spelling(code: str, text: str) -> float:
    """Factor in (0, 1] on a language's likelihood: lower for each word spelt with letters it does not have. 1.0 for
    one without a table."""
    letters = _LETTERS.get(code)
    if letters is None:
        return 1.0
    words = [found.group().lower() for found, _ in zip(_WORD.finditer(text), range(_LOOKED_AT), strict=False)]
    foreign = sum(1 for word in words if not letters.issuperset(word))
    # A long text has foreign names in every language: what counts is their share.
    share = foreign / max(1, len(words))
    return float(_FOREIGN ** min(foreign, _MOST, max(1.0, share * 12))) if foreign else 1.0
