"""`[limits] entries`: a poll takes in so many; what waits is asked for again soon, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model import AlertPolicy, LimitsPolicy
from tests.builders import NOON
from tests.pipeline.test_poll import Bench, entry


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    made.config = replace(made.config, limits=LimitsPolicy(entries=4))
    yield made
    made.store.close()


async def test_all_come_in_over_several_polls(bench: Bench) -> None:
    bench.serve(*(entry(number) for number in range(10)))
    reports = [await bench.poll() for _ in range(3)]
    assert [report.entries for report in reports] == [10] * 3
    assert [report.error for report in reports] == [
        "6 entries wait for the next poll (limits.entries)",
        "2 entries wait for the next poll (limits.entries)",
        None,
    ]
    assert len(bench.items()) == 10


async def test_while_entries_wait_no_validators_are_kept_and_the_next_poll_is_soon(bench: Bench) -> None:
    bench.serve(*(entry(number) for number in range(6)))
    await bench.poll()
    state = bench.store.feed_state("harbour")
    assert (state.etag, state.body_hash, state.failures) == (None, None, 0)
    assert state.next_poll_at == NOON + bench.config.poll.min
    await bench.poll()
    state = bench.store.feed_state("harbour")
    assert state.etag == '"1"'
    assert state.first_polled_at == NOON


async def test_what_waited_on_a_first_poll_is_still_of_the_first_poll(bench: Bench) -> None:
    bench.config = replace(bench.config, alerts=AlertPolicy(first_poll="none"))
    bench.serve(*(entry(number) for number in range(6)))
    assert [(await bench.poll()).alerts for _ in range(2)] == [0, 0]
    news = "<p>" + " ".join(f"Freighters of the year {n} meet harbour master {n}." for n in range(90)) + "</p>"
    bench.serve(entry(99, html=news), *(entry(number) for number in range(6)))
    assert (await bench.poll()).alerts == 1


async def test_a_title_beyond_its_limit_is_cut_and_told(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(title=30, text=200))
    bench.serve(entry(1, title="Freighters " * 20), entry(2))
    report = await bench.poll()
    assert report.error == "2 entries had a field or tags beyond [limits], which were cut"
    assert all(len(item.title) <= 30 and len(item.text) <= 200 for item in bench.items())
    assert all("limits.text" in (item.problem or "") for item in bench.items())
    assert bench.store.feed_state("harbour").etag is None
