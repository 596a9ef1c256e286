"""Fetching in a process of its own, where many feeds are configured.

Half of what an unchanged feed costs the event loop is its request. Where requests have a process of their own, they and
the polls run on two processors; what is asked and answered goes between the two in bundles, one a turn of the loop.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

import structlog

from monitor.adapters.garbage import collect_rarely, keep_what_there_is
from monitor.adapters.http import HttpFetcher
from monitor.core.urls import mask_url
from monitor.model import (
    ArticlePolicy,
    Config,
    Failed,
    Fetched,
    FetchOutcome,
    LimitsPolicy,
    NetworkPolicy,
    NotModified,
    PollPolicy,
    Request,
)
from monitor.ports import Clock

log = structlog.get_logger()

FEW = 500
"""Feeds, below which the polls fetch for themselves: a second process would have nothing to do."""

BUNDLE = 8
"""Messages that go together at most. More would save little, and the other process waits for them: a turn of the loop
may begin two hundred polls."""

_LENGTH = struct.Struct("!Q")
_KINDS: tuple[type[Any], ...] = (Fetched, NotModified, Failed)
_VALUES = tuple(attrgetter(*(field.name for field in fields(kind))) for kind in (*_KINDS, Request))
"""Of an outcome and of a request, in the order they are made from: pickled as tuples they cost a third."""


@dataclass(frozen=True, slots=True)
class Line:
    """Our end of the socket to the process that fetches."""

    socket: socket.socket


@contextmanager
def fetching_apart(config: Config, clock: Clock) -> Iterator[Line | None]:
    """The process that fetches for this configuration, to its end; None where there had better be none.

    To be entered while the process has one thread: the other is its fork.
    """
    if len(config.feeds) < FEW or (os.cpu_count() or 1) < 2 or threading.active_count() > 1:
        yield None
        return
    ours, theirs = socket.socketpair()
    policies = (config.poll, config.network, config.article, config.limits)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(theirs, ours, policies, clock), name="fetcher", daemon=True
    )
    process.start()
    theirs.close()
    try:
        yield Line(ours)
    finally:
        ours.close()  # the other process ends with this
        process.join()


class ApartFetcher(HttpFetcher):
    """An `HttpFetcher` whose GETs are made by the process at the other end of `line`; by itself once that is gone."""

    def __init__(
        self,
        line: Line,
        poll: PollPolicy,
        network: NetworkPolicy,
        article: ArticlePolicy,
        clock: Clock,
        limits: LimitsPolicy,
    ) -> None:
        super().__init__(poll, network, article, clock, limits=limits)
        self._line = line
        self._frames: _Frames | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        loop = asyncio.get_running_loop()
        frames = partial(_Frames, self._heard, self._lost)
        _, self._frames = await loop.connect_accepted_socket(frames, self._line.socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        frames, self._frames = self._frames, None
        if frames is not None:
            frames.close()
        await super().__aexit__(kind, value, trace)

    async def fetch(self, request: Request) -> FetchOutcome:
        """See `ports.Fetcher`. What was in hand when the other process ended has failed, as by a lost connection."""
        if self._frames is None:
            return await super().fetch(request)
        try:
            kind, values = await self._call(self._frames, "fetch", _VALUES[-1](request))
        except ConnectionError as gone:
            return Failed(mask_url(request.url), "transfer", str(gone))
        outcome: FetchOutcome = _KINDS[kind](*values)
        return outcome

    async def allowed(self, url: str) -> bool:
        """See `ports.Fetcher`."""
        if self._frames is not None:
            with suppress(ConnectionError):
                return bool(await self._call(self._frames, "allowed", (url,)))
        return await super().allowed(url)

    def hold(self, site: str, seconds: float) -> None:
        """Leave a registrable domain alone for so long."""
        super().hold(site, seconds)
        if self._frames is not None:
            self._frames.say((None, "hold", (site, seconds)))

    def reconfigure(
        self, poll: PollPolicy, network: NetworkPolicy, article: ArticlePolicy, limits: LimitsPolicy | None = None
    ) -> None:
        """Take a changed configuration."""
        super().reconfigure(poll, network, article, limits)
        if self._frames is not None:
            self._frames.say((None, "reconfigure", (poll, network, article, limits)))

    async def _call(self, frames: _Frames, name: str, values: tuple[Any, ...]) -> Any:
        self._number += 1
        number = self._number
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        frames.say((number, name, values))
        try:
            return await future
        except asyncio.CancelledError:
            frames.say((number, "cancel", ()))
            raise
        finally:
            del self._asked[number]

    def _heard(self, messages: list[tuple[int, bool, Any]]) -> None:
        for number, well, answer in messages:
            future = self._asked.get(number)
            if future is None or future.done():
                continue
            if well:
                future.set_result(answer)
            else:
                future.set_exception(answer)

    def _lost(self) -> None:
        if self._frames is None:  # we went
            return
        self._frames = None
        log.error("fetcher_died", instead="the daemon's own process fetches until it is started anew")
        for future in self._asked.values():
            if not future.done():
                future.set_exception(ConnectionError("the process that fetches ended"))


class _Frames(asyncio.Protocol):
    """Lists of messages over a stream, pickled, each after its length; what is said in one turn of the loop goes together."""

    def __init__(self, heard: Callable[[list[Any]], None], lost: Callable[[], None]) -> None:
        self._heard, self._when_lost = heard, lost
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._said: list[Any] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        start = 0
        while len(received) - start >= _LENGTH.size:
            end = start + _LENGTH.size + _LENGTH.unpack_from(received, start)[0]
            if len(received) < end:
                break
            with memoryview(received) as view:
                messages = pickle.loads(view[start + _LENGTH.size : end])  # noqa: S301  our own process
            start = end
            self._heard(messages)
        del received[:start]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's
        self._when_lost()

    def say(self, message: tuple[Any, ...]) -> None:
        """Send a message with the next bundle; to nobody once the other end is gone."""
        if not self._said:
            self._loop.call_soon(self._send)
        self._said.append(message)
        if len(self._said) >= BUNDLE:
            self._send()

    def close(self) -> None:
        self._transport.close()

    def _send(self) -> None:
        said, self._said = self._said, []
        if said and not self._transport.is_closing():
            data = pickle.dumps(said, pickle.HIGHEST_PROTOCOL)
            self._transport.writelines((_LENGTH.pack(len(data)), data))


def _serve(connection: socket.socket, other: socket.socket, policies: tuple[Any, ...], clock: Clock) -> None:
    """In the process that fetches: until the other end is closed, whatever signal a terminal or a service manager sends to
    all of us: what is in hand is finished first."""
    other.close()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    collect_rarely()
    keep_what_there_is()
    asyncio.run(_answer(connection, policies, clock))
    os._exit(0)  # a name lookup may hang in a thread


async def _answer(connection: socket.socket, policies: tuple[Any, ...], clock: Clock) -> None:
    poll, network, article, limits = policies
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    tasks: dict[int, asyncio.Task[None]] = {}
    async with HttpFetcher(poll, network, article, clock, limits=limits) as fetcher:

        async def answer(number: int, name: str, values: tuple[Any, ...]) -> None:
            try:
                if name == "fetch":
                    outcome = await fetcher.fetch(Request(*values))
                    kind = _KINDS.index(type(outcome))
                    frames.say((number, True, (kind, _VALUES[kind](outcome))))
                else:
                    frames.say((number, True, await fetcher.allowed(*values)))
            except Exception as error:  # noqa: BLE001  a bug of ours: it reaches the caller with where it was
                told = RuntimeError(f"{type(error).__name__}: {error}")
                told.add_note("in the process that fetches:\n" + "".join(traceback.format_tb(error.__traceback__)))
                frames.say((number, False, told))
            finally:
                del tasks[number]

        def heard(messages: list[tuple[int | None, str, tuple[Any, ...]]]) -> None:
            for number, name, values in messages:
                if number is None:
                    getattr(fetcher, name)(*values)
                elif name != "cancel":
                    tasks[number] = loop.create_task(answer(number, name, values))
                elif task := tasks.get(number):
                    task.cancel()

        _, frames = await loop.connect_accepted_socket(partial(_Frames, heard, ended.set), connection)
        await ended.wait()
        for task in tasks.values():
            task.cancel()
