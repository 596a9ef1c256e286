"""Which troubles the operator is told of, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.outages import FEEDS, Changes, Group, Situation, changes, notice, receivers
from monitor.model import FeedState, Learnt, Outage, Trouble
from tests.builders import HOUR, NOON

AFTER = HOUR


def failing(name: str, since: datetime, now: datetime, failures: int = 5) -> FeedState:
    return FeedState(name, failures=failures, last_error="503", last_poll_at=now, learnt=Learnt(failing_since=since))


class Watch:
    """Looks again and again, and keeps what is open. A feed's site is what stands before the dot in its name."""

    def __init__(self, **sites: int) -> None:
        self.open: list[Outage] = []
        self.ended: dict[str, datetime] = {}
        self.sites = sites
        self.told: list[str] = []

    def look(
        self,
        now: datetime,
        troubled: Sequence[FeedState] = (),
        feeds: int = 10,
        channels: dict[str, tuple[str, datetime]] | None = None,
    ) -> Changes:
        waits = {state.id: AFTER for state in troubled}
        failing = [state for state in troubled if state.failures]
        groups = [Group(FEEDS, feeds, failing, self.ended.get(FEEDS))]
        for site, size in self.sites.items():
            of_site = [state for state in failing if state.id.partition(".")[0] == site]
            groups.append(Group(f"site:{site}", size, of_site, self.ended.get(f"site:{site}")))
        found = changes(now, waits, Situation(troubled, groups, channels or {}, self.open))
        gone = {outage.id for outage in found.ended}
        self.open = [*(outage for outage in self.open if outage.id not in gone), *found.opened]
        for outage in found.ended:
            self.ended[outage.trouble.subject] = now
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


def test_when_most_feeds_of_a_site_fail_it_is_one_outage() -> None:
    watch = Watch(video=4, press=3)
    down = [failing(f"video.{number}", NOON, NOON + 2 * HOUR) for number in range(4)]
    other = failing("press.1", NOON, NOON + 2 * HOUR)
    watch.look(NOON + HOUR / 2, [*down, other], feeds=100)
    assert watch.told == []
    watch.look(NOON + 2 * HOUR, [*down, other], feeds=100)
    watch.look(NOON + 3 * HOUR, [*down[:2], other], feeds=100)
    assert watch.told == ["Most feeds of video fail", "Feed press.1 fails"]
    watch.look(NOON + 4 * HOUR, [], feeds=100)
    assert watch.told[2:] == ["The feeds of video are well again", "Feed press.1 is well again"]


def test_who_still_fails_when_a_sites_outage_is_over_is_told_of_once_asked_again() -> None:
    watch = Watch(video=20)
    down = [failing(f"video.{number}", NOON, NOON + 2 * HOUR) for number in range(20)]
    watch.look(NOON + 2 * HOUR, down, feeds=100)
    watch.look(NOON + 4 * HOUR, down[:2], feeds=100)
    assert watch.told == ["Most feeds of video fail", "The feeds of video are well again"]
    watch.look(NOON + 5 * HOUR, [replace(down[0], last_poll_at=NOON + 5 * HOUR), down[1]], feeds=100)
    assert watch.told[2:] == ["Feed video.0 fails"]


def test_while_most_feeds_fail_no_site_is_told_of_but_those_that_were_before() -> None:
    watch = Watch(video=4, press=4)
    video = [failing(f"video.{number}", NOON, NOON + 2 * HOUR) for number in range(4)]
    press = [failing(f"press.{number}", NOON, NOON + 2 * HOUR) for number in range(4)]
    watch.look(NOON + 2 * HOUR, video, feeds=9)
    watch.look(NOON + 3 * HOUR, [*video, *press], feeds=9)
    assert watch.told == ["Most feeds of video fail", "Most feeds fail"]
    watch.look(NOON + 4 * HOUR, video[:2], feeds=9)
    assert watch.told[2:] == ["The feeds are well again"]
    watch.look(NOON + 5 * HOUR, [], feeds=9)
    assert watch.told[3:] == ["The feeds of video are well again"]


def test_a_feed_that_is_dead_for_good_makes_no_outage_of_its_site() -> None:
    watch = Watch(video=4)
    dead = failing("video.0", NOON, NOON + 2 * HOUR)
    watch.look(NOON + 2 * HOUR, [dead], feeds=100)
    two = [failing(f"video.{number}", NOON + 3 * HOUR, NOON + 5 * HOUR) for number in (1, 2)]
    watch.look(NOON + 5 * HOUR, [dead, *two], feeds=100)
    watch.look(NOON + 6 * HOUR, [dead], feeds=100)
    assert watch.told == ["Feed video.0 fails", "Feed video.1 fails", "Feed video.2 fails",
                          "Feed video.1 is well again", "Feed video.2 is well again"]  # fmt: skip


def test_when_one_alone_still_fails_its_sites_outage_is_over() -> None:
    watch = Watch(video=3)
    down = [failing(f"video.{number}", NOON, NOON + 2 * HOUR) for number in range(3)]
    watch.look(NOON + 2 * HOUR, down, feeds=100)
    watch.look(NOON + 3 * HOUR, down[:2], feeds=100)
    assert watch.told == ["Most feeds of video fail"]
    watch.look(NOON + 4 * HOUR, down[:1], feeds=100)
    watch.look(NOON + 5 * HOUR, [replace(down[0], last_poll_at=NOON + 5 * HOUR)], feeds=100)
    assert watch.told[1:] == ["The feeds of video are well again", "Feed video.0 fails"]


def test_two_feeds_are_two_however_few_there_are() -> None:
    for feeds in (2, 3, 4):
        watch = Watch()
        watch.look(NOON + 2 * HOUR, [failing(name, NOON, NOON + HOUR) for name in "ab"], feeds=feeds)
        assert watch.told == ["Feed a fails", "Feed b fails"]


def test_a_site_of_two_feeds_is_two_feeds() -> None:
    watch = Watch(video=2)
    watch.look(NOON + 2 * HOUR, [failing(f"video.{number}", NOON, NOON + HOUR) for number in range(2)], feeds=100)
    assert watch.told == ["Feed video.0 fails", "Feed video.1 fails"]


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
    watch = Watch(a=3)
    since: dict[str, datetime] = {}
    for step, down in enumerate(steps):
        now = NOON + step * HOUR / 3
        since = {one: since.get(one, now) for one in map("a.{}".format, down)}
        watch.look(now, [failing(one, since[one], now) for one in since], feeds)
    names = [(f"Feed a.{number} ",) * 2 for number in range(4)]
    for name, healed in [*names, ("Most feeds fail", "The feeds are"), ("Most feeds of a", "The feeds of a")]:
        told = [title for title in watch.told if title.startswith((name, healed))]
        assert all(("again" in title) == bool(place % 2) for place, title in enumerate(told))
