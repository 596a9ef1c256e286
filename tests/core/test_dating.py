"""Feeds whose dates say nothing of when their entries came are found out, and no others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.core.dating import EVIDENCE, are_late, late_polls, on_top
from monitor.core.gaps import Window
from monitor.model import Entry, FeedState, Learnt
from tests.builders import NOON

YEAR = timedelta(days=365)


def entry(date: datetime | None) -> Entry:
    return Entry("g", "https://a.example/1", "T", published_at=date)


def after(polls: int = 0, newest: datetime | None = None, since: datetime | None = NOON) -> FeedState:
    """A feed's state after so many polls with late dates alone."""
    return FeedState(id="f", url="", last_success_at=since, learnt=Learnt(late_polls=polls, newest=newest))


@pytest.mark.parametrize(
    ("ago", "counted"),
    [(YEAR, 1), (timedelta(days=31), 1), (timedelta(days=4), 0), (timedelta(), 0), (-timedelta(hours=1), 0)],
)
def test_what_would_long_have_stood_in_the_document_is_late(ago: timedelta, counted: int) -> None:
    assert late_polls(after(newest=NOON - timedelta(days=5)), [entry(NOON - ago)]) == counted


@pytest.mark.parametrize(("days", "counted"), [(2, 1), (0, 0)])
def test_a_date_that_all_bear_is_late_once_it_is_past(days: int, counted: int) -> None:
    date = NOON - timedelta(days=days)
    assert late_polls(after(newest=date), [entry(date)]) == counted


def test_so_many_polls_in_a_row_are_evidence() -> None:
    polls = 0
    for _ in range(EVIDENCE):
        assert not are_late(polls)
        polls = late_polls(after(polls), [entry(NOON - YEAR)])
    assert are_late(polls)
    assert not are_late(late_polls(after(polls), [entry(NOON - YEAR), entry(NOON)])), "one in time takes it back"


def test_what_bears_no_date_says_nothing() -> None:
    assert late_polls(after(2), [entry(None)]) == 2
    assert late_polls(after(2), []) == 2


def test_nothing_is_late_before_a_feed_was_read() -> None:
    assert late_polls(after(since=None), [entry(NOON - YEAR)]) == 0


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
