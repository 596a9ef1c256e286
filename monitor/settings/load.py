"""The whole directory, read and validated together: every mistake of every file in one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Mistake
from monitor.model import (
    AlertPolicy,
    ArticlePolicy,
    Config,
    DedupPolicy,
    LimitsPolicy,
    NetworkPolicy,
    OperatorPolicy,
    PollPolicy,
    RetentionPolicy,
    WebPolicy,
)
from monitor.settings import values
from monitor.settings.channels import Channels, read_channels
from monitor.settings.documents import read_document
from monitor.settings.feeds import read_feeds
from monitor.settings.mistakes import Document, Mistakes, among, nearest, shown
from monitor.settings.run import Run, raw
from monitor.settings.schema import MonitorFile, NetworkTable
from monitor.settings.secrets import Secrets
from monitor.settings.sites import passed_by, read_sites
from monitor.settings.strays import note_strays
from monitor.settings.templates import read_templates
from monitor.settings.terms import read_terms
from monitor.settings.validate import validate
from monitor.settings.watchlists import read_watchlists

_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


def find_directory(option: str | None, environ: Mapping[str, str], cwd: Path, home: Path | None) -> Path:
    """`--config DIR`, else `$MONITOR_CONFIG`, else `./config`, else `~/.config/monitor`, else `/etc/monitor`.

    Raises:
        ConfigError: the one named is no directory, or none of the others is there.
    """
    named = option or environ.get("MONITOR_CONFIG")
    if named:
        path = cwd / named
        if path.is_dir():
            return Path(named)
        where = "--config" if option else "$MONITOR_CONFIG"
        what = f"no such directory; make one with `monitor init {named}`"
        if path.exists():
            what = f"a file, and not a directory; did you mean its folder, {Path(named).parent}?"
        raise ConfigError([Mistake(named, 0, where, what)])
    own = [home / ".config" / "monitor"] if home else []
    places = [cwd / "config", *own, Path("/etc/monitor")]
    for place in places:
        if place.is_dir():
            return Path("config") if place == places[0] else place
    looked = ", ".join(map(str, places))
    raise ConfigError([Mistake("config", 0, "directory", f"there is none (looked in {looked}); run `monitor init`")])


def load(directory: Path, environ: Mapping[str, str]) -> Config:
    """The configuration, valid as a whole. Runs the watchlists' tests; opens no connection.

    Raises:
        ConfigError: with all mistakes of all files.
    """
    run = Run(directory, environ)
    if not directory.is_dir():
        raise ConfigError([Mistake(shown(directory), 0, "directory", "there is no such directory")])
    before = run.look()
    settings, network, channels = _monitor_file(run)
    feeds = read_feeds(run)
    terms = read_terms(run)
    watchlists = read_watchlists(run, feeds, channels, terms)
    templates = read_templates(run)
    note_strays(run)
    run.mistakes.check(run.outside())
    steps = tuple(sorted(settings.alerts.follow_up))
    return Config(
        store=settings.store,
        poll=PollPolicy(**dict(settings.poll)),
        network=network,
        limits=LimitsPolicy(**dict(settings.limits)),
        article=ArticlePolicy(**dict(settings.article)),
        dedup=DedupPolicy(**dict(settings.dedup)),
        alerts=AlertPolicy(**{**dict(settings.alerts), "quiet": tuple(settings.alerts.quiet), "follow_up": steps}),
        retention=RetentionPolicy(**dict(settings.retention)),
        web=WebPolicy(settings.web.listen, settings.web.public_url),
        operator=OperatorPolicy(tuple(settings.operator.alert), settings.operator.after),
        channels=channels.right,
        feeds=tuple(feeds.right),
        watchlists=tuple(watchlists),
        terms=dict(terms.queries),
        templates=templates,
        directory=directory,
        outside=run.outside(),
        remarks=(*feeds.remarks, *_unused_proxy(network, environ), *passed_by(network.sites, feeds.right)),
        stamps=before | run.used,
    )


def _network_policy(run: Run, document: Document, table: NetworkTable) -> NetworkPolicy:
    anywhere = tuple(network for network, port in table.allow if port is None)
    at_port = tuple((network, port) for network, port in table.allow if port is not None)
    written = document.data.get("network")
    twins = ("proxy", "proxy_env", "proxy_file")  # looked at whatever else is wrong in their table
    said = {key: value for key in twins if isinstance(written, dict) and isinstance(value := written.get(key), str)}
    secrets = Secrets(run, document, ("network",), NetworkTable.model_validate(said), frozenset())
    proxy = secrets.one("proxy", values.proxy)
    return NetworkPolicy(anywhere, at_port, proxy, tuple(table.direct), read_sites(run, document))


def _unused_proxy(network: NetworkPolicy, environ: Mapping[str, str]) -> Iterator[str]:
    """A proxy that other programs would take. Its URL is not told: it may bear a password."""
    names = [name for name in _PROXIES if environ.get(name)]
    if names and network.proxy is None:
        yield f'{names[0]} is set in the environment and not used: [network] proxy_env = "{names[0]}" uses it'


def _monitor_file(run: Run) -> tuple[MonitorFile, NetworkPolicy, Channels]:
    path = run.directory / "monitor.toml"
    if not path.exists() and not path.is_symlink():
        return MonitorFile(), NetworkPolicy(), Channels({}, frozenset())
    document = read_document(path, run.mistakes)
    if document is None:
        return MonitorFile(), NetworkPolicy(), Channels({}, frozenset(), raw(path))
    settings = validate(MonitorFile, document, run.mistakes).table
    _intervals(document, settings, run.mistakes)
    channels = read_channels(run, document)
    for number, name in enumerate(settings.operator.alert):
        if not channels.known(name):
            what = f'no channel "{name}" is configured{nearest(name, channels.names)}{among(channels.names)}'
            run.mistakes.at_value(document, ("operator", "alert", number), what)
    return settings, _network_policy(run, document, settings.network), channels


def _intervals(document: Document, settings: MonitorFile, mistakes: Mistakes) -> None:
    """`min` <= `every` <= `max`, as far as they are durations. A default never forbids what the user wrote: it gives way."""
    poll = document.data.get("poll")
    poll = poll if isinstance(poll, dict) else {}
    written = {key: span for key in ("min", "every", "max") if (span := _span(poll.get(key))) is not None}
    for low, high in (("min", "max"), ("min", "every"), ("every", "max")):
        if low in written and high in written and written[low] > written[high]:
            mistakes.at_value(document, ("poll", low), f'longer than "{high}", which is "{poll[high]}"')
    spans = settings.poll
    if "min" not in written:
        spans.min = min(spans.min, *written.values(), spans.min)
    if "max" not in written:
        spans.max = max(spans.max, *written.values(), spans.max)
    if "every" not in written:
        spans.every = min(max(spans.every, spans.min), spans.max)


def _span(value: Any) -> timedelta | None:
    try:
        return values.duration(value) if isinstance(value, str) else None
    except ValueError:
        return None


__all__ = ["find_directory", "load", "shown"]
