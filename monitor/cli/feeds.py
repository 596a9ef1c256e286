"""feeds: their state, OPML, discovery."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from monitor.adapters.clock import SystemClock
from monitor.cli.base import (
    Commands,
    ago,
    config_option,
    configuration,
    console,
    directory,
    json_option,
    opened_store,
    print_json,
    with_application,
)
from monitor.core.dating import are_late
from monitor.core.sameness import policy
from monitor.core.trust import distrusted
from monitor.core.urls import mask_url
from monitor.errors import MonitorError, ReadError, UsageError
from monitor.model import Feed, FeedState
from monitor.service.remarks import moved, remark
from monitor.settings import add_feeds

if TYPE_CHECKING:
    from monitor.pipeline.finding import Found
    from monitor.service.app import Application


@click.group(cls=Commands, invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def feeds(ctx: click.Context, config_dir: str | None, as_json: bool) -> None:
    """State of each feed; OPML; discovery."""
    if ctx.invoked_subcommand is None:
        _list(config_dir, as_json)


@feeds.command("list")
@config_option
@json_option
def list_(config_dir: str | None, as_json: bool) -> None:
    """Last success, lag, next poll, failures, gaps."""
    _list(config_dir, as_json)


def _list(config_dir: str | None, as_json: bool) -> None:
    config = configuration(config_dir)
    now = SystemClock().now()
    with opened_store(config) as store:
        known = {state.id: state for state in store.feed_states()}
        leases = {one.feed: one.lease_until for one in store.subscriptions()}
    rows = [(feed, known.get(feed.id, FeedState(id=feed.id))) for feed in config.feeds]
    if as_json:
        print_json({**_record(feed, state, now), "pushed_until": leases.get(feed.id)} for feed, state in rows)
        return
    table = Table("feed", "success", "next", "failures", "gap", "remark", box=None, pad_edge=False)
    for feed, state in rows:
        cells = (
            feed.id,
            ago(state.last_success_at, now),
            ago(state.next_poll_at, now) if state.next_poll_at else "now",
            str(state.failures or ""),
            "gap" if state.gap else "",
            remark(feed, state, now),
        )
        table.add_row(*(Text(cell, "red" if state.failures else "") for cell in cells))
    console().print(table if rows else "No feed is configured: add one to feeds.toml.")


def _record(feed: Feed, state: FeedState, now: datetime) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": mask_url(feed.url, secret=feed.secret),
        "title": state.title,
        "tags": feed.tags,
        "status": "failed" if state.failures else "ok" if state.last_success_at else "new",
        "last_poll_at": state.last_poll_at,
        "last_success_at": state.last_success_at,
        "last_new_at": state.last_new_at,
        "lag_seconds": (now - state.last_success_at).total_seconds() if state.last_success_at else None,
        "next_poll_at": state.next_poll_at,
        "interval_seconds": state.interval.total_seconds() if state.interval else None,
        "failures": state.failures,
        "gap": state.gap,
        "gaps": state.learnt.gaps,
        "gap_at": state.learnt.gap_at,
        "gap_from": state.learnt.gap_from,
        "gap_filled": state.learnt.gap_filled if state.learnt.gaps else None,
        "frozen_since": state.frozen_since,
        "validators": "lied" if distrusted(state, now) else "trusted",
        "identity": _identity(state),
        "moved_to": mask_url(state.learnt.moved_to or "") if moved(feed, state) else None,
        "pages_missed": state.learnt.pages_missed,
        "pages_error": state.learnt.pages_error or None,
        "last_error": state.last_error,
    }


def _identity(state: FeedState) -> dict[str, str]:
    """By what its entries are known again and whether their dates are of when they came, as its history taught."""
    found = policy(state.learnt.identity)
    dates = "late" if are_late(state.learnt.late_polls) else "believed"
    return {"by": found.by, "guids": found.guids, "urls": found.urls, "edits": found.edits, "dates": dates}


@feeds.command("import")
@click.argument("opml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@config_option
def import_(opml: Path, config_dir: str | None) -> None:
    """Add an OPML file's feeds to the configuration; folders become tags; those already there are left."""
    from monitor.content.opml import read_opml

    where = directory(config_dir)
    config = configuration(config_dir)
    try:
        read = read_opml(opml.read_bytes())
    except (ReadError, OSError) as error:
        raise MonitorError(f"{opml}: {error}") from error
    found = [Feed(id=one.id, url=one.url, tags=tuple(one.tags)) for one in read.feeds]
    written, added = add_feeds(where, config, found)
    if read.damage:
        line, what = read.damage
        click.echo(f"monitor: {opml}:{line}: not well-formed XML: {what}; what could be read was taken", err=True)
    for url in read.left_out:
        click.echo(f"monitor: {opml}: left out, no http or https URL: {mask_url(url)}", err=True)
    click.echo(f"{added} added to {written}, {len(found) - added} already there")


@feeds.command("release")
@click.argument("feed_ids", metavar="FEED…", nargs=-1, required=True)
@config_option
def release(feed_ids: tuple[str, ...], config_dir: str | None) -> None:
    """Let documents out of quarantine that killed a worker twice: they are read again at the next poll, which is due."""
    config = configuration(config_dir)
    known = {feed.id for feed in config.feeds}
    for feed in feed_ids:
        if feed not in known:
            raise UsageError(f"no feed {feed!r} is configured")
    with opened_store(config) as store:
        click.echo(f"{store.release_quarantined(feed_ids)} documents released")


@feeds.command("export")
@config_option
def export(config_dir: str | None) -> None:
    """All feeds as OPML on standard output; tags become folders. Those whose URL is a secret are left out."""
    from monitor.content.opml import OpmlFeed, write_opml

    config = configuration(config_dir)
    feeds = [OpmlFeed(feed.url, feed.id, feed.tags, feed.id) for feed in config.feeds if not feed.secret]
    click.echo(write_opml(feeds, "monitor"), nl=False)
    for feed in config.feeds:
        if feed.secret:
            click.echo(f"monitor: {feed.id}: left out, its URL is a secret", err=True)


@feeds.command("find")
@click.argument("url")
@config_option
@json_option
def find(url: str, config_dir: str | None, as_json: bool) -> None:
    """The feeds of a site: link tags, news sitemaps, well-known paths."""
    from monitor.content.clean import feed_url

    address = (feed_url(url) or url) if ":/" in url else f"https://{url}"

    async def at(app: Application, address: str) -> list[Found]:
        from monitor.pipeline.finding import Finder

        try:
            return await Finder(app.fetcher, app.workers).find(address)
        except MonitorError as error:
            raise MonitorError(f"{mask_url(address)}: {error}") from error

    async def work(app: Application) -> list[Found]:
        try:
            return await at(app, address)
        except MonitorError:
            if ":/" not in url:  # nobody said https but we
                with suppress(MonitorError):
                    return await at(app, f"http://{url}")
            raise

    found = with_application(config_dir, work)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            click.echo(f"{one.url}  {one.title}")
    if not found:
        click.echo(f"monitor: no feed found at {mask_url(address)}", err=True)
        sys.exit(1)
