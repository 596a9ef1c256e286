"""items, show, split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.adapters.clock import SystemClock
from monitor.cli.base import (
    Span,
    ago,
    config_option,
    configuration,
    console,
    item_named,
    json_option,
    opened_store,
    print_json,
    span,
)
from monitor.errors import UsageError
from monitor.model import Item, ItemFilter, Match, Verdict
from monitor.pipeline import Rules
from monitor.pipeline.history import matching

SHOWN = 50  # items in a table when no limit is asked for; JSON has them all

_RECORD = (
    "id", "url", "title", "text", "language", "language_confidence", "authors", "published_at", "first_seen_at", "feeds",
    "tags", "watchlists", "story", "copy_of", "similarity", "text_from",
)  # fmt: skip


def record(item: Item) -> dict[str, Any]:
    """An item as `items --json` gives it."""
    return {name: getattr(item, name) for name in _RECORD}


@click.command()
@click.argument("query", required=False)
@click.option("--watchlist", metavar="W", help="Items this watchlist matched when they were stored.")
@click.option("--since", type=Span(), help="Items first seen since, such as 7d.")
@click.option("--copies/--no-copies", default=True, help="With copies (as it is), or without.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many ({SHOWN} in a table; all in JSON).")
@config_option
@json_option
def items(
    query: str | None,
    watchlist: str | None,
    since: timedelta | None,
    copies: bool,
    limit: int | None,
    config_dir: str | None,
    as_json: bool,
) -> None:
    """Stored items, newest first."""
    config = configuration(config_dir)
    now = SystemClock().now()
    if watchlist is not None and watchlist not in {one.id for one in config.watchlists}:
        raise UsageError(f"no watchlist {watchlist!r} is configured")
    wanted = ItemFilter(
        watchlist=watchlist,
        since=now - since if since else None,
        copies=copies,
        limit=limit or (None if as_json else SHOWN),
    )
    with opened_store(config) as store:
        found = matching(store, query, config.terms, wanted) if query else store.items(wanted)
        if as_json:
            print_json(record(item) for item in found)
        else:
            _print_items(found, now)


def _print_items(found: Iterator[Item], now: datetime) -> None:
    table = Table("item", "seen", "lang", "title", "where", "tags", "copy of", box=None, pad_edge=False)
    for item in found:
        copy = f"{item.copy_of} ({item.similarity:.2f})" if item.copy_of and item.similarity is not None else ""
        cells = (item.id, ago(item.first_seen_at, now), item.language, item.title[:80], ", ".join(item.feeds),
                 ", ".join(item.tags), copy)  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    console().print(table if table.row_count else "No item.")


@click.command()
@click.argument("item_id", metavar="ITEM")
@config_option
@json_option
def show(item_id: str, config_dir: str | None, as_json: bool) -> None:
    """One item: text, tags, story, and the words that matched."""
    config = configuration(config_dir)
    rules = Rules.of(config)
    with opened_store(config) as store:
        item = item_named(store, item_id)
        story = store.story(item.story)
        sightings = store.sightings(item.story)
        revisions = store.revisions(item.id)
    _, verdicts = rules.match(item)
    if as_json:
        print_json([
            {
                **record(item),
                "copy_test": item.copy_test,
                "copy_shared": item.copy_shared,
                "problem": item.problem,
                "matches": [{"watchlist": verdict.watchlist, "matches": verdict.matches} for verdict in verdicts],
                "story_items": [
                    {"id": one.id, "url": one.url, "feeds": one.feeds, "first_seen_at": one.first_seen_at} for one in story
                ],
                "also_at": sightings,
                "revisions": [{"until": when, "title": title} for when, title, _ in revisions],
            }
        ])  # fmt: skip
        return
    out = console()
    _print_head(out, item)
    _print_story(out, item, story)
    for when, title, _ in revisions:
        out.print(f"revised       {when:%Y-%m-%d %H:%M} UTC; before: {title}", markup=False)
    _print_body(out, item, verdicts)


def _print_head(out: Console, item: Item) -> None:
    published = f"{item.published_at:%Y-%m-%d %H:%M} UTC" if item.published_at else "unknown"
    lines = (
        ("item", item.id),
        ("url", item.url or "none"),
        ("language", f"{item.language} ({item.language_confidence:.2f})"),
        ("authors", ", ".join(item.authors)),
        ("published", published),
        ("first seen", f"{item.first_seen_at:%Y-%m-%d %H:%M} UTC"),
        ("feeds", ", ".join(item.feeds)),
        ("tags", ", ".join(item.tags)),
        ("watchlists", ", ".join(item.watchlists)),
        ("text from", item.text_from + (f" ({item.problem})" if item.problem else "")),
    )
    for name, line in lines:
        if line:
            out.print(f"{name:<14}{line}", markup=False)


def _print_story(out: Console, item: Item, story: list[Item]) -> None:
    if item.copy_of:
        shared = f"; shared: {' · '.join(item.copy_shared)}" if item.copy_shared else ""
        out.print(f"copy of       {item.copy_of}: {item.copy_test} {item.similarity:.2f}{shared}", markup=False)
    first = story[0]
    for one in story:
        late = "first" if one is first else f"+{span(one.first_seen_at - first.first_seen_at)}"
        where = one.url or ", ".join(one.feeds) or one.text_from
        out.print(f"story         {late:<8}{one.id}  {where}", markup=False)


def _print_body(out: Console, item: Item, verdicts: tuple[Verdict, ...]) -> None:
    matches = [match for verdict in verdicts for match in verdict.matches]
    out.print()
    out.print(marked(item.title, [match for match in matches if match.field == "title"], "bold"))
    out.print(marked(item.text, [match for match in matches if match.field == "body"], ""))


def marked(text: str, matches: list[Match], style: str) -> Text:
    """Text with the words that matched marked."""
    shown = Text(text, style)
    for match in matches:
        shown.stylize("bold reverse yellow", match.start, match.end)
    return shown


@click.command()
@click.argument("item_id", metavar="ITEM")
@config_option
def split(item_id: str, config_dir: str | None) -> None:
    """Undo a wrong merge: make a copy an item of its own, with a story of its own."""
    config = configuration(config_dir)
    with opened_store(config) as store:
        item = item_named(store, item_id)
        if item.copy_of is None:
            raise UsageError(f"{item.id} is no copy: it is the first of its story")
        store.split(item.id)
    click.echo(f"{item.id} is now the first of a story of its own; it raises no alert")
