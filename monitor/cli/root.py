"""`monitor`, and the commands that start things: run, poll, import, init, check, demo, status."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.logs import log_to_stderr
from monitor.adapters.sqlite import path_of
from monitor.cli.alerts import alerts
from monitor.cli.base import (
    EXIT_FAILED,
    Commands,
    ago,
    config_option,
    console,
    directory,
    json_option,
    opened_store,
    print_json,
    ready_to_fetch,
    span,
    with_application,
)
from monitor.cli.database import db
from monitor.cli.ending import ending_at_once
from monitor.cli.feeds import feeds
from monitor.cli.items import items, show, split
from monitor.cli.queries import try_, why
from monitor.cli.streams import all_streams
from monitor.core.pace import crowded
from monitor.errors import ConfigError, Mistake
from monitor.garbage import collect_rarely
from monitor.model import LATENCY_BOUNDS, Config, Latency, Outage, PollReport
from monitor.service.health import LATENCY_OVER, Health, examine
from monitor.settings import init as write_starter
from monitor.settings import load, salvage, watch

if TYPE_CHECKING:
    from monitor.service.app import Application

RETAIN_WITHIN = timedelta(seconds=10)
"""Of a `monitor poll`, once a day: who polls by cron has no daemon that would, and does not wait for a year's texts at once."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="monitor")
def monitor() -> None:
    """Reads your feeds in full, knows a copy when it sees one, alerts once per story."""


for command in (alerts, db, feeds, items, show, split, try_, why):
    monitor.add_command(command)


@monitor.command()
@click.option("--keep", is_flag=True, help="Stay up afterwards, until Ctrl-C.")
def demo(keep: bool) -> None:
    """The whole program on this machine alone, in under 20 seconds."""
    from monitor.demo.show import run_demo  # its servers are needed by no other command

    sys.exit(run_demo(keep, console()))


@monitor.command()
@click.argument("target", metavar="[DIR]", default="config", type=click.Path(file_okay=False, path_type=Path))
def init(target: Path) -> None:
    """Write a commented starter configuration; never overwrites."""
    try:
        written = write_starter(target)
    except OSError as error:
        raise click.ClickException(f"{error.filename or target}: {error.strerror}") from error
    for path in written:
        click.echo(f"wrote {path}")
    if not written:
        click.echo(f"{target}: everything is there already, nothing was written")
    click.echo(f"Next: edit {target}/feeds.toml and {target}/watchlists/, then `monitor check --config {target}`.")


@monitor.command()
@config_option
@json_option
def check(config_dir: str | None, as_json: bool) -> None:
    """Validate the configuration and run the watchlists' tests; opens no connection."""
    where = directory(config_dir)
    try:
        config = load(where, os.environ)
    except ConfigError as error:
        if as_json:
            print_json(asdict(mistake) for mistake in error.mistakes)
        raise
    if as_json:
        return
    click.echo(
        f"{where}: well: {len(config.feeds)} feeds, {len(config.watchlists)} watchlists, {len(config.channels)} channels"
    )
    for remark in [*config.remarks, *(site.remark for site in crowded(config.feeds, config.poll, config.network))]:
        click.echo(remark)


@monitor.command()
@config_option
def run(config_dir: str | None) -> None:
    """The daemon: polls and delivers until SIGTERM or SIGINT."""
    ready_to_fetch()
    # Fetching, parsing and delivering: half of the time to start.
    from monitor.adapters.http_apart import fetching_apart
    from monitor.service.app import open_application, system_clock
    from monitor.service.daemon import Daemon

    where = directory(config_dir)

    async def serve(config: Config, line: socket | None) -> None:
        def changes() -> AsyncIterator[Config | ConfigError]:
            return watch(where, os.environ, config)

        async with open_application(config, daemon=True, line=line) as app:
            await Daemon(app, changes).run()

    with fetching_apart(system_clock()) as line:
        config = load(where, os.environ)
        log_to_stderr()
        asyncio.run(serve(config, line.of_use(len(config.feeds))))


@monitor.command()
@click.argument("feed_ids", metavar="[FEED…]", nargs=-1)
@config_option
@json_option
def poll(feed_ids: Sequence[str], config_dir: str | None, as_json: bool) -> None:
    """Poll feeds once, now, and deliver what is due."""
    log_to_stderr()

    async def work(app: Application) -> tuple[list[PollReport], float]:
        began = app.clock.monotonic()
        reports = await app.poll(feed_ids)
        await app.deliver()
        seconds = app.clock.monotonic() - began
        await app.retain_if_due(RETAIN_WITHIN)
        return reports, seconds

    reports, seconds = with_application(config_dir, work)
    totals = {name: sum(getattr(report, name) for report in reports) for name in ("new", "copies", "alerts")}
    if as_json:
        rows = [
            {name: getattr(report, name) for name in ("id", "status", "new", "copies", "error")} for report in reports
        ]
        print_json([{"feeds": rows, **totals, "seconds": round(seconds, 3)}])
    else:
        _print_reports(reports, totals, seconds)
    if reports and all(report.status == "failed" for report in reports):
        sys.exit(EXIT_FAILED)


def _print_reports(reports: Sequence[PollReport], totals: dict[str, int], seconds: float) -> None:
    out = console()
    if not reports:
        out.print("No feed is configured: add one to feeds.toml.")
        return
    table = Table("feed", "status", "new", "copies", "alerts", "remark", box=None, pad_edge=False)
    for report in reports:
        style = "red" if report.status == "failed" else ""
        row = (report.id, report.status, *map(str, (report.new, report.copies, report.alerts)), report.error or "")
        table.add_row(*(Text(cell, style) for cell in row))
    out.print(table)
    out.print(f"{totals['new']} new, {totals['copies']} copies, {totals['alerts']} alerts in {seconds:.1f} s")


