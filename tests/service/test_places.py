"""Feeds of one site take turns; nobody else waits for them."""

from __future__ import annotations

from collections import Counter, deque
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import LastPoll, PollPolicy
from monitor.service.places import Places, by_turns, longest_first, of_one_site
from tests.builders import NOON

SITES = st.sampled_from("abc")


@given(st.lists(st.tuples(SITES, st.booleans()), max_size=60), st.integers(1, 4), st.integers(0, 6))
def test_no_site_has_more_than_its_share_and_each_feed_begins_once_in_order(
    steps: list[tuple[str, bool]], most: int, more: int
) -> None:
    places, held, asked, begun, together = Places(), Counter[str](), [], [], most + more

    def go_on() -> None:
        for feed, site in places.next(most, together):
            assert feed not in places
            held[site] += 1
            begun.append((site, int(feed[1:])))

    def end_one(site: str) -> None:
        places.leave(site)
        held[site] -= 1
        go_on()

    for number, (site, comes) in enumerate(steps):
        if comes:
            asked.append((site, number))
            if places.take(f"{site}{number}", site, most):
                held[site] += 1
                begun.append((site, number))
            else:
                assert f"{site}{number}" in places
        elif held[site]:
            end_one(site)
        assert all(count <= most for count in held.values())
    while held.total():
        end_one(next(site for site, count in held.items() if count))
    for site in "abc":
        assert [one for one in begun if one[0] == site] == [one for one in asked if one[0] == site]


def test_who_is_not_taken_goes_on_standing_aside() -> None:
    places = Places()
    for feed in ("a1", "a2", "a3", "b1", "b2"):
        places.take(feed, feed[0], 1)
    for site in "ab":
        places.leave(site)
    assert next(places.next(1, 9)) == ("a2", "a")
    assert list(places.next(1, 9)) == [("b2", "b")]
    assert "a3" in places


def test_crowded_sites_take_turns_and_leave_places_to_the_others() -> None:
    places, sites = Places(), [f"s{number}" for number in range(20)]
    running = deque(
        site for number in range(10) for site in sites if places.take(f"{site}.{number}", site, 2)
    )  # they fill what there was before others of theirs came
    assert len(running) == 40
    begun: Counter[str] = Counter()
    while running:
        places.leave(running.popleft())
        for _, site in places.next(2, 8):
            running.append(site)
            begun[site] += 1
            assert len(running) <= 8 or begun.total() > 100, "at last none stands aside"
        if begun.total() == 80:
            assert {begun[site] for site in sites} == {4}
    assert {begun[site] for site in sites} == {8}


@given(st.lists(SITES, max_size=30))
def test_by_turns_nobody_is_lost_and_a_sites_second_comes_after_every_first(sites: list[str]) -> None:
    feeds = list(enumerate(sites))
    turns = by_turns(feeds, lambda feed: feed[1])
    assert sorted(turns) == feeds
    seen: Counter[str] = Counter()
    rounds = []
    for number, site in turns:
        rounds.append(seen[site])
        seen[site] += 1
        assert [n for n, s in turns if s == site] == [n for n, s in feeds if s == site]
        assert number == feeds[number][0]
    assert rounds == sorted(rounds)


def test_a_site_never_has_all_places() -> None:
    assert of_one_site(PollPolicy()) == 8
    assert of_one_site(PollPolicy(per_host=5)) == 20
    assert [of_one_site(PollPolicy(concurrency=n)) for n in (1, 2, 4)] == [1, 2, 4]


def test_who_has_waited_longest_goes_first_and_who_is_refused_each_time_only_now_and_then() -> None:
    hour = timedelta(hours=1)
    last = {
        "answered": LastPoll(NOON, NOON, 0),
        "refused": LastPoll(NOON, NOON - 3 * hour, 2),
        "blocked": LastPoll(NOON - hour, NOON - 9 * hour, 4),
        "never": LastPoll(NOON, None, 1),
    }
    assert longest_first(["answered", "blocked", "refused", "new", "never"], last) == [
        "new",
        "never",
        "refused",
        "blocked",
        "answered",
    ]
    last["blocked"] = LastPoll(NOON - hour, NOON - 9 * hour, 6)
    assert longest_first(["answered", "blocked", "refused"], last) == ["blocked", "refused", "answered"]
