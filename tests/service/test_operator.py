"""The operator hears of a trouble once, and once of its end: through the real outbox, whatever restarts in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.model import (
    OPERATOR,
    AlertPolicy,
    Config,
    FeedState,
    ItemFilter,
    Learnt,
    NetworkPolicy,
    OperatorPolicy,
    Secret,
    WebhookChannel,
)
from monitor.pipeline.rules import Rules
from monitor.service.app import open_application
from monitor.service.operator import look
from tests.builders import HOUR, NOON, a_feed
from tests.servers import Answer, Site

CHANNELS = {name: WebhookChannel(name, Secret(f"http://127.0.0.1:9/{name}")) for name in ("desk", "ops")}
CONFIG = Config(feeds=(a_feed("a"), a_feed("b")), channels=CHANNELS, operator=OperatorPolicy(("desk", "ops")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "m.db")
    made.sync_feeds(CONFIG.feeds, NOON)
    yield made
    made.close()


def fail(store: SqliteStore, feed: str, failures: int) -> None:
    learnt = Learnt(failing_since=NOON if failures else None)
    state = FeedState(
        feed, a_feed(feed).url, failures=failures, last_error="503 no" if failures else None, learnt=learnt
    )
    with store.transaction() as tx:
        tx.save_feed(state)


def told(store: SqliteStore) -> list[tuple[str, str]]:
    """Channel and title of every notice, in order."""
    found = sorted(store.alerts(), key=lambda alert: (alert.created_at, alert.channel))
    items = [(alert.channel, store.notice(alert.item)) for alert in found if alert.watchlist == OPERATOR]
    return [(channel, item.title) for channel, item in items if item is not None]


def test_a_feeds_outage_is_told_once_to_each_channel_and_once_when_it_heals(store: SqliteStore) -> None:
    rules = Rules.of(CONFIG)
    fail(store, "a", 4)
    assert look(store, rules, NOON + HOUR / 2) == 0
    assert look(store, rules, NOON + HOUR) == 2
    for minutes in range(61, 200):
        assert look(store, rules, NOON + timedelta(minutes=minutes)) == 0
    fail(store, "a", 0)
    assert look(store, rules, NOON + 4 * HOUR) == 2
    assert look(store, rules, NOON + 5 * HOUR) == 0
    titles = ["Feed a fails", "Feed a is well again"]
    assert told(store) == [(channel, title) for title in titles for channel in ("desk", "ops")]
    assert list(store.items(ItemFilter())) == [], "a notice is no item"
    assert [outage.ended_at for outage in store.outages(NOON)] == [NOON + 4 * HOUR]
    assert store.outages() == []


def test_a_feed_that_is_polled_every_minute_is_told_of_after_four(store: SqliteStore) -> None:
    often = replace(CONFIG, feeds=(a_feed("a", every=timedelta(minutes=1)), a_feed("b")))
    fail(store, "a", 4)
    fail(store, "b", 4)
    assert look(store, Rules.of(often), NOON + timedelta(minutes=3)) == 0
    assert look(store, Rules.of(often), NOON + timedelta(minutes=4)) == 2
    fail(store, "a", 0)
    look(store, Rules.of(often), NOON + timedelta(minutes=4, seconds=30))
    assert {title for _, title in told(store)} == {"Feed a fails", "Feed a is well again"}


def test_a_sites_outage_is_one(store: SqliteStore) -> None:
    video = tuple(replace(a_feed(f"v{number}"), url=f"https://m{number}.video.example/feed") for number in range(5))
    press = tuple(replace(a_feed(f"p{number}"), url=f"https://press{number}.example/feed") for number in range(9))
    rules = Rules.of(replace(CONFIG, feeds=(*video, *press)))
    store.sync_feeds(rules.config.feeds, NOON)
    for number in range(4):
        fail(store, f"v{number}", 4)
    fail(store, "p3", 4)
    assert look(store, rules, NOON + HOUR) == 4
    assert {title for _, title in told(store)} == {"Most feeds of video.example fail", "Feed p3 fails"}
    assert look(store, rules, NOON + 2 * HOUR) == 0
    for feed in ("v0", "v1", "v2", "v3"):
        fail(store, feed, 0)
    assert look(store, rules, NOON + 3 * HOUR) == 2
    assert ("desk", "The feeds of video.example are well again") in told(store)
    fail(store, "v0", 4)
    assert look(store, rules, NOON + 3 * HOUR) == 0, "it has not been asked since"


def test_a_restart_tells_nothing_again(store: SqliteStore, tmp_path: Path) -> None:
    fail(store, "a", 4)
    look(store, Rules.of(CONFIG), NOON + HOUR)
    again = SqliteStore(tmp_path / "m.db")
    assert look(again, Rules.of(CONFIG), NOON + 2 * HOUR) == 0
    again.close()


def test_a_channels_own_trouble_is_told_to_the_others(store: SqliteStore) -> None:
    rules = Rules.of(CONFIG)
    store.note("channel:desk", "connection refused", NOON)
    look(store, rules, NOON)
    look(store, rules, NOON + HOUR)
    store.note("channel:desk", "", NOON + HOUR)
    look(store, rules, NOON + 2 * HOUR)
    assert told(store) == [("ops", "Channel desk is down"), ("ops", "Channel desk is up again")]


def test_without_a_channel_the_outage_stands_in_status_alone(store: SqliteStore) -> None:
    fail(store, "a", 4)
    look(store, Rules.of(replace(CONFIG, operator=OperatorPolicy())), NOON + HOUR)
    assert store.alerts() == []
    (outage,) = store.outages()
    assert (outage.trouble.subject, outage.trouble.kind) == ("feed:a", "failing")


def test_old_outages_are_forgotten_and_open_ones_are_not(store: SqliteStore) -> None:
    rules = Rules.of(CONFIG)
    fail(store, "a", 4)
    look(store, rules, NOON + HOUR)
    store.forget_outages(NOON + 100 * HOUR)
    assert len(store.outages()) == 1
    assert len(told(store)) == 2, "not delivered yet"
    fail(store, "a", 0)
    look(store, rules, NOON + 2 * HOUR)
    for alert in store.alerts():
        store.settle_alert(alert.id, "delivered", NOON)
    store.forget_outages(NOON + 100 * HOUR)
    assert store.outages(NOON) == []
    assert told(store) == []


async def test_a_notice_arrives_as_what_it_is(tmp_path: Path, new_site: Callable[..., Site]) -> None:
    hook = new_site()
    hook.answer("/hook", Answer(204))
    config = replace(
        CONFIG,
        store=f"sqlite:{tmp_path / 'n.db'}",
        network=NetworkPolicy((ip_network("127.0.0.0/8"),)),
        alerts=AlertPolicy(retry_for=HOUR * 1_000_000),
        channels={"desk": WebhookChannel("desk", Secret(hook.url("/hook")))},
        operator=OperatorPolicy(("desk",)),
    )
    async with open_application(config) as app:
        app.store.sync_feeds(config.feeds, NOON)
        fail(app.store, "a", 4)
        await app.look()
        await app.deliver()
        assert [alert.state for alert in app.store.alerts()] == ["delivered"]
    (request,) = hook.requests
    body = json.loads(request.body)
    assert body["type"] == "operator.notice"
    assert body["data"]["item"]["title"] == "Feed a fails"
    assert "503 no" in body["data"]["item"]["excerpt"]