@monitor.command("import")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@config_option
@json_option
def import_(paths: Sequence[Path], config_dir: str | None, as_json: bool) -> None:
    """Store documents (.txt, .html, .jsonl, folders) as known items: they never alert, nor do their later copies."""
    log_to_stderr()
    counts = {"documents": 0, "new": 0, "copies": 0, "known": 0}
    unreadable: list[str] = []

    async def work(app: Application) -> None:
        from monitor.pipeline.imports import count_documents

        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            total = await asyncio.to_thread(count_documents, paths) if sys.stderr.isatty() else None
            task = progress.add_task("importing", total=total)
            async for chunk in app.import_documents(paths):
                counts["documents"] += chunk.documents
                kinds = [taken.kind for taken in chunk.taken]
                counts["new"] += kinds.count("new")
                counts["copies"] += kinds.count("copy")
                counts["known"] += kinds.count("seen")
                unreadable.extend(chunk.unreadable)
                for line in chunk.unreadable:
                    click.echo(f"monitor: {line}", err=True)
                progress.update(task, completed=counts["documents"], description=f"{counts['documents']} documents")

    with_application(config_dir, work)
    if as_json:
        print_json([{**counts, "unreadable": unreadable}])
    else:
        click.echo(
            f"{counts['documents']} documents: {counts['new']} new, {counts['copies']} copies,"
            f" {counts['known']} known before, {len(unreadable)} left out"
        )
    if unreadable:
        sys.exit(EXIT_FAILED)


@monitor.command()
@config_option
@json_option
def status(config_dir: str | None, as_json: bool) -> None:
    """Is it well? Exits 1 when not."""
    config, mistakes = _whatever_is_configured(directory(config_dir))
    now = SystemClock().now()
    with opened_store(config) as store:
        latency = store.latency(now - LATENCY_OVER)
        health = examine(store, config.channels, now, mistakes)
    if as_json:
        print_json([_health_record(health, latency)])
    else:
        _print_health(health, latency, None if mistakes else config, now)
    if not health.well:
        sys.exit(EXIT_FAILED)


def _whatever_is_configured(where: Path) -> tuple[Config, tuple[Mistake, ...]]:
    """A daemon may be living on its last good configuration: mistakes do not keep us from looking at it.

    Raises ConfigError when they hide the store, or there is none.
    """
    try:
        return load(where, os.environ), ()
    except ConfigError as error:
        config = salvage(where)
        if config is None or not config.store.startswith("sqlite:") or not path_of(config.store).exists():
            raise
        return config, error.mistakes


def _health_record(health: Health, latency: Latency) -> dict[str, Any]:
    return {
        "well": health.well,
        "daemon": health.daemon,
        "last_tick": health.last_tick,
        "feeds": health.numbers.feeds,
        "failing": [feed.id for feed in health.failing],
        "gaps": [feed.id for feed in health.told if feed.gap],
        **health.counts,
        "latency": {
            "count": latency.count,
            "median_seconds": latency.median,
            "within_seconds": dict(zip(map(str, LATENCY_BOUNDS), latency.within, strict=True)),
        },
        "outages": [_outage_record(outage) for outage in health.outages],
        "problems": health.problems,
        "warnings": health.warnings,
    }


def _outage_record(outage: Outage) -> dict[str, Any]:
    told = {"opened_at": outage.opened_at, "ended_at": outage.ended_at}
    return {"id": outage.id, **asdict(outage.trouble), **told}


def _owed(pages: int) -> str:
    return f"; {pages} to be read in full when their pages can be had" if pages else ""


def _print_health(health: Health, latency: Latency, config: Config | None, now: datetime) -> None:
    """`config` None: what stands in its files is not what a daemon has."""
    out = console()
    out.print(Text("well" if health.well else "not well", "bold green" if health.well else "bold red"))
    counts = health.counts
    feeds = health.numbers
    lines: tuple[tuple[str, str], ...] = (
        ("daemon", f"{health.daemon}, last tick {ago(health.last_tick, now)}"),
        ("feeds", f"{feeds.feeds}, {feeds.failing} failing, {feeds.due} due"),
        ("items", f"{counts['items']}, of which {counts['copies']} copies{_owed(counts['pages_owed'])}"),
        ("alerts", ", ".join(f"{counts[state]} {state}" for state in ("pending", "held", "delivered", "dead"))),
    )
    if config is not None:
        lines = (*lines, ("watchlists", f"{len(config.watchlists)}, channels {len(config.channels)}"))
    if latency.median is not None:
        median = span(timedelta(seconds=latency.median))
        line = f"half within {median} of publication, of {latency.count} items in {LATENCY_OVER.days} days"
        lines = (*lines, ("latency", line))
    for name, line in lines:
        out.print(f"{name:<12}{line}", markup=False)
    for problem in health.problems:
        out.print(Text(f"problem: {problem}", "red"))
    for outage in health.outages:
        trouble, ended = outage.trouble, outage.ended_at
        state = f"ended {ago(ended, now)}" if ended else f"since {ago(trouble.since, now)}"
        out.print(
            Text(f"outage: {trouble.subject} {trouble.kind}, {state}: {trouble.what}", "green" if ended else "red")
        )
    for warning in health.warnings:
        out.print(Text(f"warning: {warning}", "yellow"))


def main() -> None:
    """The console script."""
    all_streams()
    collect_rarely()
    with ending_at_once():
        monitor(prog_name="monitor")
