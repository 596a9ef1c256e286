"""One article in two feeds, of which one has more of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import a_watchlist
from tests.pipeline.test_poll import LONG, OTHER, Bench, entry

TEASER = "<p>Freighters have left the northern basin …</p>"
WHOLE = f"{LONG}<p>A salvage crew from Bergen raised the barge.</p>"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    made.config = replace(made.config, watchlists=(a_watchlist(query="salvage"),))
    yield made
    made.store.close()


async def test_a_teaser_is_replaced_by_another_feed_s_text_which_alerts(bench: Bench) -> None:
    bench.serve(entry(1, html=TEASER))
    bench.serve(entry(1, html=WHOLE), feed=OTHER)
    assert (await bench.poll()).alerts == 0
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 0, 1)
    (item,) = bench.items()
    assert "salvage" in item.text
    assert (item.text_from, item.feeds, item.revisions) == ("feed", ("harbour", "coast"), 0)
    assert not bench.store.revisions(item.id), "no edit of its publisher's"


async def test_another_feed_s_teaser_replaces_nothing(bench: Bench) -> None:
    bench.serve(entry(1, html=WHOLE))
    bench.serve(entry(1, html=TEASER), feed=OTHER)
    assert (await bench.poll()).alerts == 1
    assert (await bench.poll(OTHER)).alerts == 0
    (item,) = bench.items()
    assert "salvage" in item.text


@pytest.mark.parametrize("whole_first", [True, False])
async def test_an_edited_teaser_takes_no_text_away(bench: Bench, whole_first: bool) -> None:
    bench.serve(entry(1, html=TEASER))
    bench.serve(entry(1, html=WHOLE), feed=OTHER)
    for feed in (OTHER, bench.config.feeds[0]) if whole_first else (bench.config.feeds[0], OTHER):
        await bench.poll(feed)
    bench.clock.at += timedelta(hours=1)
    bench.serve(entry(1, html=TEASER.replace("have left", "left on Tuesday")))
    await bench.poll()
    (item,) = bench.items()
    assert "salvage" in item.text
    assert len(bench.store.alerts()) == 1


async def test_an_article_that_its_only_feed_withdraws_is_edited(bench: Bench) -> None:
    bench.serve(entry(1, html=WHOLE))
    await bench.poll()
    bench.serve(entry(1, html="<p>This article was withdrawn.</p>"))
    assert (await bench.poll()).revised == 1
    (item,) = bench.items()
    assert item.text == "This article was withdrawn."


@pytest.mark.parametrize("html", ["", TEASER, "<p>Freighters have left the northern basin</p>"])
async def test_a_feed_that_shows_less_of_an_older_entry_takes_no_text_away(bench: Bench, html: str) -> None:
    """Some have the newest in full and a headline or the beginning of the others; a document may be cut."""
    bench.serve(entry(1, html=f"<p>Freighters have left the northern basin.</p>{WHOLE}"))
    await bench.poll()
    (before,) = bench.items()
    bench.serve(entry(1, html=html))
    assert (await bench.poll()).revised == 0
    assert bench.items() == [before]


async def test_nor_does_an_entry_without_headline_take_it_away(bench: Bench) -> None:
    bench.serve(entry(1, html=WHOLE))
    await bench.poll()
    (before,) = bench.items()
    bench.serve(re.sub("<title>.*?</title>", "", entry(1, html=WHOLE)))
    await bench.poll()
    assert [item.title for item in bench.items()] == [before.title]


async def test_a_text_that_another_feed_has_may_show_it_to_be_a_copy(bench: Bench) -> None:
    elsewhere = "https://elsewhere.example.org/9"
    bench.serve(entry(1, html="<p>In short.</p>"))
    bench.serve(
        entry(9, html=WHOLE.replace("northern basin", "northern basin number 1")).replace("https://news.example.org/9", elsewhere),
        entry(1, html=WHOLE),
        feed=OTHER,
    )  # fmt: skip
    await bench.poll()
    report = await bench.poll(OTHER)
    assert report.alerts == 1
    assert len({item.story for item in bench.items()}) == 1


async def test_what_was_known_long_ago_does_not_come_back(bench: Bench) -> None:
    """Its text may have been dropped meanwhile, and the article may bear no date."""
    bench.serve(entry(1, html=TEASER, at=None))
    await bench.poll()
    bench.clock.at += timedelta(days=400)
    bench.store.drop_texts(bench.clock.at - timedelta(days=365), 100)
    bench.serve(entry(1, html=WHOLE, at=None), feed=OTHER)
    assert (await bench.poll(OTHER)).alerts == 0


@pytest.mark.parametrize("teaser", [True, False])
async def test_so_it_is_where_nothing_was_read_with_the_document(bench: Bench, teaser: bool) -> None:
    """The other feed's former document is forgotten: only what is wanted of its entries is read."""
    bench.serve(entry(1, html=TEASER if teaser else LONG))
    bench.serve(entry(5, html="<p>Nothing of this.</p>"), feed=OTHER)
    await bench.poll()
    await bench.poll(OTHER)
    with bench.store.transaction() as tx:
        tx.keep_memory("coast", None)
    bench.workers.asked.clear()
    bench.serve(entry(1, html=WHOLE), entry(5, html="<p>Nothing of this.</p>"), feed=OTHER)
    report = await bench.poll(OTHER)
    assert report.alerts == teaser
    assert ("read_entries" in bench.workers.asked) == teaser
