"""alerts: the outbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from monitor.adapters.clock import SystemClock
from monitor.adapters.logs import log_to_stderr
from monitor.cli.base import (
    EXIT_FAILED,
    Commands,
    ago,
    config_option,
    configuration,
    console,
    json_option,
    opened_store,
    print_json,
    with_application,
)
from monitor.errors import UsageError
from monitor.model import Alert, AlertState, Deferred, Delivered, DeliveryOutcome, Refused

if TYPE_CHECKING:
    from monitor.service.app import Application

_DEAD: tuple[AlertState, ...] = ("dead",)
_RECORD = (
    "id", "watchlist", "channel", "story", "item", "state", "attempts", "next_attempt_at", "last_error", "created_at",
    "delivered_at", "occasion",
)  # fmt: skip


@click.group(cls=Commands, invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def alerts(ctx: click.Context, config_dir: str | None, as_json: bool) -> None:
    """The outbox: what was sent, what waits, what is dead."""
    if ctx.invoked_subcommand is None:
        _list(config_dir, as_json)


@alerts.command("list")
@config_option
@json_option
def list_(config_dir: str | None, as_json: bool) -> None:
    """All alerts, newest first."""
    _list(config_dir, as_json)


def _list(config_dir: str | None, as_json: bool) -> None:
    with opened_store(configuration(config_dir)) as store:
        found = store.alerts()
    if as_json:
        print_json(_record(alert) for alert in found)
        return
    now = SystemClock().now()
    table = Table("alert", "watchlist", "channel", "state", "attempts", "created", "next", "item", "remark",
                  box=None, pad_edge=False)  # fmt: skip
    for alert in found:
        due = ago(alert.next_attempt_at, now) if alert.state in ("pending", "held") and alert.next_attempt_at else ""
        cells = (alert.id, alert.watchlist, alert.channel, alert.state, str(alert.attempts), ago(alert.created_at, now),
                 due, alert.item, alert.last_error or "")  # fmt: skip
        table.add_row(*(Text(cell, "red" if alert.state == "dead" else "") for cell in cells))
    console().print(table if found else "No alert yet.")


def _record(alert: Alert) -> dict[str, Any]:
    return {name: getattr(alert, name) for name in _RECORD}


@alerts.command()
@click.argument("ids", metavar="[ID…]", nargs=-1)
@config_option
def retry(ids: Sequence[str], config_dir: str | None) -> None:
    """Send dead alerts again: these, or all."""
    log_to_stderr()

    async def work(app: Application) -> int:
        dead = {alert.id for alert in await app.write(app.store.alerts, _DEAD)}
        for alert in ids:
            if alert not in dead:
                raise UsageError(f"no dead alert {alert!r}: see `monitor alerts`")
        revived = await app.write(app.store.retry_alerts, ids, app.clock.now())
        await app.deliver()
        return revived

    click.echo(f"{with_application(config_dir, work)} alerts sent again: see `monitor alerts`")


@alerts.command()
@click.argument("channel")
@config_option
def test(channel: str, config_dir: str | None) -> None:
    """Send a test message to a channel."""

    async def work(app: Application) -> DeliveryOutcome:
        return await app.send_test(channel)

    match with_application(config_dir, work):
        case Delivered():
            click.echo(f"{channel}: delivered")
        case Deferred(error=error) | Refused(error=error):
            click.echo(f"monitor: {channel}: {error}", err=True)
            sys.exit(EXIT_FAILED)
