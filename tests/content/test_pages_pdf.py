"""A PDF's text, from real bytes: files made here line by line, as a printer lays them out."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from monitor.content.pages import read_page
from monitor.errors import ReadError
from monitor.model import PageText

URL = "https://press.example.org/2026/statement.pdf"
FIRST = (
    "The alliance confirmed on Monday that troops had been sent to the region, its secretary",
    "general said after a meeting. He called the step a significant escalation and a further",
    "breach of resolutions of the security council.",
)
SECOND = (
    "Member states spoke of the need to strengthen their support, and a delegation will come",
    "to the capital before the end of the week.",
)


def pdf(*leaves: Sequence[str], info: str = "", catalog: str = "", tail: bytes = b"") -> bytes:
    """A PDF of these pages, each of these lines."""
    objects = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in leaves:
        drawn = b"BT /F1 11 Tf 14 TL 50 780 Td " + b" ".join(
            b"(" + line.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*" for line in lines
        )
        packed = zlib.compress(drawn + b" ET")
        objects.append(b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(packed), packed))
        font = b"<< /Font << /F1 3 0 R >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents %d 0 R >>"
            % (font, len(objects))
        )
        kids.append(len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode()
    named = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (named, len(kids))
    objects.append(f"<< {info} >>".encode())
    body, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, size - 1, len(body))
        + tail
    )


def read(body: bytes) -> PageText:
    return read_page(body, URL, {"content-type": "application/pdf"}, metadata=True)


def test_lines_are_paragraphs() -> None:
    made = read(
        pdf(
            (*FIRST, *SECOND),
            info="/Title (Statement on troops) /CreationDate (D:20261129120000+01'00')",
            catalog="/Lang (en-GB)",
        )
    )
    assert made == PageText(
        text=f"{' '.join(FIRST)}\n{' '.join(SECOND)}",
        title="Statement on troops",
        dated=datetime(2026, 11, 29, 11, tzinfo=UTC),
        language="en",
    )


@pytest.mark.parametrize("title", ["Microsoft Word - final.docx", "statement.pdf", "untitled"])
def test_a_file_s_name_is_no_title(title: str) -> None:
    assert read(pdf(FIRST, info=f"/Title ({title})")).title == ""


@pytest.mark.parametrize("info", ["", "/CreationDate (yesterday)", "/CreationDate 17"])
def test_what_it_does_not_say_is_missing(info: str) -> None:
    made = read(pdf(FIRST, info=info))
    assert (made.title, made.dated, made.language) == ("", None, None)


def test_running_titles_and_page_numbers_are_left_out() -> None:
    leaves = [
        (
            "Ministry of Defence",
            f"Press release 17 - page {number} of 4",
            *lines,
            "www.defence.example",
            f"- {number} -",
        )
        for number, lines in enumerate((FIRST, SECOND, FIRST[::-1], SECOND[::-1]), 1)
    ]
    text = read(pdf(*leaves)).text
    assert text.count("Ministry of Defence") == 1, "the first is the document's own"
    assert "page 2" not in text
    assert "www.defence.example" not in text
    assert "- 3 -" not in text
    assert text.count(SECOND[1]) == 2


def test_a_paragraph_goes_on_over_the_page() -> None:
    assert read(pdf(FIRST[:2], FIRST[2:])).text == " ".join(FIRST)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("the general secre-", "tary said"), "the general secretary said"),
        (("a third-", "party country, not a third-party ship"), "a third-party country"),
        (("COVID-", "19 and the Franco-", "German brigade"), "COVID-19 and the Franco-German brigade"),
    ],
)
def test_words_parted_at_a_line_s_end(lines: Sequence[str], said: str) -> None:
    assert said in read(pdf((*lines, *FIRST))).text


def test_headings_and_lists_stand_alone() -> None:
    text = read(
        pdf(("Statement", *FIRST, "Next steps", *SECOND, "• More ships", "1. A vote, before", "the end of the year"))
    ).text
    lines = text.split("\n")
    assert lines[0] == "Statement"
    assert "Next steps" in lines
    assert lines[-2:] == ["• More ships", "1. A vote, before the end of the year"]


def test_a_broken_page_costs_no_other() -> None:
    whole = pdf(FIRST, SECOND)
    second = whole.rindex(b"stream\n", 0, whole.rindex(b"endstream")) + 7
    assert " ".join(FIRST) in read(whole[: second + 20] + b"\xff" * 20 + whole[second + 40 :]).text


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf", b"X-Mailer: y\r\n\r\n"])
def test_what_stands_before_it_is_passed_over(before: bytes) -> None:
    assert " ".join(FIRST) in read(before + pdf(FIRST)).text


def test_a_table_of_contents_that_is_wrong_is_made_anew() -> None:
    assert " ".join(FIRST) in read(pdf(FIRST).replace(b"startxref\n", b"startxref\n9")).text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"%PDF-1.4", "a PDF document that cannot be read"),
        (pdf(()), "without text: pictures"),
        (pdf(("Short.",)), "6 characters of text"),
        (
            pdf(FIRST).replace(b"/Info", b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 >> /Info"),
            "cannot be read",
        ),
    ],
)
def test_what_is_no_article_is_told(body: bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said) as told:
        read(body)
    assert "\n" not in str(told.value)


def test_a_page_about_pdf_is_a_page() -> None:
    body = "<html><head><title>%PDF-1.4 explained</title></head><body><article>" + f"<p>{' '.join(FIRST)}</p>" * 2
    assert "explained" in read_page(body.encode(), URL, {}, metadata=False).title
