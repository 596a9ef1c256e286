"""Faults around a running daemon: a full disk, a locked store, a stopped process, names that do not resolve, an end under load."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Answer, Received, Site
from tests.waiting import until

HOOKED = Path(__file__).parent / "hooked"
MONITOR = [sys.executable, "-m", "monitor"]
WORDS = "harbour inspection vessel cargo customs officer berth convoy tanker pilot quay crane signal"
pytestmark = pytest.mark.timeout(180)


class Place:
    """Three feeds with one entry more at each request, a webhook that hears of every item, and a daemon."""

    def __init__(self, directory: Path, store: Path, new_site: Callable[..., Site]) -> None:
        self.directory, self.store = directory, store
        self.sites = [new_site(f"127.0.0.{number + 2}") for number in range(3)]
        self.shown = [0, 0, 0]
        self.hook = new_site("127.0.0.9")
        self.hook.answer("/hook", Answer(204))
        self.host = "127.0.0.{}"
        for number, site in enumerate(self.sites):
            site.answer("/feed", self._feed(number))

    def _feed(self, number: int) -> Callable[[Received], Answer]:
        def answer(request: Received) -> Answer:
            if request.headers.get("if-none-match") == f'"{self.shown[number]}"' and self.shown[number] >= self.most:
                return Answer(304)
            self.shown[number] = min(self.shown[number] + 1, self.most)
            entries = "".join(
                f"<item><title>Ship {number}-{n}</title><guid>{number}-{n}</guid><description>{_text(number, n)}</description></item>"
                for n in range(self.shown[number])
            )
            body = f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>".encode()
            return Answer(200, body, headers={"ETag": f'"{self.shown[number]}"'})

        return answer

    most = 1_000_000
    """Entries a feed ever shows."""

    def start(self, log: Path | None = None) -> subprocess.Popen[bytes]:
        config = self.directory / "config"
        (config / "watchlists").mkdir(parents=True)
        (config / "monitor.toml").write_text(
            f'store = "sqlite:{self.store}"\n[poll]\nmin = "1s"\nmax = "4s"\nadaptive = false\ntimeout = "5s"\nhost_delay = "0s"\n'
            '[network]\nallow = ["127.0.0.0/8"]\n[article]\nfetch = "never"\n[alerts]\nfirst_poll = "all"\n[web]\nlisten = ""\n'
            f'[channels.hook]\ntype = "webhook"\nurl = "{self.hook.url("/hook")}"\n'
        )
        (config / "watchlists" / "ships.toml").write_text('query = "ship"\nalert = ["hook"]\nmax_per_hour = 10000\n')
        (config / "feeds.toml").write_text(
            "".join(
                f'[[feed]]\nid = "f{n}"\nurl = "http://{self.host.format(n + 2)}:{site.port}/feed"\nevery = "1s"\n'
                for n, site in enumerate(self.sites)
            )
        )
        environment = {
            **os.environ,
            "PYTHONPATH": f"{HOOKED}{os.pathsep}{Path(__file__).parents[3]}",
            "WATCH": str(self.directory),
        }
        with (log or self.directory / "log").open("w") as file:
            return subprocess.Popen(
                [*MONITOR, "run", "--config", str(config)],
                cwd=self.directory,
                stderr=file,
                env=environment,
                preexec_fn=_heed_hangups,
            )

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()

    def stored(self) -> set[str]:
        """Titles, as another process sees them."""
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=1)) as db,
        ):
            return {row[0] for row in db.execute("SELECT title FROM items")}
        return set()

    def showed(self) -> set[str]:
        return {f"Ship {number}-{n}" for number, count in enumerate(self.shown) for n in range(count)}

    def told(self) -> Counter[tuple[str, str]]:
        """Each alert's id and its item's title, and how often it arrived."""
        bodies = [(request.headers["webhook-id"], json.loads(request.body)) for request in self.hook.requests]
        return Counter((name, _title(body)) for name, body in bodies)

    def times_told(self) -> Counter[str]:
        """How many alerts there were about each item."""
        return Counter(title for _, title in self.told())

    def comes_to_rest(self, seconds: float = 40.0) -> None:
        """No more news: then nothing was lost, and nothing came under two ids."""
        self.most = max(self.shown)
        until(lambda: self.stored() == self.showed() and len(self.told()) == len(self.stored()), seconds)
        titles = Counter(title for _, title in self.told())
        assert set(titles) == self.stored() == self.showed()
        assert set(titles.values()) == {1}


def _heed_hangups() -> None:
    """Where these tests run under nohup, what they start would ignore them too."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _title(body: dict[str, Any]) -> str:
    title: str = body["data"]["item"]["title"]
    return title


def _text(number: int, n: int) -> str:
    """Like no other entry's."""
    return " ".join(f"{word}{(n * 31 + number * 7 + place) % 9973}" for place, word in enumerate(WORDS.split() * 6)) * 3


@pytest.fixture
def place(tmp_path: Path, new_site: Callable[..., Site]) -> Place:
    return Place(tmp_path, tmp_path / "m.db", new_site)


