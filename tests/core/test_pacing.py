"""The pace at which a site lets itself be asked: learnt from refusals, and everybody has a turn."""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from math import ceil, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.pacing import Pace

LEAST, MOST, PATIENCE = 1.0, 300.0, 5.0


class Limited:
    """A site that answers so many requests in each window of time, and refuses the rest until the next."""

    def __init__(self, window: float, allows: int, *, tells: bool) -> None:
        self.window, self.allows, self.tells = window, allows, tells
        self.asked: Counter[int] = Counter()
        self.held_until = 0.0

    def refuses(self, now: float) -> bool:
        place = int(now // self.window)
        self.asked[place] += 1
        return self.asked[place] > self.allows

    def wait(self, now: float) -> float | None:
        return self.window - now % self.window if self.tells else None


def a_day(site: Limited, feeds: int, every: float, hours: float = 24) -> tuple[dict[str, list[float]], list[float]]:
    """When each of a site's feeds was answered, and when any was refused: each is due again after `every` and up to a tenth,
    be it answered or refused; who is told to come later does, and when the site asked for rest up to a tenth later still."""
    pace, chance = Pace(), random.Random(feeds)
    due = [(number * LEAST, f"/{number}") for number in range(feeds)]
    answers: dict[str, list[float]] = defaultdict(list)
    refusals: list[float] = []
    while due[0][0] < hours * 3600:
        now, name = heapq.heappop(due)
        if now < site.held_until:
            heapq.heappush(due, (now + (site.held_until - now) * chance.uniform(1, 1.1), name))
            continue
        place = pace.place(name, now, PATIENCE)
        at = now + place.wait
        if not place.taken:
            heapq.heappush(due, (at, name))
            continue
        if site.refuses(at):
            wait = site.wait(at)
            site.held_until = at + (wait or 0)
            pace.refused(name, at, placed=now, wait=wait, least=LEAST, most=MOST)
            refusals.append(at)
        else:
            pace.answered(name, at, LEAST)
            answers[name].append(at)
        heapq.heappush(due, (at + every * chance.uniform(1, 1.1), name))
    return answers, refusals


def longest_without(answers: dict[str, list[float]], feeds: int, end: float) -> float:
    gaps = [
        max(after - before for before, after in zip([0.0, *times], [*times, end], strict=True))
        for times in (answers.get(f"/{number}", []) for number in range(feeds))
    ]
    return max(gaps)


@given(
    window=st.sampled_from([10.0, 60.0, 600.0]),
    allows=st.integers(1, 12),
    feeds=st.integers(2, 40),
    tells=st.booleans(),
)
def test_all_feeds_of_a_site_that_limits_have_their_turn(window: float, allows: int, feeds: int, tells: bool) -> None:
    apart = max(LEAST, window / allows)
    if apart > MOST / 4:
        return
    hours = 24 if apart * feeds > 600 else 6
    answers, refusals = a_day(Limited(window, allows, tells=tells), feeds, 900, hours)
    # A round of all of them at the site's own pace, or their own interval; and as much again for what is not known yet.
    round_ = max(900.0, feeds * apart)
    assert longest_without(answers, feeds, hours * 3600) < 8 * round_ + window
    asked = sum(map(len, answers.values()))
    assert len(refusals) < 0.11 * asked + 25


def test_most_of_what_a_site_allows_is_used() -> None:
    answers, refusals = a_day(Limited(60, 1, tells=True), 60, 900)
    assert sum(map(len, answers.values())) > 0.85 * 1440
    assert len(refusals) < 0.06 * 1440


def test_a_site_that_refuses_nothing_is_not_waited_for() -> None:
    pace = Pace()
    for second in range(100):
        assert pace.place(f"/{second % 3}", second, PATIENCE) == (0, True)
        pace.answered(f"/{second % 3}", second, LEAST)
    assert pace.apart == 0


def test_what_is_refused_time_and_again_says_nothing_of_a_pace() -> None:
    pace = Pace()
    for second in range(100):
        pace.answered("/good", second, LEAST)
        pace.refused(f"/blocked/{second % 2}", second, placed=second, wait=None, least=LEAST, most=MOST)
    assert pace.apart == 0


@pytest.mark.parametrize("apart", [2, 60])
def test_nor_does_it_slow_a_site_whose_pace_is_known(apart: float) -> None:
    pace = learnt(apart)
    for second in range(100, 110):
        pace.refused("/x", second, placed=second, wait=None, least=LEAST, most=MOST)
    assert pace.apart == apart


@pytest.mark.parametrize(("wait", "apart"), [(20.0, 3.0), (50.0, 4.0), (None, 2.0)])
def test_the_pace_is_reckoned_from_what_was_answered_before_the_site_is_asked_again(
    wait: float | None, apart: float
) -> None:
    pace = Pace()
    pace.answered("/good", 0, LEAST)  # so long ago that it says nothing
    for second in range(10):
        pace.answered("/good", 5000 + second, LEAST)
    pace.refused("/a", 5010, placed=5010, wait=wait, least=LEAST, most=MOST)
    pace.refused("/b", 5010.3, placed=5009, wait=wait, least=LEAST, most=MOST)
    assert pace.apart == 0, "one and another may be refused for themselves"
    pace.refused("/c", 5010.5, placed=5009, wait=wait, least=LEAST, most=MOST)
    assert pace.apart == apart, "what was on its way is no further sign"


def test_the_pace_is_at_most_what_was_asked_for() -> None:
    pace = Pace()
    for number in range(40):
        pace.answered("/good", number, LEAST)
        pace.refused(f"/{number}", number, placed=number, wait=None, least=LEAST, most=30)
    assert pace.apart == 30


@pytest.mark.parametrize("wait", [None, 3600.0])
def test_a_site_that_refuses_all_for_an_hour_is_soon_asked_as_before(wait: float | None) -> None:
    pace, now = Pace(), 1.0
    pace.answered("/0", 0, LEAST)
    for number in range(100):
        now += wait or 1
        pace.refused(f"/{number}", now, placed=now, wait=wait, least=LEAST, most=MOST)
    assert pace.apart <= 8
    begun = now
    for number in range(250):
        now += pace.place(f"/{number}", now, inf).wait
        pace.answered(f"/{number}", now, LEAST)
    assert pace.apart == 0
    assert now - begun < 900


def learnt(apart: float) -> Pace:
    """What a site made of it that was asked last at 1, and refused that for so long."""
    pace = Pace()
    for start in range(-1000 * ceil(log(apart, 4)) + 1000, 1, 1000):
        pace.answered("/first", start, LEAST)
        pace.place("/x", start + 1, inf, page=True)
        for other in ("/x", "/y", "/z"):
            pace.refused(other, start + 1, placed=start + 1, wait=apart - 1, least=LEAST, most=MOST)
    assert pace.apart == apart
    return pace


def test_who_comes_first_is_served_first() -> None:
    pace = learnt(60)
    assert pace.place("/a", 30, PATIENCE) == (31, False)
    assert pace.place("/b", 32, PATIENCE) == (29 + 60, False)
    assert not pace.place("/b", 61, PATIENCE).taken, "its turn is after that of who came before it"
    assert pace.place("/a", 61, PATIENCE) == (0, True)
    assert pace.place("/b", 120, PATIENCE) == (1, True)


def served(pace: Pace, now: float, feeds: int, pages: int) -> str:
    """Who has a turn, one after another, where so many come at once and each comes again when it was told to."""
    due = [(now, number, kind) for number, kind in enumerate("f" * feeds + "p" * pages)]
    turns = ""
    while due:
        now, number, kind = heapq.heappop(due)
        place = pace.place(f"/{number}", now, PATIENCE, page=kind == "p")
        if place.taken:
            turns += kind
        else:
            heapq.heappush(due, (now + place.wait, number, kind))
    return turns


@pytest.mark.parametrize(
    ("feeds", "pages", "turns"),
    [(4, 0, "ffff"), (0, 3, "ppp"), (6, 3, "ffpffpffp"), (6, 1, "ffpffff"), (2, 4, "ffpppp"), (1, 2, "fpp")],
)
def test_feeds_and_pages_take_turns(feeds: int, pages: int, turns: str) -> None:
    assert served(learnt(60), 61, feeds, pages) == turns


def test_who_comes_when_nobody_else_does_goes_before_who_has_a_later_place() -> None:
    pace = learnt(60)
    for at in (61, 121):
        assert pace.place("/feed", at, PATIENCE).taken
    assert pace.place("/page", 122, PATIENCE, page=True) == (59, False)
    assert pace.place("/other page", 122, PATIENCE, page=True) == (119, False)
    assert pace.place("/feed", 187, PATIENCE) == (0, True), "the first page has not come, the other's place is at 241"
    assert pace.place("/other page", 241, PATIENCE, page=True) == (6, False), (
        "the first is late, and has a turn when it comes"
    )
    assert pace.place("/other page", 247, PATIENCE, page=True) == (0, True)


@given(st.integers(0, 12), st.integers(0, 12))
def test_of_all_who_wait_each_has_a_turn_and_no_line_waits_for_the_other_to_end(feeds: int, pages: int) -> None:
    turns = served(learnt(60), 61, feeds, pages)
    assert (turns.count("f"), turns.count("p")) == (feeds, pages)
    both = turns[: min(turns.rfind("f"), turns.rfind("p")) + 1]
    assert "fff" not in both
    assert "pp" not in both


def test_nobody_goes_before_who_has_a_place_be_it_soon() -> None:
    pace = learnt(2)
    assert pace.place("/a", 1, PATIENCE) == (2, True)
    assert pace.place("/b", 1, PATIENCE) == (4, True)
    assert pace.place("/c", 1, PATIENCE) == (6, False)
    assert pace.place("/d", 4, PATIENCE) == (5, False)
    assert pace.place("/c", 7, PATIENCE) == (0, True)
    assert pace.place("/d", 9, PATIENCE) == (0, True)


def test_nobody_waits_for_who_does_not_come_and_who_is_late_is_next() -> None:
    pace = learnt(60)
    assert pace.place("/late", 30, PATIENCE) == (31, False)
    assert pace.place("/b", 30, PATIENCE) == (91, False)
    assert pace.place("/b", 65, PATIENCE) == (60, False), "it may come yet"
    assert pace.place("/b", 67, PATIENCE) == (0, True)
    assert pace.place("/c", 70, PATIENCE) == (57, False)
    assert pace.place("/late", 75, PATIENCE) == (52, False)
    assert pace.place("/c", 127, PATIENCE) == (60, False)
    assert pace.place("/late", 127, PATIENCE) == (0, True)


def test_who_does_not_come_for_long_loses_its_place() -> None:
    pace = learnt(60)
    assert pace.place("/late", 30, PATIENCE) == (31, False)
    assert pace.place("/b", 30, PATIENCE) == (91, False)
    assert pace.place("/c", 30, PATIENCE) == (151, False)
    assert pace.place("/b", 122, PATIENCE) == (0, True)
    assert pace.place("/late", 123, PATIENCE) == (119, False), "it comes after who has waited"


def test_who_waits_while_a_site_rests_waits_so_much_longer() -> None:
    pace = learnt(60)
    assert pace.place("/a", 30, PATIENCE) == (31, False)
    pace.refused("/x", 40, placed=40, wait=100, least=LEAST, most=MOST)
    assert pace.place("/b", 141, PATIENCE) == (80, False), "after its place at 161"
    assert pace.place("/a", 161, PATIENCE) == (0, True)


def test_a_place_that_was_taken_is_given_up_when_another_is_refused() -> None:
    pace = learnt(60)
    assert pace.place("/a", 30, inf) == (31, True)
    pace.refused("/x", 40, placed=29, wait=None, least=LEAST, most=MOST)
    assert pace.place("/b", 41, PATIENCE) == (59, False)


def test_who_was_given_a_place_before_another_was_refused_asks_for_one_anew() -> None:
    pace = Pace()
    for number in range(4):
        assert pace.place(f"/{number}", number / 10, PATIENCE).taken
    for number in range(2):
        pace.refused(f"/{number}", 1 + number / 10, placed=number / 10, wait=None, least=LEAST, most=MOST)
        assert not pace.overtaken(0.3), "it says nothing of a pace yet"
    pace.refused("/2", 1.5, placed=0.2, wait=None, least=LEAST, most=MOST)
    assert pace.overtaken(0.3)
    assert not pace.overtaken(2)


def test_a_pace_is_forgotten_when_it_was_not_needed() -> None:
    pace, now = learnt(20), 21.0
    for _ in range(400):
        now += pace.place("/a", now, inf).wait
        pace.answered("/a", now, LEAST)
    assert pace.apart == 0
    assert pace.place("/b", now, PATIENCE) == (0, True)
