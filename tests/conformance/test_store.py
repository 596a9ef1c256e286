"""What any Store must do. Run over SQLite's; another store joins `store_at`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.errors import AlreadyRunning, StoreError
from monitor.model import (
    AlertDraft,
    AlertState,
    CopyEvidence,
    Feed,
    FeedNumbers,
    FeedState,
    Item,
    ItemFilter,
    LastPoll,
    Learnt,
    Match,
    OwedPage,
    Sighting,
)
from tests.builders import HOUR, NOON, a_feed, a_reading, an_item

DRAFT = AlertDraft("ships", "Ships", ("shipping",), "desk", (Match("freighter*", "body", "freighters", 70, 80),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "monitor.db"


@pytest.fixture
def store(path: Path) -> SqliteStore:
    return SqliteStore(path)


@pytest.fixture(autouse=True)
def _closed(store: SqliteStore):
    yield
    store.close()


def now_due(channel: str) -> tuple[AlertState, datetime]:
    return "pending", NOON


def put(store: SqliteStore, item: Item, keys: tuple[str, ...] = (), drafts: tuple[AlertDraft, ...] = ()) -> int:
    with store.transaction() as tx:
        tx.add_item(item, dict.fromkeys(keys or (f"url:{item.url}",), "hash"))
        return tx.add_alerts(item, drafts, NOON, now_due)


def test_an_item_comes_back_as_it_was_stored(store: SqliteStore) -> None:
    item = an_item(
        authors=("Ada",), tags=("a", "b"), watchlists=("ships",), copy_shared=("x",), title='A "title" \u2028 ẞ 日本'
    )
    put(store, item)
    assert store.item(item.id) == item
    assert list(store.items(ItemFilter())) == [item]


def test_a_unit_of_work_that_fails_leaves_nothing(store: SqliteStore) -> None:
    def fail() -> None:
        with store.transaction() as tx:
            tx.add_item(an_item(), {"k": "h"})
            tx.save_feed(FeedState(id="harbour", etag="x"))
            raise RuntimeError("the power fails here")

    with pytest.raises(RuntimeError):
        fail()
    assert store.item("item-1") is None
    assert store.known(["k"]) == {}
    assert store.feed_states() == []


def test_what_was_committed_is_there_after_a_restart(store: SqliteStore, path: Path) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    store.close()
    again = SqliteStore(path)
    assert again.item("item-1") == an_item()
    assert [alert.state for alert in again.alerts()] == ["pending"]
    again.close()


def test_keys_are_found_with_the_hash_last_given(store: SqliteStore) -> None:
    put(store, an_item(), ("guid:harbour:1", "url:x"))
    with store.transaction() as tx:
        tx.add_keys("item-1", {"guid:harbour:1": "newer"})
    found = store.known(["guid:harbour:1", "url:x", "url:unknown"])
    assert found == {"guid:harbour:1": ("item-1", "newer"), "url:x": ("item-1", "hash")}


def test_more_keys_than_one_statement_takes(store: SqliteStore) -> None:
    put(store, an_item(), tuple(f"guid:harbour:{number}" for number in range(3000)))
    assert len(store.known([f"guid:harbour:{number}" for number in range(3000)])) == 3000


def test_items_are_found_by_a_prefix_that_is_theirs_alone(store: SqliteStore) -> None:
    put(store, an_item("abc1"))
    put(store, an_item("abd2"))
    found = store.item("abc")
    assert found is not None
    assert found.id == "abc1"
    assert store.item("ab") is None
    assert store.item("") is None


def test_items_are_listed_newest_first_and_filtered(store: SqliteStore) -> None:
    for number in range(4):
        put(store, an_item(f"item-{number}", first_seen_at=NOON + number * HOUR, watchlists=("ships",) * (number % 2)))
    put(store, an_item("copy", copy_of="item-0", story="item-0", similarity=0.9, first_seen_at=NOON - HOUR))
    assert [item.id for item in store.items(ItemFilter(copies=False))] == ["item-3", "item-2", "item-1", "item-0"]
    assert [item.id for item in store.items(ItemFilter(watchlist="ships"))] == ["item-3", "item-1"]
    assert [item.id for item in store.items(ItemFilter(since=NOON + 2 * HOUR))] == ["item-3", "item-2"]
    assert [item.id for item in store.items(ItemFilter(limit=1))] == ["item-3"]
    assert [item.id for item in store.story("item-0")] == ["copy", "item-0"]


def test_a_revision_keeps_what_was_said_before(store: SqliteStore) -> None:
    put(store, an_item())
    with store.transaction() as tx:
        tx.revise_item(an_item(title="Harbour closes again", revisions=1), NOON + HOUR)
    found = store.item("item-1")
    assert found is not None
    assert found.title == "Harbour closes again"
    assert [(when, title) for when, title, _ in store.revisions("item-1")] == [(NOON + HOUR, "Harbour reopens")]


def test_an_alert_is_written_once_per_watchlist_channel_and_story(store: SqliteStore) -> None:
    assert put(store, an_item(), drafts=(DRAFT, replace(DRAFT, channel="ops"), DRAFT)) == 2
    assert put(store, an_item("later", story="item-1", url="u"), drafts=(DRAFT,)) == 0
    assert len(store.alerts()) == 2


def test_an_alert_is_claimed_by_one_and_again_after_the_lease(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    (claimed,) = store.claim_alerts(NOON, 10, timedelta(minutes=1))
    assert claimed.attempts == 1
    assert claimed.matches == DRAFT.matches
    assert store.claim_alerts(NOON, 10, timedelta(minutes=1)) == []
    (again,) = store.claim_alerts(NOON + timedelta(minutes=1), 10, timedelta(minutes=1))
    assert (again.id, again.attempts) == (claimed.id, 2)


def test_a_settled_alert_waits_dies_or_is_done(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    store.settle_alert(alert.id, "pending", NOON, error="HTTP 500", next_attempt_at=NOON + HOUR)
    assert store.claim_alerts(NOON, 10, HOUR) == []
    (alert,) = store.claim_alerts(NOON + HOUR, 10, HOUR)
    store.settle_alert(alert.id, "delivered", NOON + HOUR)
    store.settle_alert(alert.id, "pending", NOON + HOUR, error="late", next_attempt_at=NOON)
    (done,) = store.alerts(("delivered",))
    assert (done.delivered_at, done.last_error) == (NOON + HOUR, None)


def test_receivers_that_were_left_out_are_remembered_until_it_is_done(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    store.settle_alert(alert.id, "pending", NOON, next_attempt_at=NOON, owed=("b@example.org",))
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    assert alert.owed == ("b@example.org",)
    store.settle_alert(alert.id, "dead", NOON, error="no connection")
    store.retry_alerts([], NOON)
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    assert alert.owed == ("b@example.org",)
    store.settle_alert(alert.id, "delivered", NOON, owed=())
    assert store.alerts()[0].owed == ()


def test_pending_alerts_of_a_channel_may_be_made_due(store: SqliteStore) -> None:
    drafts = [replace(DRAFT, watchlist=name, channel=name) for name in ("waits", "other", "took", "done")]
    put(store, an_item(), drafts=tuple(drafts))
    for alert in store.claim_alerts(NOON, 10, HOUR):
        state: AlertState = "delivered" if alert.channel == "done" else "pending"
        owed = ("b@example.org",) if alert.channel == "took" else ()
        store.settle_alert(alert.id, state, NOON, next_attempt_at=NOON + HOUR, owed=owed)
    store.hasten_alerts(("waits", "took", "done"), NOON)
    assert [alert.channel for alert in store.claim_alerts(NOON, 10, HOUR)] == ["waits"]


def test_a_page_that_is_owed_is_claimed_by_one_until_it_is_settled(store: SqliteStore) -> None:
    with store.transaction() as tx:
        for item, wait in (("late", 2 * HOUR), ("soon", HOUR), ("now", timedelta())):
            tx.owe_page(OwedPage(item, "harbour"), NOON + wait)
        tx.owe_page(OwedPage("soon", "harbour", 3, True), NOON + HOUR)
    assert store.counts()["pages_owed"] == 3
    assert store.claim_pages(NOON, 10, HOUR) == [OwedPage("now", "harbour")]
    assert store.claim_pages(NOON, 10, HOUR) == []
    assert store.claim_pages(NOON + HOUR, 1, HOUR) == [OwedPage("now", "harbour")]
    assert store.claim_pages(NOON + HOUR, 10, HOUR) == [OwedPage("soon", "harbour", 3, True)]
    with store.transaction() as tx:
        tx.settle_page("now")
        tx.settle_page("nothing")
    store.hasten_pages(NOON + HOUR)
    assert {page.item for page in store.claim_pages(NOON + HOUR, 10, HOUR)} == {"late", "soon"}


def test_an_attempt_that_was_not_made_is_not_counted(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    store.settle_alert(alert.id, "pending", NOON, next_attempt_at=NOON, attempted=False)
    assert store.alerts()[0].attempts == 0


def test_dead_alerts_are_revived_with_a_new_span_of_tries(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT,))
    (alert,) = store.claim_alerts(NOON, 10, HOUR)
    store.settle_alert(alert.id, "dead", NOON, error="HTTP 410")
    assert store.retry_alerts(["another"], NOON + HOUR) == 0
    assert store.retry_alerts([], NOON + HOUR) == 1
    (revived,) = store.claim_alerts(NOON + HOUR, 10, HOUR)
    assert (revived.id, revived.retried_at) == (alert.id, NOON + HOUR)


def test_the_first_alert_about_a_story_is_a_threads_root(store: SqliteStore) -> None:
    put(store, an_item(), drafts=(DRAFT, replace(DRAFT, watchlist="ports")))
    first, _ = sorted(store.alerts(), key=lambda alert: alert.watchlist != "ships")
    assert store.first_alert("item-1", "desk") == first.id
    assert store.first_alert("item-1", "ops") is None


def test_it_tells_when_each_configured_feed_was_polled_last(store: SqliteStore) -> None:
    store.sync_feeds([a_feed("a"), a_feed("b"), a_feed("gone")], NOON)
    with store.transaction() as tx:
        for feed in ("a", "gone"):
            state = store.feed_state(feed)
            tx.save_feed(replace(state, last_poll_at=NOON, last_success_at=NOON - HOUR, failures=2))
    store.sync_feeds([a_feed("a"), a_feed("b")], NOON)
    assert store.last_polls() == {"a": LastPoll(NOON, NOON - HOUR, 2)}


def test_the_schedule_follows_the_configuration(store: SqliteStore) -> None:
    assert store.sync_feeds([a_feed("a"), a_feed("b")], NOON) == 2
    assert {state.id for state in store.claim_due(NOON, 10, HOUR)} == {"a", "b"}
    with store.transaction() as tx:
        tx.save_feed(replace(store.feed_state("a"), etag="x", first_polled_at=NOON, next_poll_at=NOON + HOUR))
    assert store.sync_feeds([a_feed("a"), a_feed("c")], NOON) == 1
    assert [state.id for state in store.feed_states()] == ["a", "c"]
    assert {state.id for state in store.feed_states(["b", "c", "never"])} == {"b", "c"}
    assert store.feed_state("a").etag == "x"
    assert store.sync_feeds([a_feed("a"), a_feed("c")], NOON) == 0
    assert store.sync_feeds([a_feed("a", url="https://elsewhere.example/feed")], NOON) == 1
    moved = store.feed_state("a")
    assert (moved.etag, moved.first_polled_at, moved.next_poll_at) == (None, None, NOON)


def test_a_due_feed_is_claimed_by_one_longest_overdue_first(store: SqliteStore) -> None:
    store.sync_feeds([a_feed("a"), a_feed("b")], NOON)
    with store.transaction() as tx:
        tx.save_feed(replace(store.feed_state("a"), next_poll_at=NOON + timedelta(minutes=2)))
        tx.save_feed(replace(store.feed_state("b"), next_poll_at=NOON + timedelta(minutes=1)))
    assert store.claim_due(NOON, 10, HOUR) == []
    assert store.claim_due(NOON + HOUR, 1, HOUR) == [store.feed_state("b")]
    assert store.claim_due(NOON + HOUR, 10, HOUR) == [store.feed_state("a")]
    store.release_feeds(["a"])
    assert store.claim_due(NOON + HOUR, 10, HOUR) == [store.feed_state("a")]


def test_a_feeds_languages_are_counted(store: SqliteStore) -> None:
    store.sync_feeds([a_feed()], NOON)
    put(store, an_item("1"))
    put(store, an_item("2", language="it"))
    put(store, an_item("3"))
    assert store.feed_state("harbour").languages == {"en": 2, "it": 1}


def test_sightings_tell_where_a_story_appeared(store: SqliteStore) -> None:
    put(store, an_item())
    put(store, an_item("copy", story="item-1", copy_of="item-1", url="https://b.example/1", feeds=("b",),
                       first_seen_at=NOON + HOUR))  # fmt: skip
    with store.transaction() as tx:
        tx.add_sighting("item-1", Sighting("https://example.org/item-1", "c", NOON + 2 * HOUR))
    assert [(one.url, one.feed) for one in store.sightings("item-1")] == [
        ("https://b.example/1", "b"),
        ("https://example.org/item-1", "c"),
    ]


def test_what_a_feed_had_shown_by_a_moment_is_what_it_brought_and_what_it_was_seen_with(store: SqliteStore) -> None:
    put(store, an_item(feeds=("harbour",)))
    put(store, an_item("other", feeds=("b", "harbour")))
    with store.transaction() as tx:
        tx.add_sighting("other", Sighting("https://example.org/other", "harbour", NOON + 2 * HOUR))
    assert store.shown_by("harbour", ["item-1"], NOON)
    assert not store.shown_by("harbour", ["item-1"], NOON - HOUR)
    assert not store.shown_by("harbour", ["other", "unknown"], NOON + HOUR)
    assert store.shown_by("harbour", ["other", "unknown"], NOON + 2 * HOUR)
    assert store.shown_by("b", ["other"], NOON)
    assert not store.shown_by("c", ["item-1", "other"], NOON + 9 * HOUR)
    assert not store.shown_by("harbour", [], NOON)


def test_who_reads_beside_sees_what_is_stored_and_takes_nothing_away(path: Path, store: SqliteStore) -> None:
    put(store, an_item(), ("guid:harbour:1",))
    with store.transaction() as tx:
        tx.save_feed(FeedState("harbour"))
        reader = store.beside()
        assert reader.counts()["items"] == 1
        with pytest.raises(StoreError):
            reader.note("key", "value", NOON)
        reader.close()
    # Had it taken this process' locks with it, whoever closes the file next would think itself the last.
    another = "import sys, pathlib; from monitor.adapters.sqlite import SqliteStore; SqliteStore(pathlib.Path(sys.argv[1])).close()"
    subprocess.run([sys.executable, "-c", another, path], check=True)
    assert path.with_name(path.name + "-wal").exists()
    put(store, an_item("item-2", url="https://news.example/2"))
    assert store.counts()["items"] == 2


def test_feeds_are_counted_and_those_told_of_that_have_something_to_tell(store: SqliteStore) -> None:
    states = {
        "fails": FeedState("fails", failures=2, last_error="503"),
        "frozen": FeedState("frozen", frozen_since=NOON),
        "gap": FeedState("gap", gap=True),
        "had-a-gap": FeedState("had-a-gap", learnt=Learnt(gaps=1, gap_at=NOON)),
        "odd": FeedState("odd", last_error="not well-formed XML"),
        "well": FeedState("well", learnt=Learnt(size=9)),
    }
    assert store.feed_numbers(NOON, NOON) == FeedNumbers()
    store.sync_feeds([a_feed(name) for name in [*states, "gone"]], NOON)
    with store.transaction() as tx:
        for state in states.values():
            due = NOON + (HOUR if state.id == "well" else -HOUR if state.id == "odd" else timedelta())
            tx.save_feed(replace(state, url=store.feed_state(state.id).url, next_poll_at=due))
        tx.save_feed(FeedState("gone", failures=9))
    store.sync_feeds([a_feed(name) for name in states], NOON)
    assert store.feed_numbers(NOON, NOON - HOUR / 2) == FeedNumbers(6, 1, 1, 1, 5, 1, NOON - HOUR)
    told = ["fails", "frozen", "gap", "had-a-gap", "odd"]
    assert [state.id for state in store.feeds_told_of(NOON)] == told
    assert [state.id for state in store.feeds_told_of(NOON + HOUR)] == [name for name in told if name != "had-a-gap"]
    assert all(state.learnt == states[state.id].learnt for state in store.feeds_told_of(NOON))


def test_who_fails_may_be_made_due_sooner_and_nobody_else(store: SqliteStore) -> None:
    store.sync_feeds([a_feed(name) for name in ("fails", "soon", "well")], NOON)
    with store.transaction() as tx:
        for name, failures, due in (("fails", 3, HOUR), ("soon", 1, timedelta()), ("well", 0, HOUR)):
            url = store.feed_state(name).url
            tx.save_feed(FeedState(name, url, next_poll_at=NOON + due, failures=failures, last_success_at=NOON - due))
    store.hasten(dict.fromkeys(("fails", "soon", "well", "nobody"), NOON + HOUR / 2))
    due = {name: store.feed_state(name).next_poll_at for name in ("fails", "soon", "well")}
    assert due == {"fails": NOON + HOUR / 2, "soon": NOON, "well": NOON + HOUR}
    assert store.feed_numbers(NOON, NOON).last_success_at == NOON


def test_retention_drops_texts_and_keeps_identity(store: SqliteStore) -> None:
    put(store, an_item(), ("guid:harbour:1",))
    assert store.drop_texts(NOON, 10) == 0
    assert store.drop_texts(NOON + HOUR, 10) == 1
    found = store.item("item-1")
    assert found is not None
    assert (found.title, found.text) == ("Harbour reopens", "")
    assert store.known(["guid:harbour:1"])


def test_a_copy_split_off_has_a_story_of_its_own(store: SqliteStore) -> None:
    copies = [
        an_item(name, story="item-1", copy_of="item-1", similarity=0.9, copy_test="words")
        for name in ("copy", "follower", "other")
    ]
    with store.transaction() as tx:
        for item in (an_item(), *copies):
            tx.add_item(item, {item.id: ""})
            tx.copies.add(item.id, a_reading(), NOON)
    store.split("copy", {"follower": CopyEvidence("copy", 0.8, "containment", ("a b c",))})
    found, follower = store.item("copy"), store.item("follower")
    assert found is not None
    assert follower is not None
    assert (found.story, found.copy_of, found.similarity) == ("copy", None, None)
    assert (follower.story, follower.copy_of, follower.similarity) == ("copy", "copy", 0.8)
    assert (follower.copy_test, follower.copy_shared) == ("containment", ("a b c",))
    assert {item.id for item in store.story("item-1")} == {"item-1", "other"}


def test_a_feeds_memory_is_replaced_dropped_and_goes_with_its_feed(store: SqliteStore) -> None:
    feeds = [Feed("one", "https://one.example/"), Feed("two", "https://two.example/")]
    store.sync_feeds(feeds, NOON)
    assert store.memory("one") == b""
    with store.transaction() as tx:
        tx.keep_memory("one", b"first")
        tx.keep_memory("two", b"other")
    with store.transaction() as tx:
        tx.keep_memory("one", b"second")
    assert store.memory("one") == b"second"
    with store.transaction() as tx:
        tx.keep_memory("one", None)
    assert store.memory("one") == b""
    store.sync_feeds(feeds[:1], NOON)
    assert store.memory("two") == b""


def test_notes_are_kept(store: SqliteStore) -> None:
    store.note("daemon.tick", "running", NOON)
    store.note("daemon.tick", "stopped", NOON + HOUR)
    assert store.notes() == {"daemon.tick": ("stopped", NOON + HOUR)}


def test_one_daemon_at_a_time(path: Path) -> None:
    first = SqliteStore(path, daemon=True)
    with pytest.raises(AlreadyRunning):
        SqliteStore(path, daemon=True)
    beside = SqliteStore(path)
    beside.close()
    first.close()
    SqliteStore(path, daemon=True).close()


def test_one_connection_at_a_time_writes_the_log_back_and_the_next_may_when_it_ends(path: Path) -> None:
    def fill(store: SqliteStore, name: str) -> int:
        """Pages of the file itself, after more than a log's usual length was written."""
        for part in range(12):
            item = an_item(f"{name}-{part}", text=f"{name} {part} " * 160_000)
            with store.transaction() as tx:
                tx.add_item(item, {item.id: ""})
        return path.stat().st_size

    command, daemon = SqliteStore(path), SqliteStore(path, daemon=True)
    command.checkpoint()  # too late
    before = path.stat().st_size
    assert fill(command, "command") == before
    assert fill(daemon, "daemon") > before
    daemon.close()
    command.checkpoint()
    before = path.stat().st_size
    assert fill(command, "again") > before
    command.close()


def test_a_lock_that_cannot_be_opened_is_named(path: Path) -> None:
    path.with_name(path.name + ".checkpoint.lock").mkdir(parents=True)
    store = SqliteStore(path)
    with pytest.raises(StoreError, match=r"checkpoint\.lock: cannot be opened"):
        store.checkpoint()
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_command_of_roots_leaves_no_lock_that_the_daemon_cannot_open(path: Path) -> None:
    SqliteStore(path).close()
    os.chown(path, 12_345, 12_345)
    store = SqliteStore(path)
    store.checkpoint()
    store.close()
    assert path.with_name(path.name + ".checkpoint.lock").stat().st_uid == 12_345


def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(b"these are a user's notes, not a database " * 50)
    with pytest.raises(StoreError, match=r"monitor\.db"):
        SqliteStore(path)
    assert path.read_bytes().startswith(b"these are a user's notes")


@pytest.mark.parametrize("place", ["directory", "file-as-directory"])
def test_a_place_that_cannot_hold_a_store_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    target: Callable[[], Path] = lambda: tmp_path if place == "directory" else tmp_path / "file" / "monitor.db"  # noqa: E731
    with pytest.raises(StoreError, match="cannot"):
        SqliteStore(target())
