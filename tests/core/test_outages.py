"""Which troubles the operator is told of, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.outages import Changes, Situation, changes, notice, receivers
from monitor.model import FeedState, Learnt, Outage, Trouble
from tests.builders import HOUR, NOON

AFTER = HOUR


def failing(name: str, since: datetime, now: datetime, failures: int = 5) -> FeedState:
    return FeedState(name, failures=failures, last_error="503", last_poll_at=now, learnt=Learnt(failing_since=since))


class Watch:
    """Looks again and again, and keeps what is open."""

    def __init__(self) -> None:
        self.open: list[Outage] = []
        self.network_ended: datetime | None = None
        self.told: list[str] = []

    def look(
        self,
        now: datetime,
        troubled: Sequence[FeedState] = (),
        feeds: int = 10,
        channels: dict[str, tuple[str, datetime]] | None = None,
    ) -> Changes:
        waits = {state.id: AFTER for state in troubled}
        found = changes(now, waits, Situation(feeds, troubled, channels or {}, self.open, self.network_ended))
        gone = {outage.id for outage in found.ended}
        self.open = [*(outage for outage in self.open if outage.id not in gone), *found.opened]
        for outage in found.ended:
            if outage.trouble.subject == "feeds":
                self.network_ended = now
            self.told.append(notice(outage, now, healed=True).title)
        self.told += [notice(outage, now, healed=False).title for outage in found.opened]
        return found


def test_an_outage_is_told_of_once_and_its_end_once() -> None:
    watch = Watch()
    for minutes in range(0, 600, 5):
        now = NOON + timedelta(minutes=minutes)
        watch.look(now, [failing("a", NOON, now)] if minutes < 300 else [])
    assert watch.told == ["Feed a fails", "Feed a is well again"]


def test_a_short_trouble_and_a_single_failure_are_not_told_of() -> None:
    watch = Watch()
    watch.look(NOON + HOUR / 2, [failing("a", NOON, NOON + HOUR / 2)])
    watch.look(NOON + 5 * HOUR, [failing("a", NOON, NOON, failures=1)])
    assert watch.told == []


def test_a_feed_that_stands_still_is_told_of_apart_from_one_that_fails() -> None:
    watch = Watch()
    frozen = FeedState("a", frozen_since=NOON)
    watch.look(NOON + HOUR, [frozen])
    watch.look(NOON + 2 * HOUR, [frozen])
    watch.look(NOON + 4 * HOUR, [replace(failing("a", NOON + 2 * HOUR, NOON), frozen_since=NOON)])
    watch.look(NOON + 5 * HOUR, [])
    assert watch.told == ["Feed a stands still", "Feed a brings news again"]


def test_when_most_feeds_fail_it_is_one_outage() -> None:
    watch = Watch()
    down = [failing(f"f{number}", NOON, NOON + 2 * HOUR) for number in range(9)]
    watch.look(NOON + HOUR / 2, down)
    watch.look(NOON + 2 * HOUR, down)
    watch.look(NOON + 3 * HOUR, down[:4])
    assert watch.told == ["Most feeds fail"]
    watch.look(NOON + 4 * HOUR, down[:2])
    assert watch.told == ["Most feeds fail", "The feeds are well again"], "those two were not asked since"
    again = [replace(one, last_poll_at=NOON + 5 * HOUR) for one in down[:2]]
    watch.look(NOON + 5 * HOUR, again)
    assert watch.told[2:] == ["Feed f0 fails", "Feed f1 fails"]


def test_a_channels_own_trouble_goes_to_the_others() -> None:
    watch = Watch()
    found = watch.look(NOON, channels={"desk": ("refused", NOON)})
    (outage,) = found.opened
    assert receivers(outage.trouble, ("desk", "ops", "ops")) == ("ops",)
    assert receivers(Trouble("feed:desk", "failing", "", NOON), ("desk",)) == ("desk",)
    watch.look(NOON + HOUR)
    assert watch.told == ["Channel desk is down", "Channel desk is up again"]


@given(st.lists(st.lists(st.integers(0, 3), max_size=4, unique=True), max_size=60), st.integers(1, 20))
def test_notices_of_a_feed_alternate(steps: list[list[int]], feeds: int) -> None:
    """Whatever fails when: for each subject an outage opens, ends, opens; and what is open is told of."""
    watch = Watch()
    since: dict[int, datetime] = {}
    for step, down in enumerate(steps):
        now = NOON + step * HOUR / 3
        since = {one: since.get(one, now) for one in down}
        watch.look(now, [failing(str(one), since[one], now) for one in down], feeds)
    for name in [*(f"Feed {number}" for number in range(4)), "Most feeds"]:
        told = [
            title for title in watch.told if title.startswith((name, "The feeds" if name == "Most feeds" else name))
        ]
        assert all(("again" in title) == bool(place % 2) for place, title in enumerate(told))
