"""items, show, split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
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
from monitor.content.wording import headline
from monitor.core import stories
from monitor.core.revisions import differences
from monitor.errors import UsageError
from monitor.model import Item, ItemFilter, Match, Verdict
from monitor.pipeline.history import matching
from monitor.pipeline.rules import Rules

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
        cells = (item.id, ago(item.first_seen_at, now), item.language, headline(item)[:80], ", ".join(item.feeds),
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
        told = stories.tell(store.story(item.story))
        sightings = store.sightings(item.story)
        revisions = store.revisions(item.id)
    versions = [(title, text) for _, title, text in revisions] + [(item.title, item.text)]
    edits = [differences(old, new) for old, new in pairwise(versions)]
    _, verdicts = rules.match(item)
    if as_json:
        print_json([
            {
                **record(item),
                "copy_test": item.copy_test,
                "copy_shared": item.copy_shared,
                "problem": item.problem,
                "matches": [{"watchlist": verdict.watchlist, "matches": verdict.matches} for verdict in verdicts],
                "story_items": [_appearance(one) for one in told.appearances],
                "first_published": told.first_published,
                "also_at": sightings,
                "revisions": [
                    {"until": when, "title": title, "changes": [{"before": old, "after": new} for old, new in changed]}
                    for (when, title, _), changed in zip(revisions, edits, strict=True)
                ],
            }
        ])  # fmt: skip
        return
    out = console()
    _print_head(out, item)
    _print_story(out, item, told)
    for (when, title, _), changed in zip(revisions, edits, strict=True):
        out.print(f"revised       {when:%Y-%m-%d %H:%M} UTC; before: {title}", markup=False)
        for old, new in changed:
            for mark, style, said in (("-", "red", old), ("+", "green", new)):
                if said:
                    out.print(Text(f"  {mark} {said}", style))
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


def _appearance(one: stories.Appearance) -> dict[str, Any]:
    """One line of a story as `show --json` gives it."""
    late = one.published_late
    return {
        "id": one.item.id,
        "url": one.item.url,
        "site": one.site,
        "feeds": one.item.feeds,
        "first_seen_at": one.item.first_seen_at,
        "late_seconds": one.late.total_seconds(),
        "published_late_seconds": None if late is None else late.total_seconds(),
        "changes": {
            "title": one.changes.title,
            "added": one.changes.added,
            "removed": one.changes.removed,
            "reworded": one.changes.changed,
        },
    }


def _print_story(out: Console, item: Item, told: stories.StoryTold) -> None:
    """Why it is a copy; who had the story first, who took it, how late, and what they changed."""
    if item.copy_of:
        shared = f"; shared: {' · '.join(item.copy_shared)}" if item.copy_shared else ""
        out.print(f"copy of       {item.copy_of}: {item.copy_test} {item.similarity:.2f}{shared}", markup=False)
    for one in told.appearances:
        late = "first" if one is told.first else f"+{span(one.late)}"
        where = one.item.url or ", ".join(one.item.feeds) or one.item.text_from
        out.print(f"story         {late:<8}{one.item.id}  {where}{_changed(one.changes)}", markup=False)
    if told.first_published not in (None, told.first.item.id):
        out.print(f"story         {told.first_published} bears the earliest date", markup=False)


def _changed(changes: stories.Changes) -> str:
    """``; another headline, 2 paragraphs added``."""
    said = ["another headline"] if changes.title else []
    counts = (("added", changes.added), ("left out", changes.removed), ("reworded", changes.changed))
    said += [f"{len(which)} paragraph{'s' if len(which) > 1 else ''} {word}" for word, which in counts if which]
    return f"; {', '.join(said)}" if said else ""


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
        if item.id == item.story:
            raise UsageError(f"{item.id} is no copy: it is the first of its story")
        followers = stories.split(store.story(item.story), item.id)
        store.split(item.id, followers)
    with_it = f", with {len(followers)} copies of it" if followers else ""
    click.echo(f"{item.id} is now the first of a story of its own{with_it}; it raises no alert")
