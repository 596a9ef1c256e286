"""What listens beside a running daemon, and what `status` measures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.adapters.listen import Listener
from monitor.adapters.sqlite import SqliteStore
from monitor.errors import MonitorError
from monitor.model import Config, FeedState, Learnt, WebPolicy
from monitor.model.notes import NOT_LISTENING
from monitor.service.app import open_application
from monitor.service.endpoint import Endpoint
from monitor.service.metrics import metrics
from monitor.service.websub import Subscriber
from tests.builders import HOUR, NOON, a_feed, an_item


def fill(store: SqliteStore) -> None:
    """Two feeds, one failing; items stored 1 minute, 30 minutes and 2 hours after their dates, and some that do not count."""
    store.sync_feeds([a_feed("harbour"), a_feed("coast")], NOON)
    with store.transaction() as tx:
        tx.save_feed(
            FeedState("harbour", first_polled_at=NOON, last_success_at=NOON + 9 * HOUR, learnt=Learnt(gaps=2), gap=True)
        )
        tx.save_feed(FeedState("coast", failures=3, last_error="503"))
        late = {"a": HOUR / 60, "b": HOUR / 2, "c": 2 * HOUR}
        for name, by in late.items():
            seen = NOON + 5 * HOUR
            tx.add_item(an_item(name, url=name, published_at=seen - by, first_seen_at=seen), {name: ""})
        tx.add_item(an_item("old", url="old", published_at=NOON - HOUR, first_seen_at=NOON + HOUR), {"old": ""})
        tx.add_item(an_item("undated", url="u", published_at=None, first_seen_at=NOON + HOUR), {"u": ""})


def test_latency_counts_what_was_published_after_the_first_poll(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    fill(store)
    latency = store.latency(NOON)
    assert (latency.count, latency.median, latency.total) == (3, 1800.0, 60 + 1800 + 7200)
    assert latency.within == (1, 1, 1, 2, 2, 3, 3, 3)
    assert store.latency(NOON + 6 * HOUR).count == 0
    store.close()


def test_metrics_are_what_prometheus_reads(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    fill(store)
    families = {family.name: family for family in text_string_to_metric_families(
        metrics(store, (), NOON + 24 * HOUR).decode()
    )}  # fmt: skip
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert values["monitor_feeds",] == 2
    assert values["monitor_feeds_failing",] == 1
    assert values["monitor_feeds_gap",] == 1
    assert values["monitor_feed_gaps_total", "harbour"] == 2
    assert values["monitor_feed_failures", "coast"] == 3
    assert values["monitor_alerts", "dead"] == 0
    assert values["monitor_latency_seconds_bucket", "1800"] == 2
    assert values["monitor_latency_seconds_bucket", "+Inf"] == values["monitor_latency_seconds_count",] == 3
    store.close()


async def test_health_and_metrics_are_served_and_follow_the_configuration(tmp_path: Path) -> None:
    config = Config(store=f"sqlite:{tmp_path / 'm.db'}", web=WebPolicy(None))
    async with open_application(config) as app, aiohttp.ClientSession() as session:
        endpoint = Endpoint(app, Subscriber(app))
        await endpoint.follow()
        probe = Listener({})
        port = await probe.start("127.0.0.1", 0)
        await probe.stop()
        app.rules = replace(app.rules, config=replace(config, web=WebPolicy(("127.0.0.1", port))))
        await endpoint.follow()
        async with session.get(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 503
            assert "never run" in json.loads(await answer.text())["problems"][0]
        app.store.note("daemon.tick", "running", app.clock.now())
        async with session.get(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 200
        async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert "monitor_well 1.0" in await answer.text()
        async with session.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status == 404
        app.rules = replace(app.rules, config=config)
        await endpoint.follow()
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{port}/health")


async def test_an_address_that_is_taken_is_told_of_and_stops_nothing(tmp_path: Path) -> None:
    holder = Listener({})
    port = await holder.start("127.0.0.1", 0)
    with pytest.raises(MonitorError, match=f"cannot listen on 127.0.0.1:{port}"):
        await Listener({}).start("127.0.0.1", port)
    config = Config(store=f"sqlite:{tmp_path / 'm.db'}", web=WebPolicy(("127.0.0.1", port)))
    async with open_application(config) as app:
        endpoint = Endpoint(app, Subscriber(app))
        await endpoint.follow()
        assert f"cannot listen on 127.0.0.1:{port}" in app.store.notes()[NOT_LISTENING][0]
        await endpoint.follow()
        await holder.stop()
        await endpoint.follow()  # as the daemon calls it every ten seconds
        await endpoint.follow()
        assert app.store.notes()[NOT_LISTENING][0] == ""
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 503
        await endpoint.stop()
