"""How fast a document was seen to fill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.burst import kept_burst, shortest_burst
from monitor.core.progress import Moment
from monitor.core.rhythm import REMEMBERED
from monitor.core.schedule import Seen, interval_after
from monitor.model import Burst, FeedState, Learnt, PollPolicy
from tests.builders import HOUR, a_feed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LEAST = 5 * MINUTE


def every(step: timedelta, count: int, last: datetime = NOW) -> list[datetime | None]:
    return [last - number * step for number in range(count)]


def test_a_third_of_the_document_is_a_burst() -> None:
    saturday = NOW - 2 * DAY
    dates = every(9 * HOUR, 9) + every(10 * MINUTE, 6, saturday)
    assert shortest_burst(dates, NOW, LEAST) == Burst(50 * MINUTE, saturday)


@pytest.mark.parametrize(
    "dates",
    [
        [],
        [None] * 20,
        every(MINUTE, 3),
        [NOW] * 20,
        every(timedelta(seconds=1), 20),
        every(10 * MINUTE, 20, NOW - REMEMBERED - 4 * HOUR),
        every(10 * MINUTE, 20, NOW + DAY),
    ],
    ids=["empty", "undated", "a few", "of one moment", "too fast for polls", "long ago", "in the future"],
)
def test_what_tells_of_none(dates: list[datetime | None]) -> None:
    assert shortest_burst(dates, NOW, LEAST) is None


def test_a_day_of_dates_without_times_is_a_day() -> None:
    midnights = [NOW.replace(hour=0) - day * DAY for day in range(4) for _ in range(5)]
    found = shortest_burst(midnights, NOW, LEAST)
    assert found is not None
    assert found.within == DAY


@given(st.lists(st.none() | st.integers(0, 10_000).map(lambda age: NOW - age * MINUTE), max_size=40))
def test_no_third_came_faster_and_order_does_not_matter(dates: list[datetime | None]) -> None:
    found = shortest_burst(dates, NOW, LEAST)
    known = sorted(date for date in dates if date)
    third = max(3, -(-len(dates) // 3))
    spans = [end - begin for begin, end in zip(known, known[third:], strict=False) if end - begin >= LEAST]
    assert (found.within if found else None) == min(spans, default=None)
    assert shortest_burst(sorted(dates, key=str), NOW, LEAST) == found


def test_a_burst_is_remembered_until_a_faster_one_or_for_eight_weeks() -> None:
    slow, fast = Burst(2 * HOUR, NOW), Burst(HOUR, NOW - 7 * DAY)
    assert kept_burst(None, slow, NOW) == slow
    assert kept_burst(fast, slow, NOW) == kept_burst(fast, None, NOW) == fast
    assert kept_burst(slow, fast, NOW) == fast
    assert kept_burst(fast, slow, NOW + 8 * 7 * DAY) == slow
    assert kept_burst(fast, None, NOW + 8 * 7 * DAY) is None


def test_a_feed_that_had_bursts_is_not_left_alone_for_longer() -> None:
    policy, silent = PollPolicy(), Seen(silent_for=5 * DAY, span=5 * DAY)
    calm = interval_after(a_feed(), policy, 4 * HOUR, silent)
    after = interval_after(a_feed(), policy, 4 * HOUR, Seen(silent_for=5 * DAY, span=5 * DAY, burst=25 * MINUTE))
    assert calm == 6 * HOUR
    assert after == 50 * MINUTE
    fast = Seen(silent_for=5 * DAY, span=5 * DAY, burst=6 * MINUTE)
    assert interval_after(a_feed(), policy, 4 * HOUR, fast) == policy.every, "it asks for no more than its user does"


def test_bursts_outlast_answers_that_say_unchanged() -> None:
    learnt = Learnt(size=15, span=5 * DAY, fastest=Burst(25 * MINUTE, NOW - 5 * DAY))
    state = FeedState("harbour", interval=4 * HOUR, last_new_at=NOW - DAY, last_success_at=NOW - HOUR, learnt=learnt)
    state = Moment(a_feed(), PollPolicy(), NOW, 0.5).succeeded(state, None, None)
    assert (state.interval, state.next_poll_at) == (50 * MINUTE, NOW + 50 * MINUTE)
    assert state.learnt.fastest == Burst(25 * MINUTE, NOW - 5 * DAY)
