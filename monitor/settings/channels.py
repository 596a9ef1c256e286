"""`[channels.ID]`: each by its type; secrets from their `_env` and `_file` twins, never repeated in a message."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from monitor.model import AppriseChannel, Channel, EmailChannel, Secret, WebhookChannel
from monitor.settings import values
from monitor.settings.mistakes import Document, Mistakes, among, nearest, reason
from monitor.settings.schema import CHANNEL_TABLES, AppriseTable, EmailTable, Table, WebhookTable
from monitor.settings.validate import validate


class _Reader:
    """One channel's table on its way to a Channel."""

    def __init__(
        self, document: Document, channel: str, environ: Mapping[str, str], directory: Path, mistakes: Mistakes
    ) -> None:
        self.document, self.channel, self.environ = document, channel, environ
        self.directory, self.mistakes = directory, mistakes
        self.base = ("channels", channel)

    def read(self, data: Any) -> Channel | None:
        if not isinstance(data, dict):
            self.mistakes.at_value(self.document, self.base, 'a table is asked for: [channels.ID] with "type"')
            return None
        kind = data.get("type")
        model = CHANNEL_TABLES.get(kind) if isinstance(kind, str) else None
        if model is None:
            said = "is missing" if kind is None else "is not known" + nearest(str(kind), CHANNEL_TABLES)
            self.mistakes.at_value(self.document, (*self.base, "type"), f'"type" {said}{among(CHANNEL_TABLES)}')
            return None
        table = validate(model, self.document, self.mistakes, data, self.base)
        return None if table is None else self.channel_of(table)

    def channel_of(self, table: Table) -> Channel | None:
        if isinstance(table, EmailTable):
            password = self.secret(table, "password")
            if password is None and table.smtp.user is not None and not self.given(table, "password"):
                self.mistakes.at_key(
                    self.document, self.base, f'"{table.smtp.user}" needs password_env or password_file'
                )
            known = Secret(password) if password else None
            return EmailChannel(self.channel, tuple(table.to), table.sender, table.smtp, known, table.digest)
        if isinstance(table, WebhookTable):
            url = self.required(table, "url", values.http_url)
            found = self.secret(table, "secret")
            secrets = [Secret(one) for one in (found or "").split()]
            for secret in secrets:
                self.tried(table, "secret", values.webhook_secret, secret.reveal())
            return WebhookChannel(self.channel, Secret(url), tuple(secrets), table.digest) if url else None
        assert isinstance(table, AppriseTable)
        if find_spec("apprise") is None:
            what = "Apprise is not installed: pip install 'monitor[apprise]'"
            self.mistakes.at_value(self.document, (*self.base, "type"), what)
        url = self.required(table, "url", str)
        return AppriseChannel(self.channel, Secret(url), table.digest) if url else None

    def given(self, table: Table, key: str) -> list[str]:
        return [name for name in (key, f"{key}_env", f"{key}_file") if getattr(table, name) is not None]

    def required(self, table: Table, key: str, read: Any) -> str | None:
        if not self.given(table, key):
            self.mistakes.at_key(self.document, self.base, f'"{key}" is missing: write {key}, {key}_env or {key}_file')
            return None
        found = self.secret(table, key)
        return self.tried(table, key, read, found) if found else None

    def tried(self, table: Table, key: str, read: Any, value: str) -> str | None:
        try:
            return str(read(value))
        except ValueError as error:
            self.mistakes.at_value(self.document, (*self.base, self.given(table, key)[0]), str(error))
            return None

    def secret(self, table: Table, key: str) -> str | None:
        """The value of a key or of its twin; several values of a list are parted by blanks."""
        given = self.given(table, key)
        if len(given) > 1:
            self.mistakes.at_key(self.document, (*self.base, given[1]), f'given beside "{given[0]}": keep one of them')
            return None
        if not given:
            return None
        name, value = given[0], getattr(table, given[0])
        place = (*self.base, name)
        if name.endswith("_env"):
            found = self.environ.get(value, "")
            if not found:
                self.mistakes.at_value(self.document, place, f"the environment has no variable {value}")
            return found or None
        if name.endswith("_file"):
            return self.from_file(place, self.directory / value)
        return " ".join(value) if isinstance(value, list) else str(value)

    def from_file(self, place: tuple[str, ...], path: Path) -> str | None:
        try:
            found = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            self.mistakes.at_value(self.document, place, f"{path}: cannot be read: {reason(error)}")
            return None
        except UnicodeDecodeError:
            self.mistakes.at_value(self.document, place, f"{path}: not UTF-8")
            return None
        if not found:
            self.mistakes.at_value(self.document, place, f"{path}: empty")
        return found or None


def read_channels(
    document: Document, environ: Mapping[str, str], directory: Path, mistakes: Mistakes
) -> dict[str, Channel]:
    """All channels that are right."""
    tables = document.data.get("channels")
    if not isinstance(tables, dict):
        return {}
    found: dict[str, Channel] = {}
    for name, data in tables.items():
        channel = _Reader(document, name, environ, directory, mistakes).read(data)
        if channel is not None:
            found[name] = channel
    return found
