"""Feeds written to hang, crash, swell or read what they should not. Each is fast, and the entry beside the trap is kept."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from monitor.content.clean import MAX_TAGS, MAX_TITLE
from monitor.content.feeds import parse_feed
from monitor.core.portions import MAX_ENTRIES
from monitor.errors import ReadError
from monitor.model import ParsedFeed

URL = "https://news.example/feed"
# Unguarded, each of the traps takes from 10 s to for ever; guarded, well under one.
pytestmark = pytest.mark.timeout(20)


def rss(items: str, head: str = "") -> bytes:
    return f'{head}<rss version="2.0"><channel><title>t</title>{items}<item><title>good</title><guid>g</guid></item></channel></rss>'.encode(
        "utf-8", "surrogatepass"
    )


def read(body: bytes) -> ParsedFeed:
    return parse_feed(body, URL, {})


def test_bytes_that_are_a_path_or_an_address_are_only_bytes(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss("<item><title>secret</title></item>"))
    for body in (str(secret).encode(), b"/dev/zero", b"/etc/passwd", b"http://127.0.0.1:9/", b"file:///etc/passwd"):
        with pytest.raises(ReadError):
            read(body)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!-- <x --><!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE l [<!ENTITY a "' + "x" * 60_000 + '">]>',
        '<!DOCTYPE l [<!ENTITY a "' + "x" * 1_000_000 + '">]>',
        '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE l [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
        "<!DOCTYPE l [<!ENTITY a PUBLIC 'x' 'http://127.0.0.1:9/'>]>",
        '<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
        "<!DOCTYPE l [<!ENTITY a '<b>markup</b>'>]>",
        "<!DOCTYPE l [<!ENTITY ",
        "<!DOCTYPE l [<!ENTITY a x>]>",
    ],
)
def test_entity_declarations_that_could_expand_or_fetch_are_refused(doctype: str) -> None:
    with pytest.raises(ReadError, match="refused"):
        read(rss("<item><title>&a;&b;&c;</title></item>", doctype))


def test_many_references_to_a_small_entity_are_refused() -> None:
    with pytest.raises(ReadError, match="expand"):
        read(
            rss("<item><title>" + "&a;" * 100_000 + "</title></item>", '<!DOCTYPE l [<!ENTITY a "' + "x" * 400 + '">]>')
        )


def test_harmless_declarations_are_taken() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY copyright "(C)">\n<!ENTITY cubed "&#179;"><!ENTITY path "C:\\data">]>'
    feed = read(rss("<item><title>&copyright; m&cubed; &path; &hellip;</title></item>", head))
    assert feed.entries[0].title == "(C) m³ C:\\data …"
    assert feed.complete


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">',
        '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1 for XHTML//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent">%HTMLlat1;]>',
        "<!DOCTYPE rss>",
    ],
)
def test_well_known_dtds_are_dropped_and_never_fetched(doctype: str) -> None:
    assert read(rss("", doctype)).entries[0].title == "good"


TRAPS = {
    "blank lines before the root": b"\n" * 200_000 + rss(""),
    "blank lines in the prolog": b'<?xml version="1.0"?>' + b"\n \t" * 100_000 + rss(""),
    "comments opened in the prolog": b"<!--" * 100_000 + rss(""),
    "processing instructions opened": b"<?x" * 100_000 + rss(""),
    "doctypes in a row": b"<!DOCTYPE x>" * 20_000 + rss(""),
    "comments opened in a description": rss("<item><description>" + "&lt;!--" * 100_000 + "</description></item>"),
    "comments opened in CDATA": rss("<item><description><![CDATA[" + "<!--" * 100_000 + "]]></description></item>"),
    "attributes": rss("<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "><title>x</title></item>"),
    "namespaces": rss("<item " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + "><title>x</title></item>"),
    "style": rss('<item><description>&lt;p style="color' + " " * 80_000 + '"&gt;x</description></item>'),
    "author, dots": rss("<item><author>a@" + "a." * 32_000 + "</author></item>"),
    "author, letters": rss("<item><author>" + "a" * 64_000 + "</author></item>"),
    "author in CDATA with markup": rss("<item><author><![CDATA[<b>" + "a" * 64_000 + "</b>]]></author></item>"),
    "author escaped": rss("<item><author>&lt;b&gt;" + "a" * 64_000 + "</author></item>"),
    "nesting": rss("<item>" + "<x>" * 100_000 + "</x>" * 100_000 + "</item>"),
    "nesting of HTML": rss("<item><description>" + "&lt;div&gt;" * 100_000 + "</description></item>"),
    "a title of 10 MB": rss("<item><title>" + "A" * 10_000_000 + "</title></item>"),
    "categories": rss(
        "<item><title>c</title>" + "".join(f"<category>c{n}</category>" for n in range(20_000)) + "</item>"
    ),
    "ampersands": rss("<item><title>" + "&" * 300_000 + "</title></item>"),
    "a character reference of a million digits": rss("<item><title>&#" + "9" * 1_000_000 + ";</title></item>"),
    "dates": rss("<item><pubDate>" + "2020-" * 30_000 + "</pubDate></item>"),
}


@pytest.mark.parametrize("body", TRAPS.values(), ids=list(TRAPS))
def test_traps_are_passed_in_no_time_and_the_good_entry_is_kept(body: bytes) -> None:
    feed = read(body)
    assert "good" in [entry.title for entry in feed.entries]
    for entry in feed.entries:
        assert len(entry.title) <= MAX_TITLE
        assert len(entry.tags) <= MAX_TAGS


def test_illegal_character_references_cost_one_character() -> None:
    feed = read(rss("<item><title>a&#xD800;b&#x110000;c&#99999999999;d&#0;e</title></item>"))
    assert [entry.title for entry in feed.entries] == ["a\ufffdb\ufffdc\ufffdd\ufffde", "good"]


def test_control_characters_are_gone_everywhere() -> None:
    bad = "\x00\x01\x0b\x1f\x7f\x9f\ufffe\ud800"
    feed = read(
        rss(
            f"<item><title>a{bad}b</title><guid>g{bad}1</guid><description>c{bad}d</description><author>e{bad}f</author></item>"
        )
    )
    entry = feed.entries[0]
    for value in (entry.title, entry.guid or "", entry.summary, *entry.authors):
        value.encode()
        assert not set(value) & set(bad)


@pytest.mark.parametrize(
    "encoding",
    [
        "punycode",
        "idna",
        "utf-7",
        "unicode_escape",
        "rot13",
        "zlib",
        "no-such",
        "utf-16",
        "utf-32",
        "undefined",
        "\xff",
    ],
)
def test_declared_encodings_that_lie_or_are_none(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode("latin-1")
    feed = read(head + rss("<item><title>Città</title></item>"))
    assert feed.entries[-1].title == "good"


def test_marks_that_lie() -> None:
    assert read(b"\xff\xfe" + rss("<item><title>perché " + "à" * 30 + "</title></item>")).entries


def test_of_a_million_entries_one_portion_is_read_and_how_many_are_left_is_told() -> None:
    feed = read(rss("<item/>" * 300_000))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.left == 300_001 - MAX_ENTRIES


def test_an_entry_the_parser_cannot_read_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    import monitor.content.feeds as feeds

    real = feeds._feedparser

    def brittle(document: str) -> dict[str, object]:
        if "POISON" in document:
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "upstream #591")
        return real(document)

    monkeypatch.setattr(feeds, "_feedparser", brittle)
    items = "".join(f"<item><guid>{n}</guid><title>{'POISON' if n == 5 else n}</title></item>" for n in range(12))
    feed = read(rss(items))
    assert [entry.guid for entry in feed.entries] == [*(str(n) for n in range(12) if n != 5), "g"]
    assert feed.problem == "1 entries could not be read"
    assert not feed.complete


def test_a_megabyte_link_is_no_link() -> None:
    feed = read(rss("<item><title>x</title><link>https://e.example/" + "a" * 1_000_000 + "</link></item>"))
    assert feed.entries[0].url is None


@pytest.mark.parametrize("year", ["0001", "9999", "2099", "-0001"])
def test_absurd_dates_do_not_raise(year: str) -> None:
    read(rss(f"<item><title>x</title><pubDate>{year}-02-30T00:00:00Z</pubDate></item>"))


def test_ten_megabytes_of_text_stay_within_memory() -> None:
    tracemalloc.start()
    try:
        read(rss("<item><description>" + "word " * 1_000_000 + "</description></item>"))
        assert tracemalloc.get_traced_memory()[1] < 300_000_000
    finally:
        tracemalloc.stop()


def test_a_document_the_parser_gives_up_on_without_entries_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import monitor.content.feeds as feeds

    def broken(document: str) -> dict[str, object]:
        raise ValueError("upstream")

    monkeypatch.setattr(feeds, "_feedparser", broken)
    with pytest.raises(ReadError, match="gave up"):
        read(b"<rss><channel><title>x</title></channel></rss>")
    with pytest.raises(ReadError, match="gave up"):
        read(rss(""))


@pytest.mark.parametrize("name", ["category", "dc:subject", "itunes:keywords"])
def test_an_entry_of_fifty_thousand_categories_costs_no_time_and_it_is_told(name: str) -> None:
    """feedparser compares each with all before it: unguarded 25 s."""
    many = "".join(f"<{name}>c{number}</{name}>" for number in range(50_000))
    declared = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    body = rss(f"<item><title>labelled</title>{many}</item>").replace(b"<rss", f"<rss {declared}".encode(), 1)
    before = time.process_time()
    feed = read(body)
    assert time.process_time() - before < 5
    assert [entry.title for entry in feed.entries] == ["labelled", "good"]
    assert feed.entries[0].tags[:2] == ("c0", "c1")
    assert not feed.complete
    assert "categories" in str(feed.problem)


def test_keywords_in_one_element_cost_no_time_either() -> None:
    words = ",".join(f"c{number}" for number in range(60_000))
    declared = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    body = rss(f"<item><title>labelled</title><itunes:keywords>{words}</itunes:keywords></item>")
    before = time.process_time()
    feed = read(body.replace(b"<rss", f"<rss {declared}".encode(), 1))
    assert time.process_time() - before < 5
    assert feed.entries[0].tags[:2] == ("c0", "c1")


@pytest.mark.parametrize("attribute", ["", " a='b'"])
@pytest.mark.parametrize(
    "name", ["links", "authors", "author_detail", "title_detail", "tags", "content", "generator_detail", "language"]
)
def test_an_element_named_like_a_key_of_feedparsers_costs_no_entry(name: str, attribute: str) -> None:
    strange = f"<{name}{attribute}>x</{name}>"
    feed = read(rss(f"<item>{strange}<title>T</title><link>https://e.example/1</link></item>", head=strange))
    assert [entry.title for entry in feed.entries] == ["T", "good"]
