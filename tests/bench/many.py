"""Many feeds on one machine: start, tick, memory, and how late a poll is.

    python -m tests.bench.many [--feeds 50000] [--seconds 90] [--interval 1000]

The daemon itself, in a process of its own: started with an empty store, stopped, its feeds spread evenly over their
interval, started again; once more, and a watchlist edited meanwhile. Every feed of five short entries is new to it;
loopback serves them from 100 addresses. It prints figures and asserts nothing.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from monitor.adapters.clock import SystemClock
from tests.bench import poll
from tests.bench.processes import Watch

DAEMON = """
import sys, time
from monitor.cli import main
from monitor.service.daemon import Daemon
real = Daemon.tick
async def tick(self):
    began = time.perf_counter()
    await real(self)
    print("tick", (time.perf_counter() - began) * 1000, file=sys.stderr, flush=True)
Daemon.tick = tick
sys.argv = ["monitor", "run", "--config", sys.argv[1]]
main()
"""


class Bodies(dict[tuple[int, int], bytes]):
    """Feeds of five short entries, made when asked for."""

    def __missing__(self, which: tuple[int, int]) -> bytes:
        self[which] = gzip.compress(poll.feed(*which), 1)
        return self[which]


def serve(port: Any, knobs: poll.Knobs) -> None:
    poll.listen(port, Bodies(), knobs)


def run(name: str, where: Path, seconds: float, *, edit: Path | None = None) -> None:
    """The daemon for so long; `edit` is a watchlist, written ten seconds after it started."""
    log = where / f"{name}.log"
    began = time.monotonic()
    with log.open("w") as out:
        daemon = subprocess.Popen([sys.executable, where / "daemon.py", where / "config"], stderr=out)
    started, edited = None, edit is None
    with Watch(daemon.pid) as watch:
        while time.monotonic() - began < seconds and daemon.poll() is None:
            time.sleep(0.2)
            if started is None and "event=started" in log.read_text():
                started = time.monotonic() - began
            if edit and not edited and started and time.monotonic() - began > started + 10:
                edit.write_text('query = "edited"\n')
                edited = True
    daemon.send_signal(signal.SIGTERM)
    daemon.wait(60)
    ticks = [float(found) for found in re.findall(r"^tick (\S+)$", log.read_text(), re.MULTILINE)]
    print(f"{name}: started after {started or 0:.1f} s; {watch.peak:.0f} MB with its workers")
    later = sorted(ticks[4:]) or [0.0]
    print(
        f"  ticks: the first four {[round(one) for one in ticks[:4]]} ms, then median {later[len(later) // 2]:.0f}, most {later[-1]:.0f}"
    )


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--feeds", type=int, default=50_000)
    wanted.add_argument("--seconds", type=float, default=90)
    wanted.add_argument("--interval", type=float, default=1000, help="seconds")
    options = wanted.parse_args()
    poll.WORDS, poll.ENTRIES = 14, 5
    knobs, port = poll.Knobs.new(), multiprocessing.Value("i", 0)
    knobs.set()
    multiprocessing.Process(target=serve, args=(port, knobs), daemon=True).start()
    while not port.value:
        time.sleep(0.05)
    with tempfile.TemporaryDirectory() as directory:
        where = Path(directory)
        poll.Ours(where, poll.urls(options.feeds, port.value))
        settings = where / "config" / "monitor.toml"
        every = f'every = "{options.interval:.0f}s"\nmin = "60s"\nadaptive = false'
        settings.write_text(settings.read_text().replace("concurrency = 200", every))
        (where / "daemon.py").write_text(DAEMON)
        run("first start", where, 15)
        due = spread(where / "ours.db", options.interval)
        run("spread", where, options.seconds)
        lateness(where / "ours.db", due)
        run("edited", where, 40, edit=where / "config" / "watchlists" / "w0.toml")


def spread(path: Path, interval: float) -> dict[str, float]:
    """Give each feed a time within the interval; returns it, in ms."""
    draw, now = random.Random(1), SystemClock().now().timestamp() * 1000 + 5000
    with sqlite3.connect(path) as db:
        due = {feed: now + draw.random() * interval * 1000 for (feed,) in db.execute("SELECT id FROM feeds")}
        db.executemany("UPDATE feeds SET next_poll_at = ? WHERE id = ?", [(int(at), feed) for feed, at in due.items()])
    return due


def lateness(path: Path, due: dict[str, float]) -> None:
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT id, last_poll_at FROM feeds").fetchall()
    late = sorted((at - due[feed]) / 1000 for feed, at in rows if at and at > due[feed])
    waiting = sum(
        due[feed] < SystemClock().now().timestamp() * 1000 - 5000 and not (at and at > due[feed]) for feed, at in rows
    )
    print(
        f"  {len(late)} polled, late by {late[len(late) // 2]:.1f} s at the median, {late[-1]:.1f} at most; {waiting} due and not polled"
    )


if __name__ == "__main__":
    main()
