"""Which letters a language is spelt with, and small words that only it has among its neighbours.

A word with a letter that is not its own speaks against a language, one of its small words for it.

National alphabets as in Unicode CLDR's exemplar characters, main and common auxiliary ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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

SMALL_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "sr": "су је ће који која које што када због али није него после између према већ у из се да šta će će biti "
        "nije posle",
        "mk": "дека ќе со во кој која кои што бил беше биле од го ја ги не на кога зошто меѓу сите",
        "bg": "че ще със във след като по за са беше бъде заради между които който която от и",
        "hr": "će što tko koji koja nije prije poslije nakon tijekom zbog između tisuća tjedan",
        "cs": "že je pro při která který jsou bude byl podle proti také však není jako se v ve by jeho",
        "sk": "že je pre pri ktorá ktorý sú bude bol podľa proti aj však nie ako sa v vo by jeho",
        "da": "af ikke hvad efter også efter blev bliver har mere nogle meget selv uden mod være op",
        "no": "av ikke hva etter også ble blir har mer noen mye selv uten mot være opp",
        "is": "og að er í á við um sem hann ekki til en var af frá fyrir eru hún það eftir með hafi verið úr þegar",
        "id": "bahwa karena dapat sudah ujar kepada bisa seorang telah tersebut yang dari akan tidak dengan untuk "
        "dalam pada oleh bukan",
        "ms": "bahawa kerana boleh telah kepada seorang tersebut yang dari akan tidak dengan untuk dalam pada oleh "
        "bukan ialah iaitu selepas",
        "es": "el los las un una y del con por para que se su más fue según en hay pero",
        "ca": "els les amb i del per que va més és segons dels aquest aquesta però hi ha al un una",
        "pt": "o os as um uma e do da dos das com por para que se mais foi não é em ao no na são",
        "gl": "o os as un unha e do da dos das con por para que se máis foi non é en ao no na son polo",
        "it": "il lo gli un una e di del della con per che si è più dal nel non sono alla ha",
    }.items()
}
"""Function words of languages that are taken for one another. Those that neighbours share are even, and decide
nothing."""

_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile("[A-Za-z]+")
_FOREIGN = 0.35
"""Factor for each word with a letter the language does not have: names of persons and places have them too."""
_OWN = 1.5
"""Factor for each of its small words."""
_MOST = 4
"""Words that count, at most."""
_LOOKED_AT = 60
"""Words that are looked at."""
_HEAD = 600
"""Characters that mostly hold them."""
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz")
_LETTERS = {
    **{code: _ASCII | frozenset(extra) for code, extra in LATIN.items()},
    **{code: (_ASCII | frozenset(LATIN.get(code, ""))) | frozenset(letters) for code, letters in CYRILLIC.items()},
}


def _first_words(text: str) -> list[str]:
    """Those that are looked at, in lower case."""
    word = _ASCII_WORD if text.isascii() else _WORD
    found = word.findall(text, 0, _HEAD)
    if len(found) <= _LOOKED_AT:  # the last may be cut
        found = word.findall(text)
    return [one.lower() for one in found[:_LOOKED_AT]]


def spelling(codes: Iterable[str], text: str) -> list[float]:
    """For each language a factor on its likelihood: below 1 for each word spelt with letters it does not have, above for
    each of its small words.

    1.0 for a language without tables.
    """
    words = _first_words(text)
    different = frozenset(words)
    beyond_ascii = [] if text.isascii() else [word for word in words if not word.isascii()]
    factors = []
    for code in codes:
        small = SMALL_WORDS.get(code)
        own = min(len(different & small), _MOST) if small else 0
        factors.append(_OWN**own * (_foreign(code, beyond_ascii, len(words)) if beyond_ascii else 1.0))
    return factors


def _foreign(code: str, beyond_ascii: Sequence[str], count: int) -> float:
    """The factor for words with other letters; a to z are letters of each."""
    letters = _LETTERS.get(code)
    foreign = sum(1 for word in beyond_ascii if not letters.issuperset(word)) if letters else 0
    # A long text has foreign names in every language: what counts is their share.
    share = foreign / max(1, count)
    return float(_FOREIGN ** min(foreign, _MOST, max(1.0, share * 12))) if foreign else 1.0
