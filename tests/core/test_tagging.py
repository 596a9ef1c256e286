"""Watchlists that ask for the tags of others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.query import Subject
from monitor.core.tagging import givers, stages
from monitor.core.watch import compile_query, compile_watchlists, deciding
from monitor.core.watching import Watching, written
from monitor.model import Watchlist

ITEM = Subject("Navi a Taranto", "Tre navi lasciano il porto.", feeds=("ansa",), tags=("agency",), language="it")


def matched(*watchlists: tuple[str, str, str]) -> str:
    """Who matches, of (id, query, tags)."""
    watchers = compile_watchlists(
        [Watchlist(name, name, query=query, tags=tuple(tags.split())) for name, query, tags in watchlists]
    )
    return " ".join(verdict.watchlist for verdict in watchers.match(ITEM))


@pytest.mark.parametrize(
    ("watchlists", "who"),
    [
        ([("a", "tag:sea", ""), ("b", "navi", "sea")], "a b"),
        ([("a", "tag:SEA", ""), ("b", "navi", "Sea")], "a b"),
        ([("a", "tag:se*", ""), ("b", "navi", "sea")], "a b"),
        ([("a", "tag:land", ""), ("b", "navi", "sea")], "b"),
        ([("a", "tag:sea", ""), ("b", "treni", "sea")], ""),
        ([("a", "porto NOT tag:sea", ""), ("b", "navi", "sea")], "b"),
        ([("a", "porto NOT tag:sea", ""), ("b", "treni", "sea")], "a"),
        ([("c", "tag:ports", ""), ("b", "tag:sea porto", "ports"), ("a", "navi", "sea")], "c b a"),
        ([("c", "porto NOT tag:ports", ""), ("b", "porto NOT tag:sea", "ports"), ("a", "navi", "sea")], "c a"),
        ([("a", "tag:agency navi", "agency")], "a"),  # its own tag is its feed's as well
        ([("a", "tag:sea navi", "sea")], ""),  # nobody sees what it gives itself
        ([("a", "navi NOT tag:sea", "sea")], "a"),
        ([("a", "navi NOT tag:sea", "sea"), ("b", "porto", "sea")], "b"),
        ([("a", "tag:y OR navi", "x"), ("b", "tag:x", "y")], "a b"),  # a circle
        ([("a", "tag:y", "x"), ("b", "tag:x", "y")], ""),
        ([("a", "tag:y OR navi", "x"), ("b", "tag:x", "y"), ("c", "tag:y", "")], "a b c"),
    ],
)  # fmt: skip
def test_a_watchlist_sees_the_tags_that_others_give(watchlists: list[tuple[str, str, str]], who: str) -> None:
    assert matched(*watchlists) == who


def test_a_feeds_tag_in_feeds_is_of_the_feed_alone() -> None:
    watchlists = [
        Watchlist("a", "A", query="navi", tags=("sea",)),
        Watchlist("b", "B", query="navi tag:sea", feeds=("tag:sea",)),
        Watchlist("c", "C", query="navi tag:sea", feeds=("tag:agency",)),
    ]
    assert [verdict.watchlist for verdict in compile_watchlists(watchlists).match(ITEM)] == ["a", "c"]


def test_readers_and_who_explains_see_them_too() -> None:
    watchlists = [Watchlist("a", "A", query="tag:sea"), Watchlist("b", "B", query="navi", tags=("sea",))]
    sent = written(watchlists, {}, ["a", "b"])
    assert sent is not None
    apart = Watching(sent, "ansa", ITEM.tags).matched(ITEM.title, ITEM.text, "it", (), None)
    watchers = compile_watchlists(watchlists)
    assert apart == watchers.match(ITEM)
    assert watchers.explain("a", ITEM).matched
    assert not watchers.explain("a", replace(ITEM, title="Porto", text="Nessuno.")).matched
    seen = deciding(watchlists)
    assert [watchlist.id for watchlist in seen["a"]] == ["a", "b"]
    assert [watchlist.id for watchlist in seen["b"]] == ["b"]


def test_who_decides_may_stand_behind_another() -> None:
    named = [("a", "tag:ports", ""), ("b", "tag:sea", "ports"), ("c", "navi", "sea"), ("d", "porto", "")]
    seen = deciding([Watchlist(name, "W", query=query, tags=tuple(tags.split())) for name, query, tags in named])
    assert [watchlist.id for watchlist in seen["a"]] == ["a", "b", "c"]


def test_only_tags_are_waited_for() -> None:
    nodes = [compile_query(query).node for query in ("feed:sea navi", "lang:it", "tag:sea")]
    assert givers(nodes, [("sea", "it"), (), ()]) == {2: frozenset({0})}


def query(asked: dict[str, bool]) -> str:
    return " ".join(["porto", *(f"tag:{tag}" if there else f"NOT tag:{tag}" for tag, there in asked.items())])


QUERIES = st.dictionaries(st.sampled_from(["t0", "t1", "t2", "t3"]), st.booleans(), max_size=3).map(query)
SETS = st.lists(
    st.tuples(QUERIES, st.sets(st.sampled_from(["t0", "t1", "t2", "t3"]), max_size=2)), min_size=1, max_size=6
)


@given(SETS)
def test_who_matches_is_who_matches_with_the_tags_that_were_given(drawn: list[tuple[str, set[str]]]) -> None:
    watchlists = [
        Watchlist(f"w{n}", "W", query=query, tags=tuple(sorted(tags))) for n, (query, tags) in enumerate(drawn)
    ]
    found = {verdict.watchlist for verdict in compile_watchlists(watchlists).match(ITEM)}
    asking = givers([compile_query(one.query or "").node for one in watchlists], [one.tags for one in watchlists])
    order = stages(asking)
    assert sorted(number for stage in order for number in stage.numbers) == sorted(asking)
    circular = {number for stage in order if stage.circle for number in stage.numbers}
    for number, watchlist in enumerate(watchlists):
        if number not in circular:
            others = [one for one in watchlists if one.id in found and one.id != watchlist.id]
            seen = replace(ITEM, tags=(*ITEM.tags, *(tag for one in others for tag in one.tags)))
            assert compile_query(watchlist.query or "").match(seen).matched == (watchlist.id in found)