@contextlib.contextmanager
def daemon_of(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon that is gone at the end, whatever happened to it."""
    daemon = place.start()
    try:
        yield daemon
    finally:
        daemon.kill()
        daemon.wait()


@pytest.fixture
def running(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    with daemon_of(place) as daemon:
        yield daemon


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """14 MB of their own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", disk], capture_output=True)
    if done.returncode:
        pytest.skip("no right to mount a disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def ends(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    assert daemon.wait(12) == 0


def test_a_full_disk_pauses_polling_loses_nothing_and_heals(
    tmp_path: Path, small_disk: Path, new_site: Callable[..., Site]
) -> None:
    """E74."""
    place = Place(tmp_path, small_disk / "m.db", new_site)
    with daemon_of(place) as daemon:
        until(lambda: len(place.stored()) >= 6)
        with (small_disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))
        until(lambda: "store_unavailable" in place.log or "StoreFull" in place.log, 60)
        asked = [len(site.requests) for site in place.sites]
        threading.Event().wait(5)
        more = [len(site.requests) - before for site, before in zip(place.sites, asked, strict=True)]
        assert max(more) <= 3  # it pauses: every second without a pause
        (small_disk / "filler").unlink()
        place.comes_to_rest(60)
        ends(daemon)
    assert "Traceback" not in place.log


def test_a_store_that_another_program_locks_is_waited_for(place: Place, running: subprocess.Popen[bytes]) -> None:
    """E75: longer than the daemon waits for one call."""
    until(lambda: len(place.stored()) >= 6)
    with contextlib.closing(sqlite3.connect(place.store, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Event().wait(20)
        other.execute("COMMIT")
    before = len(place.stored())
    until(lambda: len(place.stored()) >= before + 3)
    place.comes_to_rest(60)
    ends(running)
    assert "Traceback" not in place.log


def _polls(site: Site) -> int:
    """Without what is asked for to fill a gap."""
    return sum(request.path == "/feed" for request in site.requests)


def test_a_process_that_was_stopped_goes_on_without_a_burst(place: Place, running: subprocess.Popen[bytes]) -> None:
    """E76: a suspended machine."""
    until(lambda: min(place.shown) >= 2)
    running.send_signal(signal.SIGSTOP)
    threading.Event().wait(12)
    asked = [_polls(site) for site in place.sites]
    running.send_signal(signal.SIGCONT)
    began = time.monotonic()
    until(lambda: all(_polls(site) > before for site, before in zip(place.sites, asked, strict=True)), 4)
    threading.Event().wait(max(0.0, began + 3 - time.monotonic()))
    for site, before in zip(place.sites, asked, strict=True):
        assert _polls(site) - before <= 4  # a poll a second, none for those that were slept through
    place.comes_to_rest()
    ends(running)


def test_names_that_do_not_resolve_are_tried_again_and_found(place: Place) -> None:
    """E79."""
    place.host = "127-0-0-{}.test"
    down = place.directory / "names-down"
    down.touch()
    with daemon_of(place) as daemon:
        until(lambda: place.log.count("status=failed") >= 6)
        assert not place.stored()
        down.unlink()
        until(lambda: min(place.shown) >= 2)
        place.comes_to_rest()
        ends(daemon)
    assert "Traceback" not in place.log


def test_readers_killed_from_outside_are_replaced_and_no_entry_is_lost(
    place: Place, running: subprocess.Popen[bytes]
) -> None:
    """E77: fifty times, whatever they are reading; the process they are forked from too."""
    draw, killed = random.Random(1), 0
    while killed < 50:
        if found := descendants(running.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(found), signal.SIGKILL)
                killed += 1
        threading.Event().wait(0.2 * draw.random())
    place.comes_to_rest(60)
    ends(running)
    assert "Traceback" not in place.log


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            found += [int(child) for child in children.read_text().split()]
    return [*found, *(one for child in found for one in descendants(child))]


def test_an_end_under_load_comes_soon_and_leaves_no_lease(place: Place, running: subprocess.Popen[bytes]) -> None:
    """E72."""
    until(lambda: min(place.shown) >= 2)
    for site in place.sites:
        site.answer("/feed", Answer(200, b"<rss/>", delay=60))
    until(lambda: all(site.in_flight for site in place.sites))
    began = time.monotonic()
    running.terminate()
    assert running.wait(15) == 0
    assert time.monotonic() - began < 12
    with contextlib.closing(sqlite3.connect(place.store)) as db:
        assert db.execute("SELECT count(*) FROM feeds WHERE lease_until IS NOT NULL").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_log_that_cannot_be_written_stops_nothing(place: Place) -> None:
    """Its disk is full, or its reader has gone."""
    daemon = place.start(Path("/dev/full"))
    try:
        until(lambda: min(place.shown) >= 3)
        watchlist = place.directory / "config" / "watchlists" / "more.toml"
        watchlist.write_text('query = "nonsense ("')  # a mistake is told, and another change is taken all the same
        threading.Event().wait(1)
        watchlist.write_text('query = "ship"\nalert = ["hook"]\nmax_per_hour = 10000\n')
        until(lambda: daemon.poll() is not None or max(place.times_told().values(), default=0) == 2, 80)
        assert daemon.poll() is None
        ends(daemon)
    finally:
        daemon.kill()
        daemon.wait()


def test_a_hangup_ends_a_daemon_on_its_terminal_and_no_other(place: Place, running: subprocess.Popen[bytes]) -> None:
    until(lambda: min(place.shown) >= 1)
    running.send_signal(signal.SIGHUP)
    shown = min(place.shown)
    until(lambda: "event=hangup" in place.log and min(place.shown) > shown)
    ends(running)
    ours, theirs = os.openpty()

    def on_theirs() -> None:
        _heed_hangups()
        os.login_tty(theirs)

    on_terminal = subprocess.Popen(
        [*MONITOR, "run", "--config", str(place.directory / "config")],
        cwd=place.directory,
        stderr=theirs,
        preexec_fn=on_theirs,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    os.close(theirs)
    shown = min(place.shown)
    until(lambda: min(place.shown) > shown)
    os.close(ours)  # the terminal's window is closed
    assert on_terminal.wait(15) == 0
    with contextlib.closing(sqlite3.connect(place.store)) as db:
        assert db.execute("SELECT value FROM notes WHERE key = 'daemon.tick'").fetchone() == ("stopped",)
