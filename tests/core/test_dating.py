"""Feeds whose dates say nothing of when their entries came are found out, and no others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.core.dating import EVIDENCE, are_late, late_polls, on_top
from monitor.core.gaps import Window
from monitor.model import Entry
from tests.builders import NOON

TOP = Window((False,) + (True,) * 9)
YEAR = timedelta(days=365)


def entry(date: datetime | None) -> Entry:
    return Entry("g", "https://a.example/1", "T", published_at=date)


@pytest.mark.parametrize(
    ("ago", "counted"),
    [(YEAR, 1), (timedelta(days=31), 1), (timedelta(days=4), 0), (timedelta(), 0), (-timedelta(hours=1), 0)],
)
def test_what_would_long_have_stood_in_the_document_is_late(ago: timedelta, counted: int) -> None:
    assert late_polls(0, TOP, [entry(NOON - ago)], NOON, NOON - timedelta(days=5)) == counted


@pytest.mark.parametrize(("days", "counted"), [(2, 1), (0, 0)])
def test_a_date_that_all_bear_is_late_once_it_is_past(days: int, counted: int) -> None:
    date = NOON - timedelta(days=days)
    assert late_polls(0, TOP, [entry(date)], NOON, date) == counted


def test_so_many_polls_in_a_row_are_evidence() -> None:
    polls = 0
    for _ in range(EVIDENCE):
        assert not are_late(polls)
        polls = late_polls(polls, TOP, [entry(NOON - YEAR)], NOON, None)
    assert are_late(polls)
    in_time = [entry(NOON - YEAR), entry(NOON)]
    assert not are_late(late_polls(polls, TOP, in_time, NOON, None)), "one in time takes it back"


def test_what_bears_no_date_says_nothing() -> None:
    assert late_polls(2, TOP, [entry(None)], NOON, None) == 2
    assert late_polls(2, TOP, [], NOON, None) == 2
    assert late_polls(2, TOP, [entry(NOON - YEAR)], None, None) == 2


@pytest.mark.parametrize(
    ("seen", "top"),
    [
        ("-++++", True),
        ("--++", True),
        ("+-+++", True),
        ("++--++++++", True),
        ("+++-++++++", False),
        ("-+-+++", False),
        ("---++", False),
        ("++++", False),
        ("", False),
    ],
)
def test_news_on_top_is_told_from_what_a_search_ranks_anew(seen: str, top: bool) -> None:
    assert on_top(Window(tuple(mark == "+" for mark in seen))) is top
