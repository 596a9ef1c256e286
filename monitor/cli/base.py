"""What every command shares: options, exit codes, the configuration, records on standard output."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

from monitor.adapters.sqlite import SqliteStore, path_of
from monitor.cli.streams import speaks_unicode
from monitor.errors import ConfigError, MonitorError, UsageError
from monitor.garbage import keep_what_there_is
from monitor.model import Config, Item
from monitor.settings import find_directory, load

if TYPE_CHECKING:
    from socket import socket

    from monitor.service.app import Application

T = TypeVar("T")

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CONFIG = 78

config_option = click.option(
    "--config", "config_dir", metavar="DIR", help="The configuration directory (else $MONITOR_CONFIG, ./config, …)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Records as JSON Lines on standard output.")


class Commands(click.Group):
    """A group whose commands' errors become one line each and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(str(error), err=True)
            count = len(error.mistakes)
            click.echo(f"{count} mistake{'s' if count != 1 else ''} in the configuration", err=True)
            ctx.exit(EXIT_CONFIG)
        except UsageError as error:
            click.echo(f"monitor: {error}", err=True)
            ctx.exit(EXIT_USAGE)
        except MonitorError as error:
            click.echo(f"monitor: {error}", err=True)
            ctx.exit(EXIT_FAILED)
        except OSError as error:
            if isinstance(error, BrokenPipeError):  # whoever read it has read enough
                raise
            click.echo(f"monitor: {error}", err=True)  # above all: there is no room for what is printed
            ctx.exit(EXIT_FAILED)


def directory(option: str | None) -> Path:
    """Where the configuration is."""
    return find_directory(option, os.environ, Path.cwd(), _home())


def _home() -> Path | None:
    """None for a user whom the system does not know, as a container's may be."""
    found = os.path.expanduser("~")
    return Path(found) if os.path.isabs(found) else None


def configuration(option: str | None) -> Config:
    """The configuration, valid."""
    return load(directory(option), os.environ)


def ready_to_fetch() -> None:
    """What this process and its forks need of the machine; to be called before aiohttp is imported."""
    from monitor.adapters.certificates import trust_somebody
    from monitor.adapters.openfiles import allow_many

    allow_many()
    trust_somebody()
    # Else the processes that read look for Python's own modules in the working directory first: for anybody's `random.py`.
    os.environ.setdefault("PYTHONSAFEPATH", "1")


def with_application(option: str | None, work: Callable[[Application], Awaitable[T]]) -> T:
    """Run one piece of work on a whole application, and put it away."""
    ready_to_fetch()
    # Fetching, parsing and delivering: half of the time to start.
    from monitor.adapters.http_apart import fetching_apart
    from monitor.service.app import open_application, system_clock

    async def run(config: Config, line: socket | None) -> T:
        async with open_application(config, line=line) as app:
            return await work(app)

    with fetching_apart(system_clock()) as line:
        config = configuration(option)
        keep_what_there_is()
        return asyncio.run(run(config, line.of_use(len(config.feeds))))


@contextmanager
def opened_store(config: Config) -> Iterator[SqliteStore]:
    """The store, to look into."""
    store = SqliteStore(path_of(config.store))
    try:
        yield store
    finally:
        store.close()


def item_named(store: SqliteStore, item_id: str) -> Item:
    """The item of an id or of its beginning; raises UsageError when there is not exactly one."""
    item = store.item(item_id)
    if item is None:
        raise UsageError(f"no item {item_id!r} (or more than one begins so)")
    return item


def console() -> Console:
    """Standard output for people; wide enough for whole rows when it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def print_json(records: Iterable[Mapping[str, Any]]) -> None:
    """JSON Lines."""
    for record in records:
        click.echo(json.dumps(record, ensure_ascii=not speaks_unicode(), default=to_json))


def to_json(value: object) -> Any:
    """Times as RFC 3339 in UTC, durations in seconds."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not for output")


def rfc3339(moment: datetime) -> str:
    """``2026-01-01T08:00:00Z``, with a fraction where there is one."""
    return moment.isoformat().replace("+00:00", "Z")


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, for people."""
    return "never" if moment is None else f"{span(now - moment)} ago" if moment <= now else f"in {span(moment - now)}"


def span(length: timedelta) -> str:
    """The two largest units would be noise: one."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Span(click.ParamType[timedelta]):
    """A duration such as 7d."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = _SPAN.fullmatch(str(value).strip())
        if not found:
            self.fail(f'{value!r} is no duration such as "30m", "12h" or "7d"', param, ctx)
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
