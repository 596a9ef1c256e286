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
    ],
)
def test_declared_in_the_header_and_in_the_document(text: str, encoding: str, label: str) -> None:
    body = text.encode(encoding)
    assert decode(body, {"content-type": f"text/html; charset={label}"}) == (text, None) or label == "x-sjis"
    meta = f'<meta charset="{label if label != "x-sjis" else "shift_jis"}">'
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


def test_undeclared_bytes_are_guessed() -> None:
    text, problem = decode((RUSSIAN * 5).encode("windows-1251"), {})
    assert problem is None
    assert "Курскую" in text


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
