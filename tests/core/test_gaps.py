"""Whether a document follows on from the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.gaps import Window, continuity, judgeable, rolls_in, usual_span, window
from tests.builders import HOUR, NOON

NEW, OLD = False, True


@pytest.mark.parametrize(
    ("seen", "before", "usual", "expected"),
    [
        ([NEW] * 10, None, None, "first"),
        ([NEW] * 3 + [OLD] * 7, 10, None, "contiguous"),
        ([NEW] * 9 + [OLD], 10, None, "contiguous"),
        ([NEW] * 10, 10, None, "gap"),
        ([NEW] * 10, 0, None, "contiguous"),  # the feed was empty: nothing can have rolled out
        ([OLD] * 10, 10, None, "contiguous"),
        ([], 10, None, "contiguous"),
        ([OLD] + [NEW] * 9, 10, 0.8, "gap"),  # only a pinned entry is shared
        ([OLD, OLD] + [NEW] * 8, 10, 0.8, "gap"),
        ([OLD] * 8 + [NEW] * 2, 10, 0.8, "contiguous"),  # an unsorted feed that adds at its end
        ([NEW], 1, None, "contiguous"),  # a feed of one entry never overlaps
        ([NEW, NEW], 2, 0.5, "gap"),  # unless it usually does
    ],
)
def test_a_gap_is_a_window_that_follows_on_from_nothing(
    seen: list[bool], before: int | None, usual: float | None, expected: str
) -> None:
    assert continuity(Window(tuple(seen)), before, usual) == expected


@pytest.mark.parametrize(
    ("size", "before", "complete", "expected"),
    [(2, 20, True, True), (19, 20, False, True), (9, 20, False, False), (2, 2, False, False), (5, 0, False, True)],
)
def test_a_document_that_was_cut_short_is_not_judged(size: int, before: int, complete: bool, expected: bool) -> None:
    assert judgeable(Window((NEW,) * size), before, complete) is expected


def test_a_feed_that_lists_its_oldest_first_is_turned_round() -> None:
    dates = [NOON + number * HOUR for number in range(4)]
    assert window(dates, [True, True, False, False]).seen == (False, False, True, True)
    assert window(dates[::-1], [False, False, True, True]).seen == (False, False, True, True)


def test_how_long_an_entry_stands_is_not_moved_by_one_that_is_pinned_or_misdated() -> None:
    dates = [NOON - number * HOUR for number in range(9)]
    assert usual_span(None, dates, NOON, HOUR) == 8 * HOUR
    odd = [*dates, NOON - timedelta(days=900)]
    assert usual_span(None, odd, NOON, HOUR) == 10 * HOUR
    assert usual_span(8 * HOUR, [NOON - n * HOUR / 2 for n in range(9)], NOON, HOUR) == 4 * HOUR
    assert usual_span(3 * HOUR, [None], NOON, HOUR) == 3 * HOUR
    assert usual_span(None, [NOON] * 20, NOON, HOUR) is None, "the date of a build"
    assert usual_span(3 * HOUR, [NOON + HOUR] * 20, NOON, HOUR) == 3 * HOUR


def test_without_dates_what_was_seen_says_how_long_an_entry_stands() -> None:
    fast = rolls_in(Window((False,) * 5 + (True,) * 15), HOUR)
    assert fast == 4 * HOUR
    assert rolls_in(Window((False,) * 3 + (True,) * 17), HOUR) is None, "too little to show a pace"
    assert rolls_in(Window((True,) * 20), HOUR) is None
    assert usual_span(None, [NOON] * 20, NOON, HOUR, fast) == 4 * HOUR
    assert usual_span(None, [None] * 20, NOON, HOUR, fast) == 4 * HOUR
    assert usual_span(None, [NOON - number * HOUR for number in range(9)], NOON, HOUR, fast) == 8 * HOUR


def test_a_busy_hour_is_remembered_through_a_calm_night() -> None:
    calm = [NOON - number * HOUR for number in range(13)]
    span: timedelta | None = 3 * HOUR
    for _ in range(96):  # eight hours of polls
        span = usual_span(span, calm, NOON, timedelta(minutes=5))
    assert span is not None
    assert 3 * HOUR < span < 4.5 * HOUR
    for _ in range(200):  # and as many hours
        span = usual_span(span, calm, NOON, HOUR)
    assert span is not None
    assert span > 10 * HOUR
