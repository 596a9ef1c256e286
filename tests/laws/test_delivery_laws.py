"""Laws of delivery's decisions, over all times, zones and schedules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.delivery import JITTER, LONGEST_RETRY_AFTER, SCHEDULE, after, next_digest, quiet_until
from monitor.model import AlertPolicy, ClockTime, Deferred, QuietHours

ZONES = ["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
START, SPAN = datetime(2011, 1, 1, tzinfo=UTC), 26 * 365 * 24 * 60  # minutes, over Samoa's lost day and many changes
moments = st.integers(0, SPAN).map(lambda minutes: START + timedelta(minutes=minutes))
clocks = st.builds(ClockTime, st.integers(0, 23), st.integers(0, 59), st.sampled_from(ZONES))
digests = clocks | st.timedeltas(timedelta(minutes=1), timedelta(days=7))
chances = st.floats(0, 1)


@st.composite
def quiet_hours(draw: st.DrawFn) -> QuietHours:
    start = draw(clocks)
    return QuietHours(start, ClockTime(draw(st.integers(0, 23)), draw(st.integers(0, 59)), start.zone))


@given(digests, moments)
def test_the_next_digest_is_after_and_there_is_none_between(digest: ClockTime | timedelta, moment: datetime) -> None:
    at = next_digest(digest, moment)
    assert at > moment
    assert next_digest(digest, at - timedelta(microseconds=1)) == at
    between = moment + (at - moment) / 2
    if between < at:
        assert next_digest(digest, between) == at


@given(digests, moments, st.integers(1, 40))
def test_every_moment_lies_in_exactly_one_digest(digest: ClockTime | timedelta, start: datetime, count: int) -> None:
    """Digests cut time into intervals that touch: what arises anywhere is collected once, whatever restarts between."""
    ends = [start]
    for _ in range(count):
        ends.append(next_digest(digest, ends[-1]))
    for earlier, later in pairwise(ends):
        assert earlier < later
        assert next_digest(digest, earlier) == next_digest(digest, later - timedelta(microseconds=1)) == later


@given(clocks, moments)
def test_a_daily_digest_comes_on_every_local_date(clock: ClockTime, moment: datetime) -> None:
    first = next_digest(clock, moment)
    second = next_digest(clock, first)
    zone = ZoneInfo(clock.zone)
    # Samoa left out 2011-12-30; elsewhere dates follow one another
    assert (second.astimezone(zone).date() - first.astimezone(zone).date()).days in (1, 2)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


@given(st.lists(quiet_hours(), max_size=3).map(tuple), moments)
def test_quiet_hours_end_later_and_a_moment_outside_is_free(quiet: tuple[QuietHours, ...], moment: datetime) -> None:
    until = quiet_until(quiet, moment)
    if until is None:
        return
    assert until > moment
    if len(quiet) == 1:
        assert quiet_until(quiet, until) is None
        assert quiet_until(quiet, until - timedelta(microseconds=1)) == until


@given(quiet_hours(), moments)
def test_one_is_quiet_exactly_between_the_local_times(hours: QuietHours, moment: datetime) -> None:
    local = moment.astimezone(ZoneInfo(hours.start.zone))
    before, later = moment - timedelta(hours=3), moment + timedelta(hours=3)
    if len({one.astimezone(local.tzinfo).utcoffset() for one in (before, moment, later)}) > 1:
        return  # wall clocks near a change are not comparable; the golden cases cover them
    now = local.hour * 60 + local.minute
    start, end = (one.hour * 60 + one.minute for one in (hours.start, hours.end))
    inside = start <= now < end if start <= end else now >= start or now < end
    assert (quiet_until((hours,), moment) is not None) == inside


@given(st.timedeltas(timedelta(0), timedelta(days=14)), st.lists(chances, min_size=40, max_size=40), moments)
def test_a_receiver_that_is_never_there_is_tried_to_the_end_and_given_up(
    retry_for: timedelta, jitters: list[float], created: datetime
) -> None:
    policy, now, tried = AlertPolicy(retry_for=retry_for), created, [created]
    for attempt, jitter in enumerate(jitters, 1):
        state, at = after(Deferred("no"), attempt, created, policy, now, jitter)
        if at is None:
            break
        assert at > now
        base = SCHEDULE[min(attempt, len(SCHEDULE)) - 1]
        assert at - now <= base * (1 + JITTER)
        assert at - now >= base * (1 - JITTER) or at == created + retry_for
        now = at
        tried.append(now)
    else:
        raise AssertionError("never given up")
    assert state == "dead"
    assert tried[-1] == created + retry_for


@given(st.timedeltas(), st.integers(1, 30), moments, chances)
def test_retry_after_never_puts_off_by_more_than_a_day_or_brings_forward(
    asked: timedelta, attempt: int, now: datetime, jitter: float
) -> None:
    policy = AlertPolicy(retry_for=timedelta(days=30))
    _, plain = after(Deferred("no"), attempt, now, policy, now, jitter)
    _, at = after(Deferred("no", asked), attempt, now, policy, now, jitter)
    assert plain is not None
    assert at is not None
    assert plain <= at <= max(plain, now + LONGEST_RETRY_AFTER)
