"""One valid configuration, ready to work with."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.delivery import first_state
from monitor.core.query import Subject
from monitor.core.watch import Watchers, compile_watchlists
from monitor.core.watching import written
from monitor.model import AlertState, Config, Feed, Item, Verdict, Watchlist


@dataclass(frozen=True, slots=True)
class Rules:
    """One valid configuration, ready to work with. A reload makes another; work under way keeps its own."""

    config: Config
    watchers: Watchers
    watchlists: Mapping[str, Watchlist]
    feeds: Mapping[str, Feed]
    alerting: frozenset[str]
    """The watchlists that alert: where their terms stand is told with the alert, of the others nobody asks."""
    written: str | None = None
    """The watchlists as readers take them (`core.watching`), where they are not too large."""

    @classmethod
    def of(cls, config: Config) -> Rules:
        """Compile the watchlists; the configuration has been validated, so none can fail."""
        alerting = frozenset(watchlist.id for watchlist in config.watchlists if watchlist.alert)
        return cls(
            config=config,
            watchers=compile_watchlists(config.watchlists, config.terms),
            watchlists={watchlist.id: watchlist for watchlist in config.watchlists},
            feeds={feed.id: feed for feed in config.feeds},
            alerting=alerting,
            written=written(config.watchlists, config.terms, alerting),
        )

    def tags_of(self, feeds: Iterable[str]) -> tuple[str, ...]:
        """The tags of an item's feeds; a watchlist sees those that others give as well (`core.tagging`)."""
        return _distinct([tag for feed in feeds if feed in self.feeds for tag in self.feeds[feed].tags])

    def match(
        self, item: Item, told: Container[str] | None = None, verdicts: tuple[Verdict, ...] | None = None
    ) -> tuple[Item, tuple[Verdict, ...]]:
        """The item with its watchlists and tags, and what matched; where, of the watchlists in `told` (None: all).
        `verdicts`: what matched, where that is known."""
        tags = self.tags_of(item.feeds)
        if verdicts is None:
            verdicts = self.watchers.match(Subject.of(item, tags), told)
        given = [tag for verdict in verdicts for tag in self.watchlists[verdict.watchlist].tags]
        return replace(
            item,
            tags=_distinct([*tags, *given]),
            watchlists=tuple(verdict.watchlist for verdict in verdicts),
        ), verdicts

    def due(self, channel: str, now: datetime) -> tuple[AlertState, datetime]:
        """The first state and time of an alert to a channel."""
        return first_state(self.config.channels[channel], self.config.alerts, now)


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
