"""What a Store keeps of feeds' behaviour, of sites' wishes, and of a store from before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.adapters.sqlite import SqliteStore, items
from monitor.adapters.sqlite.learnt import learnt_json, learnt_of
from monitor.adapters.sqlite.schema import migrations
from monitor.model import Burst, FeedState, IdentityCounts, Learnt, Part
from tests.builders import HOUR, NOON, a_feed, an_item

MOMENTS = st.integers(0, 10**12).map(lambda ms: NOON + timedelta(milliseconds=ms))
SPANS = st.integers(0, 10**11).map(lambda ms: timedelta(milliseconds=ms))
KINDS = {
    "datetime | None": st.none() | MOMENTS,
    "timedelta | None": st.none() | SPANS,
    "Burst | None": st.none() | st.builds(Burst, SPANS, MOMENTS),
    "int": st.integers(0, 10**6),
    "float | None": st.none() | st.floats(0, 1),
    "bool": st.booleans(),
    "bytes": st.binary(max_size=168),
    "str": st.text(max_size=30),
    "str | None": st.none() | st.text(max_size=30),
    "tuple[int, ...]": st.lists(st.integers(0, 23), max_size=5).map(tuple),
    "tuple[Part, ...]": st.lists(
        st.builds(Part, st.text(max_size=9), st.text(max_size=9), st.none() | st.text(max_size=9)), max_size=3
    ).map(tuple),
    "IdentityCounts": st.builds(IdentityCounts, guid_kept=st.integers(0, 99), edited=st.integers(0, 99)),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "m.db")
    yield made
    made.close()


@given(st.fixed_dictionaries({field.name: KINDS[str(field.type)] for field in fields(Learnt)}))
def test_what_was_learnt_comes_back(values: dict[str, object]) -> None:
    learnt = Learnt(**values)  # type: ignore[arg-type]
    assert learnt_of(learnt_json(learnt)) == learnt


def test_nothing_learnt_takes_no_room_and_a_strange_key_is_left_out() -> None:
    assert learnt_json(Learnt()) == "{}"
    assert learnt_of('{"gaps": 3, "of_a_later_version": 1}') == Learnt(gaps=3)


def test_a_page_that_is_had_ends_the_count_of_those_missed_and_nothing_else(store: SqliteStore) -> None:
    store.sync_feeds([a_feed(), a_feed("other", url="https://other.example/feed")], NOON)
    learnt = Learnt(gaps=3, pages_missed=7, pages_error='page: 403 "no"')
    with store.transaction() as tx:
        tx.save_feed(FeedState("harbour", a_feed().url, next_poll_at=NOON, learnt=learnt))
        tx.save_feed(FeedState("other", "https://other.example/feed", learnt=replace(learnt, gaps=0, pages_missed=4)))
    (claimed,) = store.claim_due(NOON + HOUR, 1, HOUR)
    assert [state.id for state in store.feeds_told_of(NOON)] == ["harbour"], "four may be chance"
    with store.transaction() as tx:
        tx.page_had("harbour")
        tx.page_had("nobody")
    assert store.feed_state("harbour").learnt == Learnt(gaps=3)
    assert store.feed_state("other").learnt.pages_missed == 4
    assert claimed.id not in {state.id for state in store.claim_due(NOON + HOUR, 9, HOUR)}, (
        "who polls it now holds it still"
    )


def test_a_changed_url_forgets_what_the_old_one_taught(store: SqliteStore) -> None:
    store.sync_feeds([a_feed()], NOON)
    state = FeedState("harbour", a_feed().url, gap=True, frozen_since=NOON, learnt=Learnt(gaps=3, lied_at=NOON))
    with store.transaction() as tx:
        tx.save_feed(state)
    assert store.feed_state("harbour") == state
    assert store.troubled_feeds() == (1, [FeedState("harbour", a_feed().url, frozen_since=NOON)])
    failing = replace(state, failures=3, last_error="503", last_poll_at=NOON, learnt=Learnt(failing_since=NOON))
    with store.transaction() as tx:
        tx.save_feed(failing)
    assert store.troubled_feeds() == (1, [replace(failing, gap=False)])
    store.sync_feeds([a_feed(url="https://elsewhere.example.org/feed")], NOON)
    after = store.feed_state("harbour")
    assert (after.gap, after.frozen_since, after.learnt) == (False, None, Learnt())


def test_the_longest_wish_of_a_site_counts_until_it_has_passed(store: SqliteStore) -> None:
    with store.transaction() as tx:
        tx.hold_site("example.org", NOON + 2 * HOUR)
        tx.hold_site("example.org", NOON + HOUR)
    assert store.holds(NOON) == {"example.org": NOON + 2 * HOUR}
    assert store.holds(NOON + 2 * HOUR) == {}
    assert store.holds(NOON) == {}, "forgotten"


def test_a_store_from_before_is_taken_over(tmp_path: Path) -> None:
    """As the first release left it: the later columns and tables are added, the feed is kept."""
    path = tmp_path / "old.db"
    db = Database(path)
    migrations.apply(db, stop_before="m002_learnt")
    feed = {"id": "harbour", "url": "https://harbour.example.org/feed.xml", "next_poll_at": 0, "polls": 7}
    db.table("feeds").insert(feed)
    db.close()
    store = SqliteStore(path)
    assert store.feed_state("harbour").polls == 7
    assert store.feed_state("harbour").learnt == Learnt()
    assert store.outages(NOON) == []
    store.close()


def test_items_of_a_store_from_before_are_known_by_their_address_without_scheme_and_www(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    db = Database(path)
    migrations.apply(db, stop_before="m017_addresses")
    stored = {
        "item-1": (
            "http://www.example.org/a",
            ["url:http://www.example.org/a", "link:harbour:http://www.example.org/a"],
        ),
        "item-2": ("https://example.org/b", ["url:https://example.org/b"]),
        "item-3": ("http://example.org/b", ["url:http://example.org/b"]),
    }
    for name, (url, keys) in stored.items():
        number = items.add(db.conn, an_item(name, url=url), dict.fromkeys(keys, "h"))
    items.add_keys(db.conn, number, {"link:quay:http://example.org/3": "q"})
    db.conn.execute("INSERT INTO sightings VALUES (?, 'quay', 'http://example.org/3', 0)", (number,))
    db.conn.commit()
    db.close()
    store = SqliteStore(path)
    assert store.known(["url:https://example.org/a", "link:harbour:https://example.org/a"]) == {
        "url:https://example.org/a": ("item-1", "h"),
        "link:harbour:https://example.org/a": ("item-1", "h"),
    }
    assert store.known(["url:https://example.org/b"]) == {"url:https://example.org/b": ("item-2", "h")}
    assert store.known(["link:quay:https://example.org/3"]) == {"link:quay:https://example.org/3": ("item-3", "q")}
    store.close()
