"""Feeds that word their entries anew at every poll: how often the articles' pages are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import ArticlePolicy
from tests.builders import a_watchlist
from tests.laws.test_copies_laws import article
from tests.pipeline.test_poll import HOUR, NOON, Bench, entry
from tests.pipeline.test_poll_urls import HOST, page

NUMBERS = range(1, 7)
MINUTES = timedelta(minutes=10)


class Counting(Bench):
    """A feed that counts votes and comments in its entries' descriptions."""

    polls = 0
    offer = ""
    says = ""
    title = ""

    def asked_pages(self) -> int:
        return sum(request.url.startswith(HOST) for request in self.net.asked)

    async def poll_again(self, times: int = 1, after: timedelta = MINUTES) -> int:
        """Pages asked for by these polls."""
        before = self.asked_pages()
        for _ in range(times):
            self.polls += 1
            self.clock.at += after
            votes = f"<p>Points: {self.polls * 7}</p><p># Comments: {self.polls}</p>{self.offer}"
            first = entry(1, self.title, html=f"{self.says}{votes}")
            self.serve(first, *(entry(number, html=votes) for number in NUMBERS[1:]))
            await self.poll()
        return self.asked_pages() - before


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "m.db")
    made.config = replace(made.config, article=ArticlePolicy(fetch="auto"), watchlists=(a_watchlist(query="salvage"),))
    for number in NUMBERS:
        url = f"{HOST}/{number}"
        page(made, url, url, title=f"Report number {number}", text=article(number, 4).text)
    yield made
    made.store.close()


async def test_pages_are_not_asked_for_each_time(bench: Counting) -> None:
    assert await bench.poll_again() == len(NUMBERS)
    assert await bench.poll_again() == len(NUMBERS), "nothing is known of its ways yet"
    assert await bench.poll_again(3) == 0
    assert all(item.text_from == "page" for item in bench.items())


async def test_now_and_then_they_are(bench: Counting) -> None:
    await bench.poll_again(2)
    asked = await bench.poll_again(6 * 24)
    assert asked == len(NUMBERS) * 5, "when they are one hour old, two, four, eight, sixteen"


@pytest.mark.parametrize(
    ("says", "title"), [("<p>A salvage crew raised the barge in the evening.</p>", ""), ("", "Salvage begins")]
)
async def test_what_says_more_is_read_at_once(bench: Counting, says: str, title: str) -> None:
    await bench.poll_again(3)
    bench.says, bench.title = says, title
    assert await bench.poll_again() == 1
    assert len(bench.store.alerts()) == 1
    assert await bench.poll_again() == 0


async def test_what_says_more_is_matched_though_its_page_is_gone(bench: Counting) -> None:
    await bench.poll_again(3)
    before = next(item for item in bench.items() if item.url == f"{HOST}/1")
    bench.net.answers.clear()
    bench.says = "<p>A salvage crew raised the barge in the evening.</p>"
    await bench.poll_again()
    assert len(bench.store.alerts()) == 1
    after = next(item for item in bench.items() if item.url == f"{HOST}/1")
    assert (after.text, after.text_from) == (f"A salvage crew raised the barge in the evening.\n{before.text}", "page")
    await bench.poll_again(2)
    assert [item.revisions for item in bench.items() if item.id == after.id] == [1]


async def test_a_page_that_cannot_be_had_is_left_alone_too(bench: Counting) -> None:
    for number in NUMBERS:
        del bench.net.answers[f"{HOST}/{number}"]
    await bench.poll_again(2)
    assert await bench.poll_again(3) == 0


async def test_where_entries_are_seldom_touched_each_edit_is_read(bench: Counting) -> None:
    for votes in (*(1 for _ in range(12)), 2):
        bench.clock.at += MINUTES
        entries = [entry(number, html=f"<p>Points: {7 if number > 1 else votes}</p>") for number in NUMBERS]
        bench.serve(*entries)
        before = bench.asked_pages()
        await bench.poll()
    assert bench.asked_pages() - before == 1


async def test_a_reader_that_dies_of_it_costs_no_reading(bench: Counting) -> None:
    await bench.poll_again(3)
    bench.workers.dies = ["say_more"]
    assert await bench.poll_again() == len(NUMBERS)
    assert bench.clock.at > NOON + HOUR / 2


async def test_what_a_feed_hangs_on_all_its_entries_at_once_has_no_page_asked_for_and_is_matched(
    bench: Counting,
) -> None:
    """An offer in each entry's description, another at every poll, had all pages asked for; it may be a warning for all of them."""
    await bench.poll_again(3)
    for what in (
        "Our shop has lamps and chairs for the whole house",
        "Read the harbour's letter that comes on Mondays",
    ):
        bench.offer = f"<p>{what}.</p>"
        assert await bench.poll_again() == 0
    assert bench.store.alerts() == []
    bench.offer = "<p>The salvage of ships is called off in this region.</p>"
    assert await bench.poll_again() == 0
    assert len(bench.store.alerts()) == len(NUMBERS)
