"""A regular entry read directly is, field for field, what feedparser makes of it."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.content import feeds as feeds_module
from monitor.content.feeds import parse_feed
from monitor.errors import ReadError
from monitor.model import ParsedFeed
from tests.corpus import CORPUS, FEEDS, corpus

URL = "https://feed.example/rss"


class Read:
    """One document read both ways; `direct` and `entries` count what the direct way took."""

    def __init__(self, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.direct = self.entries = 0
        self._body, self._headers = body, headers or {}
        with pytest.MonkeyPatch.context() as patch:
            real = feeds_module.direct_records

            def counting(elements: list[object], wanted: list[bool]) -> list[dict[str, object] | None]:
                records = real(elements, wanted)
                self.direct, self.entries = sum(map(bool, records)), len(records)
                return records

            patch.setattr(feeds_module, "direct_records", counting)
            self.by_parts = self._read()
            patch.setattr(feeds_module, "_read_apart", lambda *_: None)
            self.whole = self._read()

    def _read(self) -> ParsedFeed | str:
        try:
            return parse_feed(self._body, URL, self._headers)
        except ReadError as error:
            return str(error)


RSS = (
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:a='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'"
    " xmlns:fb='http://rssnamespace.org/feedburner/ext/1.0' xmlns:own='urn:own'><channel><title>F</title>"
    "<link>https://site.example/</link><language>it</language>{}</channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de-AT' xmlns:t='http://purl.org/syndication/thread/1.0'>"
    "<title>F</title><author><name>Of the feed</name></author><link href='https://site.example/'/>{}</feed>"
)
RSS_PARTS = (
    "<title>Title &amp;amp; &lt;b&gt;bold&lt;/b&gt;</title>", "<title>5 &lt; 6 caf\u00e9 \u00c3\u00a9 \u0092</title>", "<title/>",
    "<link>https://site.example/a?b=1&amp;c=2</link>", "<link>https://site.example/a</link>", "<link>/relative</link>",
    "<link> </link>", "<link>https://e.example/?a=1&amp;amp;b;=2</link>", "<a:link href='https://a.example/'/>",
    "<guid>g1</guid>", "<guid isPermaLink='false'>tag:1</guid>", "<guid>https:///site.example/g</guid>", "<guid ispermalink='x'>g</guid>",
    "<description>&lt;p&gt;Summary&lt;/p&gt;</description>", "<description/>", "<description type='text'>x</description>",
    "<description><b>inline</b> markup</description>", "<description><![CDATA[<p>x</p>]]> y</description>",
    "<content:encoded>&lt;p&gt;Whole &#233;&lt;/p&gt;</content:encoded>", "<content:encoded/>",
    "<pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate>", "<pubDate>soon</pubDate>", "<pubDate>2026-01-02T03:04:05+02:00</pubDate>",
    "<dc:date>2026-01-02</dc:date>", "<dc:creator>Anna Rossi</dc:creator>", "<dc:creator/>", "<author>a@b.example (B)</author>",
    "<author>Nemo</author>", "<category>One</category>", "<category domain='d'>Two</category>", "<category/>",
    "<dc:subject>Three</dc:subject>", "<dc:language>fr</dc:language>", "<enclosure url='https://e.example/m.mp3'/>",
    "<media:content url='https://e.example/i.jpg'/>", "<media:title>Other</media:title>", "<media:content><media:title>M</media:title></media:content>",
    "<own:summary>own</own:summary>", "<own:thing base='https://x.example/'/>", "<summary>s</summary>", "<published>2026-01-02</published>",
    "<fb:origLink>https://original.example/</fb:origLink>", "<comments>https://c.example/</comments>", "<!-- note -->",
    "<source url='https://s.example/'>S</source>", "<title>Headline - S</title>", "<source/>", "<source url='/x'>A &amp;amp; &#233;</source>",
    "<source><title>S</title></source>", "<image><title>I</title></image>", "<TITLE>Upper</TITLE>", "<id>i</id>",
    "<authors>x</authors>", "<links>x</links>", "<tags>x, y</tags>", "<title_detail>x</title_detail>", "<created>2026-01-01</created>",
    "<summary_detail a='b'>x</summary_detail>", "<published_parsed>x</published_parsed>", "<author_detail>x</author_detail>",
    "<content type='text'>c</content>", "<links a='b'/>", "<authors a='b'/>",
)  # fmt: skip
ATOM_PARTS = (
    "<title>Title &amp;amp; &lt;b&gt;bold&lt;/b&gt;</title>", "<title type='html'>A &amp;lt;i&amp;gt;b</title>", "<title type='text'>x</title>",
    "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></title>", "<link href='https://site.example/a'/>",
    "<link rel='alternate' type='text/html' href='/b'/>", "<link rel='alternate' type='application/json' href='/j'/>",
    "<link rel='self' href='https://site.example/self'/>", "<link rel='replies' t:count='3' href='/r'/>", "<link>text</link>",
    "<id>tag:site.example,2026:1</id>", "<id>https://site.example/id</id>", "<id/>", "<published>2026-01-02T03:04:05Z</published>",
    "<updated>2026-01-02T03:04:05Z</updated>", "<issued>2026-01-01</issued>", "<summary>plain &lt;b&gt;</summary>",
    "<summary type='html'>&lt;p&gt;x&lt;/p&gt;</summary>", "<content type='html'>&lt;p&gt;whole&lt;/p&gt;</content>",
    "<content>plain</content>", "<content type='image/png'>aGk=</content>", "<content src='https://site.example/c'/>",
    "<content type='html' xml:lang='uk'>x</content>", "<author><name>Anna</name></author>", "<author><email>a@b.example</email></author>",
    "<author><name>B</name><uri>https://b.example/</uri><email>b@b.example</email></author>", "<category term='one'/>",
    "<category label='Two' scheme='s' term='two'/>", "<category label='only'/>", "<category>text</category>", "<rights>r</rights>",
    "<t:total>2</t:total>", "<source><title>other feed</title></source>", "<description>d</description>",
)  # fmt: skip


def document(frame: str, tag: str, parts: list[list[str]]) -> bytes:
    return frame.format("".join(f"<{tag}>{''.join(one)}</{tag}>" for one in parts)).encode()


def entries(parts: tuple[str, ...]) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(st.sampled_from(parts), max_size=8), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(entries(RSS_PARTS))
def test_rss_entries_are_what_feedparser_makes_of_them(parts: list[list[str]]) -> None:
    read = Read(document(RSS, "item", parts))
    assert read.by_parts == read.whole


@settings(max_examples=300, deadline=None)
@given(entries(ATOM_PARTS))
def test_atom_entries_are_what_feedparser_makes_of_them(parts: list[list[str]]) -> None:
    read = Read(document(ATOM, "entry", parts))
    assert read.by_parts == read.whole


@pytest.mark.parametrize(
    ("frame", "tag", "parts"), [(RSS, "item", RSS_PARTS), (ATOM, "entry", ATOM_PARTS)], ids=["rss", "atom"]
)
def test_each_part_beside_a_regular_entry(frame: str, tag: str, parts: tuple[str, ...]) -> None:
    regular = [
        "<title>T</title>",
        "<link>https://s.example/a</link>" if tag == "item" else "<link href='https://s.example/a'/>",
    ]
    reads = [Read(document(frame, tag, [[*regular, part], [part, *regular], regular])) for part in parts]
    assert [part for part, read in zip(parts, reads, strict=True) if read.by_parts != read.whole] == []
    assert all(read.direct for read in reads if read.entries)
    assert sum(read.direct for read in reads) > sum(read.entries for read in reads) * 0.6


@pytest.mark.skipif(not FEEDS, reason="the real feeds of ../shared/data are not here")
def test_real_feeds_read_the_same_and_mostly_directly() -> None:
    reads = {path.stem: Read(gzip.decompress(path.read_bytes())) for path in FEEDS}
    assert [name for name, read in reads.items() if read.by_parts != read.whole] == []
    assert sum(read.direct for read in reads.values()) > sum(read.entries for read in reads.values()) * 0.75


@pytest.mark.skipif(not CORPUS.exists(), reason="feedparser's corpus of ../shared/data is not here")
def test_feedparsers_corpus_reads_the_same() -> None:
    reads = ((name, Read(body, headers)) for name, body, headers in corpus())
    assert [name for name, read in reads if read.by_parts != read.whole] == []
