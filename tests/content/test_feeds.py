"""What a feed's bytes become: entries, addresses, titles, dates, and what is said of what could not be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.content.feeds import parse_feed
from monitor.errors import ReadError
from monitor.model import Entry, ParsedFeed

URL = "https://news.example/section/feed.xml"


def rss(items: str, channel: str = "<title>News</title><link>https://news.example/</link>", root: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {root}><channel>{channel}{items}</channel></rss>'.encode()


def read(body: bytes | str, **headers: str) -> ParsedFeed:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_feed(body.encode() if isinstance(body, str) else body, URL, sent)


def only(body: bytes | str) -> Entry:
    (entry,) = read(body).entries
    return entry


def test_rss_entry_in_full() -> None:
    feed = read(
        rss(
            "<item><guid isPermaLink='false'>n-1</guid><link>https://news.example/a</link><title>A &amp; B</title>"
            "<description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long text</p>]]></content:encoded>"
            "<dc:creator>Anna Rossi</dc:creator><category>World</category><category>NATO</category>"
            "<pubDate>Thu, 24 Oct 2024 10:00:00 +0200</pubDate></item>",
            "<title>News</title><link>https://news.example/</link><language>it-IT</language><ttl>30</ttl>",
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"',
        )
    )
    assert (feed.title, feed.link, feed.language, feed.ttl) == (
        "News",
        "https://news.example/",
        "it",
        timedelta(minutes=30),
    )
    assert feed.complete
    assert feed.problem is None
    assert feed.entries == (
        Entry(
            guid="n-1",
            url="https://news.example/a",
            title="A & B",
            summary="<p>Short</p>",
            content="<p>Long text</p>",
            authors=("Anna Rossi",),
            published_at=datetime(2024, 10, 24, 8, tzinfo=UTC),
            tags=("World", "NATO"),
        ),
    )


def test_atom_entry_inherits_author_base_and_language() -> None:
    entry = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk" xml:base="https://cdn.example/x/"><title>T</title>'
        '<author><name>Олена Коваль</name></author><entry><id>urn:1</id><link href="a/b"/><title type="html">&lt;b&gt;Так&lt;/b&gt;</title>'
        "<updated>2024-10-24T10:00:00Z</updated><published>2024-10-24T09:00:00Z</published>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Текст</p></div></content></entry></feed>'
    )
    assert entry.url == "https://cdn.example/x/a/b"
    assert (entry.title, entry.language, entry.authors) == ("Так", "uk", ("Олена Коваль",))
    assert entry.published_at == datetime(2024, 10, 24, 9, tzinfo=UTC)
    assert entry.updated_at == datetime(2024, 10, 24, 10, tzinfo=UTC)
    assert "Текст" in entry.content


def test_rdf_entry() -> None:
    entry = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>R</title></channel><item rdf:about='https://news.example/1'><title>One</title><link>https://news.example/1</link></item>"
        "</rdf:RDF>"
    )
    assert (entry.guid, entry.url, entry.title) == ("https://news.example/1", "https://news.example/1", "One")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("/a/b", "https://news.example/a/b"),
        ("c.html", "https://news.example/section/c.html"),
        ("//other.example/x", "https://other.example/x"),
        ("www.other.example/x", "https://www.other.example/x"),
        ("news.example/deep/x", "https://news.example/deep/x"),
        (" https://news.example/sp\n", "https://news.example/sp"),
        ("https://news.example/?a=1&amp;b=2", "https://news.example/?a=1&b=2"),
        ("https://news.example/?a=1&amp;amp;b=2", "https://news.example/?a=1&b=2"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/hosts", None),
        ("https://[::1", None),
        ("https://user\\@host/", None),
    ],
)
def test_links_are_absolute_and_http_or_nothing(written: str, read_as: str | None) -> None:
    assert only(rss(f"<item><title>x</title><link>{written}</link></item>")).url == read_as


def test_relative_links_of_a_feed_served_elsewhere_are_the_sites() -> None:
    feed = parse_feed(rss("<item><link>/a</link></item>"), "https://feeds.proxy.example/abc", {})
    assert feed.entries[0].url == "https://news.example/a"


def test_a_permalink_guid_is_the_link_when_there_is_none() -> None:
    assert only(rss("<item><guid>https://news.example/g</guid></item>")).url == "https://news.example/g"
    assert only(rss("<item><guid isPermaLink='false'>tag:1</guid></item>")).url is None


@pytest.mark.parametrize(
    ("kind", "url"), [("audio/mpeg", "https://news.example/e1.mp3?a=1&b=2"), ("video/mp4", "https://news.example/e1.mp3?a=1&b=2"), ("image/jpeg", None), ("", None)]
)  # fmt: skip
def test_an_episode_without_a_page_has_its_recording_for_a_link(kind: str, url: str | None) -> None:
    episode = f"<title>E</title><enclosure url='/e1.mp3?a=1&amp;b=2' type='{kind}' length='9'/>"
    entry = only(rss(f"<item>{episode}<guid isPermaLink='false'>1</guid></item>"))
    assert (entry.url, entry.own_page) == (url, url is None)
    with_page = only(rss(f"<item>{episode}<link>/e1</link></item>"))
    assert (with_page.url, with_page.own_page) == ("https://news.example/e1", True)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<em>Em</em> &#8220;quoted&#8221;]]>", "Em “quoted”"),
        ("<![CDATA[It&amp;#8217;s]]>", "It’s"),
        ("5 &lt; 6 and 7 &gt; 3", "5 < 6 and 7 > 3"),
        ("How to use &lt;template&gt; in HTML", "How to use <template> in HTML"),
        ("  many\n\t spaces&#160;here ", "many spaces here"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("caf\u00e9 &eacute;t&eacute;", "café été"),
    ],
)
def test_titles_are_plain_text(written: str, title: str) -> None:
    assert only(rss(f"<item><title>{written}</title></item>")).title == title


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Thu, 24 Oct 2024 10:00:00 GMT", datetime(2024, 10, 24, 10, tzinfo=UTC)),
        ("2024-10-24T10:00:00+02:00", datetime(2024, 10, 24, 8, tzinfo=UTC)),
        ("Thu, 24 Oct 2024 10:00:00 EST", datetime(2024, 10, 24, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_aware_utc_or_none(written: str, moment: datetime | None) -> None:
    assert only(rss(f"<item><title>x</title><pubDate>{written}</pubDate></item>")).published_at == moment


def test_update_period_is_a_hint_of_how_long_to_wait() -> None:
    channel = "<title>N</title><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    body = rss("", channel, 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"')
    assert read(body).ttl == timedelta(minutes=15)
    assert read(rss("", "<title>N</title><ttl>999999999999</ttl>")).ttl is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "windows-1251", "koi8-r", "iso-8859-5"])
def test_cyrillic_in_any_charset(encoding: str) -> None:
    declared = "utf-16" if encoding.startswith("utf-16") else encoding
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>Привіт, світе</title></item></channel></rss>'
    if encoding in ("koi8-r", "iso-8859-5"):
        body = body.replace("Привіт, світе", "Привет, мир")
    assert only(body.encode(encoding)).title in ("Привіт, світе", "Привет, мир")


def test_the_transports_charset_counts_when_the_document_is_silent() -> None:
    body = "<rss version='2.0'><channel><item><title>Čeština</title></item></channel></rss>".encode("iso-8859-2")
    feed = read(body, content_type="application/xml; charset=iso-8859-2")
    assert feed.entries[0].title == "Čeština"


def test_utf8_is_believed_against_a_wrong_declaration() -> None:
    body = "<?xml version='1.0' encoding='iso-8859-1'?><rss version='2.0'><channel><item><title>Città</title></item></channel></rss>"
    feed = read(body.encode())
    assert feed.entries[0].title == "Città"
    assert feed.complete


def test_bom_and_leading_blanks_cost_nothing() -> None:
    feed = read(b"\xef\xbb\xbf\r\n  \n" + rss("<item><title>x</title></item>"))
    assert len(feed.entries) == 1
    assert feed.complete


def test_a_few_broken_bytes_are_replaced_and_told() -> None:
    body = rss("<item><title>" + "é" * 50 + "BROKEN</title></item>").replace(b"BROKEN", b"\xff!")
    feed = read(body)
    assert feed.entries[0].title == "é" * 50 + "\ufffd!"
    assert not feed.complete


def test_a_bare_ampersand_is_read_and_told() -> None:
    feed = read(rss("<item><title>Marks & Spencer</title><link>https://news.example/?a=1&b=2</link></item>"))
    assert (feed.entries[0].title, feed.entries[0].url) == ("Marks & Spencer", "https://news.example/?a=1&b=2")
    assert not feed.complete
    assert "&" in (feed.problem or "")


def test_a_truncated_feed_gives_what_came() -> None:
    whole = rss("".join(f"<item><guid>{n}</guid><title>Title {n}</title></item>" for n in range(10)))
    feed = read(whole[: whole.index(b"Title 7")])
    assert [entry.guid for entry in feed.entries] == [str(n) for n in range(7)]
    assert not feed.complete
    assert feed.problem


@pytest.mark.parametrize(
    ("whole", "names"),
    [
        (rss("".join(f"<item><title>Title {n}</title><link>https://news.example/{n}</link><guid isPermaLink='false'>{n}</guid><description>Words {n}</description></item>" for n in range(3))), "item"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"".join(b"<entry><title>Title %d</title><id>urn:%d</id><link href='/%d'/><content>Words %d</content></entry>" % (n, n, n, n) for n in range(3)) + b"</feed>", "entry"),
        (b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>" + b"".join(b"<url><n:news><n:title>Title %d</n:title></n:news><loc>https://news.example/%d</loc></url>" % (n, n) for n in range(3)) + b"</urlset>", "url"),
    ],
    ids=["rss", "atom", "sitemap"],
)  # fmt: skip
def test_an_entry_that_the_documents_end_cuts_is_left_for_the_next_poll(whole: bytes, names: str) -> None:
    """Without its guid it was another entry, and without its text an edit of the one that was known."""
    entries = read(whole).entries
    first = whole.index(f"</{names}>".encode()) + len(names) + 3
    for cut in range(first, len(whole)):
        seen, closed = read(whole[:cut]).entries, whole[:cut].count(f"</{names}>".encode())
        assert seen[:closed] == entries[:closed], cut
        for entry, that in zip(seen[closed:], entries[closed:], strict=False):
            assert whole[:cut].endswith(b">"), "all of it but its end"
            assert (entry.guid, entry.url) == (that.guid, that.url)
            assert entry.content + entry.summary in ("", that.content + that.summary)


@pytest.mark.parametrize("named", [b"<link>https://news.example/1</link>", b"<guid>1</guid>", b""])
def test_of_a_document_that_ends_in_its_first_entry_nothing_is_read(named: bytes) -> None:
    cut = b"<rss version='2.0'><channel><item><title>Ice</title>" + named
    for end in (b"", b"<descr"):
        with pytest.raises(ReadError, match="ends in the midst of its first entry"):
            read(cut + end)


def test_of_an_only_entry_all_but_the_end_is_read() -> None:
    cut = b"<rss version='2.0'><channel><item><title>Ice</title><link>https://news.example/1</link><guid>1</guid>"
    assert [entry.title for entry in read(cut).entries] == ["Ice"]


def test_junk_after_the_end_costs_nothing() -> None:
    feed = read(rss("<item><title>x</title></item>") + b"<script>track()</script><!-- cached --> bye")
    assert len(feed.entries) == 1
    assert feed.complete


def test_warnings_before_the_document_are_passed_over() -> None:
    feed = read(b"Warning: mysql_connect() in /var/www/x.php on line 3\n" + rss("<item><title>x</title></item>"))
    assert len(feed.entries) == 1


@pytest.mark.parametrize("doctype", [b"", b"<!DOCTYPE html>"])
@pytest.mark.parametrize(
    "document",
    [
        rss("<item><title>x</title></item>"),
        b"<feed xml:lang='en' xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>x</title></entry></feed>",
    ],
)
def test_a_feed_inside_an_html_page_is_read_and_told_of(doctype: bytes, document: bytes) -> None:
    feed = read(doctype + b"<html><head><title>T</title></head><body>" + document + b"</body></html>")
    assert [entry.title for entry in feed.entries] == ["x"]
    assert not feed.complete
    assert feed.problem == "it stands inside an HTML page"


@pytest.mark.parametrize(
    "inside",
    [
        b"<!-- <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item/></rdf:RDF> -->",
        b"<pre>&lt;rss version='2.0'&gt;&lt;item/&gt;</pre>",
        b"<script>var s = '<rss version=2.0>' + items;</script>",
    ],
)
def test_a_page_that_speaks_of_feeds_is_none(inside: bytes) -> None:
    with pytest.raises(ReadError, match="an HTML page"):
        read(b"<html><body>" + inside + b"</body></html>")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \n\t ", "empty body"),
        (
            b"<!DOCTYPE html><html><head><title>Not &amp; here</title></head></html>",
            "an HTML page, not a feed (title: Not & here)",
        ),
        (b"<html><body>x</body></html>", "an HTML page, not a feed (title: none)"),
        (
            b"<html><link rel=alternate type=application/rss+xml href=/new.xml><link rel=icon href=/i>",
            "an HTML page, not a feed (title: none); it names the feed https://news.example/new.xml",
        ),
        (
            b"<html><link rel=alternate type=application/rss+xml href=feed.xml>",
            "an HTML page, not a feed (title: none)",
        ),
        (b"%PDF-1.7 ...", "a PDF document, not a feed"),
        (b"\x89PNG\r\n", "a PNG image, not a feed"),
        (b"Service unavailable", "not a feed: 'Service unavailable'"),
        (b'{"error": "no"}', "JSON, but not a JSON Feed: it has no list of items"),
        (b"<soap:Envelope xmlns:soap='x'/>", "not a feed: the root element is <soap:Envelope>"),
        (b"<opml version='2.0'/>", "an OPML list of feeds, not a feed: import it"),
    ],
)
def test_what_is_no_feed_is_said_in_one_line(body: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as told:
        read(body)
    assert str(told.value) == reason


def test_an_empty_feed_is_a_feed() -> None:
    feed = read(rss(""))
    assert feed.entries == ()
    assert feed.complete


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_link_that_only_leads_on_is_left_out(kind: str) -> None:
    """As Google Alerts, Bing and some feeds of bookmarks write them."""
    link = "https://www.google.com/url?rct=j&sa=t&url=https://paper.example/a%3Fid%3D1&ct=ga"
    written = link.replace("&", "&amp;")
    body = {
        "rss": rss(f"<item><title>A</title><link>{written}</link></item>").decode(),
        "atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:1</id><title>A</title><link href="{written}"/></entry></feed>',
        "json": f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "1", "url": "{link}"}}]}}',
    }[kind]
    assert only(body).url == "https://paper.example/a?id=1"


@pytest.mark.parametrize(
    ("title", "source", "plain"),
    [
        ("A strike - The &amp;amp; Daily", "The &amp;amp; Daily", "A strike"),
        ("A strike - The Daily", "The Weekly", "A strike - The Daily"),
        ("A strike - The Daily", "", "A strike - The Daily"),
        (" - The Daily", "The Daily", "- The Daily"),
    ],
)
def test_the_paper_s_name_is_no_part_of_the_headline(title: str, source: str, plain: str) -> None:
    """Google News ends each headline with it, and names it again."""
    body = rss(
        f"<item><title>{title}</title><link>https://a.example/</link><source url='https://b.example'>{source}</source></item>"
    )
    assert only(body).title == plain
