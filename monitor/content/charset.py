"""Bytes to characters, when the declaration may be missing, wrong or hostile.

Order: byte order mark; UTF-16/32 by its zero bytes (XML 1.0, appendix F); UTF-8 if the bytes are valid UTF-8,
whatever was declared (text in another encoding is valid UTF-8 by chance next to never); the transport's charset; the
document's; UTF-8 with a few broken bytes; statistics; windows-1252, which never fails. Labels mean what browsers take
them to mean (WHATWG Encoding).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_ZEROS = tuple(
    (re.compile(start), encoding)
    for start, encoding in (
        (rb"\0\0\0<", "utf-32-be"),
        (rb"<\0\0\0", "utf-32-le"),
        (rb"(?:\0[ \t\r\n])*\0<\0", "utf-16-be"),
        (rb"(?:[ \t\r\n]\0)*<\0", "utf-16-le"),
        (rb"\x4c\x6f\xa7\x94", "cp037"),  # '<?xm' in EBCDIC
    )
)
_BEFORE_A_MARK = re.compile(rb"(?:[ \t\r\n]|\xef\xbb\xbf)+(?=\xff\xfe|\xfe\xff)")
"""What a server's own script put before a document in UTF-16."""
# What publishers mean by a label: the superset browsers use.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Python also knows codecs that are no charsets of the web (punycode, idna, unicode_escape, utf-7, rot13, zlib): not
# taken.
_CHARSET = re.compile(
    r"(?:iso8859|iso2022|cp\d|koi8|gb|big5|euc|shift_ji|mac-|utf-(?:8|16|32)|ascii|tis-620|hz|johab|kz1048|ptcp154)"
)
_SEVEN_BIT = ("iso2022", "hz")
_XML_LABEL = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}[\"']\s*([A-Za-z0-9._:-]{1,40})")
_META_LABEL = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
_HEADER_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)

_LABEL_WITHIN = 20_000
"""Bytes at the head where a document's own label is looked for (browsers: 1,024; real pages have it later)."""
_MARKUP_WITHIN = 400
"""Bytes in which a document has a character of ASCII: ``<``, a quote, a space."""
_SAMPLE = 20_000
"""Bytes given to the statistical guess, which is slow."""


def decode(body: bytes, headers: Mapping[str, str]) -> tuple[str, str | None]:
    """The characters of an XML, HTML or JSON body, and one line on what could not be decoded, or None. Never raises."""
    if before := _BEFORE_A_MARK.match(body):
        body = body[before.end() :]
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            if encoding == "utf-8" or b"\0" in body[:_MARKUP_WITHIN]:
                return _lenient(body[len(mark) :], encoding)
            body = body[len(mark) :]  # markup in UTF-16 or UTF-32 has zero bytes: the mark lies
            break
    labels = list(_labels(body, headers))
    if not any(label.startswith(_SEVEN_BIT) for label in labels):
        for start, encoding in _ZEROS:
            if start.match(body):
                return _lenient(body, encoding)
        try:
            return body.decode("utf-8"), None
        except UnicodeDecodeError:
            pass
        nearly = _nearly_utf8(body)
        if nearly is not None:
            return nearly, "some bytes are not valid UTF-8 and were replaced"
    for label in [*labels, *_guess(body)]:
        try:
            return body.decode(label), None
        except (UnicodeDecodeError, LookupError):
            continue
    text = body.decode(labels[0] if labels else "cp1252", "replace")
    return text, "some bytes are in no known encoding and were replaced"


def header_charset(headers: Mapping[str, str]) -> str | None:
    """The charset parameter of Content-Type, as written; header names are lower-case."""
    found = _HEADER_LABEL.search(headers.get("content-type", ""))
    return found.group(1) if found else None


def _labels(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """Usable codec names that the transport and the document declare, in that order."""
    head = body[:_LABEL_WITHIN]
    written = [header_charset(headers)]
    for pattern in (_XML_LABEL, _META_LABEL):
        found = pattern.search(head)
        if found:
            written.append(found.group(1).decode("ascii"))
    for label in written:
        name = _codec(label)
        # A document whose label could be read as ASCII is not in UTF-16 or UTF-32, whatever it says.
        if name and not name.startswith(("utf-16", "utf-32")):
            yield name


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return _MEANT.get(name, name) if _CHARSET.match(name) else None


def _lenient(body: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return body.decode(encoding), None
    except UnicodeDecodeError as error:
        text = body.decode(encoding, "replace")
        return text, f"not valid {encoding}: {error.reason}"


def _nearly_utf8(body: bytes) -> str | None:
    """UTF-8 with at most one broken sequence to twenty good ones, or one at the cut end; None when it is another
    encoding."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - broken
    return text if broken * 20 <= good or (broken == 1 and text.endswith("\ufffd")) else None


def _guess(body: bytes) -> list[str]:
    best = from_bytes(body[:_SAMPLE]).best()
    return [best.encoding, "cp1252"] if best else ["cp1252"]
