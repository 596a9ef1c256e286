"""A store that is broken, newer, on the wrong disk, or to be copied."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from monitor.adapters.sqlite import SqliteStore, connection, items, upkeep
from monitor.adapters.sqlite.schema import migrations
from monitor.cli.root import monitor
from monitor.errors import AlreadyRunning, StoreError
from tests.builders import NOON, an_item

MOUNTS = """\
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 28 0:40 / /srv/my\\040share rw - nfs4 server:/share rw
41 28 0:41 / /srv/my\\040share/local rw - ext4 /dev/vdb rw
42 28 0:42 / /srv/windows rw - cifs //server/x rw
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "m.db"
    store = SqliteStore(made)
    with store.transaction() as tx:
        for number in range(50):
            tx.add_item(an_item(f"item-{number}", text=f"freighters {number} " * 200), {f"guid:{number}": "h"})
    store.close()
    return made


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        ("/srv/my share/m.db", "nfs4"),
        ("/srv/my share/local/m.db", None),
        ("/srv/windows/deep/m.db", "cifs"),
        ("/srv/windows-not/m.db", None),
        ("/var/m.db", None),
    ],
)
def test_a_network_file_system_is_refused(place: str, refused: str | None) -> None:
    if refused is None:
        upkeep.refuse_network(Path(place), MOUNTS)
    else:
        with pytest.raises(StoreError, match=rf"network file system \({refused}\)"):
            upkeep.refuse_network(Path(place), MOUNTS)


def test_a_link_to_a_store_on_a_network_file_system_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "m.db").symlink_to(tmp_path / "shared" / "m.db")
    mounts = f"1 0 0:1 / / rw - ext4 /dev/a rw\n2 1 0:2 / {tmp_path}/shared rw - nfs4 a:/ rw\n"
    with pytest.raises(StoreError, match="network file system"):
        upkeep.refuse_network(tmp_path / "m.db", mounts)


