"""Polling beside lemon24/reader and beside the floor: N feeds of 20 entries (30 kB) on 100 loopback addresses.

    pip install -e '.[bench]'
    python -m tests.bench.poll [--feeds 2000] [--without-reader]

Every program polls the same server, in the same run, through what its users call: ours is `monitor poll` with full
storage, copies and twenty watchlists on; reader is `update_feeds(workers=20)`; the floor is the same bytes fetched by a
bare aiohttp loop. Pages are not fetched (`fetch = "never"`), as reader fetches none; `host_delay` is off, as reader
knows none. It prints a table and asserts nothing: read ratios, not figures. A program's time runs from the first request
that the server sees to the program's end; how long it took to come to that request stands beside it, as `start`.
"""

from __future__ import annotations

import argparse
import asyncio
import calendar
import contextlib
import gzip
import json
import multiprocessing
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.processes import Watch

HOSTS = 100
ENTRIES = 20
WORDS = 190
"""Of an entry; 20 such entries are 30 kB."""
HANGING = 1
"""Of the hundred hosts."""
TIMEOUT = 10
SCENARIOS = ("first poll", "all 304", "same bytes", "one new each", "200 ms, 304", "1 % hanging")


@dataclass
class Knobs:
    """What the server does, shared with its process."""

    validators: Synchronized[int]
    version: Synchronized[int]
    latency: Synchronized[float]
    hanging: Synchronized[int]
    first_asked: Synchronized[float]
    last_good: Synchronized[float]

    @classmethod
    def new(cls) -> Knobs:
        whole: Callable[[], Any] = lambda: multiprocessing.Value("i", 0)  # noqa: E731
        real: Callable[[], Any] = lambda: multiprocessing.Value("d", 0.0)  # noqa: E731
        return cls(whole(), whole(), real(), whole(), real(), real())

    def set(self, *, validators: int = 1, version: int = 0, latency: float = 0.0, hanging: int = 0) -> None:
        self.validators.value, self.version.value = validators, version
        self.latency.value, self.hanging.value = latency, hanging
        self.first_asked.value = 0.0


def feed(number: int, version: int) -> bytes:
    """A feed's document; each version has one entry more at its top and one less at its end."""
    entries = []
    for place in range(version + ENTRIES, version, -1):
        draw = random.Random(number * 1000 + place)
        words = [WORDS_OF_ALL[int(len(WORDS_OF_ALL) * draw.random() ** 3)] for _ in range(WORDS)]
        link = f"https://site{number}.example/{place}"
        stamp = time.strftime("%a, %d %b %Y %H:%M:00 GMT", time.gmtime(STARTED - 3600 * (30 - place)))
        entries.append(
            f"<item><title>{' '.join(words[:9])}</title><link>{link}</link><guid>{link}</guid><pubDate>{stamp}</pubDate>"
            f"<description>&lt;p&gt;{' '.join(words[9:])}&lt;/p&gt;</description></item>"
        )
    head = f"<title>Feed {number}</title><link>https://site{number}.example/</link><description>d</description>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{''.join(entries)}</channel></rss>".encode()


_TEXTS = [path.read_text() for path in sorted(Path(__file__).parents[2].glob("docs/*.md"))]
WORDS_OF_ALL = [word for word, _ in Counter(re.findall(r"[A-Za-z]+", " ".join(_TEXTS))).most_common()]
"""English, the commonest first: a text in no language would cost language detection more than any article does."""
STARTED = calendar.timegm(time.gmtime())


class Server(asyncio.Protocol):
    """The least of HTTP/1.1 that both clients are content with."""

    bodies: dict[tuple[int, int], bytes]
    knobs: Knobs

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.received = transport, b""
        self.host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.knobs.first_asked.value = self.knobs.first_asked.value or time.monotonic()
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            if self.knobs.hanging.value and int(self.host.rpartition(".")[2]) <= HANGING:
                return
            asyncio.get_running_loop().call_later(self.knobs.latency.value, self.answer, head)

    def answer(self, head: bytes) -> None:
        number = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
        version, validators = self.knobs.version.value, self.knobs.validators.value
        tag = b'"%d-%d"' % (number, version)
        if validators and tag in head:
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\nContent-Length: 0\r\n\r\n")
        else:
            body = self.bodies[number, version]
            shown = b"ETag: " + tag + b"\r\n" if validators else b""
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\n"
                + shown
                + b"Content-Length: %d\r\n\r\n" % len(body)
                + body
            )
        self.knobs.last_good.value = time.monotonic()


def serve(port: Any, feeds: int, knobs: Knobs) -> None:
    """In its own process: a feed's number is the path's last part."""
    listen(port, {(n, v): gzip.compress(feed(n, v), 5) for n in range(feeds) for v in (0, 1)}, knobs)


def listen(port: Any, bodies: dict[tuple[int, int], bytes], knobs: Knobs) -> None:
    """Serves until it is killed; `port` tells where."""
    Server.bodies, Server.knobs = bodies, knobs

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "0.0.0.0", 0, backlog=4096)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(run())


def urls(feeds: int, port: int) -> list[str]:
    return [f"http://127.0.0.{1 + number % HOSTS}:{port}/{number}" for number in range(feeds)]


CONFIG = """store = "sqlite:{store}"
[poll]
concurrency = 200
host_delay = "0s"
timeout = "{timeout}s"
[network]
allow = ["127.0.0.0/8"]
[article]
fetch = "never"
"""

READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
if sys.argv[2] == "add":
    for url in open(sys.argv[3]).read().split():
        reader.add_feed(url)
else:
    reader.update_feeds(workers=20, scheduled=False)
