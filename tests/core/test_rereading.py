"""When a page is asked for again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from math import log2

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.rereading import MAX_ERROR, comes_round, pages_after
from monitor.model import Learnt
from tests.builders import NOON


@given(st.integers(1, 600), st.integers(1, 2_000))
def test_what_is_touched_at_every_poll_comes_round_less_and_less(minutes: int, polls: int) -> None:
    times = [NOON + timedelta(minutes=minutes * number) for number in range(polls + 1)]
    rounds = sum(comes_round(NOON, last, now) for last, now in pairwise(times))
    assert rounds <= 1 + log2(max(1.0, minutes * polls / 60))


def test_when_it_comes_round() -> None:
    hour = timedelta(hours=1)
    assert comes_round(NOON, None, NOON)
    assert comes_round(NOON, NOON, NOON + hour)
    assert not comes_round(NOON, NOON + 2 * hour, NOON + 3.9 * hour)
    assert comes_round(NOON, NOON + 3.9 * hour, NOON + 4 * hour)


@given(st.lists(st.sampled_from(["", "403", "404", None])))
def test_pages_that_were_missed_are_counted_since_the_last_that_was_had(pages: list[str | None]) -> None:
    wanted = [page for page in pages if page is not None]
    last = max((place for place, page in enumerate(wanted) if not page), default=-1)
    since = wanted[last + 1 :]
    learnt = pages_after(Learnt(gaps=1), pages)
    assert learnt == Learnt(gaps=1, pages_missed=len(since), pages_error=since[-1] if since else "")
    assert learnt == pages_after(pages_after(Learnt(gaps=1), pages[:3]), pages[3:])


def test_of_an_error_no_more_is_kept_than_is_read() -> None:
    assert len(pages_after(Learnt(), ["x" * 10_000]).pages_error) == MAX_ERROR
