"""Opening the file: pragmas, errors in our words, one daemon at a time.

synchronous=FULL: NORMAL may roll the last commits back after a power loss, and an alert is a promise.
SQLite before 3.51.3 (3.50.7, 3.44.6) can lose a commit when several processes checkpoint one WAL file
(sqlite.org/wal.html#the_wal_reset_bug): one connection at a time checkpoints, the daemon's or that of a command that
writes much; all others leave it to that one or to the last close.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from monitor.adapters.sqlite.library import Database
from monitor.errors import AlreadyRunning, StoreBusy, StoreError, StoreFull

BUSY_SECONDS = 15.0  # longer than any transaction of ours, shorter than a person's patience
WAL_PAGES = 4000  # between checkpoints, 16 MB: a page that many transactions touch goes to the file once


def path_of(url: str) -> Path:
    """The file of ``sqlite:PATH``; a relative path is relative to the working directory, ``~`` is the user's own."""
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite" or not rest:
        raise StoreError(f"store {url!r}: expected sqlite:PATH")
    return Path(os.path.expanduser(rest.removeprefix("//") if rest.startswith("///") else rest))


def connect(path: Path) -> Database:
    """Open or create the store's file (mode 0600: articles and alerts are the user's own business)."""
    with InOurWords(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"{path}: cannot be opened: {error.strerror or error}") from error
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16384",
            "wal_autocheckpoint=0",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return Database(connection, execute_plugins=False)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file lies there; None: none does. Raises OSError where nobody can tell."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def connect_beside(path: Path) -> Database:
    """Open the file once more in this process, for reading. By SQLite alone: a file that we opened and closed ourselves would
    take this process' locks on it with it (POSIX), and the next command to end would take the log away."""
    with InOurWords(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, check_same_thread=False
        )
        return Database(connection, execute_plugins=False)


@dataclass(frozen=True, slots=True)
class InOurWords:
    """A context in which SQLite's errors are ours: what happened to the file, and what to do. It may be entered anew."""

    path: Path

    def __enter__(self) -> None:
        """Nothing is done: each store call enters one, and a generator would cost more than the call itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.OperationalError):
            raise _translate(self.path, error) from error
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, _BUGS):
            raise StoreError(f"{self.path}: {error}: restore a backup, or move the file away to start anew") from error


_BUGS = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
"""Of ours, to be seen as they are."""


class Alone:
    """The connection for one thread at a time, which may enter anew; SQLite's errors in our words."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._lock = threading.RLock()
        self._words = InOurWords(path)

    def __enter__(self) -> Database:
        self._lock.acquire()
        return self._db

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        if error is not None:
            self._words.__exit__(kind, error, trace)


def _translate(path: Path, error: sqlite3.OperationalError) -> Exception:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_FULL"):
        return StoreFull(f"{path}: the disk is full; nothing was lost, polling goes on when there is room")
    if code.startswith("SQLITE_IOERR"):
        return StoreFull(f"{path}: the disk cannot be written ({code}); nothing was lost")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"{path}: another process has held the store for {BUSY_SECONDS:.0f} s")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreError(f"{path}: cannot be written ({error}): check its owner and permissions")
    return error


def lock_daemon(path: Path) -> IO[str]:
    """Hold the store for one daemon until the returned file is closed (or the process dies)."""
    lock = _locked(path, ".lock")
    if lock is None:
        raise AlreadyRunning(f"{path}: another `monitor run` holds this store")
    return lock


def checkpoint(db: Database, path: Path) -> IO[str] | None:
    """Let this connection checkpoint, until the returned file is closed; None while another one does."""
    lock = _locked(path, ".checkpoint.lock")
    if lock is not None:
        db.conn.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
    return lock


def _locked(store: Path, ending: str) -> IO[str] | None:
    """A lock beside the store, its owner's as SQLite's own files there are when root opens them; None: it is held.

    A store that is reached through links has one lock, as it has one log.
    """
    path = Path(os.path.realpath(store) + ending)
    try:
        lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be opened: {error.strerror or error}: check its owner and permissions"
        ) from error
    if os.geteuid() == 0:
        owner = store.stat()
        os.fchown(lock.fileno(), owner.st_uid, owner.st_gid)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