"""


@dataclass
class Run:
    """One program's figures in one scenario."""

    start: float
    """Seconds until its first request."""
    seconds: float
    """From there to its end."""
    good: float
    """From there to the last answer of a host that did not hang."""
    cpu: float
    """Seconds of all its processes; the floor's of its own."""
    peak: float
    """MB of all its processes."""


def timed(command: list[str], knobs: Knobs) -> Run:
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        with Watch(process.pid) as watch:
            said = process.stdout.read()
            process.wait()
    ended, first = time.monotonic(), knobs.first_asked.value
    with contextlib.suppress(ValueError, KeyError, IndexError):
        report = json.loads(said.splitlines()[-1])
        statuses = [one["status"] for one in report["feeds"]]
        print(
            f"    monitor: { ({name: statuses.count(name) for name in set(statuses)}) }, {report['new']} new",
            flush=True,
        )
    return Run(first - began, ended - first, knobs.last_good.value - first, watch.cpu, watch.peak)


class Ours:
    """`monitor poll`, a process for each scenario."""

    name = "monitor"

    def __init__(self, where: Path, addresses: list[str]) -> None:
        self.config = where / "config"
        (self.config / "watchlists").mkdir(parents=True)
        (self.config / "monitor.toml").write_text(CONFIG.format(store=where / "ours.db", timeout=TIMEOUT))
        listed = "\n".join(f'[[feed]]\nid = "f{number}"\nurl = "{url}"' for number, url in enumerate(addresses))
        (self.config / "feeds.toml").write_text(listed)
        for number in range(20):
            one, two, three = (f'"{WORDS_OF_ALL[place]}"' for place in (number * 7 + 300, number + 5, number + 900))
            query = f"{one} AND ({two} OR {three})"  # in quotes, for NOT may be among them
            (self.config / f"watchlists/w{number}.toml").write_text(f"query = '{query}'\ntags = [\"t\"]\n")

    def poll(self, knobs: Knobs) -> Run:
        program = str(Path(sys.executable).parent / "monitor")
        return timed([program, "poll", "--json", "--config", str(self.config)], knobs)


class Reader:
    """lemon24/reader with its own workers."""

    name = "reader"

    def __init__(self, where: Path, addresses: list[str]) -> None:
        self.script, self.db, listed = where / "peer.py", where / "reader.db", where / "urls"
        self.script.write_text(READER)
        listed.write_text("\n".join(addresses))
        subprocess.run([sys.executable, self.script, self.db, "add", listed], check=True)

    def poll(self, knobs: Knobs) -> Run:
        return timed([sys.executable, str(self.script), str(self.db), "update"], knobs)


class Floor:
    """The bytes alone."""

    name = "floor"

    def __init__(self, where: Path, addresses: list[str]) -> None:
        self.addresses = addresses
        self.tags: dict[str, str] = {}

    def poll(self, knobs: Knobs) -> Run:
        began, used = time.monotonic(), time.process_time()
        asyncio.run(self._all())
        first = knobs.first_asked.value
        good = knobs.last_good.value - first
        return Run(first - began, time.monotonic() - first, good, time.process_time() - used, 0)

    async def _all(self) -> None:
        room = asyncio.Semaphore(200)
        limits = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=limits) as session:

            async def one(url: str) -> None:
                with contextlib.suppress(TimeoutError):
                    async with room, session.get(url, headers={"If-None-Match": self.tags.get(url, "")}) as answer:
                        await answer.read()
                        if "ETag" in answer.headers:
                            self.tags[url] = answer.headers["ETag"]

            await asyncio.gather(*map(one, self.addresses))


def steps(knobs: Knobs) -> list[Callable[[], None]]:
    """How the server stands in each of `SCENARIOS`."""
    return [
        lambda: knobs.set(),
        lambda: knobs.set(),
        lambda: knobs.set(validators=0),
        lambda: knobs.set(version=1),
        lambda: knobs.set(version=1, latency=0.2),
        lambda: knobs.set(version=1, hanging=1),
    ]


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--feeds", type=int, default=2000)
    wanted.add_argument("--without-reader", action="store_true")
    options = wanted.parse_args()
    knobs, port = Knobs.new(), multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=serve, args=(port, options.feeds, knobs), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.1)
    addresses = urls(options.feeds, port.value)
    programs: list[Any] = [Ours, Floor] if options.without_reader else [Ours, Reader, Floor]
    table: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as where:
        for program in programs:
            try:
                under_test = program(Path(where), addresses)
            except subprocess.CalledProcessError:
                print("reader is not installed: pip install -e '.[bench]'")
                continue
            for scenario, prepare in zip(SCENARIOS, steps(knobs), strict=True):
                prepare()
                run = under_test.poll(knobs)
                table.setdefault(program.name, []).append(run)
                print(f"{program.name:8} {scenario:13} {run.start:7.2f} + {run.seconds:.2f} s", flush=True)
    server.terminate()
    report(table, options.feeds)


def report(table: dict[str, list[Run]], feeds: int) -> None:
    """Feeds a second; of the last scenario the seconds until the good feeds were done."""
    print(f"\n{'':14}" + "".join(f"{name:>45}" for name in table))
    print(f"{'':14}" + "  start   feeds/s   CPU s   MB   ratio to it" * len(table))
    for place, scenario in enumerate(SCENARIOS):
        ours = table["monitor"][place]
        line = f"{scenario:14}"
        for runs in table.values():
            run = runs[place]
            last = place == len(SCENARIOS) - 1
            figure = f"{run.good:8.2f}s" if last else f"{feeds / run.seconds:9.0f}"
            line += f"{run.start:7.2f}{figure:>10}{run.cpu:8.1f}{run.peak:6.0f}{run.good / ours.good if last else run.seconds / ours.seconds:12.1f}  "
        print(line)


if __name__ == "__main__":
    main()
