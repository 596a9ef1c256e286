"""A rhythm says what counting hour by hour says."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.rhythm import Rhythm, frozen_since, learn
from monitor.model import Learnt
from tests.builders import HOUR

WEEK = 168
SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)


def hour_of_the_week(moment: datetime) -> int:
    return moment.weekday() * 24 + moment.hour


@dataclass
class Past:
    """A feed watched from `since` to `now`, both at any minute; `news`: the hours since then that brought some."""

    since: datetime
    news: list[int]
    now: datetime

    @property
    def learnt(self) -> Learnt:
        counts, last = b"", None
        for hour in self.news:
            arrival = self.since + hour * HOUR
            counts, _ = learn(counts, self.since, [arrival], last)
            last = arrival
        return Learnt(rhythm=counts, rhythm_since=self.since)

    def chance(self, moment: datetime) -> float:
        """News in that hour of the week over the times it passed, with one more hour as is usual at that time of day."""
        place = hour_of_the_week(moment)
        begin = self.since.replace(minute=0)
        hours = (self.now.replace(minute=0) - begin) // HOUR
        passed = Counter(hour_of_the_week(begin + hour * HOUR) for hour in range(hours))
        came = Counter(hour_of_the_week(self.since + hour * HOUR) for hour in self.news)
        daily = range(place % 24, WEEK, 24)
        usual = sum(came[one] for one in daily) / max(1, sum(passed[one] for one in daily))
        return min(1.0, (came[place] + usual) / (passed[place] + 1))


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    since = SUNDAY + draw(st.integers(0, WEEK)) * HOUR + timedelta(minutes=draw(st.integers(0, 59)))
    length = draw(st.integers(0, 4 * WEEK))
    some = st.lists(st.integers(0, max(0, length - 1)), max_size=30, unique=True).map(sorted)
    regularly = st.integers(1, 40).map(lambda step: list(range(0, length, step)))
    news = draw(some | regularly) if length else []
    return Past(since, news, since + length * HOUR)


@given(pasts(), st.integers(0, 2 * WEEK))
def test_the_chance_of_an_hour(past: Past, ahead: int) -> None:
    moment = past.now + ahead * HOUR
    assert Rhythm(past.learnt, past.now).chance(moment) == pytest.approx(past.chance(moment))


@given(pasts(), st.integers(0, 3 * WEEK), st.integers(0, 59))
def test_the_hours_expected_between_two_moments_are_those_that_lie_wholly_there(
    past: Past, length: int, minutes: int
) -> None:
    since, until = past.now, past.now + length * HOUR + timedelta(minutes=minutes)
    first = since.replace(minute=0) + HOUR
    whole = max(0, (until.replace(minute=0) - first) // HOUR)
    wanted = sum(past.chance(first + hour * HOUR) for hour in range(whole))
    assert Rhythm(past.learnt, past.now).expected(since, until) == pytest.approx(wanted)


@given(pasts(), st.sampled_from([0.5, 1.0, 3.0]))
def test_news_is_expected_when_the_chances_add_up(past: Past, wanted: float) -> None:
    hour, passed = past.now.replace(minute=0), 0.0
    for ahead in range(WEEK):
        passed += past.chance(hour + ahead * HOUR)
        if abs(passed - wanted) < 1e-9:
            return  # as the sum is rounded
        if passed > wanted:
            expected = max(hour + ahead * HOUR - past.now, timedelta())
            break
    else:
        expected = None
    assert Rhythm(past.learnt, past.now).until_news(past.now, wanted) == expected


@given(pasts(), st.data())
def test_a_feed_is_frozen_once_twelve_such_hours_are_missing_and_its_silence_is_new(
    past: Past, data: st.DataObject
) -> None:
    """Thirty-six in its first week, and never before a dozen hours with news are known."""
    last = past.since + past.news[-1] * HOUR if past.news else past.since
    longest = max((after - before for before, after in itertools.pairwise(past.news)), default=0)
    learnt = replace(Past(past.since, past.news, last).learnt, longest_silence=longest * HOUR)
    needed = 12 if last - past.since >= WEEK * HOUR else 36
    rhythm = Rhythm(learnt, last)
    enough = next((hours for hours in range(10 * WEEK) if rhythm.expected(last, last + hours * HOUR) >= needed), 0)
    turns = st.sampled_from([math.ceil(1.5 * longest), enough])
    silence = data.draw(st.builds(int.__add__, turns, st.integers(-2, 2)) | st.integers(1, 10 * WEEK))
    now = last + silence * HOUR
    frozen = len(past.news) >= 12 and silence >= 1.5 * longest and rhythm.expected(last, now) >= needed
    assert frozen_since(learnt, last, now) == (last if frozen else None)
