"""HTTP servers on loopback with scripted answers, honest or hostile, for synchronous and asynchronous tests alike.

    with Site() as site:
        site.answer("/feed", Answer(body=FEED, headers={"ETag": '"1"'}), Answer(304))   # the last one repeats
        … fetch site.url("/feed") …
        assert site.requests[-1].headers["if-none-match"] == '"1"'

Each site runs in a thread of its own, so a test that blocks does not block it. Other addresses of 127.0.0.0/8 are
other hosts.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

Wire = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Writes whatever it likes to the connection, which closes when it returns."""


@dataclass(frozen=True)
class Answer:
    """One scripted answer. `length` is a Content-Length of one's own; `wire` replaces all of the answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    gzip: bool = False
    length: int | None = None
    close: bool = False
    wire: Wire | None = None


@dataclass(frozen=True)
class Received:
    """A request as it came; header names are lower-case, `at` is `time.monotonic()`."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


Handler = Callable[[Received], Answer]


class Site:
    """A loopback HTTP/1.1 server. What has no script is 404."""

    def __init__(self, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.host = host
        self.port = port
        self.requests: list[Received] = []
        self.connections = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self._tls = tls
        self._scripts: dict[str, list[Answer | Handler]] = {}
        self._loop = asyncio.new_event_loop()
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"site {host}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """The URL of a path here, under another name of this address if given."""
        return f"{'https' if self._tls else 'http'}://{host or self.host}:{self.port}{path}"

    def answer(self, path: str, *script: Answer | Handler) -> str:
        """Script a path (query included; ``*``: all others): one answer each, the last repeats. Returns its URL."""
        self._scripts[path] = list(script)
        return self.url(path)

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]

    async def _start(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, self.host, self.port, ssl=self._tls, backlog=1024, limit=1 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        # What is being accepted takes a few steps of the loop to begin, and fails on a closed server.
        for _ in range(8):
            await asyncio.sleep(0)
        self._server.close()
        tasks = list(self._open.values())
        for writer, task in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()  # from Python 3.12 on also for its connections
        for _ in range(2):  # transports close a step after they are told
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[writer] = task
        self.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
                while await self._serve(reader, writer):
                    pass
        finally:
            del self._open[writer]
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = self._next(request)
            await asyncio.sleep(answer.delay)
            if answer.wire is not None:
                await answer.wire(reader, writer)
                return False
            writer.write(_bytes(answer, request.method))
            await writer.drain()
        finally:
            self.in_flight -= 1
        return not answer.close and request.headers.get("connection", "").lower() != "close"

    def _next(self, request: Received) -> Answer:
        script = self._scripts.get(request.path) or self._scripts.get("*")
        if not script:
            return Answer(404, b"nothing here")
        step = script.pop(0) if len(script) > 1 else script[0]
        return step if isinstance(step, Answer) else step(request)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body, time.monotonic())


def _bytes(answer: Answer, method: str) -> bytes:
    body = gzip.compress(answer.body, 1) if answer.gzip else answer.body
    headers = {"Content-Encoding": "gzip", **answer.headers} if answer.gzip else dict(answer.headers)
    if answer.status >= 200 and answer.status not in (204, 304):
        headers.setdefault("Content-Length", str(len(body) if answer.length is None else answer.length))
    phrase = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else "?"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    bare = method == "HEAD" or answer.status in (204, 304)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (b"" if bare else body)
