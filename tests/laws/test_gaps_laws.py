"""Whatever a feed's window and pace: a gap is flagged when, and only when, its window rolled over between two polls."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.gaps import Window, continuity, judgeable, usual_overlap
from monitor.model import Failed, PollPolicy
from tests.builders import HOUR, NOON
from tests.pipeline.desk import URL, Desk


@given(
    size=st.integers(8, 60),
    pinned=st.integers(0, 1),
    steps=st.lists(st.integers(0, 120), min_size=1, max_size=30),
)
def test_a_gap_is_a_window_that_rolled_over(size: int, pinned: int, steps: list[int]) -> None:
    known: set[int] = set()
    usual: float | None = None
    before: int | None = None
    newest = size
    for step in [0, *steps]:
        newest += step
        shown = [*range(-pinned, 0), *range(newest, newest - size, -1)]
        now = Window(tuple(entry in known for entry in shown))
        found = continuity(now, before, usual)
        rolled = step >= size
        assert found == ("first" if before is None else "gap" if rolled else "contiguous")
        if found == "contiguous" and now.fresh:
            usual = usual_overlap(usual, now)
            assert 0 <= usual <= 1
        known.update(shown)
        before = len(shown)


@given(st.lists(st.booleans(), max_size=40), st.none() | st.integers(0, 60), st.none() | st.floats(0, 1))
def test_nothing_new_is_never_a_gap_and_a_gap_has_something_new(
    seen: list[bool], before: int | None, usual: float | None
) -> None:
    window = Window(tuple(seen))
    found = continuity(window, before, usual)
    assert (found == "first") == (before is None)
    if found == "gap":
        assert window.fresh
        assert before
    assert judgeable(window, before or 0, complete=True)


@settings(max_examples=30)
@given(
    waits=st.lists(st.integers(1, 80), min_size=1, max_size=5),
    failing=st.lists(st.integers(0, 12), max_size=4),
    backfill=st.integers(1, 5),
    pause=st.integers(1, 90),
)
def test_an_archive_fills_every_gap_whatever_fails_for_now(
    waits: list[int], failing: list[int], backfill: int, pause: int
) -> None:
    """Hours that nobody polled; the older page that fails at the nth poll after each; the minutes between those."""

    async def polled(desk: Desk) -> None:
        publisher = desk.publisher(window=10, pages=True)
        desk.config = replace(desk.config, poll=PollPolicy(backfill=backfill))
        await desk.poll()
        for hours in waits:
            await desk.poll(hours * HOUR)
            for page in failing:
                url = f"{URL}?paged={page}"
                desk.room.other = {url: Failed(url, "status", "503 Service Unavailable", 503)}
                await desk.poll(timedelta(minutes=pause))
            desk.room.other = {}
        for _ in range(60):
            await desk.poll(timedelta(minutes=5))
        assert desk.missed(publisher, NOON) == []
        assert not desk.state.gap
        assert desk.state.learnt.older is None

    with tempfile.TemporaryDirectory() as directory:
        desk = Desk(Path(directory) / "m.db")
        try:
            asyncio.run(polled(desk))
        finally:
            desk.store.close()
