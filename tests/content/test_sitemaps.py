"""News sitemaps, indexes, and the sitemaps that are no feed."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from monitor.content.feeds import parse_feed
from monitor.errors import ReadError
from monitor.model import ParsedFeed

NAMES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def url(number: int) -> str:
    return (
        f"<url><loc>https://news.example/{number}</loc><lastmod>2024-10-25</lastmod><news:news><news:publication><news:name>The Daily</news:name>"
        f"<news:language>it</news:language></news:publication><news:publication_date>2024-10-24T10:00:00+02:00</news:publication_date>"
        f"<news:title>Titolo &amp;amp; {number}</news:title><news:keywords>NATO, Kursk</news:keywords></news:news></url>"
    )


def read(body: str | bytes) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, "https://news.example/news-sitemap.xml", {})


def test_a_news_sitemap() -> None:
    feed = read(
        f'<?xml version="1.0"?><urlset {NAMES}>{url(1)}{url(2)}<url><loc>https://news.example/about</loc></url></urlset>'
    )
    assert (feed.title, feed.complete, len(feed.entries)) == ("The Daily", True, 2)
    entry = feed.entries[0]
    assert (entry.guid, entry.url, entry.title) == ("https://news.example/1", "https://news.example/1", "Titolo & 1")
    assert (entry.language, entry.tags) == ("it", ("NATO", "Kursk"))
    assert entry.published_at == datetime(2024, 10, 24, 8, tzinfo=UTC)
    assert entry.updated_at == datetime(2024, 10, 25, tzinfo=UTC)


def test_a_gzip_file() -> None:
    assert len(read(gzip.compress(f"<urlset {NAMES}>{url(1)}</urlset>".encode())).entries) == 1


def test_an_index_gives_its_children_newest_first() -> None:
    feed = read(
        f"<sitemapindex {NAMES}><sitemap><loc>https://news.example/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2024-01-01T00:00:00Z</lastmod></sitemap><sitemap><loc>ftp://x/</loc></sitemap></sitemapindex>"
    )
    assert feed.entries == ()
    assert feed.children == ("https://news.example/new.xml", "https://news.example/old.xml")


def test_a_truncated_sitemap_gives_what_came_and_says_so() -> None:
    feed = read(f"<urlset {NAMES}>{url(1)}{url(2)}<url><loc>https://news.ex")
    assert len(feed.entries) == 2
    assert not feed.complete


def test_a_sitemap_of_pages_is_no_feed() -> None:
    with pytest.raises(ReadError, match="not of news"):
        read(f"<urlset {NAMES}><url><loc>https://news.example/about</loc></url></urlset>")


def test_an_empty_news_sitemap_is_empty() -> None:
    assert read(f"<urlset {NAMES}></urlset>").entries == ()


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"\0" * 60_000_000), gzip.compress(gzip.compress(b"<urlset/>")), b"\x1f\x8b\x08garbage"],
    ids=lambda body: f"{len(body)} bytes",
)
def test_gzip_that_swells_or_lies_is_refused(body: bytes) -> None:
    with pytest.raises(ReadError, match="gzip"):
        read(body)


def test_a_bare_ampersand_leaves_an_address_whole() -> None:
    feed = read(f"<urlset {NAMES}>{url(1).replace('example/1', 'example/1?a=1&b=2')}{url(2)}</urlset>")
    assert [entry.url for entry in feed.entries] == ["https://news.example/1?a=1&b=2", "https://news.example/2"]
    assert (feed.complete, feed.problem) == (False, "not well-formed XML: a bare & was repaired")


def test_prefixes_that_are_bound_to_nothing_are_believed() -> None:
    assert len(read(f"<urlset>{url(1)}{url(2)}</urlset>").entries) == 2


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Thu, 24 Oct 2024 10:00:00 +0200", datetime(2024, 10, 24, 8, tzinfo=UTC)),
        ("Thu, 24 Oct 2024 08:00:00", datetime(2024, 10, 24, 8, tzinfo=UTC)),
        ("2024-10-24 08:00", datetime(2024, 10, 24, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Fri, 31 Dec 9999 23:00:00 -0200", None),
        ("Thu, 99 Oct 99999999999 08:00:00", None),
    ],
)
def test_dates_as_sites_write_them(written: str, read_as: datetime | None) -> None:
    (entry,) = read(f"<urlset {NAMES}>{url(1).replace('2024-10-24T10:00:00+02:00', written)}</urlset>").entries
    assert entry.published_at == read_as
