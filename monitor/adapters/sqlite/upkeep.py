"""Looking after the file: whether it may be used here, its backups, its check, its compaction."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from monitor.adapters.sqlite.connection import InOurWords
from monitor.adapters.sqlite.schema import migrations
from monitor.errors import StoreError

QUICK_BYTES = 1_000_000_000
"""Of a store that the daemon looks over when it starts: some seconds of a laptop's disk. A larger one is left to
`monitor db check`, for a look cannot be broken off before SQLite 3.41."""

MOUNTS = Path("/proc/self/mountinfo")

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "lustre", "ceph", "gfs2", "ocfs2", "fuse.sshfs",
     "fuse.glusterfs", "fuse.davfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.cephfs"}
)  # fmt: skip
"""Where locks do not hold or memory is not shared between machines: WAL needs both (sqlite.org/wal.html)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: `problems` are broken, `remarks` worth knowing."""

    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    bytes: int
    rows: dict[str, int]


def refuse_network(path: Path, mounts: str | None = None) -> None:
    """Raise StoreError for a file on a network file system; where the system does not tell, it is taken for local."""
    if mounts is None:
        try:
            mounts = MOUNTS.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
    kind = _file_system(os.path.dirname(os.path.realpath(path)), mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError(
            f"{path}: lies on a network file system ({kind}), where SQLite can lose what it wrote: "
            "name a store on a local disk"
        )


def _file_system(directory: str, mounts: str) -> str:
    """The type of the file system a directory is on, by `proc(5)`'s mountinfo: of the longest mount point above it."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].encode().decode("unicode_escape")
        inside = directory == point or directory.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:
            found, longest = after.split()[0], len(point)
    return found


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError for a store that a newer version of the program has changed."""
    unknown = sorted(_applied(connection) - _known())
    if unknown:
        raise StoreError(
            f"{path}: was written by a newer monitor (it has {unknown[-1]}): install that version, or restore a backup"
        )


def pending(connection: sqlite3.Connection) -> list[str]:
    """The migrations a store still needs, in order."""
    applied = _applied(connection)
    return [migration.name for migration in migrations._migrations if migration.name not in applied]


def _known() -> set[str]:
    return {migration.name for migration in migrations._migrations}


def _applied(connection: sqlite3.Connection) -> set[str]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        return set()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (migrations.name,))
    return {name for (name,) in rows}


def backup_before(connection: sqlite3.Connection, path: Path, migration: str) -> Path | None:
    """A copy of a store that is about to be changed, beside it; None for one that holds nothing yet."""
    if not _applied(connection):
        return None
    copy = path.with_name(f"{path.name}.before-{migration}")
    if not copy.exists():
        backup(connection, copy)
    return copy


def backup(connection: sqlite3.Connection, to: Path) -> None:
    """A whole and consistent copy, while others write; readable by its owner alone. Never replaces a file.

    Raises:
        StoreError: the place is taken or cannot be written, or the copy is broken.
    """
    beside = to.with_name(f".{to.name}.part")
    try:
        if to.exists():
            raise StoreError(f"{to}: is there already, and a backup replaces nothing")
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        os.chmod(beside, 0o600)
        with InOurWords(to):
            copy = sqlite3.connect(beside)
            try:
                connection.backup(copy, pages=1_000, sleep=0.0)
                broken = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            finally:
                copy.close()
        if broken != "ok":
            raise StoreError(f"{to}: the copy is broken ({broken}): run `monitor db check`")
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(to)
    except OSError as error:
        raise StoreError(f"{to}: cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


def quick_check(connection: sqlite3.Connection, path: Path, limit: int = QUICK_BYTES) -> bool:
    """Whether the file was looked over: not when it has more bytes than `limit`; raises StoreError for a broken one."""
    if path.stat().st_size > limit:
        return False
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{path}: is broken ({found}): restore a backup, or move the file away to start anew")
    return True


def check(connection: sqlite3.Connection, path: Path) -> Checked:
    """All there is to check: pages and indexes, and that rows name rows that exist."""
    with InOurWords(path):
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        orphans = {
            "keys of no item": "SELECT count(*) FROM keys WHERE item NOT IN (SELECT number FROM items)",
            "alerts of no item": "SELECT count(*) FROM alerts WHERE watchlist != ':operator'"
            " AND item NOT IN (SELECT id FROM items)",
            "copies of no item": "SELECT count(*) FROM items WHERE copy_of NOT IN (SELECT id FROM items)",
        }
        counts = {what: connection.execute(sql).fetchone()[0] for what, sql in orphans.items()}
        tables = ("feeds", "items", "alerts", "revisions")
        rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
    said += [f"{count} {what}" for what, count in counts.items() if count]
    files = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
    size = sum(file.stat().st_size for file in files if file.exists())
    return Checked(tuple(said), tuple(_remarks(path)), size, rows)


def _remarks(path: Path) -> list[str]:
    remarks = []
    if has_wal_reset_bug(sqlite3.sqlite_version_info):
        remarks.append(
            f"SQLite {sqlite3.sqlite_version} can lose a commit when several processes checkpoint (mended in 3.51.3): "
            "here only the daemon does; let no other program write to this file"
        )
    open_to_others = path.stat().st_mode & 0o077
    if open_to_others:
        remarks.append(f"{path} is readable by others: chmod 600 {path}")
    return remarks


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """sqlite.org/wal.html#the_wal_reset_bug: mended in 3.51.3, and in 3.50.7 and 3.44.6."""
    return version < (3, 51, 3) and not (3, 50, 7) <= version < (3, 51) and not (3, 44, 6) <= version < (3, 45)


def vacuum(connection: sqlite3.Connection, path: Path) -> tuple[int, int]:
    """Give freed pages back to the disk; bytes before and after. Needs as much room again meanwhile."""
    before = path.stat().st_size
    with InOurWords(path):
        connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, path.stat().st_size
