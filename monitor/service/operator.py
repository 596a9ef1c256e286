"""What the operator is told: troubles become outages, outages become notices in the outbox, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from monitor.core.outages import Situation, changes, notice, receivers
from monitor.model import Outage
from monitor.pipeline.intake import Rules
from monitor.ports import Store, Transaction
from monitor.service.health import channels_down

log = structlog.get_logger()


def look(store: Store, rules: Rules, now: datetime) -> int:
    """Open and end outages; returns how many alerts were written. Looking again changes nothing."""
    policy = rules.config.operator
    feeds, troubled = store.troubled_feeds()
    down = channels_down(store.notes(), rules.config.channels)
    ended = store.last_outage_end("feeds")
    waits = {state.id: policy.patience(_every(rules, state.id)) for state in troubled}
    found = changes(now, waits, Situation(feeds, troubled, down, store.outages(), ended))
    if not found.opened and not found.ended:
        return 0
    with store.transaction() as tx:
        written = 0
        for outage in found.ended:
            tx.end_outage(outage.id, now)
            written += _tell(tx, rules, outage, now, healed=True)
        for outage in found.opened:
            tx.begin_outage(outage)
            written += _tell(tx, rules, outage, now, healed=False)
    for outage in found.ended:
        log.info("outage_ended", subject=outage.trouble.subject, kind=outage.trouble.kind, since=outage.trouble.since)
    for outage in found.opened:
        log.warning("outage", subject=outage.trouble.subject, kind=outage.trouble.kind, what=outage.trouble.what)
    return written


def _every(rules: Rules, feed_id: str) -> timedelta:
    feed = rules.feeds.get(feed_id)
    return (feed and feed.every) or rules.config.poll.every


def _tell(tx: Transaction, rules: Rules, outage: Outage, now: datetime, *, healed: bool) -> int:
    channels = receivers(outage.trouble, rules.config.operator.alert)
    return tx.tell(notice(outage, now, healed=healed), channels, now, lambda channel: rules.due(channel, now))
