"""What Prometheus may scrape, in its text format; and whether all is well, for a health check."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.model import LATENCY_BOUNDS, FeedState, Latency
from monitor.ports import Store
from monitor.service.health import LATENCY_OVER, examine

PER_FEED = 5_000
"""Feeds up to which each has its own figures: a scrape of more would weigh megabytes."""


def metrics(store: Store, channels: Collection[str], now: datetime) -> bytes:
    """The exposition, from the store alone."""
    registry = CollectorRegistry()
    registry.register(_Now(store, channels, now))
    return generate_latest(registry)


class _Now(Collector):
    """The store at one moment."""

    def __init__(self, store: Store, channels: Collection[str], now: datetime) -> None:
        self._store = store
        self._channels = channels
        self._now = now

    def collect(self) -> Iterable[Metric]:
        store, now = self._store, self._now
        health = examine(store, self._channels, now)
        yield GaugeMetricFamily("monitor_well", "1 when nothing is wrong, as `monitor status` says.", int(health.well))
        if health.last_tick is not None:
            text = "When the daemon last wrote that it is alive."
            yield GaugeMetricFamily("monitor_last_tick_timestamp_seconds", text, health.last_tick.timestamp())
        feeds = health.numbers
        yield GaugeMetricFamily("monitor_feeds", "Feeds configured.", feeds.feeds)
        yield GaugeMetricFamily("monitor_feeds_failing", "Feeds whose last poll failed.", feeds.failing)
        yield GaugeMetricFamily("monitor_feeds_frozen", "Feeds that stand still against their rhythm.", feeds.frozen)
        yield GaugeMetricFamily("monitor_feeds_gap", "Feeds that may have dropped entries.", feeds.gap)
        outages = sum(outage.ended_at is None for outage in health.outages)
        yield GaugeMetricFamily("monitor_outages", "Outages that are open.", outages)
        yield GaugeMetricFamily("monitor_items", "Items stored.", health.counts["items"])
        yield GaugeMetricFamily("monitor_copies", "Items that are copies.", health.counts["copies"])
        text = "Items whose page could not be had, and is asked for again."
        yield GaugeMetricFamily("monitor_pages_owed", text, health.counts["pages_owed"])
        alerts = GaugeMetricFamily("monitor_alerts", "Alerts by state.", labels=["state"])
        for state in ("pending", "held", "delivered", "dead"):
            alerts.add_metric([state], health.counts[state])
        yield alerts
        yield _histogram(store.latency(now - LATENCY_OVER), LATENCY_OVER)
        if feeds.feeds <= PER_FEED:
            yield from _per_feed(store.feed_states())


def _histogram(latency: Latency, over: timedelta) -> HistogramMetricFamily:
    buckets = [(f"{bound:g}", count) for bound, count in zip(LATENCY_BOUNDS, latency.within, strict=True)]
    return HistogramMetricFamily(
        "monitor_latency_seconds",
        f"From an article's date to its being stored, over the last {over.days} days.",
        buckets=[*buckets, ("+Inf", latency.count)],
        sum_value=latency.total,
    )


def _per_feed(feeds: Collection[FeedState]) -> Iterator[Metric]:
    success = GaugeMetricFamily("monitor_feed_last_success_timestamp_seconds", "Last good poll.", labels=["feed"])
    failures = GaugeMetricFamily("monitor_feed_failures", "Failed polls in a row.", labels=["feed"])
    gaps = CounterMetricFamily("monitor_feed_gaps", "Polls that shared nothing with the one before.", labels=["feed"])
    for feed in feeds:
        if feed.last_success_at is not None:
            success.add_metric([feed.id], feed.last_success_at.timestamp())
        failures.add_metric([feed.id], feed.failures)
        gaps.add_metric([feed.id], feed.learnt.gaps)
    yield from (success, failures, gaps)
