from __future__ import annotations

import pytest

from monitor.content.discovery import FeedLink, find_feeds, sent_on, sitemaps_of

PAGE = b"""<html><head><base href="https://news.example/it/">
<link rel="alternate" type="application/rss+xml" title="News &amp; more" href="feed.rss">
<link rel="alternate" type="application/atom+xml" href="/atom.xml"><link rel="alternate" type="application/json" href="/wp-json/posts/1">
<link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="/s.css">
</head><body><a href="/rss/sport.xml">RSS sport</a><a href="/about">About</a><a href="javascript:feed()">x</a></body></html>"""


def test_declared_then_linked_then_usual() -> None:
    found = find_feeds(PAGE, "https://news.example/")
    assert found[0] == FeedLink("https://news.example/it/feed.rss", "News & more", "rss", "declared")
    assert found[1] == FeedLink("https://news.example/atom.xml", "", "atom", "declared")
    assert found[2] == FeedLink("https://news.example/rss/sport.xml", "RSS sport", "", "linked")
    assert all(link.found == "usual" for link in found[3:])
    assert "https://news.example/feed/" in [link.url for link in found]
    assert len({link.url for link in found}) == len(found)


def test_what_is_no_page_has_the_usual_places() -> None:
    for body in (b"", b"\x00\xff" * 100, b"<" * 10_000):
        assert {link.found for link in find_feeds(body, "https://news.example/x/y")} == {"usual"}


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="feed" href="/f">',
        '<link rel="home alternate" type="application/rss+xml; charset=utf-8" href="/f">',
        '<link rel="alternate" type="application/rss+xml" href="feed://news.example/f">',
        '<link rel="alternate" type="application/rss+xml" href="feed:http://news.example/f">',
    ],
)
def test_links_that_say_they_lead_to_a_feed(link: str) -> None:
    found = find_feeds(f"<html>{link}</html>".encode(), "http://news.example/")
    assert (found[0].url, found[0].found) == ("http://news.example/f", "declared")


def test_a_link_header_declares_as_a_link_element_does() -> None:
    header = '<https://h.example/>; rel="hub"; rel="alternate"; type="text/xml", </f>; title="News, all; of it"; rel="alternate"; type="application/atom+xml"'
    found = find_feeds(b"<html></html>", "https://news.example/x", {"link": header})
    assert found[0] == FeedLink("https://news.example/f", "News, all; of it", "atom", "declared")
    assert find_feeds(b"", "https://news.example/", {"link": "</x>; rel=alternate; type=text/html"})[0].found == "usual"


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/it/", "https://news.example/it/"),
        ("5;URL='https://other.example/'", "https://other.example/"),
        ("0, it/", "https://news.example/a/it/"),
        ("300", None),
        ("0; url=javascript:x()", None),
        ("0; url=https://news.example/a/b", None),
        ("", None),
    ],
)
def test_where_a_page_sends_its_reader_on_to(content: str, target: str | None) -> None:
    page = f'<html><head><META HTTP-EQUIV="Refresh" content="{content}"></head></html>'
    assert sent_on(page.encode(), "https://news.example/a/b") == target


def test_sitemaps_of_robots() -> None:
    text = (
        "User-agent: *\nSitemap: https://h.example/sitemap.xml\nsitemap: https://h.example/news.xml\nSitemap: /relative"
    )
    assert sitemaps_of(text) == ["https://h.example/news.xml", "https://h.example/sitemap.xml"]
