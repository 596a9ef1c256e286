"""Fetching in a process of its own, where many feeds are configured.

Half of what an unchanged feed costs the event loop is its request. Where requests have a process of their own, they and
the polls run on two processors; what is asked and answered goes between the two in bundles.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import structlog

from monitor.adapters.frames import as_told, framed, loads
from monitor.adapters.http import HttpFetcher
from monitor.adapters.line import Frames
from monitor.core.urls import mask_url
from monitor.garbage import collect_rarely, keep_what_there_is
from monitor.model import (
    ArticlePolicy,
    Failed,
    FetchOutcome,
    LimitsPolicy,
    NetworkPolicy,
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


class Line:
    """Our end of the line to a process that may fetch."""

    def __init__(self, ours: socket.socket | None) -> None:
        self._ours = ours

    def of_use(self, feeds: int) -> socket.socket | None:
        """The line, where so many feeds are worth a process; else that ends."""
        if self._ours is not None and feeds < FEW:
            self.close()
        return self._ours

    def close(self) -> None:
        """The process at the other end ends."""
        if self._ours is not None:
            self._ours.close()
            self._ours = None


@contextmanager
def fetching_apart(clock: Clock) -> Iterator[Line]:
    """A process to fetch, to its end; none where there had better be none.

    To be entered while this process has one thread, and before it reads its configuration: the other is its fork, and
    would keep all that of 50,000 feeds.
    """
    if (os.cpu_count() or 1) < 2 or threading.active_count() > 1:
        yield Line(None)
        return
    keep_what_there_is()  # a look for garbage writes to every page that the two share, and each would be copied
    ours, theirs = socket.socketpair()
    process = multiprocessing.get_context("fork").Process(
        target=_forked, args=(theirs, ours, clock), name="fetcher", daemon=True
    )
    process.start()
    theirs.close()
    line = Line(ours)
    try:
        yield line
    finally:
        line.close()
        process.join()


class ApartFetcher(HttpFetcher):
    """An `HttpFetcher` whose GETs are made by the process at the other end of `line`; by itself once that is gone."""

    def __init__(
        self,
        line: socket.socket,
        poll: PollPolicy,
        network: NetworkPolicy,
        article: ArticlePolicy,
        clock: Clock,
        *,
        limits: LimitsPolicy,
    ) -> None:
        super().__init__(poll, network, article, clock, limits=limits)
        self._line = line
        self._other: _Bundles | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._other = await _Bundles(self._heard, self._lost).open(self._line)
        now = (self._poll, self.guard.policy, self._article, self._session.limits)
        self._other.say((None, "reconfigure", now))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        other, self._other = self._other, None
        if other is not None:
            other.close()
        await super().__aexit__(kind, value, trace)

    async def fetch(self, request: Request) -> FetchOutcome:
        """See `ports.Fetcher`. What was in hand when the other process ended has failed, as by a lost connection."""
        if self._other is None:
            return await super().fetch(request)
        try:
            outcome: FetchOutcome = await self._call(self._other, "fetch", request)
        except ConnectionError as gone:
            return Failed(mask_url(request.url, secret=request.secret), "transfer", str(gone))
        if isinstance(outcome, Failed) and outcome.site and outcome.retry_after:
            super().hold(outcome.site, outcome.retry_after.total_seconds())  # should the other process end
        return outcome

    async def allowed(self, url: str) -> bool | None:
        """See `ports.Fetcher`."""
        if self._other is not None:
            with suppress(ConnectionError):
                allowed: bool | None = await self._call(self._other, "allowed", url)
                return allowed
        return await super().allowed(url)

    def hold(self, site: str, seconds: float) -> None:
        """Leave a registrable domain alone for so long."""
        super().hold(site, seconds)
        if self._other is not None:
            self._other.say((None, "hold", (site, seconds)))

    def reconfigure(
        self, poll: PollPolicy, network: NetworkPolicy, article: ArticlePolicy, limits: LimitsPolicy | None = None
    ) -> None:
        """Take a changed configuration."""
        super().reconfigure(poll, network, article, limits)
        if self._other is not None:
            self._other.say((None, "reconfigure", (poll, network, article, limits)))

    async def _call(self, other: _Bundles, name: str, value: object) -> Any:
        self._number += 1
        number = self._number
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        other.say((number, name, (value,)))
        try:
            return await future
        except asyncio.CancelledError:
            other.say((number, "cancel", ()))
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
        if self._other is None:  # we went
            return
        self._other = None
        log.error("fetcher_died", instead="this process fetches by itself until it is started anew")
        for future in self._asked.values():
            if not future.done():
                future.set_exception(ConnectionError("the process that fetches ended"))


class _Bundles:
    """One end of the line, in an event loop: what is said in one turn of the loop goes together."""

    def __init__(self, heard: Callable[[list[Any]], None], lost: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._frames = Frames(lambda frame: heard(loads(frame)), lost)
        self._said: list[Any] = []

    async def open(self, line: socket.socket) -> Self:
        """Begin."""
        await self._loop.connect_accepted_socket(lambda: self._frames, line)
        return self

    def say(self, message: tuple[Any, ...]) -> None:
        """Send a message with the next bundle; to nobody once the other end is gone."""
        if not self._said:
            self._loop.call_soon(self._send)
        self._said.append(message)
        if len(self._said) >= BUNDLE:
            self._send()

    def close(self) -> None:
        """Say and hear nothing more."""
        self._frames.close()

    def _send(self) -> None:
        said, self._said = self._said, []
        if said:
            self._frames.send(framed(said))


def _forked(line: socket.socket, other: socket.socket, clock: Clock) -> None:
    other.close()
    serve(line, clock)


def serve(line: socket.socket, clock: Clock) -> None:
    """The process that fetches: until the other end is closed, whatever signal a terminal or a service manager sends to
    all of us: what is in hand is finished first."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if line.recv(1, socket.MSG_PEEK):  # else the feeds are few, and it had better cost nothing
        collect_rarely()
        keep_what_there_is()
        asyncio.run(_answer(line, clock))


async def _answer(line: socket.socket, clock: Clock) -> None:
    ended = asyncio.Event()
    tasks: dict[int, asyncio.Task[None]] = {}
    # What it is to do otherwise it is told first of all.
    async with HttpFetcher(PollPolicy(), NetworkPolicy(), ArticlePolicy(), clock) as fetcher:

        async def answer(number: int, name: str, values: tuple[Any, ...]) -> None:
            try:
                asker.say((number, True, await getattr(fetcher, name)(*values)))
            except Exception as error:  # noqa: BLE001  a bug of ours: it reaches the caller with where it was
                asker.say((number, False, as_told(error, "the process that fetches")))
            finally:
                del tasks[number]

        def heard(messages: list[tuple[int | None, str, tuple[Any, ...]]]) -> None:
            for number, name, values in messages:
                if number is None:
                    getattr(fetcher, name)(*values)
                elif name != "cancel":
                    tasks[number] = asyncio.create_task(answer(number, name, values))
                elif task := tasks.get(number):
                    task.cancel()

        asker = _Bundles(heard, ended.set)
        await asker.open(line)
        await ended.wait()
        # There is nobody to tell of what is in hand, and its connections go with it; a command waits for us.
        os._exit(0)
