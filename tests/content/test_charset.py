"""Bytes to characters under missing, wrong and hostile declarations."""

from __future__ import annotations

import codecs

import pytest

from monitor.content.charset import decode, header_charset

RUSSIAN = "<p>Северокорейские войска отправлены в Курскую область, заявил генеральный секретарь</p>"
JAPANESE = "<p>北朝鮮の部隊がロシア西部のクルスク州に派遣されたと発表した。</p>"


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        (RUSSIAN, "windows-1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (JAPANESE, "shift_jis", "x-sjis"),
        (JAPANESE, "euc-jp", "EUC-JP"),
        (JAPANESE, "iso-2022-jp", "ISO-2022-JP"),
        ("<p>조선일보 뉴스</p>", "cp949", "euc-kr"),
        ("<p>新华社莫斯科电 北约证实</p>", "gb18030", "gb2312"),
        ("<p>北約證實北韓士兵</p>", "big5hkscs", "big5"),
        ("<p>“smart” – café</p>", "cp1252", "iso-8859-1"),
        ("<p>İstanbul’da</p>", "cp1254", "iso-8859-9"),
        ("<p>กองทัพเกาหลีเหนือ</p>", "cp874", "windows-874"),
        ("<p>חיילים צפון קוריאנים</p>", "cp1255", "x-cp1255"),
        ("<p>חיילים צפון קוריאנים</p>", "iso8859-8", "iso-8859-8-i"),
    ],
)
def test_declared_in_the_header_and_in_the_document(text: str, encoding: str, label: str) -> None:
    body = text.encode(encoding)
    assert decode(body, {"content-type": f"text/html; charset={label}"}) == (text, None)
    meta = f'<meta charset="{label}">'
    assert decode(meta.encode() + body, {}) == (meta + text, None)


@pytest.mark.parametrize(
    "mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE]
)
def test_a_mark_decides(mark: bytes) -> None:
    encoding = {3: "utf-8", 2: "utf-16", 4: "utf-32"}[len(mark)]
    if encoding != "utf-8":
        encoding += "-le" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE) else "-be"
    assert decode(mark + RUSSIAN.encode(encoding), {"content-type": "text/html; charset=latin-1"}) == (RUSSIAN, None)


@pytest.mark.parametrize("blanks", ["", "\n", "\r\n \t\n"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_blanks_may_come_first(blanks: str, encoding: str) -> None:
    text = "<?xml version='1.0'?><rss><title>Città, Київ</title></rss>"
    assert decode((blanks + text).encode(encoding), {})[0].lstrip() == text
    if encoding == "utf-16":
        for before in (blanks.encode(), codecs.BOM_UTF8, codecs.BOM_UTF8 + blanks.encode()):
            assert decode(before + text.encode(encoding), {}) == (text, None), "of a script, before the mark"


ITALIAN = "<p>Perché la città è più vicina: così il presidente, venerdì, sull’accordo da 3 €</p>"
UNDECLARED = [
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (JAPANESE, "euc-jp"),
    (JAPANESE, "shift_jis"),
    (ITALIAN, "cp1252"),
    ("<p>El año pasado España envió más señales, según el señor Núñez</p>", "iso-8859-1"),
    ("<p>São Paulo não é só uma cidade: também há ações e eleições</p>", "iso-8859-1"),
    ("<p>Żołnierze z Korei Północnej są w obwodzie kurskim, mówi źródło</p>", "iso-8859-2"),
    ("<p>Żołnierze z Korei Północnej są w obwodzie kurskim, mówi źródło</p>", "cp1250"),
    ("<p>Στρατιώτες της Βόρειας Κορέας στο Κουρσκ</p>", "cp1253"),
]


@pytest.mark.parametrize(("text", "encoding"), UNDECLARED)
@pytest.mark.parametrize("declared", [None, "utf-8", "us-ascii", "utf-16"])
def test_what_is_undeclared_or_cannot_be_what_it_says_is_guessed(
    text: str, encoding: str, declared: str | None
) -> None:
    headers = {} if declared is None else {"content-type": f"text/xml; charset={declared}"}
    assert decode(text.encode(encoding), headers) == (text, None)


def test_a_guess_looks_beyond_a_long_head() -> None:
    head = "<script>" + "var a = 1;\n" * 30_000 + "</script>"
    assert decode((head + RUSSIAN).encode("cp1251"), {}) == (head + RUSSIAN, None)


def test_where_header_and_document_disagree_the_bytes_decide() -> None:
    document = "<?xml version='1.0' encoding='windows-1251'?>" + RUSSIAN
    headers = {"content-type": "application/xml; charset=iso-8859-1"}
    assert decode(document.encode("cp1251"), headers) == (document, None), "a server's default for all files"
    italian = "<?xml version='1.0' encoding='windows-1251'?>" + ITALIAN
    assert decode(italian.encode("cp1252"), headers) == (italian, None)

    italian = "<?xml version='1.0' encoding='windows-1252'?>" + ITALIAN
    headers = {"content-type": "application/xml; charset=iso-8859-2"}
    assert decode(italian.encode("cp1252"), headers) == (italian, None), "the document's own word"


def test_one_byte_that_is_no_utf8_is_cut_utf8_at_the_end_alone() -> None:
    assert decode(b"<p>caf\xe9 noir</p>", {}) == ("<p>café noir</p>", None)
    assert decode("<p>Perché la città".encode() + b"\xc3", {})[0] == "<p>Perché la città\ufffd"


def test_a_mark_of_utf16_on_text_without_zeros_lies() -> None:
    assert decode(codecs.BOM_UTF16_LE + ITALIAN.encode(), {}) == (ITALIAN, None)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(RUSSIAN, "cp1251"), (JAPANESE, "euc-jp"), ("<p>Στρατιώτες της Βόρειας Κορέας στο Κουρσκ</p>", "cp1253")],
)
def test_a_latin_label_on_what_is_no_latin_text(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), {"content-type": "text/html; charset=ISO-8859-1"}) == (text, None)


@pytest.mark.parametrize(
    "text", [ITALIAN, "<p>“smart” – café… «\xa0À\xa0»</p>", "<p>ŠŽ€</p>", "<p>ÀÉÈÙÒÌ</p>" + ITALIAN * 9]
)
def test_a_latin_label_on_latin_text_is_believed(text: str) -> None:
    assert decode(text.encode("cp1252"), {"content-type": "text/html; charset=ISO-8859-1"}) == (text, None)


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/html; charset=gbk"}])
def test_one_broken_byte_costs_no_other_character(headers: dict[str, str]) -> None:
    text = "<p>新华社莫斯科电 北约证实，北朝鲜士兵已经抵达库尔斯克地区参加战斗。</p>"
    decoded, problem = decode(text.encode("gb18030") + b"\xff" + text.encode("gb18030"), headers)
    assert decoded == f"{text}\ufffd{text}"
    assert problem
    assert decode(text.encode("gb18030")[:-5], headers)[0].startswith(text[:-5]), "cut within a character"


def test_anything_decodes() -> None:
    for body in (bytes(range(256)), b"\xff" * 1000, b"\xfe\xff\x00", b"\x00", b""):
        assert isinstance(decode(body, {"content-type": "text/html; charset=zlib"})[0], str)


@pytest.mark.parametrize(
    ("written", "charset"),
    [
        ("text/html; charset=UTF-8", "UTF-8"),
        ('text/xml;charset="koi8-r"', "koi8-r"),
        ("text/html", None),
        ("charset", None),
    ],
)
def test_header_charset(written: str, charset: str | None) -> None:
    assert header_charset({"content-type": written}) == charset
    assert header_charset({}) is None
