"""The application as a whole: what a reload keeps, what a restart forgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.adapters.sqlite import SqliteStore
from monitor.errors import StoreError
from monitor.model import (
    AlertDraft,
    AlertPolicy,
    Config,
    FeedState,
    ItemFilter,
    Learnt,
    NetworkPolicy,
    PollPolicy,
    RetentionPolicy,
    Secret,
    SitePolicy,
    WebhookChannel,
)
from monitor.service.app import Application, open_application
from tests.builders import HOUR, NOON, a_feed, an_item
from tests.fakes import FakeClock
from tests.servers import Answer, Received, Site


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Four alerts are due to a webhook that nobody answers."""
    store = SqliteStore(tmp_path / "m.db")
    for number in range(4):
        item = an_item(f"item-{number}")
        with store.transaction() as tx:
            tx.add_item(item, {item.id: ""})
            tx.add_alerts(item, [AlertDraft("ships", "Ships", (), "ops", ())], NOON, lambda _: ("pending", NOON))
    store.close()
    return Config(
        store=f"sqlite:{tmp_path / 'm.db'}",
        network=NetworkPolicy((ip_network("127.0.0.0/8"),)),
        alerts=AlertPolicy(retry_for=HOUR * 1_000_000),
        channels={"ops": WebhookChannel("ops", Secret("http://127.0.0.1:9/hook"))},
    )


async def test_a_reload_does_not_forget_which_channels_are_down(config: Config) -> None:
    async with open_application(config) as app:
        await app.deliver()
        assert set(app.outbox.down()) == {"ops"}
        await app.configure(replace(config, alerts=AlertPolicy(first_poll="none")))
        assert set(app.outbox.down()) == {"ops"}
        moved = WebhookChannel("ops", Secret("http://127.0.0.1:10/hook"))
        await app.configure(replace(config, channels={"ops": moved}))
        assert app.outbox.down() == {}


async def test_a_channel_that_works_after_a_restart_is_no_longer_noted_as_down(
    config: Config, new_site: Callable[..., Site]
) -> None:
    async with open_application(config) as app:
        await app.deliver()
        assert app.store.notes()["channel:ops"][0]
    hook = new_site()
    hook.answer("/hook", Answer(204))
    working = WebhookChannel("ops", Secret(hook.url("/hook")))
    async with open_application(replace(config, channels={"ops": working})) as app:
        app.store.retry_alerts([], NOON)
        for alert in app.store.alerts():
            app.store.settle_alert(alert.id, "pending", NOON, next_attempt_at=NOON)
        await app.deliver()
        assert {alert.state for alert in app.store.alerts()} == {"delivered"}
        assert app.store.notes()["channel:ops"][0] == ""


async def test_of_a_site_that_lets_one_feed_through_it_is_not_always_the_same(tmp_path: Path, site: Site) -> None:
    answered: list[str] = []

    def one_alone(request: Received) -> Answer:
        if answered and answered[-1] != "":
            return Answer(429)
        answered.append(request.path)
        return Answer(body=b"<rss version='2.0'><channel><title>t</title></channel></rss>")

    feeds = tuple(a_feed(f"f{number}", url=site.answer(f"/{number}", one_alone)) for number in range(5))
    config = Config(
        store=f"sqlite:{tmp_path / 'm.db'}",
        network=NetworkPolicy((ip_network("127.0.0.0/8"),)),
        poll=PollPolicy(host_delay=timedelta(), per_host=1),
        feeds=feeds,
    )
    clock = FakeClock()
    for _ in range(10):
        answered.append("")
        async with open_application(config, clock=clock) as app:  # as a command that is called now and then
            await app.poll()
        clock.move(HOUR)
    counts = Counter(filter(None, answered))
    assert len(counts) == 5
    assert max(counts.values()) <= 3


