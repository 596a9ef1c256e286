"""What our fetching costs beside a bare aiohttp loop that takes the same bytes: ``python tests/bench/fetching.py``.

The server is a process of its own that answers with ready bytes. The bare loop follows nothing, bounds nothing, guards
nothing and decompresses by aiohttp. Rounds alternate; the median of the ratios is the figure.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.model import ArticlePolicy, Fetched, NetworkPolicy, NotModified, PollPolicy, Request

HOSTS = [f"127.0.9.{number}" for number in range(1, 51)]
REQUESTS = 4_000
ROUNDS = 5
_WORDS = random.Random(1)
FEED = "".join(
    f"<item><title>Item {number}</title><description>"
    + " ".join(f"word{int(_WORDS.expovariate(0.004))}" for _ in range(180))
    + "</description></item>"
    for number in range(20)
)
BODY = gzip.compress(FEED.encode(), 6)
WHOLE = f'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nContent-Length: {len(BODY)}\r\n\r\n'
SAME = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


class Served(asyncio.Protocol):
    """Answers each request line it sees; requests come whole on loopback."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(SAME if b"If-None-Match" in data else WHOLE.encode() + BODY)


def serve(pipe: Connection) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Served, "0.0.0.0", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def rate(one: Callable[[str], Awaitable[None]], urls: list[str], at_once: int = 64) -> tuple[float, float]:
    """Requests a second, and CPU milliseconds a request."""
    queue = iter(urls)

    async def worker() -> None:
        for url in queue:
            await one(url)

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return len(urls) / (time.perf_counter() - started), (time.process_time() - cpu) / len(urls) * 1000


async def measure(port: int, etag: str | None) -> None:
    urls = [f"http://{HOSTS[number % len(HOSTS)]}:{port}/feed/{number}" for number in range(REQUESTS)]
    poll = PollPolicy(host_delay=timedelta(0), per_host=64)
    network = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
    headers = {"If-None-Match": etag} if etag else {}
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        HttpFetcher(poll, network, ArticlePolicy(), SystemClock()) as fetcher,
    ):

        async def bare(url: str) -> None:
            async with session.get(url, headers=headers) as response:
                await response.read()

        async def ours(url: str) -> None:
            outcome = await fetcher.fetch(Request(url, etag=etag))
            assert isinstance(outcome, NotModified if etag else Fetched), outcome

        rows = []
        for _ in range(ROUNDS):
            rows.append((await rate(bare, urls), await rate(ours, urls)))
    ratio = statistics.median(mine[0] / floor[0] for floor, mine in rows)
    floor, mine = (tuple(statistics.median(row[side][k] for row in rows) for k in (0, 1)) for side in (0, 1))
    print(
        f"{'304' if etag else f'200, {len(BODY)} to {len(FEED)} bytes':<24} bare {floor[0]:6.0f}/s {floor[1]:.3f} ms CPU"
        f"   ours {mine[0]:6.0f}/s {mine[1]:.3f} ms CPU   ratio {ratio:.2f}"
    )


def main() -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    for etag in (None, '"1"'):
        asyncio.run(measure(port, etag))
    server.terminate()


if __name__ == "__main__":
    main()
