"""A teaser seen first, then the article itself: what nobody has been told of alerts, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.core.plan import Fresh, Revised
from monitor.core.stories import split
from monitor.model import AlertPolicy, Config, Feed, Item, ItemFilter, Secret, WebhookChannel
from monitor.pipeline.intake import Intake, Taken
from monitor.pipeline.rules import Rules
from tests.builders import NOON, TEXT, a_reading, a_watchlist, an_entry

FEEDS = tuple(Feed(f"feed-{n}", f"https://site{n}.example.org/feed.xml") for n in range(9))
TITLE = "Northern harbour reopens after eleven days of closure"
ARTICLE = "\n".join((
    TEXT,
    "Insurers in Rotterdam put the cost of eleven days at forty million, and expect claims from the owners of nine ships.",
    "Pilots had warned in the spring that the channel was silting up faster than the dredgers could follow.",
    "A salvage crew from Bergen raised the barge whose cables had blocked the lock since the storm of the second of May.",
    "The ministry wants to see a report before the next session of parliament, and has asked the coast guard for its logs.",
))  # fmt: skip


class Room:
    """A store, taking readings in."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.now = NOON
        self.config = Config(feeds=FEEDS, channels={"desk": WebhookChannel("desk", Secret("https://ops.example.org/"))})
        self.watch(salvage="salvage")

    def watch(self, **queries: str) -> None:
        lists = tuple(a_watchlist(id=name, query=query) for name, query in queries.items())
        self.config = replace(self.config, watchlists=lists)

    def take(self, text: str, feed: int, *, known: str | None = None, first_poll: bool = False) -> Taken:
        self.now += timedelta(minutes=1)
        url = f"https://site{feed}.example.org/{feed}"
        with self.store.transaction() as tx:
            intake = Intake(tx, Rules.of(self.config), self.now, FEEDS[feed], first_poll)
            reading = a_reading(title=TITLE, text=text, url=url, canonical_url=url)
            keys = {f"k:{feed}": "h", f"url:{url}": "h"}
            return intake.take(Revised(an_entry(), keys, known) if known else Fresh(an_entry(), keys), reading)

    def document(self, text: str) -> Taken:
        with self.store.transaction() as tx:
            reading = replace(a_reading(title=TITLE, text=text), url=None, canonical_url=None, text_from="import")
            return Intake(tx, Rules.of(self.config), self.now, None).document(reading, "d", "d")

    def items(self) -> list[Item]:
        return list(self.store.items(ItemFilter()))[::-1]

    def alerts(self) -> list[tuple[str, str]]:
        return [(alert.watchlist, alert.item) for alert in self.store.alerts()]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "m.db")
    yield made
    made.store.close()


def test_the_article_of_a_teaser_that_met_no_watchlist_alerts_once(room: Room) -> None:
    room.take(TEXT, 0)
    article = room.take(ARTICLE, 1)
    assert (article.kind, article.alerts) == ("new", 1)
    again = room.take(ARTICLE, 2)
    assert (again.kind, again.alerts) == ("copy", 0)
    first, second, third = room.items()
    assert {item.story for item in (first, second, third)} == {first.id}
    assert [item.copy_of for item in (first, second, third)] == [None, None, second.id]
    assert room.alerts() == [("salvage", second.id)]


def test_the_article_of_a_teaser_that_told_of_it_is_a_copy(room: Room) -> None:
    room.watch(harbour="freighters AND harbour")
    room.take(TEXT, 0)
    article = room.take(ARTICLE, 1)
    assert (article.kind, article.alerts) == ("copy", 0)


def test_only_who_had_not_been_told_is(room: Room) -> None:
    room.watch(harbour="freighters", salvage="salvage")
    room.take(TEXT, 0)
    article = room.take(ARTICLE, 1)
    assert sorted(room.alerts()) == [("harbour", room.items()[0].id), ("salvage", article.item)]


def test_what_was_met_in_silence_stays_silent(room: Room) -> None:
    """A feed's first poll may forbid alerts: what its articles match is known then."""
    room.watch(harbour="freighters")
    room.config = replace(room.config, alerts=AlertPolicy(first_poll="none"))
    assert room.take(TEXT, 0, first_poll=True).alerts == 0
    assert (room.take(ARTICLE, 1).kind, room.alerts()) == ("copy", [])


def test_a_copy_that_says_little_more_stays_one(room: Room) -> None:
    room.take(TEXT, 0)
    copy = room.take(TEXT + "\nA salvage crew was seen at the lock, pilots told the paper.", 1)
    assert (copy.kind, copy.alerts) == ("copy", 0)


def test_it_is_compared_with_all_that_its_story_said(room: Room) -> None:
    room.take(TEXT, 0)
    assert room.take(ARTICLE.replace("salvage", "rescue"), 1).kind == "copy"
    again = room.take(ARTICLE, 2)
    assert (again.kind, again.alerts) == ("copy", 0)


def test_what_names_an_article_of_long_ago_as_its_own_is_a_copy(room: Room) -> None:
    """Whose text may have been dropped."""
    room.take(TEXT, 0)
    room.now += timedelta(days=400)
    room.store.drop_texts(room.now - timedelta(days=365), 100)
    with room.store.transaction() as tx:
        url = "https://site0.example.org/0"
        reading = a_reading(title=TITLE, text=ARTICLE, url="https://other.example.net/1", canonical_url=url)
        reading = replace(reading, published_at=None)
        intake = Intake(tx, Rules.of(room.config), room.now, FEEDS[1])
        taken = intake.take(Fresh(an_entry(), {"k:1": "h"}), reading)
    assert (taken.kind, taken.alerts) == ("copy", 0)


def test_what_was_imported_as_known_is_known_in_full(room: Room) -> None:
    room.document(TEXT)
    article = room.take(ARTICLE, 1)
    assert (article.kind, article.alerts) == ("copy", 0)


def test_an_article_that_is_imported_is_its_teaser_s_copy(room: Room) -> None:
    room.take(TEXT, 0)
    assert room.document(ARTICLE).kind == "copy"
    assert room.alerts() == []


def test_a_copy_that_grows_into_the_article_alerts(room: Room) -> None:
    room.take(TEXT, 0)
    copy = room.take(TEXT, 1)
    assert copy.kind == "copy"
    assert room.take(ARTICLE, 1, known=copy.item).alerts == 1
    assert room.alerts() == [("salvage", copy.item)]


def test_its_copies_go_along_when_it_is_parted_from_its_teaser(room: Room) -> None:
    room.take(TEXT, 0)
    article, copy = room.take(ARTICLE, 1), room.take(ARTICLE, 2)
    story = room.store.story(room.items()[0].id)
    followers = split(story, article.item)
    assert list(followers) == [copy.item]
    room.store.split(article.item, followers)
    assert {item.id: item.story for item in room.items()[1:]} == dict.fromkeys((article.item, copy.item), article.item)
    assert room.take(ARTICLE, 3).kind == "copy"
    assert {item.story for item in room.items()[1:]} == {article.item}


def test_so_they_do_where_nobody_says_so(room: Room) -> None:
    room.take(TEXT, 0)
    article, copy = room.take(ARTICLE, 1), room.take(ARTICLE, 2)
    room.store.split(article.item, {})
    stored = room.store.item(copy.item)
    assert stored is not None
    assert (stored.story, stored.copy_of) == (article.item, article.item)
