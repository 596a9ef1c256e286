from __future__ import annotations

import pytest

from monitor.content.clean import MAX_TEXT, MAX_TITLE, drop_controls, markup, one_line, paragraphs, web_url


def test_what_no_store_can_hold_is_dropped_and_the_rest_kept() -> None:
    assert drop_controls("a\x00b\x1bc\x7fd\x9be\ud800f\ufeffg\uffffh\u202ei") == "abcdefghi"
    assert drop_controls("t\tn\nr\r\ns\x85p\u2029 é 漢 😀 \u200d") == "t\tn\nr\ns\np\n é 漢 😀 \u200d"


def test_one_line() -> None:
    assert one_line("  a \n b\u2028c\t\u2067d\u2069 ") == "a b c d"
    assert len(one_line("x" * 10_000_000)) == MAX_TITLE
    assert one_line("abc", 2) == "ab"


def test_paragraphs() -> None:
    assert paragraphs(" a  b \r\n\r\n\n c\xa0d \n") == "a b\nc d"
    assert len(paragraphs("x" * 1_000_000)) == MAX_TEXT


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("x", "https://h.example/p/x"),
        ("?q=1", "https://h.example/p/?q=1"),
        ("HTTP://H.example/A b", "http://H.example/A%20b"),
        ("https://http://a.example/x", "http://a.example/x"),
        ("HTTP://https:///a.example/x", "https://a.example/x"),
        ("https:/a.example/x", "https://a.example/x"),
        ("https://a.example/https://b.example/x", "https://a.example/https://b.example/x"),
        ("https://http:8080/x", "https://http:8080/x"),
        ("https:x", None),
        ("mailto:a@b.example", None),
        ("https://", None),
        ("https://h.example:0/", None),
        ("https://h.example:99999/", None),
        ("", None),
        (None, None),
    ],
)
def test_web_url(href: str | None, url: str | None) -> None:
    assert web_url(href, "https://h.example/p/") == url


@pytest.mark.parametrize("lines", [1, 20_000])
def test_pictures_in_html_are_left_out(lines: int) -> None:
    data = "\n".join(["iVBORw0KGgo/+A=_" * (120_000 // lines if lines == 1 else 5)] * lines)
    html = f'<p>Before.</p><img src="data:image/png;base64,{data}" alt="x"><p>After.</p>'
    assert markup(html).replace("\n", "") == '<p>Before.</p><img src="data:image/png;base64," alt="x"><p>After.</p>'


def test_words_about_pictures_stay() -> None:
    html = "<p>It is written as base64, then wrapped in lines of seventy six characters as mail wants it.</p>" * 200
    assert markup(html) == html


@pytest.mark.parametrize("filler", ["\u034f \xa0 \xad", "\u200c\xa0", "\u200b ", " \u2060\u200d "])
def test_what_a_newsletter_fills_its_preview_with_is_nothing(filler: str) -> None:
    assert paragraphs(f"The week in brief{filler * 100}\nDear readers") == "The week in brief\nDear readers"
    assert paragraphs(f"{filler * 100}\nDear readers") == "Dear readers"


def test_signs_that_join_letters_stay() -> None:
    said = "می\u200cخواهم که نمی\u200cدانم ඔබ ශ්\u200dරී ලංකා Donau\u00addampf"
    assert paragraphs(said) == said