async def test_a_feed_that_was_not_let_in_is_due_when_it_is_asked_with_something_else(
    tmp_path: Path, site: Site
) -> None:
    def private(request: Received) -> Answer:
        known = request.headers.get("x-key") == "right"
        return Answer(body=b"<rss version='2.0'><channel/></rss>") if known else Answer(401)

    feeds = (a_feed("private", url=site.answer("/private", private)), a_feed("other", url="http://127.0.0.1:9/feed"))
    network = NetworkPolicy((ip_network("127.0.0.0/8"),))
    config = Config(store=f"sqlite:{tmp_path / 'm.db'}", network=network, feeds=feeds)
    clock = FakeClock()
    async with open_application(config, clock=clock) as app:
        await app.poll()
        clock.move(timedelta(seconds=1))

        def due() -> set[str]:
            return {
                state.id
                for state in app.store.feed_states()
                if state.next_poll_at and state.next_poll_at <= clock.now()
            }

        async def asked_with(key: str) -> None:
            asked = SitePolicy(site.host, "http", site.port, headers=(("X-Key", Secret(key)),))
            await app.configure(replace(config, network=replace(network, sites=(asked,))))

        assert not due()
        await asked_with("right")
        assert due() == {"private"}, "the other is asked as before"
        await app.poll(["private"])
        await asked_with("wrong")
        assert not due(), "what did not fail can wait"


async def test_texts_past_retention_are_dropped_once_a_day(config: Config) -> None:
    config = replace(config, retention=RetentionPolicy(24 * HOUR))
    clock = FakeClock(NOON + 25 * HOUR)

    def with_text(app: Application) -> set[str]:
        return {item.id for item in app.store.items(ItemFilter()) if item.text}

    async with open_application(config, clock=clock) as app:
        assert len(with_text(app)) == 4
        await app.retain_if_due()
        assert not with_text(app)
        late = an_item("late")
        with app.store.transaction() as tx:
            tx.add_item(late, {late.id: ""})
        clock.move(23 * HOUR)
        await app.retain_if_due()
        assert with_text(app) == {"late"}
        clock.move(HOUR)
        await app.retain_if_due()
        assert not with_text(app)


async def test_what_is_left_to_be_dropped_comes_next_time(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.service.app.RETENTION_BATCH", 1)
    clock = FakeClock(NOON + 25 * HOUR)
    drop = SqliteStore.drop_texts

    def slowly(store: SqliteStore, before: datetime, limit: int) -> int:
        clock.move(timedelta(seconds=4))
        return drop(store, before, limit)

    monkeypatch.setattr(SqliteStore, "drop_texts", slowly)
    async with open_application(replace(config, retention=RetentionPolicy(24 * HOUR)), clock=clock) as app:
        left = []
        for _ in range(3):
            await app.retain_if_due(timedelta(seconds=10))
            left.append(sum(1 for item in app.store.items(ItemFilter()) if item.text))
        assert left == [1, 0, 0]
        assert app.store.notes()["retained"][1] < clock.now()


async def test_a_store_that_cannot_be_cleaned_now_is_told_of(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise StoreError("no room on the disk")

    monkeypatch.setattr(SqliteStore, "drop_texts", full)
    async with open_application(config) as app:
        with capture_logs() as logs:
            await app.retain_if_due()
        assert "retained" not in app.store.notes()
    assert [log["error"] for log in logs] == ["no room on the disk"]


async def test_looking_opens_outages_and_ends_them(config: Config) -> None:
    feed = a_feed()
    clock = FakeClock(NOON)
    async with open_application(replace(config, feeds=(feed,)), clock=clock) as app:
        app.store.sync_feeds([feed], NOON)
        failing = FeedState(
            feed.id, feed.url, failures=9, last_error="503", learnt=Learnt(failing_since=NOON - 24 * HOUR)
        )
        open_now = []
        for state in (failing, failing, FeedState(feed.id, feed.url)):
            with app.store.transaction() as tx:
                tx.save_feed(state)
            await app.look()
            open_now.append([outage.trouble.subject for outage in app.store.outages()])
        assert open_now == [[f"feed:{feed.id}"], [f"feed:{feed.id}"], []]
