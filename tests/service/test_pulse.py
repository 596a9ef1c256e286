"""The daemon's signs of life."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.notify import Notifier
from monitor.adapters.sqlite import SqliteStore
from monitor.model.notes import STUCK
from monitor.service.health import examine
from monitor.service.pulse import LATE, Pulse
from tests.builders import NOON


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)
        yield listening


def test_a_part_that_does_not_beat_is_late() -> None:
    now = [0.0]
    pulse = Pulse(lambda: now[0])
    assert pulse.late() == ()
    now[0] = LATE["writer"] + 1
    pulse.beat("scheduler")
    pulse.beat("delivery")
    assert pulse.late() == ("writer",)
    pulse.beat("writer")
    assert pulse.late() == ()


def test_what_is_told_arrives_and_nobody_listening_is_no_trouble(manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": str(manager.getsockname()), "WATCHDOG_USEC": "3000000"}
    notifier = Notifier(environ)
    assert notifier.every == 1.5
    notifier.tell("READY=1", "STATUS=two\nlines")
    assert manager.recv(1000) == b"READY=1\nSTATUS=two lines"
    Notifier({}).tell("READY=1")
    Notifier({"NOTIFY_SOCKET": "/nowhere/socket"}).tell("READY=1")
    assert Notifier({**environ, "WATCHDOG_PID": "1"}).every == 0.0


def test_an_abstract_name_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0monitor-test-" + str(os.getpid()))
        listening.settimeout(5)
        Notifier({"NOTIFY_SOCKET": "@monitor-test-" + str(os.getpid())}).tell("READY=1")
        assert listening.recv(100) == b"READY=1"


def test_status_names_the_part_that_does_not_move(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    store.note("daemon.tick", "running", NOON)
    store.note(STUCK, "delivery", NOON)
    assert "the daemon's delivery does not move" in examine(store, (), NOON).problems[0]
    store.note(STUCK, "", NOON)
    assert examine(store, (), NOON).well
    store.close()


def silent(manager: socket.socket) -> bool:
    """Whether nothing is told for as long as it waits."""
    try:
        manager.recv(1000)
    except TimeoutError:
        return True
    return False


def test_a_real_daemon_tells_ready_alive_and_stopping(manager: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text('[web]\nlisten = ""\n')
    environ = {**os.environ, "NOTIFY_SOCKET": str(manager.getsockname()), "WATCHDOG_USEC": "200000"}
    command = [sys.executable, "-m", "monitor", "run", "--config", "config"]
    daemon = subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL)
    try:
        assert manager.recv(1000).startswith(b"READY=1")
        assert [manager.recv(1000) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        daemon.send_signal(signal.SIGTERM)
        told = manager.recv(1000)
        while told == b"WATCHDOG=1":
            told = manager.recv(1000)
        assert told == b"STOPPING=1"
        assert daemon.wait(timeout=12) == 0
    finally:
        daemon.kill()
        daemon.wait()


def test_a_stuck_writer_silences_the_watchdog(manager: socket.socket, tmp_path: Path) -> None:
    """The store is locked by another for longer than the writer may take; LATE is shortened for the test."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text('store = "sqlite:m.db"\n[web]\nlisten = ""\n')
    environ = {**os.environ, "NOTIFY_SOCKET": str(manager.getsockname()), "WATCHDOG_USEC": "200000"}
    code = (
        "import monitor.service.pulse as p; p.LATE.update(scheduler=1.0, writer=2.0)\n"
        "import monitor.service.daemon as d; from datetime import timedelta; d.BEAT = timedelta(seconds=0.5)\n"
        "from monitor.cli.root import monitor; monitor(['run', '--config', 'config'])"
    )
    daemon = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL)
    try:
        assert manager.recv(1000).startswith(b"READY=1")
        assert manager.recv(1000) == b"WATCHDOG=1"
        other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        manager.settimeout(4)
        while not silent(manager):
            pass
        other.execute("ROLLBACK")
        other.close()
        manager.settimeout(20)
        assert manager.recv(1000) == b"WATCHDOG=1"  # it moves again
    finally:
        daemon.kill()
        daemon.wait()


def test_an_interpreter_that_hangs_is_silent_and_its_successor_starts(manager: socket.socket, tmp_path: Path) -> None:
    """E78: a regular expression holds the interpreter's lock; the manager then kills and starts again, as here."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text('store = "sqlite:m.db"\n[web]\nlisten = ""\n')
    environ = {**os.environ, "NOTIFY_SOCKET": str(manager.getsockname()), "WATCHDOG_USEC": "200000"}
    code = (
        "import re, signal; signal.signal(signal.SIGUSR1, lambda *_: re.match('(a+)+$', 'a' * 60 + 'b'))\n"
        "from monitor.cli.root import monitor; monitor(['run', '--config', 'config'])"
    )

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL)

    daemon = start()
    try:
        assert manager.recv(1000).startswith(b"READY=1")
        assert manager.recv(1000) == b"WATCHDOG=1"
        daemon.send_signal(signal.SIGUSR1)
        manager.settimeout(2)  # ten times what the manager waits
        while not silent(manager):
            pass
        assert daemon.poll() is None
        daemon.kill()
        daemon.wait()
        manager.settimeout(20)
        daemon = start()
        assert manager.recv(1000).startswith(b"READY=1")
        assert manager.recv(1000) == b"WATCHDOG=1"
    finally:
        daemon.kill()
        daemon.wait()
