from __future__ import annotations

from monitor.content.discovery import FeedLink, find_feeds, sitemaps_of

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


def test_sitemaps_of_robots() -> None:
    text = (
        "User-agent: *\nSitemap: https://h.example/sitemap.xml\nsitemap: https://h.example/news.xml\nSitemap: /relative"
    )
    assert sitemaps_of(text) == ["https://h.example/news.xml", "https://h.example/sitemap.xml"]
