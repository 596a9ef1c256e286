"""Addresses of articles: what is stored, and what a page's own canonical link is believed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.model import ArticlePolicy, Fetched
from tests.builders import HOUR, NOON, TEXT
from tests.pipeline.test_poll import FEED, OTHER, Bench

TITLE = "Freighters leave the northern basin"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    made.config = replace(made.config, article=ArticlePolicy(fetch="always"))
    yield made
    made.store.close()


def page(bench: Bench, url: str, canonical: str, *, title: str = TITLE, text: str = TEXT) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    body = f'<html><head><link rel="canonical" href="{canonical}"></head><body><article><h1>{title}</h1>{paragraphs}'
    bench.net.answers[url] = Fetched(url, 200, body.encode(), {"content-type": "text/html"})


def entry(url: str, title: str = TITLE) -> str:
    link = url.replace("&", "&amp;")
    return f"<item><title>{title}</title><link>{link}</link><description>Short.</description></item>"


async def test_a_stored_link_has_no_tracking(bench: Bench) -> None:
    bench.serve(entry("https://news.example.org/Story/?utm_source=rss&id=7&fbclid=x#top"))
    await bench.poll()
    assert bench.items()[0].url == "https://news.example.org/Story/?id=7#top"


@pytest.mark.parametrize("other", ["http://news.example.org/a", "https://www.news.example.org/a"])
async def test_two_feeds_of_a_site_show_one_article_whichever_way_they_write_its_address(
    bench: Bench, other: str
) -> None:
    """Their teasers differ, and the page cannot be had: it alerted twice."""
    bench.serve(entry("https://news.example.org/a"))
    bench.serve(entry(other, "The northern basin is empty again").replace("Short.", "Not so short."), feed=OTHER)
    assert (await bench.poll()).new == 1
    assert (await bench.poll(OTHER)).new == 0
    (item,) = bench.items()
    assert item.feeds == (FEED.id, OTHER.id)


async def test_another_road_to_an_article_of_one_site_is_a_sighting(bench: Bench) -> None:
    for url in ("https://news.example.org/a", "https://m.news.example.org/b"):
        page(bench, url, "https://news.example.org/story")
    bench.serve(entry("https://news.example.org/a"))
    bench.serve(entry("https://m.news.example.org/b"), feed=OTHER)
    await bench.poll()
    await bench.poll(OTHER)
    (item,) = bench.items()
    assert item.feeds == (FEED.id, OTHER.id)


async def test_two_roads_in_one_document_make_one_item(bench: Bench) -> None:
    for url in ("https://news.example.org/a", "https://m.news.example.org/b"):
        page(bench, url, "https://news.example.org/story")
    bench.serve(entry("https://news.example.org/a"), entry("https://m.news.example.org/b"))
    assert (await bench.poll()).new == 1
    assert len(bench.items()) == 1


async def test_another_site_that_names_the_original_holds_a_copy(bench: Bench) -> None:
    page(bench, "https://news.example.org/a", "https://news.example.org/a")
    page(bench, "https://portal.example.net/b", "https://news.example.org/a")
    bench.serve(entry("https://news.example.org/a"))
    bench.serve(entry("https://portal.example.net/b"), feed=OTHER)
    await bench.poll()
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 1, 0)
    (original,) = [item for item in bench.items() if item.copy_of is None]
    (copy,) = [item for item in bench.items() if item.copy_of]
    assert (copy.copy_of, copy.story, copy.copy_test) == (original.id, original.story, "url")


async def test_one_canonical_link_on_all_pages_of_a_site_merges_nothing(bench: Bench) -> None:
    for number, title in enumerate(("Port reopens after storm", "Library gets a new roof", "Mayor resigns")):
        text = f"{title}. " + " ".join(f"{title.split()[0]}{word}" for word in range(80))
        page(bench, f"https://news.example.org/{number}", "https://news.example.org/", title=title, text=text)
    titles = ("Port reopens after storm", "Library gets a new roof", "Mayor resigns")
    bench.serve(*(entry(f"https://news.example.org/{number}", title) for number, title in enumerate(titles)))
    assert (await bench.poll()).new == 3


NEWS, STORY, HOST = "https://news.example.org/it/1", "https://news.example.org/en/1", "https://news.example.org"


@pytest.mark.parametrize("swapped", [False, True])
async def test_an_article_is_not_known_because_another_names_it(bench: Bench, swapped: bool) -> None:
    """A translation whose page says that the original's address is its own."""
    there = [(NEWS, "Le navi lasciano il bacino", " ".join(f"nave{n}" for n in range(80))), (STORY, TITLE, TEXT)]
    for url, title, text in there[::-1] if swapped else there:
        page(bench, url, STORY, title=title, text=text)
        bench.serve(entry(url, title))
        assert (await bench.poll()).new == 1
    assert {item.url for item in bench.items()} == {NEWS, STORY}


async def test_the_original_after_another_site_s_page_that_names_it_is_a_copy(bench: Bench) -> None:
    page(bench, "https://portal.example.net/b", f"{HOST}/a")
    page(bench, f"{HOST}/a", f"{HOST}/a")
    bench.serve(entry("https://portal.example.net/b"))
    bench.serve(entry(f"{HOST}/a"), feed=OTHER)
    await bench.poll()
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 1, 0)


