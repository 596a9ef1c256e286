"""The whole directory, read and validated together: every mistake of every file in one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.errors import ConfigError, Mistake
from monitor.model import (
    AlertPolicy,
    ArticlePolicy,
    Config,
    DedupPolicy,
    NetworkPolicy,
    PollPolicy,
    RetentionPolicy,
    WebPolicy,
)
from monitor.settings.channels import read_channels
from monitor.settings.documents import read_document
from monitor.settings.feeds import read_feeds
from monitor.settings.mistakes import Document, Mistakes, shown
from monitor.settings.schema import MonitorFile
from monitor.settings.terms import read_terms
from monitor.settings.validate import validate
from monitor.settings.watchlists import read_watchlists


def find_directory(option: str | None, environ: Mapping[str, str], cwd: Path, home: Path) -> Path:
    """`--config DIR`, else `$MONITOR_CONFIG`, else `./config`, else `~/.config/monitor`, else `/etc/monitor`.

    Raises:
        ConfigError: the one named is no directory, or none of the others is there.
    """
    named = option or environ.get("MONITOR_CONFIG")
    if named:
        if (cwd / named).is_dir():
            return Path(named)
        where = "--config" if option else "$MONITOR_CONFIG"
        raise ConfigError([Mistake(named, 0, where, f"no such directory; make one with `monitor init {named}`")])
    places = (cwd / "config", home / ".config" / "monitor", Path("/etc/monitor"))
    for place in places:
        if place.is_dir():
            return Path("config") if place == places[0] else place
    looked = ", ".join(map(str, places))
    raise ConfigError([Mistake("config", 0, "directory", f"there is none (looked in {looked}); run `monitor init`")])


def load(directory: Path, environ: Mapping[str, str]) -> Config:
    """The configuration, valid as a whole.

    Raises:
        ConfigError: with all mistakes of all files.
    """
    mistakes = Mistakes()
    document = read_optional(directory / "monitor.toml", mistakes)
    settings = _settings(document, mistakes)
    channels = read_channels(document, environ, directory, mistakes) if document else {}
    feeds = read_feeds(directory, mistakes)
    terms = read_terms(directory, mistakes)
    known_channels = set(document.data.get("channels") or ()) if document else set()
    watchlists = read_watchlists(directory, feeds, known_channels, terms, mistakes)
    mistakes.check()
    return Config(
        store=settings.store,
        poll=PollPolicy(**dict(settings.poll)),
        network=NetworkPolicy(tuple(settings.network.allow)),
        article=ArticlePolicy(**dict(settings.article)),
        dedup=DedupPolicy(**dict(settings.dedup)),
        alerts=AlertPolicy(**{**dict(settings.alerts), "quiet": tuple(settings.alerts.quiet)}),
        retention=RetentionPolicy(**dict(settings.retention)),
        web=WebPolicy(settings.web.listen),
        channels=channels,
        feeds=tuple(feeds),
        watchlists=tuple(watchlists),
        terms=dict(terms),
        directory=directory,
    )


def read_optional(path: Path, mistakes: Mistakes) -> Document | None:
    """A file that need not be there."""
    if not path.exists() and not path.is_symlink():
        return None
    return read_document(path, mistakes)


def _settings(document: Document | None, mistakes: Mistakes) -> MonitorFile:
    if document is None:
        return MonitorFile()
    settings = validate(MonitorFile, document, mistakes)
    if settings is None:
        return MonitorFile()
    if settings.poll.min > settings.poll.max:
        mistakes.at_value(document, ("poll", "min"), 'longer than "max"')
    elif not settings.poll.min <= settings.poll.every <= settings.poll.max:
        written = "every" if "every" in settings.poll.model_fields_set else "min"
        if "min" not in settings.poll.model_fields_set and settings.poll.every < settings.poll.min:
            settings.poll.min = settings.poll.every  # a default must not forbid what the user wrote
        elif "max" not in settings.poll.model_fields_set and settings.poll.every > settings.poll.max:
            settings.poll.max = settings.poll.every
        else:
            mistakes.at_value(document, ("poll", written), '"every" must lie between "min" and "max"')
    return settings


__all__ = ["find_directory", "load", "read_optional", "shown"]
