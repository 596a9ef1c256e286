"""The feeds of a site: which of what it names and what is usual are feeds indeed."""

from __future__ import annotations

import pytest

from monitor.errors import MonitorError
from monitor.model import Failed, Fetched
from monitor.pipeline.finding import Finder, Found
from tests.builders import NOON
from tests.fakes import FakeClock
from tests.newsroom import Here, Newsroom

SITE = "https://harbour.example.org"
NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>https://harbour.example.org/1</loc><n:news><n:publication><n:name>Harbour</n:name></n:publication>"
    "<n:title>Harbour reopens</n:title></n:news></url></urlset>"
)
PAGES = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://harbour.example.org/</loc></url></urlset>'


def rss(title: str) -> str:
    return (
        f"<rss version='2.0'><channel><title>{title}</title><item><title>Harbour reopens</title></item></channel></rss>"
    )


def page(*links: str) -> str:
    declared = "".join(f"<link rel='alternate' type='application/rss+xml' href='{link}'>" for link in links)
    return f"<html><head><title>Harbour</title>{declared}</head><body>News.</body></html>"


def index(*children: str) -> str:
    listed = "".join(f"<sitemap><loc>{SITE}{child}</loc></sitemap>" for child in children)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


class Place:
    """A site of these documents; all else is not found."""

    def __init__(self, **documents: str) -> None:
        self.room = Newsroom(FakeClock(NOON))
        for path, body in documents.items():
            self.put(f"/{path}", body)

    def put(self, path: str, body: str, at: str | None = None) -> None:
        self.room.other[SITE + path] = Fetched(SITE + (at or path), 200, body.encode())

    async def find(self, path: str = "/") -> list[Found]:
        return await Finder(self.room, Here()).find(SITE + path)

    async def paths(self, path: str = "/") -> list[str]:
        return [one.url.removeprefix(SITE) for one in await self.find(path)]

    @property
    def asked(self) -> list[str]:
        return [request.url.removeprefix(SITE) for request in self.room.asked]


async def test_what_a_page_declares_and_the_news_sitemap_that_robots_txt_names() -> None:
    place = Place(front=page("/all", "/gone", "/about"), all=rss("All"), about=page())
    place.put("/robots.txt", f"Sitemap: {SITE}/pages.xml\nSitemap: {SITE}/latest-news.xml\n")
    place.put("/latest-news.xml", NEWS)
    place.put("/pages.xml", PAGES)
    assert await place.find("/front") == [
        Found(f"{SITE}/all", "All", 1),
        Found(f"{SITE}/latest-news.xml", "Harbour", 1),
    ]
    assert len(place.asked) == len(set(place.asked)) == 7, "the usual paths are not tried where feeds are declared"


async def test_a_page_that_declares_none_has_those_of_the_usual_paths() -> None:
    place = Place(front=page())
    place.put("/feed/", rss("All"))
    place.put("/rss.xml", rss("All"))
    place.put("/news-sitemap.xml", NEWS)
    assert await place.paths("/front") == ["/feed/", "/news-sitemap.xml"], "the same document is listed once"


async def test_an_address_that_is_a_feed_is_found_itself() -> None:
    place = Place(main=rss("Main"))
    assert await place.find("/main") == [Found(f"{SITE}/main", "Main", 1)]


async def test_an_index_of_sitemaps_is_a_feed_where_its_newest_hold_news() -> None:
    place = Place(front=page("/a"), a=rss("A"))
    place.put("/robots.txt", f"Sitemap: {SITE}/pages-index.xml\nSitemap: {SITE}/index.xml\n")
    place.put("/pages-index.xml", index("/pages.xml"))
    place.put("/pages.xml", PAGES)
    place.put("/index.xml", index("/gone.xml", "/news-1.xml"))
    place.put("/news-1.xml", NEWS)
    assert (await place.find("/front"))[1:] == [Found(f"{SITE}/index.xml", "Harbour", 1)]


async def test_a_feed_that_redirects_is_listed_where_it_stands() -> None:
    place = Place(front=page("/old", "/new"), new=rss("New"))
    place.put("/old", rss("New"), at="/new")
    assert await place.paths("/front") == ["/new"]


def sends_on(to: str) -> str:
    return f'<html><head><meta http-equiv="refresh" content="0; url={to}"></head></html>'


async def test_a_page_that_sends_its_reader_on_is_looked_at_where_it_sends() -> None:
    place = Place(root=sends_on("/it/"), it=page("/all"), all=rss("All"))
    place.put("/it/", page("/all"))
    assert await place.paths("/root") == ["/all"]
    place = Place(root=sends_on("/gone"), feed=rss("All"))
    assert await place.paths("/root") == ["/feed"], "the first is as good when the second is not there"


async def test_pages_that_send_on_for_ever_are_followed_some_times_only() -> None:
    place = Place(**{f"p{n}": sends_on(f"/p{n + 1}") for n in range(20)})
    assert await place.find("/p0") == []
    assert len([path for path in place.asked if path.startswith("/p")]) == 4
    place = Place(a=sends_on("/b"), b=sends_on("/a"))
    await place.find("/a")
    assert len([path for path in place.asked if path in ("/a", "/b")]) == 2


async def test_nothing_is_found_on_a_site_without_feeds_and_what_does_not_answer_is_said() -> None:
    place = Place(front=page())
    assert await place.find("/front") == []
    place.room.other[SITE + "/down"] = Failed(SITE + "/down", "timeout", "no answer within 20 s")
    with pytest.raises(MonitorError, match="no answer within 20 s"):
        await place.find("/down")