def told(address: str, *titles: str) -> list[str]:
    return [entry(address.format(n), title).replace("Short.", f"{title} at last.") for n, title in enumerate(titles)]


THREE = ("Port reopens after storm", "Library gets a new roof", "Mayor resigns")


@pytest.mark.parametrize("address", [f"{HOST}/notes#n{{}}", f"{HOST}/notes", f"{HOST}/", "https://other.example.net/"])
async def test_a_page_that_many_entries_share_is_the_article_of_none(bench: Bench, address: str) -> None:
    page(bench, address.partition("#")[0], address, title="Notes")
    bench.serve(*told(address, *THREE))
    report = await bench.poll()
    assert (report.new, report.copies) == (3, 0)
    assert {item.text for item in bench.items()} == {f"{title} at last." for title in THREE}
    assert [request.url for request in bench.net.asked] == [FEED.url]


async def test_a_feed_s_site_is_no_article(bench: Bench) -> None:
    page(bench, f"{HOST}/alerts", f"{HOST}/alerts", title="Alerts")
    bench.serve(f"<link>{HOST}/alerts/</link>", *told(f"{HOST}/alerts", THREE[0]))
    await bench.poll()
    assert bench.items()[0].text == f"{THREE[0]} at last."


async def test_two_headlines_of_one_address_may_be_one_article_s(bench: Bench) -> None:
    page(bench, f"{HOST}/a", f"{HOST}/a", text=f"{TEXT}\nThe storm took the roof of the library.")
    bench.serve(*told(f"{HOST}/a", *THREE[:2]))
    report = await bench.poll()
    assert (report.new, report.copies) == (1, 1)
    assert all(item.text_from == "page" for item in bench.items())


async def test_entries_of_other_addresses_keep_their_pages(bench: Bench) -> None:
    for number, title in enumerate(THREE):
        page(bench, f"{HOST}/{number}", f"{HOST}/{number}", title=title, text=f"{title}. {TEXT}")
    bench.serve(f"<link>{HOST}/</link>", *told(f"{HOST}/{{}}", *THREE), *told(f"{HOST}/live", *THREE))
    await bench.poll()
    assert sorted(item.text_from for item in bench.items()) == ["feed"] * 3 + ["page"] * 3


@pytest.mark.parametrize("link", [f"{HOST}/", f"{HOST}/alerts", f"{HOST}/alerts#now"])
async def test_one_headline_and_one_link_for_all_is_not_one_entry(bench: Bench, link: str) -> None:
    """Warnings, incidents: what tells them apart is their text, and their guids."""
    page(bench, f"{HOST}/alerts", f"{HOST}/alerts", title="Alerts")
    bench.serve(
        *(
            entry(link, "Air raid alert").replace(
                "Short.", f"{town}: go to the shelters.</description><guid>{town}</guid><description>"
            )
            for town in ("Kharkiv", "Sumy", "Poltava", "Dnipro")
        )
    )
    assert (await bench.poll()).new == 4


async def test_one_headline_and_a_front_page_as_canonical_link_are_not_one_article(bench: Bench) -> None:
    for number in range(3):
        text = " ".join(f"word{number}x{word}" for word in range(80))
        page(bench, f"{HOST}/{number}", f"{HOST}/", title="Editorial", text=text)
    bench.serve(*(entry(f"{HOST}/{number}", "Editorial") for number in range(3)))
    assert (await bench.poll()).new == 3


@pytest.mark.parametrize(
    "says",
    [
        "Log in to read on. Password forgotten? Sign in or register.",
        "All columns of the year, one after the other. " * 30,
    ],
    ids=["a login", "a list"],
)
async def test_a_column_s_articles_stay_apart_though_all_lead_to_one_page(bench: Bench, says: str) -> None:
    for number in range(3):
        body = f"<html><body><article><p>{says}</p></article></body></html>".encode()
        bench.net.answers[f"{HOST}/{number}"] = Fetched(f"{HOST}/there", 200, body, {"content-type": "text/html"})
    texts = (" ".join(f"word{number}x{word}" for word in range(12)) for number in range(3))
    dates = (f"<pubDate>{format_datetime(NOON - number * HOUR)}</pubDate>" for number in range(3))
    bench.serve(
        *(
            entry(f"{HOST}/{number}", "Editorial").replace("Short.", text).replace("<link>", f"{date}<link>")
            for number, (text, date) in enumerate(zip(texts, dates, strict=True))
        )
    )
    assert (await bench.poll()).new == 3


async def test_the_front_page_in_an_article_s_place_is_not_the_article(bench: Bench) -> None:
    page(bench, f"{HOST}/", f"{HOST}/")
    bench.net.answers[f"{HOST}/gone"] = bench.net.answers[f"{HOST}/"]
    bench.serve(entry(f"{HOST}/gone"))
    await bench.poll()
    (item,) = bench.items()
    assert (item.text, item.text_from) == ("Short.", "feed")
    assert item.problem == "page: leads to the front page of its site"
