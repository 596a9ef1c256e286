"""When a feed is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.schedule import Hints, backoff, interval_after, next_poll
from monitor.model import Feed, PollPolicy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = PollPolicy()
FEED = Feed("a", "https://example.org/feed")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_news_brings_the_next_poll_nearer_down_to_min() -> None:
    interval = None
    for _ in range(10):
        interval = interval_after(FEED, POLICY, interval, new=3, silent_for=timedelta())
    assert interval == POLICY.min


def test_silence_lengthens_the_interval_to_an_eighth_of_itself() -> None:
    interval = None
    for _ in range(30):
        interval = interval_after(FEED, POLICY, interval, new=0, silent_for=16 * HOUR)
    assert interval == 2 * HOUR


def test_a_feeds_own_interval_is_never_exceeded() -> None:
    feed = Feed("a", "https://example.org/feed", every=10 * MINUTE)
    assert interval_after(feed, POLICY, 10 * MINUTE, new=0, silent_for=100 * HOUR) == 10 * MINUTE


def test_without_adaptive_the_interval_is_what_was_asked_for() -> None:
    policy = PollPolicy(adaptive=False)
    assert interval_after(FEED, policy, 3 * HOUR, new=5, silent_for=HOUR) == policy.every


def test_failures_double_the_wait_up_to_max_and_never_end_it() -> None:
    waits = [backoff(FEED, POLICY, failures) for failures in (1, 2, 3, 50, 10_000)]
    assert waits == [15 * MINUTE, 30 * MINUTE, 60 * MINUTE, POLICY.max, POLICY.max]


@pytest.mark.parametrize("hint", ["ttl", "max_age", "retry_after"])
def test_a_publishers_hint_is_a_floor_bounded_by_max(hint: str) -> None:
    assert next_poll(NOW, 5 * MINUTE, Hints(**{hint: 2 * HOUR}), POLICY, 0.0) == NOW + 2 * HOUR
    assert next_poll(NOW, 5 * MINUTE, Hints(**{hint: timedelta(days=365)}), POLICY, 0.0) == NOW + POLICY.max


@given(
    interval=st.timedeltas(MINUTE, timedelta(days=2)),
    new=st.integers(0, 3),
    silent=st.none() | st.timedeltas(timedelta(), timedelta(days=400)),
    jitter=st.floats(0, 1),
)
def test_the_next_poll_stays_between_min_and_max(
    interval: timedelta, new: int, silent: timedelta | None, jitter: float
) -> None:
    settled = interval_after(FEED, POLICY, interval, new=new, silent_for=silent)
    assert POLICY.min <= settled <= POLICY.max
    wait = next_poll(NOW, settled, Hints(), POLICY, jitter) - NOW
    assert POLICY.min * 0.9 <= wait <= POLICY.max * 1.1
