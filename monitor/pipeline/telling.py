"""The alerts that an item raises, written in the transaction that stores it: how many, for each occasion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.alerting import drafts, follow_up, may_alert, may_follow, occasions, revision_drafts
from monitor.core.revisions import Difference
from monitor.model import AlertDraft, Item, Verdict
from monitor.pipeline.rules import Rules
from monitor.ports import Transaction


@dataclass(frozen=True, slots=True)
class Telling:
    """One transaction's alerts, under these rules."""

    tx: Transaction
    rules: Rules
    now: datetime

    def first(
        self, item: Item, verdicts: tuple[Verdict, ...], already: Collection[str] = (), *, first_poll: bool
    ) -> int:
        """Of its watchlists, but for those that had met it or its story `already`."""
        if not may_alert(item, self.rules.config.alerts, self.now, first_poll=first_poll):
            return 0
        rules = self.rules
        wanted = drafts(verdicts, rules.watchlists, rules.config.channels, self.now, already)
        return self._write(item, wanted)

    def edit(self, item: Item, verdicts: tuple[Verdict, ...], old: Item, changed: tuple[Difference, ...]) -> int:
        """Of the watchlists that had met it before its words changed, where they ask for that."""
        if not may_alert(item, self.rules.config.alerts, self.now, first_poll=False):
            return 0
        rules = self.rules
        wanted = revision_drafts(
            verdicts, rules.watchlists, rules.config.channels, self.now, old.watchlists, item.revisions, changed
        )
        return self._write(item, wanted)

    def further(self, appeared: Item) -> int:
        """More alerts about a story that this appearance brought further, where they are asked for."""
        rules = self.rules
        steps = rules.config.alerts.follow_up
        first = self.tx.item(appeared.story) if steps else None
        if first is None or not may_alert(first, rules.config.alerts, self.now, first_poll=False):
            return 0
        told = [one for one in self.tx.alerts_about(first.story) if may_follow(one, rules.watchlists, self.now)]
        spread = self.tx.spread(first.story) if told else None
        return sum(
            self._write(first, [follow_up(one, occasion, rules.watchlists, rules.config.channels) for one in told])
            for occasion in (occasions(steps, spread.sites, spread.languages) if spread else ())
        )

    def _write(self, item: Item, wanted: Sequence[AlertDraft]) -> int:
        return self.tx.add_alerts(item, wanted, self.now, lambda channel: self.rules.due(channel, self.now))
