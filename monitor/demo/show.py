"""The demo's road: import, poll, recognise, alert, receive, poll again. It checks itself and fails when something is amiss."""

from __future__ import annotations

import asyncio
import os
import shlex
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.adapters.clock import SystemClock
from monitor.adapters.logs import log_to_stderr
from monitor.demo.servers import Receivers, receivers, site
from monitor.demo.stories import COPIES, OTHER, TOPIC, outlets, seed_file
from monitor.model import Alert, Config, Item, ItemFilter, PollReport
from monitor.service.app import Application, open_application
from monitor.service.daemon import Daemon
from monitor.settings import load, watch

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  the demo's own, published: Standard Webhooks' example  # nosec B105
NOTHING_MORE = "a second poll brings nothing new"

_WATCHLIST = """name = "North Korean troops in Russia's war"
query = '''
  (NATO OR НАТО OR Rutte OR "Alleanza Atlantica")
  AND (nordcorean* OR "Corea del Nord" OR "North Korea*" OR RPDC OR DPRK OR КНДР OR північнокорейськ*)
'''
tags = ["dprk"]
alert = ["desk", "ops"]
"""


class Surprise(Exception):
    """Something the demo shows did not hold."""


def expect(condition: bool, what: str) -> None:
    """Fail loudly: the demo is a test of itself."""
    if not condition:
        raise Surprise(what)


def write_configuration(directory: Path, sites: dict[str, str], got: Receivers) -> None:
    """The files a user would write."""
    (directory / "watchlists").mkdir(parents=True)
    (directory / "monitor.toml").write_text(
        f'store = "sqlite:{directory.parent}/monitor.db"\n\n'
        '[network]\nallow = ["127.0.0.0/8"]       # the demo lives on loopback\n\n'
        '[poll]\nhost_delay = "0s"\nevery = "5m"\n\n'
        '[alerts]\nfirst_poll = "recent"\n\n'
        '[channels.desk]\ntype = "email"\nto = ["desk@example.org"]\nfrom = "monitor@example.org"\n'
        f'smtp = "smtp://127.0.0.1:{got.smtp_port}"\n\n'
        f'[channels.ops]\ntype = "webhook"\nurl = "{got.webhook_url}"\nsecret = "{SECRET}"\n\n'
        '[web]\nlisten = ""\n',
        encoding="utf-8",
    )
    feeds = "".join(
        f'[[feed]]\nid = "{name}"\nurl = "{base}/feed"\ntags = ["demo"]\n\n' for name, base in sites.items()
    )
    (directory / "feeds.toml").write_text(feeds, encoding="utf-8")
    (directory / "watchlists" / "dprk-troops.toml").write_text(_WATCHLIST, encoding="utf-8")


@contextmanager
def world(directory: Path) -> Iterator[tuple[Config, Receivers]]:
    """Sites and receivers up, the configuration written and loaded."""
    with ExitStack() as stack:
        got = stack.enter_context(receivers(SECRET))
        sites = {outlet.id: stack.enter_context(site(outlet)) for outlet in outlets(SystemClock().now())}
        write_configuration(directory, sites, got)
        yield load(directory, os.environ), got


def run_demo(keep: bool, out: Console) -> int:
    """Exit code 0 when everything shown is as it should be."""
    began = time.monotonic()
    log_to_stderr(quiet=True)
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as place:
        directory = Path(place) / "config"
        try:
            with world(directory) as (config, got):
                asyncio.run(_demo(config, got, out, keep, began))
        except Surprise as surprise:
            out.print(Text(f"the demo failed: {surprise}", "bold red"))
            return 1
        except KeyboardInterrupt:
            return 0
    return 0


async def _demo(config: Config, got: Receivers, out: Console, keep: bool, began: float) -> None:
    async with open_application(config, daemon=keep) as app:
        seed = await _import_seed(app, out)
        reports = await app.poll()
        await app.deliver()
        _show_poll(out, reports)
        items = list(app.store.items(ItemFilter()))
        _show_copies(out, items, seed)
        _show_alerts(out, items, app.store.alerts(), got)
        again = await app.poll()
        await app.deliver()
        expect(all(report.new == report.copies == report.alerts == 0 for report in again), NOTHING_MORE)
        expect(len(got.mails) == len(got.webhooks) == len(TOPIC), "nobody is told twice")
        out.print(
            f"\n[bold]5. A second poll[/] brings nothing, and nobody is told twice. [dim]{time.monotonic() - began:.1f} s in all[/]"
        )
        _show_next(out, config, keep)
        if keep:
            assert config.directory is not None
            directory = config.directory
            await Daemon(app, lambda: watch(directory, os.environ, config)).run()


async def _import_seed(app: Application, out: Console) -> Item:
    out.print("[bold]1. Import[/]  the founding document, as something already known")
    taken = [one async for chunk in app.import_documents([Path(str(seed_file()))]) for one in chunk.taken]
    seed = app.store.item(taken[0].item) if taken else None
    expect(seed is not None and seed.language == "it", "the seed is stored, in Italian")
    assert seed is not None
    expect("Argomenti simili" not in seed.text, "the seed's boilerplate is cut off")
    out.print(f"   {seed.id}  {seed.title}", markup=False)
    return seed


