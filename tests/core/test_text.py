"""Folding and tokens, script by script."""

from __future__ import annotations

import pytest

from monitor.core.text import fold, is_spaceless, tokenize


def cut(text: str) -> list[str]:
    """The tokens as the text writes them."""
    tokens = tokenize(text)
    return [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("città", "CITTA"),
        ("Zürich", "zurich"),
        ("Łódź", "lodz"),
        ("Straße", "STRASSE"),
        ("cœur", "coeur"),
        ("Ærø", "aero"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("Isparta", "ısparta"),
        ("Αθήνα", "ΑΘΗΝΑ"),
        ("ΟΔΟΣ", "οδός"),
        ("οδος", "οδοσ"),
        ("Ки\u0301ев", "киев"),
        ("Ёлка", "елка"),
        ("комп'ютер", "комп’ютер"),
        ("компʼютер", "КОМП'ЮТЕР"),
        ("сям'я", "СЯМ’Я"),
        ("المـــتحدة", "المتحده"),
        ("أحمد", "احمد"),
        ("إيران", "ایران"),
        ("ٱلله", "الله"),
        ("مُحَمَّد", "محمد"),
        ("مصطفى", "مصطفي"),
        ("\ufef1\ufeee\ufee1", "يوم"),
        ("שָׁלוֹם", "שלום"),
        ("צה״ל", 'צה"ל'),
        ("ג'ורג'", "ג׳ורג׳"),
        ("Ｎａｔｏ", "nato"),
        ("ﬁnance", "finance"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("が", "か\u3099"),
        ("क़लम", "क\u093cलम"),
        ("١٢٣", "123"),
        ("۱۲۳", "１２３"),
        ("می\u200cخواهم", "میخواهم"),
        ("wo\u00adrd", "word"),
        ("조선", "\u110c\u1169\u1109\u1165\u11ab"),
    ],
)
def test_spellings_of_one_word_fold_to_one(spelling: str, other: str) -> None:
    assert tokenize(spelling).words == tokenize(other).words != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("мой", "мои"),
        ("їх", "іх"),
        ("कि", "की"),
        ("か", "が"),
        ("กา", "กำ"),
        ("ハ", "パ"),
        ("ґрати", "грати"),
        ("דם", "דן"),
    ],
)
def test_a_mark_that_makes_another_letter_is_kept(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("dell'Alleanza e l’Ucraina", ["dell", "Alleanza", "e", "l", "Ucraina"]),
        ("indo-pacifica snake_case", ["indo", "pacifica", "snake", "case"]),
        ("T-90M, COVID-19: 1.5", ["T", "90M", "COVID", "19", "1", "5"]),
        ("комп’ютер д'Арк", ["комп’ютер", "д", "Арк"]),
        ('צה"ל ב"מעריב"', ['צה"ל', "ב", "מעריב"]),
        ("東京の天気", ["東", "京", "の", "天", "気"]),
        ("2024年A股ｶﾞ", ["2024", "年", "A", "股", "ｶﾞ"]),
        ("กรุงเทพ น้ำ ๒๕๖๗", ["ก", "รุ", "ง", "เ", "ท", "พ", "น้", "ำ", "๒๕๖๗"]),
        ("ພາສາລາວ", ["ພ", "າ", "ສ", "າ", "ລ", "າ", "ວ"]),
        ("ភាសា\u200bខ្មែរ", ["ភា", "សា", "ខ្", "មែ", "រ"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("조선민주주의인민공화국 군", ["조선민주주의인민공화국", "군"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("«Київ»\u200f, 😀 \u200d ـــ!", ["Київ"]),
        ("", []),
    ],
)
def test_tokens_are_cut_exactly_from_the_text(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_offsets_hold_where_folding_changes_lengths() -> None:
    text = "Die Straße nach Œuvre: 𝐍𝐀𝐓𝐎 und e\u0301te\u0301"
    tokens = tokenize(text)
    assert list(tokens.words) == ["die", "strasse", "nach", "oeuvre", "nato", "und", "ete"]
    assert cut(text) == ["Die", "Straße", "nach", "Œuvre", "𝐍𝐀𝐓𝐎", "und", "e\u0301te\u0301"]


def test_spaceless_words_are_told_apart() -> None:
    assert all(is_spaceless(word) for word in ("東", "の", "ガ", "รุ", "ລ", "ខ្", "မြ"))
    assert not any(is_spaceless(word) for word in ("nato", "조선", "की", "2024", "киев"))
