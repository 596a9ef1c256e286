"""Bytes to characters, when the declaration may be missing, wrong or hostile.

Order: byte order mark; UTF-16/32 by its zero bytes (XML 1.0, appendix F); UTF-8 if the bytes are valid UTF-8,
whatever was declared (text in another encoding is valid UTF-8 by chance next to never); the transport's charset; the
document's; statistics, Firefox's own (chardetng). These are asked where nothing is declared, where the two disagree, and where
a Latin label stands on what is no Latin text. A few broken bytes speak against no encoding. Labels mean what browsers take
them to mean (WHATWG Encoding).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping

from chardetng_py import EncodingDetector
from webencodings import LABELS

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
# Python's codecs for what browsers read under a label, where they bear another name or a wider one has all of it.
_PYTHONS = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
}
# Python also knows codecs that are no charsets of the web (punycode, idna, unicode_escape, utf-7, rot13, zlib): not
# taken.
_CHARSET = re.compile(
    r"(?:iso8859|iso2022|cp\d|koi8|gb|big5|euc|shift_ji|mac-|utf-(?:8|16|32)|ascii|tis-620|hz|johab|kz1048|ptcp154)"
)
_SEVEN_BIT = ("iso2022", "hz")
_ASCII = ("ascii", "us-ascii", "ansi_x3.4-1968", "iso646-us")
_XML_LABEL = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}[\"']\s*([A-Za-z0-9._:-]{1,40})")
_META_LABEL = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
_HEADER_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)

_LABEL_WITHIN = 20_000
"""Bytes at the head where a document's own label is looked for (browsers: 1,024; real pages have it later)."""
_MARKUP_WITHIN = 400
"""Bytes in which a document has a character of ASCII: ``<``, a quote, a space."""
_SAMPLE = 200_000
"""Bytes given to the statistical guess, from the first that is not ASCII on: a fiftieth of a second."""
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_FOREIGN = re.compile(rb"[\x80-\xff]{4,}")
"""Words of Latin text have no four letters beyond ASCII in a row; in other scripts all have."""
_FEW = 20
"""Bytes of such words that tell nothing yet."""
_LATIN = re.compile(r"cp125[02478]|iso8859-(?:[1-4]|9|1[03-6])$|mac-roman|ascii")
_TOLERATED = 20
"""Characters beyond ASCII to one broken sequence, from which on the encoding is right and the sequence wrong."""


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
        read = _nearly(body, "utf-8")
        if read:
            return read
    candidates = _candidates(body, labels)
    for encoding in candidates:
        read = _nearly(body, encoding)
        if read:
            return read
    return body.decode(candidates[0], "replace"), "some bytes are in no known encoding and were replaced"


def header_charset(headers: Mapping[str, str]) -> str | None:
    """The charset parameter of Content-Type, as written; header names are lower-case."""
    found = _HEADER_LABEL.search(headers.get("content-type", ""))
    return found.group(1) if found else None


def _labels(body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """Usable codec names that the transport and the document declare, in that order; UTF-8 and ASCII tell nothing more."""
    head = body[:_LABEL_WITHIN]
    written = [header_charset(headers)]
    for pattern in (_XML_LABEL, _META_LABEL):
        found = pattern.search(head)
        if found:
            written.append(found.group(1).decode("ascii"))
    for label in written:
        name = _codec(label)
        # A document whose label could be read as ASCII is not in UTF-16 or UTF-32, whatever it says.
        if name and not name.startswith(("utf-8", "utf-16", "utf-32", "ascii")):
            yield name


def _codec(label: str | None) -> str | None:
    """Python's codec for a label, None where it names no charset of the web."""
    label = (label or "").lower()
    meant = LABELS.get(label, label) if label not in _ASCII else label
    try:
        name = codecs.lookup(_PYTHONS.get(meant, meant)).name
    except (LookupError, ValueError):
        try:  # what browsers give up for their users' safety
            name = codecs.lookup(label).name
        except (LookupError, ValueError):
            return None
    return name if _CHARSET.match(name) else None


def _candidates(body: bytes, labels: list[str]) -> list[str]:
    """Encodings to try, the likeliest first; one at least."""
    labels = list(dict.fromkeys(labels))
    if len(labels) == 1 and not (_LATIN.match(labels[0]) and _is_foreign(body)):
        return labels
    guess = _guess(body)
    believed = not labels or guess in labels or not _LATIN.match(guess)
    return [guess, *labels] if believed else [*labels, guess]


def _is_foreign(body: bytes) -> bool:
    """Whether most of what is not ASCII stands in words that have next to none."""
    sample = _sample(body)
    foreign = sum(len(word) for word in _FOREIGN.findall(sample))
    return foreign >= _FEW and 2 * foreign > len(_BEYOND_ASCII.findall(sample))


def _lenient(body: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return body.decode(encoding), None
    except UnicodeDecodeError as error:
        text = body.decode(encoding, "replace")
        return text, f"not valid {encoding}: {error.reason}"


def _nearly(body: bytes, encoding: str) -> tuple[str, str | None] | None:
    """As `decode`, where at most one sequence to twenty good ones is broken, or the one at the cut end; else it is another
    encoding."""
    text, problem = _lenient(body, encoding)
    if problem is None:
        return text, None
    broken = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - broken
    if broken * _TOLERATED <= good or (broken == 1 and text.endswith("\ufffd")):
        return text, f"some bytes are not valid {encoding.upper()} and were replaced"
    return None


def _guess(body: bytes) -> str:
    detector = EncodingDetector()
    # Not its end, though it may be: what is cut within a character is in that encoding all the same.
    detector.feed(_sample(body), last=False)
    return _codec(detector.guess(tld=None, allow_utf8=False)) or "cp1252"


def _sample(body: bytes) -> bytes:
    found = _BEYOND_ASCII.search(body)
    start = max(0, found.start() - 100) if found else 0
    return body[start : start + _SAMPLE]
