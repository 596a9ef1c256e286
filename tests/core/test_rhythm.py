"""What a feed's past says of its week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.rhythm import Rhythm, frozen_since, hour_number, learn, slot
from monitor.model import Learnt
from tests.builders import HOUR

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def office(weeks: int) -> tuple[Learnt, datetime]:
    """News every working hour, 8 to 18 UTC from Monday to Friday; also, when the last came."""
    counts, since, last = b"", MONDAY, None
    for day in range(7 * weeks):
        for hour in range(8, 18):
            if day % 7 < 5:
                now = MONDAY + day * DAY + hour * HOUR
                counts, since = learn(counts, since, [now], last)
                last = now
    assert last is not None
    return Learnt(rhythm=counts, rhythm_since=since, longest_silence=timedelta(hours=63)), last


def test_the_hour_of_the_week_starts_on_monday() -> None:
    assert slot(hour_number(MONDAY)) == 0
    assert slot(hour_number(MONDAY - HOUR)) == 167


def test_an_hour_counts_once_however_much_it_brings() -> None:
    counts, _ = learn(b"", MONDAY, [MONDAY + HOUR / 4, MONDAY + HOUR / 2], None)
    counts, _ = learn(counts, MONDAY, [MONDAY + HOUR * 3 / 4], MONDAY + HOUR / 2)
    assert (sum(counts), counts[0]) == (1, 1)


def test_the_night_is_expected_to_be_silent_and_the_morning_not() -> None:
    learnt, _ = office(3)
    now = MONDAY + 21 * DAY + 20 * HOUR
    rhythm = Rhythm(learnt, now)
    assert rhythm.enough
    assert rhythm.chance(now + 2 * HOUR) < 0.1
    assert rhythm.chance(now + 14 * HOUR) > 0.7
    ahead = rhythm.until_news(now)
    assert ahead is not None
    assert 11 * HOUR <= ahead <= 14 * HOUR


@pytest.mark.parametrize("weeks", [1, 2, 5])
def test_a_weekend_is_no_freeze_and_a_silent_week_is(weeks: int) -> None:
    learnt, last = office(weeks)
    if weeks == 1:
        learnt = replace(learnt, longest_silence=15 * HOUR)  # it has seen no weekend yet
    assert frozen_since(learnt, last, last + 62 * HOUR) is None
    assert frozen_since(learnt, last, last + 7 * DAY) == last


def test_nothing_is_said_of_a_feed_that_is_hardly_known() -> None:
    counts, since = learn(b"", MONDAY, [MONDAY + HOUR], None)
    learnt = Learnt(rhythm=counts, rhythm_since=since)
    assert frozen_since(learnt, MONDAY, MONDAY + 90 * DAY) is None
    assert frozen_since(Learnt(), MONDAY, MONDAY + 90 * DAY) is None
    assert frozen_since(learnt, None, MONDAY + 90 * DAY) is None


def test_old_habits_fade() -> None:
    learnt, _ = office(20)
    assert max(learnt.rhythm) <= 12
    assert learnt.rhythm_since is not None
    assert learnt.rhythm_since > MONDAY + 60 * DAY
    assert Rhythm(learnt, MONDAY + 140 * DAY).chance(MONDAY + 140 * DAY + 9 * HOUR) > 0.7
