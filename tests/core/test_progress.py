"""When a feed is polled next, by what it taught."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.progress import Moment
from monitor.core.rhythm import learn
from monitor.model import FeedState, Learnt, PollPolicy
from tests.builders import HOUR, a_feed

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
POLICY = PollPolicy()


def silent_since(news: datetime, interval: timedelta) -> FeedState:
    """A feed of which one hour with news is known, polled at this interval since."""
    counts, since = learn(b"", news - HOUR, [news], None)
    learnt = Learnt(size=20, span=2 * DAY, rhythm=counts, rhythm_since=since)
    return FeedState(
        "harbour", interval=interval, last_new_at=news, last_success_at=news, first_polled_at=news - HOUR, learnt=learnt
    )


@given(st.integers(0, 59), st.integers(15, 240), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_where_a_days_news_came_in_one_hour_the_next_days_is_looked_for_then(
    minute: int, interval: int, jitters: list[float]
) -> None:
    """Twenty entries came in that hour, to a document that holds twenty: two hours later the first were gone."""
    news = MONDAY + 5 * HOUR + minute * MINUTE
    state, now = silent_since(news, interval * MINUTE), news
    polls = []
    while now < news + DAY + HOUR:
        jitter = jitters[len(polls) % len(jitters)]
        state = Moment(a_feed(), POLICY, now, jitter).succeeded(state, None, None)
        assert state.next_poll_at is not None
        now = state.next_poll_at
        polls.append(now)
    due = MONDAY + DAY + 5 * HOUR
    assert any(due - 5 * MINUTE <= poll <= due + POLICY.every * 1.1 for poll in polls)
    assert len(polls) < 2 * DAY / POLICY.every / 2  # and no more often than it must be


def test_a_rhythm_that_has_faded_says_nothing() -> None:
    state = silent_since(MONDAY + 5 * HOUR, HOUR)
    faded = replace(state, learnt=replace(state.learnt, rhythm=bytes(168)))
    later = MONDAY + DAY
    kept = replace(faded, learnt=replace(faded.learnt, rhythm=b""))
    moment = Moment(a_feed(), POLICY, later, 0.5)
    assert moment.succeeded(faded, None, None).next_poll_at == moment.succeeded(kept, None, None).next_poll_at
