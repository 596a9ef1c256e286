"""When alerts are sent, sent again, held and given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.core import circuit
from monitor.core.delivery import SCHEDULE, after, digest_size, first_state, next_digest, quiet_until
from monitor.model import (
    AlertPolicy,
    AppriseChannel,
    ClockTime,
    Deferred,
    Delivered,
    DigestTime,
    EmailChannel,
    QuietHours,
    Refused,
    Secret,
    SmtpServer,
    WebhookChannel,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROME = "Europe/Rome"
NIGHT = QuietHours(ClockTime(22, 0, ROME), ClockTime(7, 0, ROME))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def mail_channel(digest: DigestTime | None = None) -> EmailChannel:
    return EmailChannel(
        "desk", ("a@example.org",), "m@example.org", SmtpServer("localhost", 25, "plain"), digest=digest
    )


def attempts_of(
    policy: AlertPolicy, jitter: float = 0.5, outcome: Deferred | None = None
) -> tuple[list[timedelta], str]:
    """When a receiver that never takes it is tried, counted from the creation, and how it ends."""
    now, tried = NOW, []
    for attempt in range(1, 100):
        tried.append(now - NOW)
        state, at = after(outcome or Deferred("no"), attempt, NOW, policy, now, jitter)
        if at is None:
            return tried, state
        now = at
    raise AssertionError("never given up")


def test_the_schedule_is_standard_webhooks_and_ends_with_retry_for() -> None:
    tried, state = attempts_of(AlertPolicy(retry_for=timedelta(days=3)))
    minutes = [round(one.total_seconds() / 60, 2) for one in tried]
    assert minutes == [0, 0.08, 5.08, 35.08, 155.08, 455.08, 1055.08, 1895.08, 3095.08, 3 * 24 * 60]
    assert state == "dead"


def test_the_last_delay_repeats() -> None:
    tried, _ = attempts_of(AlertPolicy(retry_for=timedelta(days=10)))
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert gaps[: len(SCHEDULE)] == list(SCHEDULE)
    assert gaps[len(SCHEDULE) : -1] == [timedelta(hours=24)] * len(gaps[len(SCHEDULE) : -1])


def test_a_short_retry_for_still_tries_to_its_end() -> None:
    tried, state = attempts_of(AlertPolicy(retry_for=timedelta(seconds=2)))
    assert (tried, state) == ([timedelta(0), timedelta(seconds=2)], "dead")


def test_no_retry_at_all() -> None:
    assert attempts_of(AlertPolicy(retry_for=timedelta(0))) == ([timedelta(0)], "dead")


def test_delivered_and_refused_end_it() -> None:
    assert after(Delivered(), 1, NOW, AlertPolicy(), NOW, 0.5) == ("delivered", None)
    assert after(Refused("410"), 1, NOW, AlertPolicy(), NOW, 0.5) == ("dead", None)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=400), timedelta(hours=24)),
    ],
)
def test_retry_after_is_honoured_within_bounds(asked: timedelta, got: timedelta) -> None:
    assert after(Deferred("429", asked), 1, NOW, AlertPolicy(), NOW, 0.5) == ("pending", NOW + got)


def test_an_alert_that_waited_out_a_stopped_daemon_gets_its_whole_time() -> None:
    week_ago = NOW - timedelta(days=7)
    policy = AlertPolicy(retry_for=timedelta(days=3))
    assert after(Deferred("no"), 1, week_ago, policy, NOW, 0.5) == ("pending", NOW + timedelta(seconds=5))


def test_a_retry_in_quiet_hours_waits_for_their_end() -> None:
    late = utc(2026, 1, 1, 20, 58)  # 21:58 in Rome
    state, at = after(Deferred("no"), 2, late, AlertPolicy(quiet=(NIGHT,)), late, 0.5)
    assert (state, at) == ("held", utc(2026, 1, 2, 6, 0))


def test_first_state() -> None:
    assert first_state(mail_channel(), AlertPolicy(), NOW) == ("pending", NOW)
    digest = mail_channel(ClockTime(7, 30, ROME))
    assert first_state(digest, AlertPolicy(), NOW) == ("held", utc(2026, 1, 2, 6, 30))
    night = utc(2026, 1, 1, 23, 0)
    assert first_state(mail_channel(), AlertPolicy(quiet=(NIGHT,)), night) == ("held", utc(2026, 1, 2, 6, 0))
    early = mail_channel(ClockTime(6, 0, ROME))  # a digest in quiet hours waits for their end
    assert first_state(early, AlertPolicy(quiet=(NIGHT,)), night) == ("held", utc(2026, 1, 2, 6, 0))


@pytest.mark.parametrize(
    ("clock", "moment", "expected"),
    [
        ((7, 30), utc(2026, 1, 1, 6, 29), utc(2026, 1, 1, 6, 30)),
        ((7, 30), utc(2026, 1, 1, 6, 30), utc(2026, 1, 2, 6, 30)),  # strictly after
        ((7, 30), utc(2026, 3, 28, 12), utc(2026, 3, 29, 5, 30)),  # clocks went forward that night
        ((2, 30), utc(2026, 3, 29, 0, 0), utc(2026, 3, 29, 1, 30)),  # 02:30 does not exist: 03:30
        ((2, 30), utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0, 30)),  # and not once more
        ((2, 30), utc(2026, 10, 25, 0, 0), utc(2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first
        ((2, 30), utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)),
    ],
)
def test_a_daily_digest_across_dst(clock: tuple[int, int], moment: datetime, expected: datetime) -> None:
    assert next_digest(ClockTime(*clock, ROME), moment) == expected


def test_a_periodic_digest_does_not_depend_on_the_start() -> None:
    assert next_digest(timedelta(hours=1), utc(2026, 1, 1, 8, 15)) == utc(2026, 1, 1, 9)
    assert next_digest(timedelta(hours=1), utc(2026, 1, 1, 9)) == utc(2026, 1, 1, 10)
    with pytest.raises(ValueError, match="positive"):
        next_digest(timedelta(0), NOW)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (utc(2026, 1, 1, 20, 59), None),
        (utc(2026, 1, 1, 21, 0), utc(2026, 1, 2, 6, 0)),
        (utc(2026, 1, 2, 5, 59), utc(2026, 1, 2, 6, 0)),
        (utc(2026, 1, 2, 6, 0), None),
        (utc(2026, 3, 29, 4, 59), utc(2026, 3, 29, 5, 0)),  # the night the clocks went forward
        (utc(2026, 10, 25, 5, 30), utc(2026, 10, 25, 6, 0)),
    ],
)
def test_quiet_hours_across_midnight(moment: datetime, until: datetime | None) -> None:
    assert quiet_until((NIGHT,), moment) == until


def test_quiet_hours_that_meet_count_as_one() -> None:
    noon = QuietHours(ClockTime(12, 0, "UTC"), ClockTime(14, 0, "UTC"))
    later = QuietHours(ClockTime(14, 0, "UTC"), ClockTime(15, 0, "UTC"))
    assert quiet_until((later, noon), utc(2026, 1, 1, 13)) == utc(2026, 1, 1, 15)


def test_empty_quiet_hours_are_none() -> None:
    assert quiet_until((QuietHours(ClockTime(9, 0, ROME), ClockTime(9, 0, ROME)),), utc(2026, 1, 1, 8, 30)) is None


def test_every_channel_has_a_digest_size() -> None:
    webhook = WebhookChannel("w", Secret("https://example.org"))
    assert [digest_size(one) > 0 for one in (mail_channel(), webhook, AppriseChannel("a", Secret("json://x")))]


def test_the_circuit_opens_after_three_different_alerts_only() -> None:
    one = circuit.CLOSED
    for _ in range(10):
        one = circuit.failed(one, "same", Deferred("no"), NOW, 0.5)
    assert not one.open()
    for name in ("b", "c"):
        one = circuit.failed(one, name, Deferred("no"), NOW, 0.5)
    assert one.open()
    assert one.probe_at == NOW + timedelta(seconds=5)
    assert one.since == NOW


def test_a_channel_that_is_down_is_probed_at_least_every_half_hour() -> None:
    one, now, waits = circuit.CLOSED, NOW, []
    for number in range(12):
        one = circuit.failed(one, f"alert-{number}", Deferred("no"), now, 0.5)
        if one.probe_at is not None:
            waits.append(one.probe_at - now)
            now = one.probe_at
    assert waits[:3] == list(SCHEDULE[:3])
    assert set(waits[3:]) == {circuit.PROBE_EVERY}
    assert one.since == NOW