def _show_poll(out: Console, reports: list[PollReport]) -> None:
    out.print("\n[bold]2. Poll[/]    six sites on loopback: RSS, Atom, RDF; pages with navigation and boilerplate")
    for report in reports:
        out.print(
            f"   {report.id:<10} {report.status:<8} {report.new} new, {report.copies} copies {report.error or ''}"
        )
        expect(report.status == "ok", f"feed {report.id} can be polled ({report.error})")
    expect(sum(report.copies for report in reports) == len(COPIES), f"{len(COPIES)} copies are recognised")
    expect(sum(report.new for report in reports) == len(TOPIC) + len(OTHER), "everything else is new")


def _show_copies(out: Console, items: list[Item], seed: Item) -> None:
    out.print("\n[bold]3. Copies[/]  recognised by what they say; they raise no alert")
    out.print(f"   copies of {seed.id}, {seed.title[:60]}…", markup=False)
    table = Table("site", "how it came", "similarity", "test", box=None, pad_edge=False)
    for item in sorted(items, key=_slug):
        if item.copy_of:
            expect(item.copy_of == seed.id, f"{_slug(item)} is a copy of the seed")
            table.add_row(", ".join(item.feeds), _slug(item), f"{item.similarity:.2f}", item.copy_test)
    out.print(table)
    expect(sorted(_slug(item) for item in items if item.copy_of) == sorted(COPIES), "each copy is found")
    others = [item for item in items if _slug(item) in OTHER]
    wrong = [item for item in others if item.language != _slug(item)[-2:] or item.watchlists]
    expect(not wrong, "unrelated stories have their language and match nothing")
    out.print(
        f"   unrelated, nothing to say: {', '.join(f'{item.title[:34]}… ({item.language})' for item in others)}",
        markup=False,
    )


def _show_alerts(out: Console, items: list[Item], alerts: list[Alert], got: Receivers) -> None:
    out.print("\n[bold]4. Alerts[/]  three new stories on the watchlist's topic, one mail and one webhook each")
    by_id = {item.id: item for item in items}
    for alert in sorted(alerts, key=lambda one: (one.item, one.channel)):
        expect(alert.state == "delivered", f"alert {alert.id} is delivered ({alert.last_error})")
        if alert.channel != "desk":
            continue
        item = by_id[alert.item]
        out.print(f"   {item.title}", markup=False)
        out.print(_why(alert, item, "" if out.is_terminal else "*"), soft_wrap=True)
    expect(sorted(_slug(by_id[one.item]) for one in alerts) == sorted(TOPIC * 2), "each new story alerts both channels")
    expect(got.forged == 0 and len(got.webhooks) == len(TOPIC), "each webhook arrived once, its signature verified")
    expect(len(got.mails) == len(TOPIC), "each mail arrived once")
    _show_received(out, got)


def _why(alert: Alert, item: Item, mark: str) -> Text:
    """Each term that matched, once, as it was found and in its place."""
    lines = [Text(f"      alerts {alert.watchlist}, because of")]
    for term, match in {match.term: match for match in reversed(alert.matches)}.items():
        said = (item.title if match.field == "title" else item.text).replace("\n", " ")
        line = Text(f"         {term:<20} …{said[max(0, match.start - 30) : match.start]}{mark}")
        line.append(match.text, "bold reverse yellow")
        lines.append(line.append(f"{mark}{said[match.end : match.end + 30]}…"))
    return Text("\n").join(lines)


def _show_received(out: Console, got: Receivers) -> None:
    mail = got.mails[0]
    out.print("   [bold]a mail as received[/]")
    for name in ("Subject", "From", "To", "Message-ID"):
        out.print(f"      {name}: {mail[name]}", markup=False)
    body = mail.get_body(("plain",))
    for line in (body.get_content() if body else "").strip().splitlines()[:6]:
        out.print(f"      {line[:110]}", markup=False)
    headers, payload = got.webhooks[0]
    out.print("   [bold]a webhook as received[/], its signature verified")
    for name in ("webhook-id", "webhook-signature"):
        out.print(f"      {name}: {headers[name][:70]}", markup=False)
    first = payload["data"]["matches"][0]
    out.print(f"      {payload['type']}: {payload['data']['item']['title'][:70]} …matches[0] = {first}", markup=False)


def _show_next(out: Console, config: Config, keep: bool) -> None:
    out.print("\n[bold]Next[/]")
    if keep:
        where = shlex.quote(str(config.directory))
        out.print(f"   It stays up until Ctrl-C. Look into it from another terminal:\n   monitor items --config {where}\n"
                  f"   monitor show ITEM --config {where}\n   monitor alerts --config {where}", markup=False)  # fmt: skip
        return
    out.print(
        "   monitor demo --keep      the same, and it stays up to be looked into\n"
        "   monitor init             a configuration of your own in ./config\n"
        "   monitor check            is it right?\n"
        "   monitor run              the daemon",
        markup=False,
    )


def _slug(item: Item) -> str:
    return (item.url or "").rpartition("/")[2]
