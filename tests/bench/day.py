"""A day of traffic within minutes: the daemon itself, its clock running fast, a thousand feeds, some of them hostile.

    python -m tests.bench.day [--minutes 8] [--feeds 1000] [--days 1]

2 % of the feeds answer with the suite's hostile documents and wires in turn, 1 % never answer; the others bring an entry
an hour, every twentieth with its text on a page of its own, and one entry in ten is told to a webhook. It prints memory,
file descriptors, how long healthy feeds waited, what was missed and what was told twice; it asserts nothing. Much faster
than a day in 8 minutes a claimed alert's time is over before it is sent: it is given back, and what was told says nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

from monitor.adapters.clock import SystemClock
from monitor.adapters.rehearsal import RATE, hurried
from tests.acceptance.hostile import hostile_feeds
from tests.bench.poll import WORDS_OF_ALL
from tests.bench.processes import family, memory
from tests.servers import Answer, Site
from tests.wires import CASES as WIRES

DAY = 86_400.0
EVERY = 1800.0
"""Seconds of the day between two polls of a feed."""
HOUR = timedelta(hours=1)
SHOWN = 5
"""Entries of a document."""
CONFIG = """store = "sqlite:{store}"
[poll]
every = "30m"
min = "30m"
max = "2h"
adaptive = false
host_delay = "0s"
timeout = "3s"
[limits]
reading = "5s"
[network]
allow = ["127.0.0.0/8"]
[web]
listen = ""
[channels.hook]
type = "webhook"
url = "http://127.0.3.1:{port}/hook"
"""


@dataclass(frozen=True)
class Shape:
    """Which feed is what: the first are hostile, the next hang, the others are well."""

    feeds: int
    rate: float

    @property
    def hostile(self) -> int:
        return self.feeds // 50

    @property
    def hanging(self) -> int:
        return self.feeds // 100

    @property
    def healthy(self) -> range:
        return range(self.hostile + self.hanging, self.feeds)

    def has_pages(self, number: int) -> bool:
        return number % 20 == 0

    def address(self, number: int, port: int, hostile_port: int) -> str:
        if number < self.hostile:
            return f"http://127.0.2.{1 + number}:{hostile_port}/{number}"
        if number not in self.healthy:
            return f"http://127.0.1.{1 + number}:{port}/hang"
        return f"http://127.0.0.{1 + number % 100}:{port}/{number}"


def prose(number: int, entry: int, words: int) -> str:
    draw = random.Random(number * 100_000 + entry)
    chosen = [WORDS_OF_ALL[int(len(WORDS_OF_ALL) * draw.random() ** 2)] for _ in range(words)]
    return " ".join(["freighter", *chosen] if entry % 10 == 0 else chosen)


class Healthy(asyncio.Protocol):
    """Feeds, pages, a webhook's receiver, and hosts that take a request and never answer."""

    shape: Shape
    out: Any
    """Where what happened is written, a JSON array a line: seconds, a word, values."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            method, path, _ = head.decode("latin-1").split(" ", 2)
            length = next((int(one[15:]) for one in head.lower().split(b"\r\n") if one[:15] == b"content-length:"), 0)
            if len(rest) < length:
                return
            body, self.received = rest[:length], rest[length:]
            if path != "/hang":
                self.transport.write(self.answer(method, path, head, body))

    def answer(self, method: str, path: str, head: bytes, body: bytes) -> bytes:
        if method == "POST":
            self.note("told", json.loads(body)["data"]["item"]["url"], header(head, b"webhook-id"))
            return reply(b"", status=b"204 No Content")
        if path == "/robots.txt":
            return reply(b"", status=b"404 Not Found")
        number, _, entry = path[1:].partition("/")
        if entry:
            return reply(self.page(int(number), int(entry)))
        return self.feed(int(number), header(head, b"if-none-match"))

    def feed(self, number: int, tag: str) -> bytes:
        """A new entry an hour, each feed at a minute of its own."""
        now = SystemClock(hurried()).now()
        latest = int(now.timestamp() // 3600 + (number % 60) / 60)
        self.note("asked", number, latest)
        if tag == f'"{latest}"':
            return reply(b"", status=b"304 Not Modified", tag=tag)
        items = []
        for entry in range(latest, latest - SHOWN, -1):
            link = f"http://127.0.0.{1 + number % 100}:{self.transport.get_extra_info('sockname')[1]}/{number}/{entry}"
            told = "" if self.shape.has_pages(number) else f"<description>{prose(number, entry, 120)}</description>"
            stamp = format_datetime(now - HOUR * (latest - entry))
            title = f"{prose(number, entry, 8)} {number} {entry}"
            items.append(
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{stamp}</pubDate>{told}</item>"
            )
        text = f"<rss version='2.0'><channel><title>Feed {number}</title>{''.join(items)}</channel></rss>"
        return reply(text.encode(), tag=f'"{latest}"')

    def page(self, number: int, entry: int) -> bytes:
        links = "".join(f'<li><a href="/{number}/{n}">{prose(number, n, 6)}</a></li>' for n in range(entry - 30, entry))
        told = "".join(f"<p>{prose(number, entry * 10 + part, 60)}.</p>" for part in range(6))
        return f"<html><head><title>News</title></head><body><nav><ul>{links}</ul></nav><article>{told}</article></body></html>".encode()

    def note(self, *values: object) -> None:
        self.out.write(json.dumps([time.monotonic(), *values]) + "\n")


def header(head: bytes, name: bytes) -> str:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip().decode("latin-1")
    return ""


def reply(body: bytes, status: bytes = b"200 OK", tag: str = "") -> bytes:
    shown = b"ETag: " + tag.encode() + b"\r\n" if tag else b""
    return b"HTTP/1.1 " + status + b"\r\n" + shown + b"Content-Length: %d\r\n\r\n" % len(body) + body


def serve(port: Any, shape: Shape, log: Path) -> None:
    """Healthy and hanging feeds, until it is killed."""
    Healthy.shape = shape
    with log.open("w", buffering=1) as Healthy.out:

        async def run() -> None:
            server = await asyncio.get_running_loop().create_server(Healthy, "0.0.0.0", 0, backlog=4096)
            port.value = server.sockets[0].getsockname()[1]
            await server.serve_forever()

        asyncio.run(run())


def serve_hostile(port: Any, shape: Shape) -> None:
    """Each feed goes through all hostile answers, from a place of its own."""
    answers = [Answer(200, case.body(), {"content-type": case.kind}) for case in hostile_feeds.CASES.values()]
    answers += [make() for make, _ in WIRES.values()]
    with Site("0.0.0.0") as site:
        for number in range(shape.hostile):
            turn = cycle(answers[number:] + answers[:number])
            site.answer(f"/{number}", lambda _, turn=turn: next(turn))
        port.value = site.port
        time.sleep(1e6)


@dataclass
class Sample:
    """Of the daemon at one moment; MB."""

    at: float
    main: float
    all: float
    processes: int
    descriptors: int


def sample(pid: int, began: float) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    pids = family(pid)
    descriptors = len(os.listdir(f"/proc/{pid}/fd"))
    return Sample(time.monotonic() - began, resident / 1024, memory(pids), len(pids), descriptors)


def configure(where: Path, shape: Shape, port: int, hostile_port: int) -> Path:
    config = where / "config"
    (config / "watchlists").mkdir(parents=True)
    (config / "monitor.toml").write_text(CONFIG.format(store=where / "m.db", port=port))
    listed = (
        f'[[feed]]\nid = "f{n}"\nurl = "{shape.address(n, port, hostile_port)}"\n'
        + ('fetch = "always"\n' if shape.has_pages(n) else 'fetch = "never"\n')
        for n in range(shape.feeds)
    )
    (config / "feeds.toml").write_text("".join(listed))
    (config / "watchlists" / "ships.toml").write_text('query = "freighter"\nalert = ["hook"]\nmax_per_hour = 10000\n')
    return config


def run(config: Path, log: Path, seconds: float) -> list[Sample]:
    """The daemon for so long; what it took, every two seconds."""
    samples: list[Sample] = []
    began = time.monotonic()
    with log.open("w") as out:
        daemon = subprocess.Popen([sys.executable, "-m", "monitor", "run", "--config", config], stderr=out)
    while time.monotonic() - began < seconds and daemon.poll() is None:
        time.sleep(2)
        if daemon.poll() is None:
            samples.append(sample(daemon.pid, began))
    if not samples:
        sys.exit(log.read_text())
    daemon.send_signal(signal.SIGTERM)
    print(f"it ended with {daemon.wait(60)}")
    return samples


def report(where: Path, shape: Shape, samples: list[Sample]) -> None:
    for share in (0.1, 0.25, 0.5, 0.75, 1.0):
        one = samples[min(len(samples) - 1, int(share * len(samples)))]
        print(
            f"{one.at * shape.rate / 3600:5.1f} h  main {one.main:5.0f} MB  all {one.processes} processes {one.all:5.0f} MB  {one.descriptors:4d} descriptors"
        )
    print(
        f"most: main {max(one.main for one in samples):.0f} MB, with workers {max(one.all for one in samples):.0f} MB"
    )
    asked, shown, told = defaultdict(list), {}, Counter[tuple[str, str]]()
    for line in (where / "served.log").read_text().splitlines():
        at, word, first, second = json.loads(line)
        if word == "asked":
            asked[first].append(at)
            shown.setdefault(first, [second, second])[1] = second
        else:
            told[first, second] += 1
    gaps = sorted(
        (later - before) * shape.rate / EVERY for times in asked.values() for before, later in pairwise(times)
    )
    late = sum(gap > 1.2 + shape.rate / EVERY for gap in gaps)
    print(
        f"{sum(map(len, asked.values()))} polls of {len(asked)} healthy feeds of {len(shape.healthy)}; waits in intervals:"
        f" median {gaps[len(gaps) // 2]:.2f}, 99 % {gaps[int(len(gaps) * 0.99)]:.2f}, most {gaps[-1]:.2f}; {late} over 1.2 and a tick"
    )
    stored(where / "m.db", shape, shown, told)
    lines = (where / "daemon.log").read_text().splitlines()
    events = Counter(
        part for line in lines for part in line.split() if part.startswith("event=") and part != "event=poll"
    )
    print("log:", dict(events.most_common(12)), f"{sum('Traceback' in line for line in lines)} tracebacks")


def stored(path: Path, shape: Shape, shown: dict[int, list[int]], told: Counter[tuple[str, str]]) -> None:
    with sqlite3.connect(path) as db:
        urls = {url for (url,) in db.execute("SELECT url FROM items")}
        failing = db.execute("SELECT count(*) FROM feeds WHERE failures > 0").fetchone()[0]
        states = dict(db.execute("SELECT state, count(*) FROM alerts GROUP BY state"))
    ours = {url.partition("/")[2].partition("/")[2].partition("/")[2] for url in urls if url}
    wanted = {
        f"{number}/{entry}" for number, (first, last) in shown.items() for entry in range(first - SHOWN + 1, last + 1)
    }
    twice = Counter(url for url, _ in told)
    print(
        f"{len(wanted)} entries shown, {len(wanted - ours)} of them not stored; {failing} feeds fail;"
        f" {sum(told.values())} told, {sum(count > 1 for count in twice.values())} under two ids; alerts: {states}"
    )


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--feeds", type=int, default=1000)
    wanted.add_argument("--minutes", type=float, default=8)
    wanted.add_argument("--days", type=float, default=1)
    options = wanted.parse_args()
    shape = Shape(options.feeds, options.days * DAY / (options.minutes * 60))
    os.environ[RATE] = str(shape.rate)
    port, hostile_port = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0)
    with tempfile.TemporaryDirectory() as directory:
        where = Path(directory)
        for target, args in ((serve, (port, shape, where / "served.log")), (serve_hostile, (hostile_port, shape))):
            multiprocessing.Process(target=target, args=args, daemon=True).start()
        while not (port.value and hostile_port.value):
            time.sleep(0.05)
        config = configure(where, shape, port.value, hostile_port.value)
        report(where, shape, run(config, where / "daemon.log", options.minutes * 60))


if __name__ == "__main__":
    main()
