"""Feeds of one site take turns; nobody else waits for them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import PollPolicy
from monitor.service.places import Places, by_turns, of_one_site

SITES = st.sampled_from("abc")


@given(st.lists(st.tuples(SITES, st.booleans()), max_size=60), st.integers(1, 4))
def test_no_site_has_more_than_its_share_and_each_feed_begins_once_in_order(
    steps: list[tuple[str, bool]], most: int
) -> None:
    places, held, asked, begun = Places(), Counter[str](), [], []
    for number, (site, comes) in enumerate(steps):
        if comes:
            asked.append((site, number))
            if places.take(f"{site}{number}", site, most):
                held[site] += 1
                begun.append((site, number))
            else:
                assert f"{site}{number}" in places
        elif held[site]:
            places.leave(site)
            held[site] -= 1
            for feed, of in places.next(most):
                assert feed not in places
                held[of] += 1
                begun.append((of, int(feed[1:])))
        assert all(count <= most for count in held.values())
    while held.total():
        site = next(site for site, count in held.items() if count)
        places.leave(site)
        held[site] -= 1
        for feed, of in places.next(most):
            held[of] += 1
            begun.append((of, int(feed[1:])))
    for site in "abc":
        assert [one for one in begun if one[0] == site] == [one for one in asked if one[0] == site]


def test_who_is_not_taken_goes_on_standing_aside() -> None:
    places = Places()
    for feed in ("a1", "a2", "a3", "b1", "b2"):
        places.take(feed, feed[0], 1)
    for site in "ab":
        places.leave(site)
    assert next(places.next(1)) == ("a2", "a")
    assert list(places.next(1)) == [("b2", "b")]
    assert "a3" in places


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
