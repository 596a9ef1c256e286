"""When a feed is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.schedule import JITTER, Hints, Seen, backoff, interval_after, next_poll
from monitor.model import Feed, PollPolicy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = PollPolicy()
FEED = Feed("a", "https://example.org/feed")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def test_news_brings_the_next_poll_nearer_down_to_min() -> None:
    interval = None
    for _ in range(10):
        interval = interval_after(FEED, POLICY, interval, Seen(new=3, share=0.1, silent_for=timedelta()))
    assert interval == POLICY.min


def test_silence_lengthens_the_interval_to_an_eighth_of_itself() -> None:
    interval = None
    for _ in range(30):
        interval = interval_after(FEED, POLICY, interval, Seen(silent_for=16 * HOUR))
    assert interval == 2 * HOUR


def test_a_feeds_own_interval_is_never_exceeded() -> None:
    feed = Feed("a", "https://example.org/feed", every=10 * MINUTE)
    assert interval_after(feed, POLICY, 10 * MINUTE, Seen(silent_for=100 * HOUR)) == 10 * MINUTE


def test_without_adaptive_the_interval_is_what_was_asked_for() -> None:
    policy = PollPolicy(adaptive=False)
    assert interval_after(FEED, policy, 3 * HOUR, Seen(new=5, share=0.2, silent_for=HOUR)) == policy.every


def test_failures_double_the_wait_up_to_max_and_never_end_it() -> None:
    waits = [backoff(FEED, POLICY, failures, failing_for=30 * DAY) for failures in (1, 2, 3, 50, 10_000)]
    assert waits == [15 * MINUTE, 30 * MINUTE, 60 * MINUTE, POLICY.max, POLICY.max]


def test_what_stands_there_when_an_outage_ends_is_late_by_a_quarter_of_it() -> None:
    at, failures, waits = timedelta(), 0, []
    while at < 10 * DAY:
        failures += 1
        waits.append(backoff(FEED, POLICY, failures, failing_for=at))
        assert waits[-1] <= max(2 * HOUR, at / 4)
        at += waits[-1]
    assert waits == sorted(waits)
    assert waits[-1] == POLICY.max
    assert failures < 40


@pytest.mark.parametrize("hint", ["ttl", "max_age", "retry_after"])
def test_a_publishers_hint_is_a_floor_bounded_by_max(hint: str) -> None:
    assert next_poll(NOW, 5 * MINUTE, Hints(**{hint: 2 * HOUR}), POLICY, 0.0) == NOW + 2 * HOUR
    assert next_poll(NOW, 5 * MINUTE, Hints(**{hint: timedelta(days=365)}), POLICY, 0.0) == NOW + POLICY.max


def test_much_news_brings_the_next_poll_nearer_than_a_little() -> None:
    little = interval_after(FEED, POLICY, 2 * HOUR, Seen(new=1, share=0.05))
    much = interval_after(FEED, POLICY, 2 * HOUR, Seen(new=20, share=1.0))
    assert (little, much) == (15 * MINUTE, 15 * MINUTE), "no news for so long no longer holds: `every` is the bound"
    little = interval_after(FEED, POLICY, 15 * MINUTE, Seen(new=1, share=0.05))
    much = interval_after(FEED, POLICY, 15 * MINUTE, Seen(new=20, share=1.0))
    assert (little, much) == (7.5 * MINUTE, POLICY.min)


def test_a_gap_is_answered_by_the_shortest_interval() -> None:
    assert interval_after(FEED, POLICY, 3 * HOUR, Seen(new=20, share=1.0, gap=True)) == POLICY.min


def test_an_entry_is_looked_for_three_times_while_it_stands() -> None:
    assert interval_after(FEED, POLICY, 8 * HOUR, Seen(silent_for=100 * HOUR, span=6 * HOUR)) == 2 * HOUR
    assert interval_after(FEED, POLICY, 15 * MINUTE, Seen(silent_for=HOUR, span=MINUTE)) == POLICY.min


def test_a_feed_that_sleeps_is_let_sleep_and_its_first_news_is_not_waited_for() -> None:
    night = interval_after(FEED, POLICY, 2 * HOUR, Seen(silent_for=HOUR, ahead=8 * HOUR, quiet=8 * HOUR))
    assert night == 2 * HOUR
    little_known = interval_after(FEED, POLICY, 2 * HOUR, Seen(silent_for=HOUR, ahead=8 * HOUR))
    assert little_known == POLICY.every
    dawn = interval_after(FEED, POLICY, 2 * HOUR, Seen(silent_for=12 * HOUR, ahead=20 * MINUTE))
    assert dawn == 20 * MINUTE


def test_an_outage_is_waited_out_in_steps_that_lose_no_entry() -> None:
    young = backoff(FEED, POLICY, 9, span=6 * HOUR, failing_for=HOUR)
    old = backoff(FEED, POLICY, 20, span=6 * HOUR, failing_for=timedelta(days=4))
    assert young > 0.9 * HOUR
    assert young * (1 + JITTER) <= HOUR
    assert old == POLICY.max
    assert backoff(FEED, POLICY, 9, span=MINUTE, failing_for=HOUR) == POLICY.min


def test_an_outage_longer_than_entries_stand_is_looked_at_as_often_as_configured() -> None:
    steps = [
        backoff(FEED, POLICY, 9, gone=True, span=3 * HOUR, failing_for=passed, unseen_for=passed)
        for passed in (0 * HOUR, 1 * HOUR, 3 * HOUR, 23 * HOUR, 25 * HOUR)
    ]
    expected = [HOUR / 2, HOUR / 3, POLICY.every, POLICY.every]
    assert [round(step * (1 + JITTER) / MINUTE) for step in steps[:4]] == [one / MINUTE for one in expected]
    assert steps[4] == POLICY.max


def test_what_is_gone_is_probed_slowly_and_for_ever() -> None:
    waits = [backoff(FEED, POLICY, failures, gone=True) for failures in (1, 2, 3, 4, 400)]
    assert waits == [HOUR, 4 * HOUR, 16 * HOUR, POLICY.max, POLICY.max]


def test_hints_do_not_lose_entries_but_retry_after_holds() -> None:
    assert Hints(ttl=12 * HOUR).floor(POLICY.max, span=6 * HOUR) == 2 * HOUR
    assert Hints(ttl=12 * HOUR, retry_after=5 * HOUR).floor(POLICY.max, span=6 * HOUR) == 5 * HOUR


def test_skipped_hours_and_days_are_skipped() -> None:
    hints = Hints(skip_hours=(0, 1, 2), skip_days=(3,))  # 1 January 2026 is a Thursday
    assert next_poll(NOW, 15 * MINUTE, hints, POLICY, 0.5) == NOW + POLICY.max
    hints = Hints(skip_hours=(0, 1, 2))
    assert next_poll(NOW, 15 * MINUTE, hints, POLICY, 0.5) == NOW + 3 * HOUR
    assert next_poll(NOW, 15 * MINUTE, hints, POLICY, 0.5, span=3 * HOUR) == NOW + HOUR


@given(
    interval=st.timedeltas(MINUTE, timedelta(days=2)),
    new=st.integers(0, 3),
    share=st.floats(0, 1),
    silent=st.none() | st.timedeltas(timedelta(), timedelta(days=400)),
    span=st.none() | st.timedeltas(timedelta(), timedelta(days=400)),
    ahead=st.none() | st.timedeltas(timedelta(), timedelta(days=7)),
    gap=st.booleans(),
    skip_hours=st.lists(st.integers(0, 23), max_size=23, unique=True),
    skip_days=st.lists(st.integers(0, 6), max_size=6, unique=True),
    jitter=st.floats(0, 1),
)
def test_the_next_poll_stays_between_min_and_max(
    interval: timedelta,
    new: int,
    share: float,
    silent: timedelta | None,
    span: timedelta | None,
    ahead: timedelta | None,
    gap: bool,
    skip_hours: list[int],
    skip_days: list[int],
    jitter: float,
) -> None:
    settled = interval_after(FEED, POLICY, interval, Seen(new, share, silent, span, ahead, ahead, gap))
    assert POLICY.min <= settled <= POLICY.max
    hints = Hints(skip_hours=tuple(skip_hours), skip_days=tuple(skip_days))
    wait = next_poll(NOW, settled, hints, POLICY, jitter, span) - NOW
    assert POLICY.min * 0.9 <= wait <= POLICY.max * 1.1
