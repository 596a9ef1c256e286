"""db: looking after the store."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.adapters.sqlite import SqliteStore, path_of
from monitor.cli.base import EXIT_FAILED, Commands, config_option, configuration, console, json_option, print_json
from monitor.errors import StoreError
from monitor.model import Config


@click.group(cls=Commands)
def db() -> None:
    """The store: check it, back it up, make it small."""


def _there(config: Config) -> Path:
    path = path_of(config.store)
    if not path.exists():
        raise StoreError(f"{path}: there is no store yet: `monitor run` or `monitor import` makes it")
    return path


@db.command()
@config_option
@json_option
def check(config_dir: str | None, as_json: bool) -> None:
    """Look at every page and every reference; exit 1 when something is broken."""
    config = configuration(config_dir)
    store = SqliteStore(_there(config))
    try:
        found = store.check()
    finally:
        store.close()
    if as_json:
        print_json([{"problems": found.problems, "remarks": found.remarks, "bytes": found.bytes, "rows": found.rows}])
    else:
        out = console()
        rows = ", ".join(f"{count} {table}" for table, count in found.rows.items())
        out.print(f"{store.path}: {found.bytes / 1e6:.1f} MB: {rows}", markup=False)
        for line in found.problems:
            out.print(f"broken: {line}", style="red", markup=False)
        for line in found.remarks:
            out.print(f"note: {line}", markup=False)
        out.print("broken: restore a backup" if found.problems else "well")
    if found.problems:
        sys.exit(EXIT_FAILED)


@db.command()
@click.argument("to", metavar="PATH", type=click.Path(path_type=Path))
@config_option
def backup(to: Path, config_dir: str | None) -> None:
    """Write a whole copy to PATH, while the daemon runs. It replaces no file."""
    config = configuration(config_dir)
    store = SqliteStore(_there(config))
    try:
        store.backup(to)
    finally:
        store.close()
    click.echo(
        f"{to}: {to.stat().st_size / 1e6:.1f} MB, checked; to restore it, stop the daemon and copy it to {store.path}"
    )


@db.command()
@config_option
def vacuum(config_dir: str | None) -> None:
    """Give the room of what was dropped back to the disk. The daemon must be stopped."""
    config = configuration(config_dir)
    store = SqliteStore(_there(config), daemon=True)
    try:
        before, after = store.vacuum()
    finally:
        store.close()
    click.echo(f"{store.path}: {before / 1e6:.1f} MB, now {after / 1e6:.1f} MB")