def test_a_store_that_is_reached_by_a_link_has_one_daemon(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(path)
    daemon = SqliteStore(path, daemon=True)
    try:
        with pytest.raises(AlreadyRunning):
            SqliteStore(link, daemon=True)
    finally:
        daemon.close()


def test_a_file_that_was_removed_or_replaced_under_a_store_is_told(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    store, by_link = SqliteStore(path), SqliteStore(link)
    store.refuse_gone()
    by_link.refuse_gone()
    store.backup(tmp_path / "copy.db")
    link.unlink()
    link.symlink_to(tmp_path / "copy.db")
    with pytest.raises(StoreError, match="removed or replaced"):
        by_link.refuse_gone()
    path.rename(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match="removed or replaced"):
        store.refuse_gone()
    (tmp_path / "elsewhere.db").rename(path)
    store.refuse_gone()
    (tmp_path / "copy.db").replace(path)
    with pytest.raises(StoreError, match="removed or replaced"):
        store.refuse_gone()
    by_link.close()
    store.close()


def test_a_newer_store_is_refused_and_left_as_it_is(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('monitor', 'm999_later', '2030')"
    )
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="written by a newer monitor"):
        SqliteStore(path)


def test_tables_are_changed_after_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.db"
    every = list(migrations._migrations)
    monkeypatch.setattr(migrations, "_migrations", every[:-1])
    store = SqliteStore(path)
    with store._writing() as db:  # the program of today expects tables that are not there yet
        items.add(db.conn, an_item(), {"guid:1": "h"})
    store.close()
    assert [file.name for file in tmp_path.glob("old.db.before*")] == []
    monkeypatch.setattr(migrations, "_migrations", every)
    store = SqliteStore(path)
    assert store.item("item-1") is not None
    store.close()
    (copy,) = tmp_path.glob("old.db.before-*")
    assert copy.name.endswith(every[-1].name)
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(migrations, "_migrations", every[:-1])
    before = SqliteStore(copy)  # the program of that day opens it
    assert before.item("item-1") is not None
    before.close()


def test_no_command_changes_the_tables_that_a_running_daemon_of_an_older_version_works_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.db"
    every = list(migrations._migrations)
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(migrations, "_migrations", every[:-1])
    daemon = SqliteStore(path, daemon=True)
    monkeypatch.setattr(migrations, "_migrations", every)
    with pytest.raises(StoreError, match="a `monitor run` of that version holds it: restart that"):
        SqliteStore(path)
    daemon.note("key", "value", NOON)
    daemon.close()
    store = SqliteStore(path)
    assert "key" in store.notes()
    store.close()


KILLED = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from monitor.adapters.sqlite import SqliteStore

old, connect = Path(sys.argv[1]), sqlite3.connect

def dying(after):
    left = [after]
    def trace(_):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
    def connected(*args, **kinds):
        made = connect(*args, **kinds)
        made.set_trace_callback(trace)
        return made
    return connected

after = 1
while True:
    copy = old.with_name(f"killed-{after}.db")
    shutil.copy(old, copy)
    child = os.fork()
    if not child:
        sqlite3.connect = dying(after)
        SqliteStore(copy).close()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    after += 1
print(after)
"""


@pytest.mark.parametrize("version", [migrations._migrations[n].name for n in (1, -1)])
def test_a_store_whose_migration_was_killed_anywhere_is_migrated_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """E81: killed before each statement in turn; `version` is the first migration that the old store lacks."""
    old = tmp_path / "old.db"
    every = list(migrations._migrations)
    names = [migration.name for migration in every]
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as connection:
        db = Database(connection, execute_plugins=False)
        migrations.apply(db, stop_before=version)
        db.execute("INSERT INTO feeds (id, url) VALUES ('a', 'https://a.example/')")
        db.execute("INSERT INTO notes VALUES ('k', 'v', 1)")
    asked = subprocess.run([sys.executable, "-c", KILLED, old], capture_output=True, text=True, check=True)
    assert int(asked.stdout) > 10
    for path in tmp_path.glob("killed-*.db"):
        store = SqliteStore(path, daemon=True)
        assert store.notes()["k"][0] == "v"
        assert [state.id for state in store.feed_states()] == ["a"]
        store.close()
        with contextlib.closing(sqlite3.connect(path)) as db:
            applied = {name for (name,) in db.execute("SELECT name FROM _sqlite_migrations")}
            assert applied == set(names)


def test_a_daemon_does_not_start_on_a_broken_file(path: Path) -> None:
    pages = bytearray(path.read_bytes())
    for place in range(3 * 4096, len(pages) - 4096, 4096):
        pages[place : place + 200] = os.urandom(200)
    path.write_bytes(pages)
    with pytest.raises(StoreError, match="restore a backup"):
        SqliteStore(path, daemon=True)


def test_a_large_store_is_left_to_the_command(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert upkeep.quick_check(connection, path)
    assert not upkeep.quick_check(connection, path, limit=100)
    connection.close()


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ((3, 40, 1), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
    ],
)
def test_versions_that_may_lose_a_commit(version: tuple[int, ...], has_it: bool) -> None:
    assert upkeep.has_wal_reset_bug(version) == has_it


def test_the_commands_check_copy_and_shrink(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    Path("config").mkdir()
    Path("config/monitor.toml").write_text('store = "sqlite:m.db"\n')
    run = CliRunner()
    checked = run.invoke(monitor, ["db", "check"])
    assert (checked.exit_code, "50 items" in checked.stdout, "well" in checked.stdout) == (0, True, True)
    old = os.umask(0)
    try:
        copied = run.invoke(monitor, ["db", "backup", "copy.db"])
    finally:
        os.umask(old)
    assert copied.exit_code == 0, copied.output
    assert Path("copy.db").stat().st_mode & 0o777 == 0o600
    again = run.invoke(monitor, ["db", "backup", "copy.db"])
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert run.invoke(monitor, ["db", "backup", "nowhere/copy.db"]).exit_code == 1
    connection = sqlite3.connect("m.db")
    connection.execute("UPDATE items SET text = ''")
    connection.execute("UPDATE items SET copy_of = 'gone' WHERE number = 1")
    connection.commit()
    connection.close()
    shrunk = run.invoke(monitor, ["db", "vacuum"])
    assert shrunk.exit_code == 0, shrunk.output
    broken = run.invoke(monitor, ["db", "check"])
    assert (broken.exit_code, "1 copies of no item" in broken.stdout) == (1, True)
    daemon = SqliteStore(path, daemon=True)
    held = run.invoke(monitor, ["db", "vacuum"])
    daemon.close()
    assert (held.exit_code, "another `monitor run` holds this store" in held.output) == (1, True)
    assert sorted(file.name for file in path.parent.iterdir() if "part" in file.name) == []
