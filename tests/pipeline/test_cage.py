"""Quarantine: what killed a worker twice is not read again until its bytes change or it is released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import HOUR
from tests.pipeline.test_poll import FEED, OTHER, Bench, entry

DIES = ["read_document", "read_document"]
"""With its texts, and without."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    yield made
    made.store.close()


async def struck_twice(bench: Bench) -> None:
    bench.serve(entry(1))
    for _ in range(2):
        bench.workers.dies = [*DIES]
        report = await bench.poll()
        assert report.error == "the process reading it crashed"


async def test_after_two_strikes_it_is_not_read_and_that_is_told(bench: Bench) -> None:
    await struck_twice(bench)
    bench.workers.dies = [*DIES]
    report = await bench.poll()
    assert report.status == "failed"
    assert "in quarantine" in str(report.error)
    assert "monitor feeds release harbour" in str(bench.store.feed_state("harbour").last_error)
    assert bench.workers.dies == DIES, "no worker was asked"
    assert bench.store.feed_state("harbour").etag is None


async def test_one_strike_is_forgiven(bench: Bench) -> None:
    bench.serve(entry(1))
    bench.workers.dies = [*DIES]
    await bench.poll()
    assert (await bench.poll()).new == 1


async def test_other_bytes_are_read_at_once_and_others_are_not_charged(bench: Bench) -> None:
    await struck_twice(bench)
    bench.serve(entry(5), feed=OTHER)
    assert (await bench.poll(OTHER)).status == "ok"
    bench.serve(entry(1), entry(2))
    assert (await bench.poll(FEED)).status == "ok"


async def test_a_command_releases_it_and_time_forgets_it(bench: Bench) -> None:
    await struck_twice(bench)
    assert bench.store.release_quarantined(["coast"]) == 0
    assert bench.store.release_quarantined(["harbour"]) == 1
    assert (await bench.poll()).new == 1
    bench.store.strike("x", "harbour", "u", "crashed", bench.clock.now())
    assert bench.store.forget_strikes(bench.clock.now() - HOUR) == 0
    assert bench.store.forget_strikes(bench.clock.now() + HOUR) == 1
