"""A table of `monitor.toml` on its way to a value of the model: `[channels.ID]`, `[sites."NAME"]`."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from monitor.model import Secret
from monitor.settings import locator, values
from monitor.settings.documents import MAX_FILE, beginning
from monitor.settings.mistakes import Document, reason, shown
from monitor.settings.run import Run
from monitor.settings.secrets import Secrets

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")
"""RFC 7468."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One table; keys with mistakes hold nothing."""

    run: Run
    document: Document
    base: locator.Path
    """Where it stands: ``("channels", "desk")``."""
    table: Any
    secrets: Secrets

    @property
    def id(self) -> str:
        """The table's own name."""
        return str(self.base[-1])

    def note(self, key: str, what: str, *below: str | int) -> None:
        """One mistake about a key's value."""
        self.run.mistakes.at_value(self.document, (*self.base, key, *below), what)

    def certificates(self) -> str | None:
        """What is certified in the file that `certificates` names, and nothing else of it: a key may stand beside."""
        if self.table.certificates is None:
            return None
        path = self.run.use(self.run.directory / self.table.certificates)
        try:
            found = _CERTIFICATE.findall(beginning(path, MAX_FILE).decode("ascii", "replace"))
            if not found:
                raise ValueError("no certificate in PEM (-----BEGIN CERTIFICATE-----)")
            for one in found:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=one)
            return "\n".join(found)
        except ssl.SSLError as error:
            self.note("certificates", f"{shown(path)}: a certificate that cannot be read: {error.reason or error}")
        except OSError as error:
            self.note("certificates", f"{shown(path)}: cannot be read: {reason(error)}")
        except ValueError as error:
            self.note("certificates", f"{shown(path)}: {error}")
        return None

    def headers(self, refused: Callable[[str], None]) -> Iterator[tuple[str, Secret]]:
        """`headers`, `headers_env` and `headers_file`, each header once; `refused` raises ValueError for a name of ours."""
        seen: dict[str, str] = {}
        for key in ("headers", "headers_env", "headers_file"):
            for name, written in getattr(self.table, key).items():
                if name.lower() in seen:
                    self.note(key, f"given beside {seen[name.lower()]}: keep one of them", name)
                    continue
                seen[name.lower()] = f"{key}.{name}"
                try:
                    refused(name)
                except ValueError as error:
                    self.note(key, str(error), name)
                    continue
                value = self.secrets.at(key, name, written, values.header_value)
                if value is not None:
                    yield name, value
