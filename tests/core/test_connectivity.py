"""After a silence: who is asked again, when, and who is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from monitor.core.connectivity import PROBE, SAMPLE, Back, Connectivity
from monitor.model import FeedState, Learnt, PollReport
from tests.builders import HOUR, NOON

MINUTE = timedelta(minutes=1)
PAUSE = 15 * MINUTE


class World:
    """Feeds ``a`` (site ``a.example``), ``s/1``, ``s/2`` (site ``s.example``) and a clock."""

    def __init__(self) -> None:
        self.now = NOON
        self.states: dict[str, FeedState] = {}
        self.listening = Connectivity(NOON)

    def poll(self, feeds: Iterable[str], outcome: str = "ok") -> None:
        """Each is polled: ``ok``, ``error`` (an answer), ``silent`` (none) or ``skipped``."""
        for feed in feeds:
            site = f"{feed.partition('/')[0]}.example"
            before = self.states.get(feed, FeedState(feed, f"https://{site}/{feed}"))
            status = {"ok": "ok", "skipped": "skipped"}.get(outcome, "failed")
            report = PollReport(feed, status, answered=outcome != "silent", before=before)  # type: ignore[arg-type]
            self.listening.polled(report, site, self.now)
            since = None if status == "ok" else before.learnt.failing_since or self.now
            read = self.now if status == "ok" else before.last_success_at
            if status != "skipped":
                self.states[feed] = FeedState(
                    feed, before.url, last_poll_at=self.now, last_success_at=read, failures=int(since is not None),
                    learnt=Learnt(failing_since=since),
                )  # fmt: skip

    def later(self, by: timedelta) -> None:
        self.now += by

    @property
    def failing(self) -> list[FeedState]:
        return [state for state in self.states.values() if state.failures]

    def back(self) -> list[str]:
        assert self.listening.may_ask(self.now, PAUSE)
        return [state.id for state in self.listening.back(self.now, PAUSE).among(self.failing)]

    def outage(self, feeds: Iterable[str], length: timedelta = 8 * HOUR) -> None:
        """They are read, and then not; asked twice."""
        self.poll(feeds)
        self.later(10 * MINUTE)
        self.poll(feeds, "silent")
        self.later(length)
        self.poll(feeds, "silent")
        self.later(MINUTE)


def test_when_all_were_silent_and_one_is_read_all_are_asked_again() -> None:
    world = World()
    world.outage("abcde")
    assert world.listening.cut_off
    assert not world.listening.may_ask(world.now, PAUSE)
    world.poll("c")
    assert world.back() == ["a", "b", "d", "e"]
    assert not world.listening.may_ask(world.now + HOUR, PAUSE), "once"


def test_a_feed_on_our_own_network_that_answers_all_the_while_does_not_hide_it() -> None:
    world = World()
    world.poll("abcdef")
    for _ in range(8):
        world.later(HOUR)
        world.poll("abcde", "silent")
        world.poll("f")
    world.poll("a")
    assert world.back() == ["b", "c", "d", "e"]


def test_nor_do_three_that_do() -> None:
    world = World()
    world.poll("abcdexyz")
    for _ in range(8):
        world.later(HOUR)
        world.poll("abcde", "silent")
        world.poll("xyz")
    world.poll("a")
    assert world.back() == ["b", "c", "d", "e"]


def test_a_few_of_many_that_fall_silent_are_not_the_network() -> None:
    world = World()
    world.poll("abcdefghij")
    world.later(10 * MINUTE)
    world.poll("abc", "silent")
    assert not world.listening.cut_off


def test_what_fell_silent_one_after_another_counts_together() -> None:
    world = World()
    world.poll("abcd")
    world.later(10 * MINUTE)
    world.poll("a", "silent")
    world.later(5 * MINUTE)
    world.poll("bcd")
    world.later(10 * MINUTE)
    world.poll("bc", "silent")
    assert world.listening.cut_off


def test_who_was_not_asked_in_the_silence_waits() -> None:
    world = World()
    world.poll("z", "silent")
    world.later(2 * HOUR)
    world.outage("abcd")
    world.poll("a")
    assert world.back() == ["b", "c", "d"]


def test_feeds_that_are_dead_for_good_are_no_silence() -> None:
    world = World()
    world.poll("uvwxyz", "silent")
    for _ in range(8):
        world.later(HOUR)
        world.poll("abcd")
    world.poll("uvwxyz", "silent")
    assert not world.listening.cut_off
    world.poll("a", "silent")
    world.later(MINUTE)
    world.poll("a")
    assert world.back() == [], "that of a site alone"


def test_feeds_that_died_while_nobody_looked_are_tried_for_some_days_only() -> None:
    world = World()
    world.poll("abcdwxyz")
    world.later(timedelta(days=30))
    world.poll("wxyz", "silent")
    world.poll("abc")
    world.poll("d", "silent")
    world.later(PROBE)
    assert world.listening.may_probe(world.now)
    world.later(timedelta(days=4))
    world.poll("abc")
    world.later(PROBE)
    assert not world.listening.may_probe(world.now)
    world.poll("abc", "silent")
    world.later(PROBE)
    assert world.listening.may_probe(world.now), "when nobody answers, nobody hears of it"


def test_errors_are_answers() -> None:
    world = World()
    world.poll("abcd")
    world.later(HOUR)
    world.poll("abcd", "error")
    assert not world.listening.cut_off


@pytest.mark.parametrize("silent", ["a", "ab"])
def test_two_fail_together_by_chance(silent: str) -> None:
    world = World()
    world.outage(silent)
    assert not world.listening.cut_off


def test_the_feeds_of_a_site_that_is_read_again_are_asked_again() -> None:
    world = World()
    feeds = ("s/1", "s/2", "s/3")
    world.poll(("s/gone",), "error")
    world.later(HOUR)
    world.poll(("a", *feeds))
    world.later(10 * MINUTE)
    world.poll(feeds, "error")
    world.poll("ab")
    world.later(4 * HOUR)
    world.poll(feeds, "error")
    world.poll("b", "silent")
    world.poll("a")
    world.poll(("s/2",))
    assert world.back() == ["s/1", "s/3"]


def test_a_site_that_comes_and_goes_is_asked_no_more_often_than_when_well() -> None:
    world = World()
    asked = []
    for _ in range(60):
        world.poll(("s/1",), "error")
        world.poll(("s/2",), "error")
        world.later(MINUTE)
        world.poll(("s/1",))
        if world.listening.may_ask(world.now, PAUSE):
            world.back()
            asked.append(world.now)
    assert len(asked) == 4
    assert min(later - earlier for earlier, later in zip(asked, asked[1:], strict=False)) >= PAUSE


def test_those_who_come_back_with_all_do_not_count_as_sites_that_come_back() -> None:
    world = World()
    world.outage("abcdefgh")
    world.poll("a")
    world.back()
    world.later(MINUTE)
    world.poll("bcdefgh")
    assert not world.listening.may_ask(world.now + HOUR, PAUSE)


def test_when_only_one_came_back_the_others_come_back_later() -> None:
    world = World()
    world.outage("abcdef")
    world.poll("a")
    assert world.back() == ["b", "c", "d", "e", "f"]
    world.poll("a")
    world.poll("bcdef", "silent")
    world.later(5 * HOUR)
    world.poll("bcdef", "silent")
    world.poll("d")
    assert world.back() == ["b", "c", "e", "f"]


def test_while_most_are_silent_one_is_tried_each_minute_the_longest_untried_first() -> None:
    world = World()
    world.poll("z", "silent")
    world.later(10 * HOUR)
    world.outage("abc")
    assert world.listening.may_probe(world.now)
    world.poll("a", "silent")
    assert not world.listening.may_probe(world.now)
    world.later(PROBE)
    assert world.listening.may_probe(world.now)
    tried = world.listening.probe(world.failing, world.now)
    assert tried is not None
    assert tried.id == "b", "one that was well before"
    assert not world.listening.may_probe(world.now)
    world.later(PROBE)
    world.poll("b")
    assert not world.listening.may_probe(world.now + HOUR) or world.listening.cut_off


def test_what_is_skipped_or_could_not_be_read_tells_nothing() -> None:
    world = World()
    world.outage("abcd")
    world.poll("abcd", "skipped")
    world.listening.polled(PollReport("a", "failed", stored=False), "a.example", world.now)
    assert world.listening.cut_off


def test_a_daemon_that_starts_in_a_silence_goes_on() -> None:
    world = World()
    world.outage("abcd")
    read_at = max(state.last_success_at for state in world.states.values() if state.last_success_at)
    world.listening = Connectivity(world.now)
    world.listening.resume(read_at, world.failing)
    assert world.listening.cut_off
    world.poll("b")
    assert world.back() == ["a", "c", "d"]


def test_one_that_starts_beside_dead_feeds_does_not() -> None:
    world = World()
    world.poll("wxyz", "silent")
    world.later(3 * HOUR)
    world.poll("abc")
    world.listening = Connectivity(world.now)
    world.listening.resume(world.now, world.failing)
    assert not world.listening.cut_off


def test_what_is_kept_is_bounded() -> None:
    world = World()
    world.poll(f"h{number}" for number in range(1_000))
    assert len(world.listening._sample) == SAMPLE


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    world = World()
    world.outage("abcd")
    world.poll("a")
    world.back()
    world.later(timedelta(days=-30))
    world.outage("abcd")
    world.poll("a")
    world.later(HOUR)
    world.outage("abcd")
    world.poll("b")
    assert world.back() == ["a", "c", "d"]


def test_nobody_is_back_by_default() -> None:
    assert not Back()
    assert Back().among([FeedState("a", last_poll_at=datetime.max.replace(tzinfo=NOON.tzinfo))]) == []
