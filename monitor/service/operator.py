"""What the operator is told: troubles become outages, outages become notices in the outbox, in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from monitor.core.outages import AT_LEAST, FEEDS, Changes, Group, Situation, changes, notice, receivers
from monitor.core.urls import configured_site
from monitor.model import FeedState, Outage
from monitor.pipeline.rules import Rules
from monitor.ports import Store, Transaction
from monitor.service.health import channels_down

log = structlog.get_logger()


def look(store: Store, rules: Rules, now: datetime) -> int:
    """Open and end outages; returns how many alerts were written. Looking again changes nothing."""
    found = changed(store, rules, now)
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


def changed(store: Store, rules: Rules, now: datetime) -> Changes:
    """What `look` would write down. While all of 50,000 feeds fail it takes a second."""
    policy = rules.config.operator
    feeds, troubled = store.troubled_feeds()
    down = channels_down(store.notes(), rules.config.channels)
    open_ = store.outages()
    waits = {state.id: policy.patience(_every(rules, state.id)) for state in troubled}
    failing = [state for state in troubled if state.failures]
    ends = store.outage_ends()
    groups = [Group(FEEDS, feeds, failing, ends.get(FEEDS)), *_sites(rules, failing, open_, ends)]
    return changes(now, waits, Situation(troubled, groups, down, open_))


def _sites(
    rules: Rules, failing: Sequence[FeedState], open_: Sequence[Outage], ends: Mapping[str, datetime]
) -> Iterator[Group]:
    """The sites of feeds that fail, or that an outage is open of. How many feeds a site has is counted when it matters."""
    sites: defaultdict[str, list[FeedState]] = defaultdict(list)
    for state in failing:
        feed = rules.feeds.get(state.id)
        sites[f"site:{configured_site(feed.url if feed else state.url)}"].append(state)
    told = {outage.trouble.subject for outage in open_}
    for subject in told:
        if subject.startswith("site:"):
            sites.setdefault(subject, [])
    matters = any(subject in told or len(states) >= AT_LEAST for subject, states in sites.items())
    sizes = Counter(f"site:{configured_site(feed.url)}" for feed in rules.feeds.values()) if matters else Counter[str]()
    for subject, states in sites.items():
        yield Group(subject, sizes[subject], states, ends.get(subject))


def _every(rules: Rules, feed_id: str) -> timedelta:
    feed = rules.feeds.get(feed_id)
    return (feed and feed.every) or rules.config.poll.every


def _tell(tx: Transaction, rules: Rules, outage: Outage, now: datetime, *, healed: bool) -> int:
    channels = receivers(outage.trouble, rules.config.operator.alert)
    return tx.tell(notice(outage, now, healed=healed), channels, now, lambda channel: rules.due(channel, now))
