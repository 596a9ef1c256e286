"""Edits and a story's spread, from the feed to the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.content.messages import email_of, text_of
from monitor.content.payloads import webhook_body
from monitor.core.plan import Fresh, Revised
from monitor.model import Alert, AlertPolicy, Config, EmailChannel, Feed, Message, Secret, SmtpServer, WebhookChannel
from monitor.pipeline.intake import Intake, Taken
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON, TEXT, a_reading, a_watchlist, an_entry

FEEDS = tuple(Feed(f"feed-{n}", f"https://site{n}.example.org/feed.xml") for n in range(9))


class Room:
    """A store with one watchlist, taking readings in."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.config = Config(feeds=FEEDS, channels={"desk": WebhookChannel("desk", Secret("https://ops.example.org/"))})
        self.now = NOON

    def configure(self, follow_up: tuple[int, ...] = (), **watchlist: Any) -> None:
        self.config = replace(
            self.config, alerts=AlertPolicy(follow_up=follow_up), watchlists=(a_watchlist(**watchlist),)
        )

    def take(self, planned: Callable[[Any], Any], feed: int = 0, **changes: Any) -> Taken:
        self.now += timedelta(minutes=1)
        url = f"https://site{feed}.example.org/{feed}"
        with self.store.transaction() as tx:
            intake = Intake(tx, Rules.of(self.config), self.now, FEEDS[feed])
            reading = a_reading(**{"url": url, "canonical_url": url, **changes})
            return intake.take(planned({f"k:{feed}": "h"}), reading)

    def fresh(self, feed: int = 0, **changes: Any) -> Taken:
        return self.take(lambda keys: Fresh(an_entry(), keys), feed, **changes)

    def revised(self, **changes: Any) -> Taken:
        item = next(iter(self.store.alerts())).item if self.store.alerts() else self.first
        return self.take(lambda keys: Revised(an_entry(), keys, item), **changes)

    first = ""

    def occasions(self) -> list[str]:
        return sorted(alert.occasion for alert in self.store.alerts())

    def told(self, occasion: str) -> tuple[Alert, Message]:
        (alert,) = [one for one in self.store.alerts() if one.occasion == occasion]
        item = self.store.item(alert.item)
        assert item is not None
        return alert, Message(alert.id, ((alert, item, tuple(self.store.sightings(alert.story))),))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "m.db")
    made.configure()
    yield made
    made.store.close()


EDITED = TEXT.replace("Tugs worked through the night", "Three tugs sank in the night")


def test_an_edit_is_kept_and_told_only_to_those_who_ask(room: Room) -> None:
    room.fresh()
    assert room.revised(text=EDITED).kind == "revised"
    assert room.occasions() == ["new"]
    room.configure(on=("new", "revised"))
    assert room.revised(text=EDITED + " A pilot died.").alerts == 1
    assert room.occasions() == ["new", "revised:2"]
    assert room.revised(text=EDITED + " A pilot died!").kind == "seen"
    assert room.occasions() == ["new", "revised:2"]


def test_an_edits_alert_says_what_changed(room: Room) -> None:
    room.configure(on=("new", "revised"))
    room.fresh()
    room.revised(text=EDITED)
    alert, message = room.told("revised:1")
    body = json.loads(webhook_body(message))
    assert body["type"] == "watchlist.revised"
    assert body["data"]["alert"] == alert.id
    assert "Three tugs sank" in body["data"]["changes"][0]["after"]
    assert "Tugs worked" in body["data"]["changes"][0]["before"]
    subject, text = text_of(message)
    assert subject == "[Ships] Edited: Harbour reopens"
    assert "+ Now: Three tugs sank" in text
    channel = EmailChannel("desk", ("a@b.example",), "m@b.example", SmtpServer("localhost", 25, "plain"))
    assert "<ins>Three tugs sank" in str(email_of(message, channel, NOON).get_body(("html",)).get_content())  # type: ignore[union-attr]


def test_an_edit_that_matches_for_the_first_time_is_new(room: Room) -> None:
    room.configure(query="sank", on=("new", "revised"))
    taken = room.fresh()
    room.first = taken.item
    assert room.occasions() == []
    room.revised(text=EDITED)
    assert room.occasions() == ["new"]


def test_a_watchlist_may_ask_for_edits_alone(room: Room) -> None:
    room.configure(on=("revised",))
    room.first = room.fresh().item
    assert room.occasions() == []
    room.revised(text=EDITED)
    assert room.occasions() == ["revised:1"]


def test_a_story_that_spreads_is_told_of_once_a_step(room: Room) -> None:
    room.configure(follow_up=(3, 5))
    for feed in range(8):
        room.fresh(feed)
        room.fresh(feed)  # known by then: nothing more
    assert room.occasions() == ["new", "sites:3", "sites:5"]
    _, message = room.told("sites:3")
    body = json.loads(webhook_body(message))
    assert (body["type"], body["data"]["occasion"]) == ("watchlist.followed", "sites:3")
    assert text_of(message)[0] == "[Ships] 3 sites: Harbour reopens"
    ids = {alert.id for alert in room.store.alerts()}
    assert len(ids) == 3


def test_nobody_is_told_who_did_not_ask_or_is_muted(room: Room) -> None:
    for feed in range(8):
        room.fresh(feed)
    assert room.occasions() == ["new"]
    room.configure(follow_up=(3,), mute=NOON + 24 * HOUR)
    room.fresh(8)
    assert room.occasions() == ["new"]


def test_a_new_language_is_told_of(room: Room) -> None:
    room.configure(follow_up=(50,))
    room.fresh(0)
    # Another site's page that names the first as its canonical address, in another language.
    room.fresh(1, language="it", url="https://altrove.example.net/1", canonical_url="https://site0.example.org/0")
    assert room.occasions() == ["language:it", "new"]
