"""Secrets: a key, or its twin that names an environment variable (`_env`) or a file (`_file`). None is ever repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor.model import Secret
from monitor.settings import locator
from monitor.settings.mistakes import Document, reason, shown
from monitor.settings.run import Run
from monitor.settings.schema import Table

MAX_SECRET = 64_000
"""Bytes read of a secret's file: any key fits, and a file named by mistake is not swallowed whole."""


class Secrets:
    """The secrets of one table."""

    def __init__(self, run: Run, document: Document, base: locator.Path, table: Table, bad: frozenset[str]) -> None:
        self._run, self._document, self._base = run, document, base
        self._table, self._bad = table, bad

    def given(self, key: str) -> list[str]:
        """Which of ``key``, ``key_env``, ``key_file`` are written, rightly or not."""
        names = (key, f"{key}_env", f"{key}_file")
        return [name for name in names if name in self._bad or getattr(self._table, name) is not None]

    def required(self, key: str, read: Callable[[str], str]) -> Secret | None:
        """The value, which must be given."""
        if not self.given(key):
            what = f'"{key}" is missing: write {key}, {key}_env or {key}_file'
            self._run.mistakes.at_key(self._document, self._base, what)
        return self.one(key, read)

    def one(self, key: str, read: Callable[[str], str]) -> Secret | None:
        """The value, judged by `read`; None when it is not given, or after noting what is wrong."""
        found = self._value(key)
        return self._judged(key, read, found) if isinstance(found, str) else None

    def several(self, key: str, read: Callable[[str], str]) -> tuple[Secret, ...]:
        """The values: of a list, or parted by blanks or line ends in a variable or file."""
        found = self._value(key)
        values = found.split() if isinstance(found, str) else found or []
        judged = [self._judged(key, read, value) for value in values]
        return tuple(one for one in judged if one is not None)

    def at(self, key: str, name: str, written: str, read: Callable[[str], str]) -> Secret | None:
        """One value of a table of secrets, ``headers``, ``headers_env`` or ``headers_file``; None after noting why."""
        found: str | None = written
        if key.endswith("_env"):
            found = self._from_environment(key, written, name)
        elif key.endswith("_file"):
            found = self._from_file(key, written, name)
        try:
            return None if found is None else Secret(read(found))
        except ValueError as error:
            self._note(key, str(error), name)
            return None

    def _judged(self, key: str, read: Callable[[str], str], value: str) -> Secret | None:
        try:
            return Secret(read(value))
        except ValueError as error:
            self._note(self.given(key)[0], str(error))
            return None

    def _value(self, key: str) -> str | list[str] | None:
        given = self.given(key)
        if len(given) > 1:
            what = f'given beside "{given[0]}": keep one of them'
            self._run.mistakes.at_key(self._document, (*self._base, given[1]), what)
            return None
        if not given or given[0] in self._bad:
            return None
        name = given[0]
        value: str | list[str] = getattr(self._table, name)
        if not value:
            self._note(name, "empty")
            return None
        if name == key:
            return value
        assert isinstance(value, str)
        return self._from_environment(name, value) if name.endswith("_env") else self._from_file(name, value)

    def _from_environment(self, name: str, variable: str, *below: str) -> str | None:
        found = self._run.environ.get(variable, "").strip()
        if not found:
            said = "is empty" if variable in self._run.environ else "is not set"
            self._note(name, f"the environment variable {variable} {said}", *below)
        return found or None

    def _from_file(self, name: str, file: str, *below: str) -> str | None:
        path = self._run.use(self._run.directory / Path(file))
        try:
            with path.open("rb") as opened:
                found = opened.read(MAX_SECRET).decode("utf-8").strip()
        except OSError as error:
            self._note(name, f"{shown(path)}: cannot be read: {reason(error)}", *below)
            return None
        except UnicodeDecodeError:
            self._note(name, f"{shown(path)}: not UTF-8", *below)
            return None
        if not found:
            self._note(name, f"{shown(path)}: empty", *below)
        return found or None

    def _note(self, name: str, what: str, *below: str) -> None:
        self._run.mistakes.at_value(self._document, (*self._base, name, *below), what)
