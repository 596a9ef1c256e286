"""Laws of reading: whatever the bytes, a value or ReadError; what was written comes back."""

from __future__ import annotations

from contextlib import suppress
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from monitor.content.charset import decode
from monitor.content.clean import drop_controls, one_line, paragraphs, web_url
from monitor.content.feeds import parse_feed
from monitor.content.htmltext import looks_cut, title_text, to_text
from monitor.content.language import detect
from monitor.content.opml import OpmlFeed, read_opml, write_opml
from monitor.content.phrases import cut_boilerplate
from monitor.errors import ReadError
from monitor.settings.values import tag
from tests.fuzz.targets import check_feed

URL = "https://news.example/feed"
WHOLE = (
    b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>'
    b"<link>https://news.example/</link><item><guid>1</guid><title>One &amp; two</title><link>/a</link><pubDate>Thu, 24 Oct 2024 10:00:00 GMT</pubDate>"
    b"<dc:creator>Anna Rossi</dc:creator><description><![CDATA[<p>Text</p>]]></description></item><item><guid>2</guid><title>Zwei</title></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>x</id><link href="/b"/><title type="html">&lt;b&gt;x&lt;/b&gt;</title>'
    b"<updated>2024-10-24T10:00:00Z</updated><author><name>B C</name><email>b@c.example</email></author><content type='xhtml'><div>y</div></content></entry></feed>"
)
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "x", "content_html": "<p>y</p>", "tags": ["a"]}, {"id": "2"}]}'
SITEMAP = b'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://n.example/1</loc><n:news><n:title>x</n:title></n:news></url></urlset>'
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
spoils = st.sampled_from(
    [
        b"&#xD800;",
        b"&",
        b"<",
        b"]]>",
        b"<![CDATA[",
        b"\x00",
        b"\xff",
        b"&#99999999999;",
        b"<!--",
        b"<item>",
        b"</item>",
        b"&nbsp;",
        b'"',
        b"<!DOCTYPE a [",
        b"\xed\xa0\x80",
    ]
)
texts = st.text(st.characters(exclude_categories=[]), max_size=200)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A feed with pieces cut out, put in, and its end missing."""
    body = draw(st.sampled_from([WHOLE, ATOM, JSON, SITEMAP]))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(body)))
        gone = draw(st.integers(0, 12))
        body = body[:place] + draw(st.one_of(spoils, st.binary(max_size=4), st.just(b""))) + body[place + gone :]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


@given(mutations())
@settings(few, max_examples=250)
def test_a_spoilt_feed_gives_a_value_or_a_read_error(body: bytes) -> None:
    check_feed(body)


@given(st.binary(max_size=300), st.dictionaries(st.just("content-type"), texts))
@few
def test_any_bytes_decode_and_never_raise_more_than_a_read_error(body: bytes, headers: dict[str, str]) -> None:
    assert isinstance(decode(body, headers)[0], str)
    with suppress(ReadError):
        parse_feed(body, URL, headers)


@given(
    st.lists(
        st.text(
            st.characters(
                codec="utf-8",
                exclude_characters="<>&\ufeff",
                exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"],
            ),
            min_size=1,
            max_size=60,
        ),
        min_size=1,
        max_size=8,
    )
)
@few
def test_titles_come_back_as_written(titles: list[str]) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>{escape(title)}</title></item>" for n, title in enumerate(titles))
    feed = parse_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), URL, {})
    assert feed.complete
    for entry, title in zip(feed.entries, titles, strict=True):
        # feedparser undoes UTF-8 read as Latin-1, and gives windows-1252's meaning to C1: such titles may differ.
        if title.isascii() or max(title) > "\xff":
            assert entry.title == one_line(title)


@given(texts)
@few
def test_texts_are_clean_and_cleaning_is_idempotent(text: str) -> None:
    for function in (one_line, paragraphs, drop_controls):
        cleaned = function(text)
        cleaned.encode()
        assert function(cleaned) == cleaned
    to_text(text).encode()
    title_text(text).encode()
    looks_cut(text)


@given(texts, texts)
@few
def test_urls_are_http_or_nothing(href: str, base: str) -> None:
    found = web_url(href, base)
    assert found is None or found.startswith(("http://", "https://"))


@given(
    st.lists(
        st.sampled_from(
            ["Leggi anche:", "A paragraph of text that stays where it is.", "© 2024", "Share", "Another one, shorter."]
        ),
        max_size=8,
    )
)
@few
def test_cutting_leaves_a_run_of_lines_and_cuts_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept = cut_boilerplate(text)
    assert kept in text
    assert cut_boilerplate(kept) == kept or len(cut_boilerplate(kept)) >= len(kept) / 2


@given(texts, texts)
@settings(few, max_examples=40)
def test_language_is_a_code_and_a_confidence(title: str, text: str) -> None:
    language, confidence = detect(title, text)
    assert detect(title, text) == (language, confidence)
    assert 2 <= len(language) <= 3
    assert 0.0 <= confidence <= 1.0


names = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)


@given(
    st.lists(
        st.builds(
            OpmlFeed,
            st.integers(1, 50).map(lambda n: f"https://h{n}.example/f"),
            names,
            st.lists(names, max_size=3, unique=True).map(tuple),
        ),
        max_size=8,
        unique_by=lambda feed: feed.url,
    ),
    names,
)
@few
def test_opml_round_trip(feeds: list[OpmlFeed], title: str) -> None:
    written = write_opml(feeds, title)
    again = read_opml(written).feeds
    assert {feed.url: (feed.title, feed.tags) for feed in again} == {
        feed.url: (feed.title, feed.tags) for feed in feeds
    }
    assert write_opml(again, title) == written


@given(st.lists(st.text(max_size=100), max_size=3))
@few
def test_an_opml_folder_s_name_is_a_tag_or_none(folders: list[str]) -> None:
    body = etree.Element("outline", xmlUrl="https://h.example/f")
    for name in folders:
        outer = etree.Element("outline", text=drop_controls(name))
        outer.append(body)
        body = outer
    opml = etree.Element("opml")
    opml.append(body)
    for one in read_opml(etree.tostring(opml)).feeds[0].tags:
        assert tag(one) == one
