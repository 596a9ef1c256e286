"""`[channels.ID]`: each by its type. A new type is a table in `schema.CHANNEL_TABLES` and a function in `_BUILD`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from monitor.model import (
    AppriseChannel,
    Channel,
    CommandChannel,
    EmailChannel,
    FeedChannel,
    JsonlChannel,
    WebhookChannel,
)
from monitor.settings import values
from monitor.settings.drafts import Draft
from monitor.settings.mistakes import Document, among, nearest, shown
from monitor.settings.run import Run, may_hold
from monitor.settings.schema import CHANNEL_TABLES, Table
from monitor.settings.secrets import Secrets
from monitor.settings.validate import validate


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that are right, and the names of all that are written; `unread` is the text of a file that is no TOML."""

    right: dict[str, Channel]
    names: frozenset[str]
    unread: str | None = None

    def known(self, name: str) -> bool:
        """Whether a channel of this name is written, or may be."""
        return name in self.names or may_hold(self.unread, name)


def read_channels(run: Run, document: Document) -> Channels:
    """All channels of `monitor.toml`."""
    tables = document.data.get("channels", {})
    if not isinstance(tables, dict):
        return Channels({}, frozenset(), document.places.text)
    found: dict[str, Channel] = {}
    for name, data in tables.items():
        before = len(run.mistakes.found)
        channel = _channel(run, document, name, data)
        if channel is not None and len(run.mistakes.found) == before:
            found[name] = channel
    return Channels(found, frozenset(tables))


def _channel(run: Run, document: Document, name: str, data: Any) -> Channel | None:
    base = ("channels", name)
    if not isinstance(data, dict):
        run.mistakes.at_value(document, base, f'a table is asked for: [channels.{name}] with its "type"')
        return None
    kind = data.get("type")
    model = CHANNEL_TABLES.get(kind) if isinstance(kind, str) else None
    if model is None:
        said = "is missing" if kind is None else "is not known" + nearest(str(kind), CHANNEL_TABLES)
        run.mistakes.at_value(document, (*base, "type"), f'"type" {said}{among(CHANNEL_TABLES)}')
        return None
    checked = validate(model, document, run.mistakes, data, base)
    secrets = Secrets(run, document, base, checked.table, checked.bad)
    return _BUILD[model](Draft(run, document, base, checked.table, secrets))


def _email(draft: Draft) -> Channel:
    table = draft.table
    password = draft.secrets.one("password", str)
    if table.smtp is not None:
        user, given = table.smtp.user, draft.secrets.given("password")
        if user is not None and not given:
            draft.note("smtp", f'"{user}" needs password_env or password_file')
        if user is None and given:
            draft.note(given[0], "no one logs in with it: write the user into smtp, smtp+starttls://user@host:587")
        if table.smtp.security == "plain" and table.certificates is not None:
            draft.note("certificates", "nobody is asked for one: write smtp+starttls: or smtps:")
    certificates = draft.certificates()
    return EmailChannel(draft.id, tuple(table.to or ()), table.sender, table.smtp, password, table.digest, certificates)


def _webhook(draft: Draft) -> Channel | None:
    url = draft.secrets.required("url", values.http_url)
    secrets = draft.secrets.several("secret", values.webhook_secret)
    headers = tuple(draft.headers(values.header_name))
    return WebhookChannel(draft.id, url, secrets, draft.table.digest, headers) if url else None


def _apprise(draft: Draft) -> Channel | None:
    if find_spec("apprise") is None:
        draft.note("type", "Apprise is not installed: pip install 'monitor[apprise]'")
    url = draft.secrets.required("url", values.apprise_url)
    return AppriseChannel(draft.id, url, draft.table.digest) if url else None


def _command(draft: Draft) -> Channel:
    command = tuple(draft.table.command or ())
    if command:
        path = draft.run.environ.get("PATH")
        if not command[0] or "\0" in "".join(command):
            draft.note("command", "a program and its arguments are asked for", 0)
        elif which(command[0], path=path) is None:
            draft.note("command", f'no program "{command[0]}" that can be run (a list is asked for, no shell line)', 0)
    return CommandChannel(draft.id, command, draft.table.timeout, draft.table.digest)


def _jsonl(draft: Draft) -> Channel:
    path = _path(draft, "path")
    if path.is_dir():
        draft.note("path", f"{shown(path)}: a directory; name a file in it")
    return JsonlChannel(draft.id, path, draft.table.max_bytes, draft.table.keep, draft.table.digest)


def _feed(draft: Draft) -> Channel:
    directory = _path(draft, "directory")
    if directory.exists() and not directory.is_dir():
        draft.note("directory", f"{shown(directory)}: not a directory")
    return FeedChannel(draft.id, directory, draft.table.entries)


def _path(draft: Draft, key: str) -> Path:
    """A path as the store's: relative to the working directory."""
    written = getattr(draft.table, key)
    if written is not None and (not written.strip() or not written.isprintable()):
        draft.note(key, "not a path")
    return Path(os.path.expanduser(written or "."))


_BUILD: dict[type[Table], Callable[[Draft], Channel | None]] = dict(
    zip(CHANNEL_TABLES.values(), (_email, _webhook, _apprise, _command, _jsonl, _feed), strict=True)
)
