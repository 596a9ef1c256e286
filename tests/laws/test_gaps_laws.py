"""Whatever a feed's window and pace: a gap is flagged when, and only when, its window rolled over between two polls."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.gaps import Window, continuity, judgeable, usual_overlap


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
