"""`[limits] document`: a document with more entries is read a portion after another, and none is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model import AlertPolicy, Fetched, LimitsPolicy
from monitor.pipeline import poll as polling
from tests.builders import HOUR, NOON
from tests.pipeline.test_poll import FEED, Bench, entry

ALL = 11


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    made.config = replace(made.config, limits=LimitsPolicy(document=4, entries=3))
    yield made
    made.store.close()


async def until_all_is_in(bench: Bench) -> list[str | None]:
    """What each poll said, to the first that has nothing left to say."""
    said: list[str | None] = []
    while len(said) < 20:
        said.append((await bench.poll()).error)
        if said[-1] is None:
            return said
    raise AssertionError(said)


async def test_all_come_in_over_several_polls_and_then_the_validators_are_kept(bench: Bench) -> None:
    bench.serve(*(entry(number) for number in range(ALL)))
    said = await until_all_is_in(bench)
    assert said[0] == "8 entries wait for the next poll (limits.entries)"
    assert len(bench.items()) == ALL
    state = bench.store.feed_state("harbour")
    assert (state.etag, state.gap, state.learnt.gaps, state.first_polled_at) == ('"1"', False, 0, NOON)


async def test_what_waited_is_still_of_the_first_poll(bench: Bench) -> None:
    bench.config = replace(bench.config, alerts=AlertPolicy(first_poll="none"))
    bench.serve(*(entry(number) for number in range(ALL)))
    await until_all_is_in(bench)
    assert bench.store.counts()["pending"] == 0


@pytest.mark.parametrize("where", ["top", "end"])
async def test_what_comes_later_is_found_wherever_it_stands(bench: Bench, where: str) -> None:
    old = [entry(number) for number in range(ALL)]
    bench.serve(*old)
    await until_all_is_in(bench)
    asked, interval = len(bench.net.asked), bench.store.feed_state("harbour").interval
    assert interval is not None
    bench.clock.at = later = NOON + 5 * HOUR
    new = [entry(number, at=later) for number in range(90, 95)]
    bench.config = replace(bench.config, limits=LimitsPolicy(document=6, entries=50))
    bench.serve(*([*new, *old] if where == "top" else [*old, *new]), etag='"2"')
    assert await until_all_is_in(bench) == [None]
    assert len(bench.items()) == ALL + 5
    state = bench.store.feed_state("harbour")
    assert (state.etag, state.last_new_at, state.gap) == ('"2"', later, False)
    assert state.interval is not None
    assert state.interval < interval, "what brings something new is polled sooner"
    assert len(bench.net.asked) == asked + 1


async def test_an_entry_that_stands_in_two_portions_is_one(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(document=4))
    bench.serve(*(entry(number % 5) for number in range(ALL)))
    assert await until_all_is_in(bench) == [None]
    assert len(bench.items()) == 5


async def test_a_json_feed_too(bench: Bench) -> None:
    items = [
        {"id": str(n), "url": f"https://news.example.org/{n}", "title": f"Report {n}: freighters leave"}
        for n in range(ALL)
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items}).encode()
    bench.net.answers[FEED.url] = Fetched(FEED.url, 200, body, {"content-type": "application/feed+json"})
    await until_all_is_in(bench)
    assert len(bench.items()) == ALL


async def test_a_sitemap_index_too_and_its_sitemaps_are_asked_for_once_a_poll(bench: Bench) -> None:
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    )
    site = "https://harbour.example.org"
    news = "".join(
        f"<url><loc>{site}/{n}</loc><n:news><n:title>Report {n}: freighters leave</n:title></n:news></url>"
        for n in range(ALL)
    )
    index = f"<sitemapindex {spaces}><sitemap><loc>{site}/news.xml</loc></sitemap></sitemapindex>"
    for url, body in ((FEED.url, index), (f"{site}/news.xml", f"<urlset {spaces}>{news}</urlset>")):
        bench.net.answers[url] = Fetched(url, 200, body.encode(), {"content-type": "text/xml"})
    polls = len(await until_all_is_in(bench))
    assert len(bench.items()) == ALL
    assert len(bench.net.asked) == 2 * polls


async def test_an_entry_that_was_cut_in_the_first_portion_leaves_the_document_incomplete(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(document=4, title=30))
    bench.serve(
        entry(0, title="Freighters " * 20), *(entry(number, title=f"Report {number}") for number in range(1, 9))
    )
    for _ in range(5):
        said = (await bench.poll()).error
    assert said == "1 entries had a field or tags beyond [limits], which were cut"
    assert len(bench.items()) == 9
    assert bench.store.feed_state("harbour").etag is None


async def test_a_document_without_an_end_is_not_read_for_ever(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "PORTIONS", 2)
    bench.serve(*(entry(number) for number in range(ALL)))
    for _ in range(5):
        said = (await bench.poll()).error
    assert said == "too many entries: 3 were left (limits.document, limits.reading)"
    assert len(bench.items()) == 8
    assert bench.store.feed_state("harbour").etag is None


async def test_nor_for_longer_than_one_reading_may_take(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve(*(entry(number) for number in range(ALL)))
    await until_all_is_in(bench)
    bench.serve(*(entry(number) for number in range(ALL + 6)), etag='"2"')
    seconds = iter(range(0, 1_000, 15))
    monkeypatch.setattr(bench.clock, "monotonic", lambda: next(seconds))
    said = (await bench.poll()).error
    assert said == "too many entries: 9 were left (limits.document, limits.reading)"


async def test_nor_when_it_says_one_thing_over_and_over(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(document=200))
    bench.serve(*["<item><title>Freighters</title></item>"] * 1_000)
    said = (await bench.poll()).error
    assert said == "too many entries: 800 were left (limits.document, limits.reading)"
