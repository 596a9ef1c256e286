"""OPML in and out."""

from __future__ import annotations

import pytest

from monitor.content.clean import MAX_TITLE
from monitor.content.opml import OpmlFeed, read_opml, write_opml
from monitor.errors import ReadError
from monitor.settings.values import tag

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Agencies &amp; more"><outline text="Ukraine">
  <outline type="rss" text="Ukrinform" title="Ukrinform IT" xmlUrl="https://u.example/rss?a=1&b=2" htmlUrl="https://u.example"/></outline>
  <outline type="rss" text="ANSA" xmlUrl="https://ansa.example/rss" category="/Italy/News,top"/></outline>
<outline type="rss" text="Loose" xmlUrl="feed://loose.example/atom"/>
<outline type="rss" text="ANSA again" xmlUrl="https://ansa.example/rss"/>
<outline text="Bad" xmlUrl="javascript:alert(1)"/><outline type="link" text="A page" url="https://page.example/"/>
</body></opml>"""


def test_folders_become_tags_and_each_feed_stands_once() -> None:
    assert read_opml(LIST.encode()).feeds == [
        OpmlFeed("https://u.example/rss?a=1&b=2", "Ukrinform IT", ("Agencies & more", "Ukraine")),
        OpmlFeed("https://ansa.example/rss", "ANSA", ("Agencies & more", "Italy", "News", "top")),
        OpmlFeed("http://loose.example/atom", "Loose", ()),
    ]


def test_a_round_trip_keeps_everything_and_is_idempotent() -> None:
    feeds = read_opml(LIST.encode()).feeds
    written = write_opml(feeds, "Mine")
    again = read_opml(written).feeds
    assert {feed.url: feed for feed in again} == {feed.url: feed for feed in feeds}
    assert write_opml(again, "Mine") == written


def test_hostile_titles_are_escaped_and_bounded() -> None:
    written = write_opml([OpmlFeed("https://x.example/", '"><script>\x00' + "a" * 5_000)], "\x01t")
    (feed,) = read_opml(written).feeds
    assert feed.title.startswith('">')
    assert len(feed.title) <= MAX_TITLE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        b"no xml",
        b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml>&a;</opml>',
        b"%PDF-1.4",
    ],
)
def test_what_is_no_opml(body: bytes) -> None:
    with pytest.raises(ReadError):
        read_opml(body)


def test_depth_is_bounded() -> None:
    deep = '<outline text="f">' * 200 + '<outline xmlUrl="https://x.example/" text="x"/>' + "</outline>" * 200
    (feed,) = read_opml(f"<opml><body>{deep}</body></opml>".encode()).feeds
    assert feed.url == "https://x.example/"


def test_in_another_charset() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?><opml><body><outline text="Новости" xmlUrl="https://x.example/"/></body></opml>'
    assert read_opml(body.encode("windows-1251")).feeds[0].title == "Новости"


def test_addresses_that_are_left_out_are_told() -> None:
    body = (
        b'<opml><body><outline text="folder"><outline xmlUrl="ftp://a.example/feed"/></outline>'
        b'<outline xmlUrl="feed://b.example/feed"/><outline xmlUrl="javascript:x"/></body></opml>'
    )
    read = read_opml(body)
    assert [feed.url for feed in read.feeds] == ["http://b.example/feed"]
    assert (read.left_out, read.damage) == (["ftp://a.example/feed", "javascript:x"], None)


def test_a_folder_of_any_name_is_a_tag_that_may_be_configured() -> None:
    body = (
        '<opml><body><outline text="News, World/Local"><outline xmlUrl="https://a.example/" category="a/b,/c/d"/></outline>'
        f'<outline text="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645, {"x" * 90}"><outline xmlUrl="https://b.example/"/></outline>'
        '<outline text=" , "><outline xmlUrl="https://c.example/"/></outline></body></opml>'
    )
    first, second, third = read_opml(body.encode()).feeds
    assert first.tags == ("News World/Local", "a/b", "c", "d"), "a path begins with a stroke (OPML 2.0)"
    assert [len(one) for one in second.tags] == [80]
    assert third.tags == ()
    for one in (*first.tags, *second.tags):
        assert tag(one) == one
    assert read_opml(write_opml([first], "x")).feeds[0].tags == first.tags


def test_where_a_list_is_damaged_is_told_and_what_can_be_read_is_read() -> None:
    cut = LIST[: LIST.index('<outline type="rss" text="Loose')]
    read = read_opml(cut.encode())
    assert len(read.feeds) == 2
    assert read.damage is not None
    assert read.damage[0] == 6
    assert read_opml(LIST.encode()).damage is None
    prefixed = b'<opml><body><outline xmlUrl="https://x.example/" frss:priority="1"/></body></opml>'
    assert read_opml(prefixed).damage is None, "a prefix that is not declared costs nothing"
