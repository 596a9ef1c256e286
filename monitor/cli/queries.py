"""try, why: a query asked of history, and a verdict explained."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from monitor.adapters.clock import SystemClock
from monitor.cli.base import (
    Span,
    config_option,
    configuration,
    console,
    item_named,
    json_option,
    opened_store,
    print_json,
)
from monitor.cli.items import record
from monitor.content.wording import headline
from monitor.core.alerting import may_alert
from monitor.core.query import Explanation, Subject
from monitor.core.stories import says_more
from monitor.core.watch import compile_query
from monitor.errors import QueryError, UsageError
from monitor.model import NEW, Config, Item, ItemFilter, Match
from monitor.pipeline.history import query_mistake
from monitor.pipeline.rules import Rules
from monitor.ports import Store

SAMPLES = 10


@click.command("try")
@click.argument("query", required=False)
@click.option("--watchlist", metavar="W", help="A configured watchlist instead of a query.")
@click.option("--since", type=Span(), default="30d", help="How far back, such as 30d (the default).")
@config_option
@json_option
def try_(query: str | None, watchlist: str | None, since: timedelta, config_dir: str | None, as_json: bool) -> None:
    """What a query or a watchlist would have matched: items, alerts a day, noisiest terms."""
    if (query is None) == (watchlist is None):
        raise UsageError("give a query or --watchlist, one of them")
    config = configuration(config_dir)
    now = SystemClock().now()
    with opened_store(config) as store:
        match, prefilter = _matcher(config, query, watchlist)
        wanted = ItemFilter(since=now - since, prefilter=prefilter)
        scanned = 0
        hits: list[tuple[Item, tuple[Match, ...]]] = []
        for item in store.items(wanted):
            scanned += 1
            found = match(item)
            if found is not None:
                hits.append((item, found))
        alerts = _alerted(store, [item for item, _ in hits])
    terms = Counter(one.term for _, matches in hits for one in matches)
    per_day = alerts / max(since.total_seconds() / 86400, 1e-9)
    if as_json:
        print_json({**record(item), "matches": matches} for item, matches in hits)
        return
    out = console()
    out.print(f"{len(hits)} items match, {alerts} alerts ({per_day:.2f} a day)")
    narrowed = "the search index narrowed them" if prefilter else "no index could narrow them"
    out.print(f"{scanned} stored items of the last {since.days} days were read; {narrowed}")
    for term, count in terms.most_common(SAMPLES):
        out.print(f"{count:>7}  {term}", markup=False)
    for item, _ in hits[:SAMPLES]:
        out.print(f"  {item.id}  {headline(item)[:100]}", markup=False)


def _alerted(store: Store, hits: list[Item]) -> int:
    """How many stories would have been told: not by what is a copy, unless it says much more than its story did before."""
    told = {item.story for item in hits if item.copy_of is None and item.text_from != "import"}
    matched = {item.id for item in hits}
    for story in {item.story for item in hits} - told:
        items = store.story(story)
        if any(one.id in matched and one.copy_of and says_more(one, items[:at]) for at, one in enumerate(items)):
            told.add(story)
    return len(told)


def _matcher(config: Config, query: str | None, watchlist: str | None) -> tuple[Any, str | None]:
    """A judge of items (matches, or None) and an expression that narrows history."""
    if query is not None:
        try:
            compiled = compile_query(query, config.terms)
        except QueryError as error:
            raise query_mistake(query, error) from error

        def judge(item: Item) -> tuple[Match, ...] | None:
            verdict = compiled.match(Subject.of(item))
            return verdict.matches if verdict.matched else None

        return judge, compiled.prefilter
    rules = Rules.of(config)
    if watchlist is None or watchlist not in rules.watchlists:
        raise UsageError(f"no watchlist {watchlist!r} is configured")

    def judge_watchlist(item: Item) -> tuple[Match, ...] | None:
        _, verdicts = rules.match(item)
        return next((verdict.matches for verdict in verdicts if verdict.watchlist == watchlist), None)

    return judge_watchlist, rules.watchers.prefilter(watchlist)


@click.command()
@click.argument("item_id", metavar="ITEM")
@click.argument("watchlist")
@config_option
def why(item_id: str, watchlist: str, config_dir: str | None) -> None:
    """Term by term why it matched or did not; why it alerted or did not."""
    config = configuration(config_dir)
    rules = Rules.of(config)
    if watchlist not in rules.watchlists:
        raise UsageError(f"no watchlist {watchlist!r} is configured")
    with opened_store(config) as store:
        item = item_named(store, item_id)
        alerts = [alert for alert in store.alerts() if alert.story == item.story and alert.watchlist == watchlist]
    out = console()
    bare, verdicts = rules.match(item)
    subject = Subject.of(replace(item, tags=rules.tags_of(item.feeds)))
    _print_tree(out, rules.watchers.explain(watchlist, subject), 0)
    out.print()
    for alert in alerts:
        more = "" if alert.occasion == NEW else f" ({alert.occasion})"
        out.print(
            f"alert {alert.id} to {alert.channel}: {alert.state}{more}, raised by item {alert.item}", markup=False
        )
    if not alerts:
        matched = watchlist in {verdict.watchlist for verdict in verdicts}
        out.print(_silence(rules, bare, watchlist, matched), markup=False)


def _silence(rules: Rules, item: Item, watchlist: str, matched: bool) -> str:
    """Why there is no alert."""
    policy = rules.config.alerts
    if not matched:
        return "no alert: it does not match"
    if not rules.watchlists[watchlist].alert:
        return "no alert: the watchlist names no channel"
    until = rules.watchlists[watchlist].mute
    if until is not None and item.first_seen_at < until:
        return f"no alert: the watchlist was muted until {until:%Y-%m-%d %H:%M %Z} (mute)"
    if item.copy_of is not None:
        return f"no alert: it is a copy of {item.copy_of}, and a copy raises none"
    if item.text_from == "import":
        return "no alert: it was imported as known"
    if not may_alert(item, policy, item.first_seen_at, first_poll=False):
        hours = policy.max_age / timedelta(hours=1)
        return f"no alert: it was published more than {hours:g} hours before it was seen (max_age)"
    return "no alert: it was stored on its feed's first poll (first_poll), or before the watchlist matched it"


def _print_tree(out: Console, node: Explanation, depth: int) -> None:
    line = Text("  " * depth)
    line.append("✓ " if node.matched else "✗ ", "green" if node.matched else "red")
    line.append(node.text)
    if node.note:
        line.append(f"  ({node.note})", "dim")
    for match in node.matches[:SAMPLES]:
        line.append(f"  {match.field}[{match.start}:{match.end}] {match.text}", "yellow")
    out.print(line)
    for child in node.children:
        _print_tree(out, child, depth + 1)
