"""The outbox's way out: 10,000 due alerts to a webhook and to a mail server on loopback: ``python tests/bench/outbox.py [N]``.

The receivers are processes of their own: one answers HTTP with ready bytes, the other is aiosmtpd. Beside each a bare
loop sends the same bodies by the same library, one after another over one connection, from memory, with nothing written
down. The outbox reads each alert and its item from SQLite on a disk, renders it, sends it and settles it durably.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import structlog
from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Guard
from monitor.adapters.http import HttpFetcher
from monitor.adapters.sqlite import SqliteStore
from monitor.content.messages import email_of
from monitor.content.payloads import webhook_body
from monitor.model import (
    AlertDraft,
    AlertPolicy,
    ArticlePolicy,
    Channel,
    Config,
    EmailChannel,
    Match,
    Message,
    NetworkPolicy,
    PollPolicy,
    Secret,
    SmtpServer,
    WebhookChannel,
)
from monitor.outbox import Outbox
from monitor.service.senders import make_senders
from tests.builders import an_item

ALERTS = 10_000
NETWORK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
SECRET = Secret("whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")
_WORDS = random.Random(1)


class Answers(asyncio.Protocol):
    """204 to each request, when it has come whole."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.held = transport, b""

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, found, body = self.held.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]):
            self.held = b""
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def serve_http(pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Takes:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 OK"


class AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


def serve_smtp(pipe: Connection) -> None:
    controller = AnyPort(Takes(), hostname="127.0.0.1", port=0, server_hostname="bench")
    controller.start()
    pipe.send(controller.port)
    pipe.recv()


def served(function: Callable[[Connection], None]) -> tuple[multiprocessing.Process, int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=function, args=(theirs,), daemon=True)
    process.start()
    return process, int(ours.recv())


def a_text() -> str:
    words = (f"word{int(_WORDS.expovariate(0.004))}" for _ in range(400))
    return " ".join(words).replace("word7 ", "freighters left. ")


def fill(store: SqliteStore, channel: str, count: int) -> None:
    """Items with an alert each, due now."""
    now = SystemClock().now() - timedelta(minutes=1)
    with store.transaction() as unit:
        for number in range(count):
            text = f"The freighter {number} left. {a_text()}"
            item = an_item(f"item-{number}", text=text, first_seen_at=now, published_at=now)
            unit.add_item(item, {f"key-{number}": "1"})
            draft = AlertDraft(
                "ships", "Ships", ("ports",), channel, (Match("freighter*", "body", "freighter", 4, 13),)
            )
            unit.add_alerts(item, [draft], now, lambda _: ("pending", now))


async def drained(channel: Channel, count: int) -> tuple[float, list[Message], int]:
    """Seconds to deliver all, some of the messages, and how many kB the process grew from the first tenth to the end."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        loop = asyncio.get_running_loop()

        async def write(function: Callable[..., Any], *args: object) -> Any:
            return await loop.run_in_executor(thread, partial(function, *args))

        store = await write(SqliteStore, Path(folder) / "bench.db")
        await write(fill, store, channel.id, count)
        async with HttpFetcher(PollPolicy(), NETWORK, ArticlePolicy(), clock) as fetcher:
            senders = make_senders(
                Config(network=NETWORK, channels={channel.id: channel}), Guard(NETWORK), fetcher, clock
            )
            watched = Watched(senders[channel.id], count // 10)
            outbox = Outbox(
                store, {channel.id: watched}, AlertPolicy(), {channel.id: channel}, clock, random.random, write
            )
            started = time.perf_counter()
            report = await outbox.deliver_due()
            took = time.perf_counter() - started
            await watched.aclose()
        assert report.delivered == count, report
        await write(store.close)
    return took, watched.messages, resident() - watched.after


class Watched:
    """A sender that keeps a few messages, and how much memory was in use after its `early` first."""

    def __init__(self, sender: Any, early: int) -> None:
        self.sender, self.early, self.sent, self.after = sender, early, 0, 0
        self.messages: list[Message] = []

    async def send(self, message: Message) -> Any:
        self.sent += 1
        if self.sent == self.early:
            self.after = resident()
        if len(self.messages) < 200:
            self.messages.append(message)
        return await self.sender.send(message)

    async def aclose(self) -> None:
        if hasattr(self.sender, "aclose"):
            await self.sender.aclose()


def resident() -> int:
    """kB of memory in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


async def bare_webhook(url: str, messages: list[Message], count: int) -> float:
    bodies = [webhook_body(message) for message in messages]
    headers = {"content-type": "application/json"}
    async with aiohttp.ClientSession() as session:
        started = time.perf_counter()
        for number in range(count):
            async with session.post(url, data=bodies[number % len(bodies)], headers=headers) as response:
                assert response.status == 204
        return time.perf_counter() - started


async def bare_mail(channel: EmailChannel, messages: list[Message], count: int) -> float:
    mails = [email_of(message, channel, SystemClock().now()) for message in messages]
    async with aiosmtplib.SMTP(hostname=channel.smtp.host, port=channel.smtp.port, start_tls=False) as client:
        started = time.perf_counter()
        for number in range(count):
            await client.send_message(mails[number % len(mails)])
        return time.perf_counter() - started


def report(name: str, asked: int, ours: tuple[float, int], bare: float, count: int) -> None:
    took, grown = ours
    rate, floor = count / took, count / bare
    print(
        f"{name:<8} {count} alerts {rate:6.0f}/s (asked: {asked}/s)   bare loop {floor:6.0f}/s"
        f"   ratio {rate / floor:.2f}   memory after the first tenth {grown:+d} kB"
    )


async def webhook(port: int, count: int) -> None:
    channel = WebhookChannel("ops", Secret(f"http://127.0.0.1:{port}/hook"), (SECRET,))
    took, messages, grown = await drained(channel, count)
    report("webhook", 500, (took, grown), await bare_webhook(channel.url.reveal(), messages, count), count)


async def mail(port: int, count: int) -> None:
    channel = EmailChannel("desk", ("desk@example.org",), "m@example.org", SmtpServer("127.0.0.1", port, "plain"))
    took, messages, grown = await drained(channel, count)
    report("SMTP", 100, (took, grown), await bare_mail(channel, messages, count), count)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ALERTS
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )  # not 10,000 lines of "delivered"
    kinds: list[tuple[Callable[[Connection], None], Callable[[int, int], Coroutine[Any, Any, None]]]]
    kinds = [(serve_http, webhook), (serve_smtp, mail)]
    for serve, measure in kinds:
        process, port = served(serve)
        asyncio.run(measure(port, count))
        process.terminate()


if __name__ == "__main__":
    main()
