"""Reading bytes in processes that may be killed: the Workers port.

feedparser and trafilatura can be hung or crashed by a few kilobytes (reference: their issues 562 and 925), holding the
interpreter lock while they are; only another process can be stopped. `concurrent.futures` breaks its whole pool when one
worker crashes; pebble does not, and its four threads and polling cost more than the reading of a feed. Here a worker has
one call at a time and a socket of its own that the event loop reads, so a death costs exactly the call that caused it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess, current_process
from types import ModuleType
from typing import Any, TypeVar

from monitor.adapters.frames import framed, loads
from monitor.adapters.line import Frames
from monitor.adapters.worker import OUT_OF_MEMORY, serve
from monitor.errors import ReadError, WorkerDied
from monitor.model import LimitsPolicy

T = TypeVar("T")

_LIMITS = LimitsPolicy()

STARTS = 3
"""Tries to start a worker: whatever kills the fork server between two of them, the second finds a new one."""
SLOW = 1.0
"""Seconds; of 81 real pages and 72 real feeds none takes a fifth of it."""
START_AGAIN = 0.1
"""Seconds between two, in which the dead one is seen to be dead."""


class ProcessWorkers:
    """`count` worker processes, each started when first needed and replaced after `recycle` calls; for as long as calls
    take longer than `SLOW` seconds, so many more for the others: hostile documents are not waited for.

    `deadline`: seconds for one call; may be changed. `memory`: bytes of address space beyond what the interpreter maps at start.
    """

    def __init__(
        self,
        count: int = 2,
        *,
        deadline: float = _LIMITS.reading.total_seconds(),
        memory: int = _LIMITS.memory,
        recycle: int = _LIMITS.recycle,
    ) -> None:
        self.deadline = deadline
        self._memory, self._recycle = memory, recycle
        # fork would copy our threads' locks: the fork server is a small clean process to fork from, with the heavy
        # imports done once.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["monitor.adapters.preloaded"])
        self._count = self._free = count
        self._apart = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()

    def prepare(self) -> None:
        """Begin, in a process of its own, the imports that the first worker would otherwise wait for."""
        with suppress(OSError):  # whoever needs a worker will be told
            forkserver.ensure_running()

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Run a module-level function in a worker."""
        return await self._run(self._waiting, function, args)

    async def urgent(self, function: Callable[..., T], *args: object) -> T:
        """As `run`, before all calls that are not urgent."""
        return await self._run(self._urgent, function, args)

    async def _run(self, queue: deque[asyncio.Future[None]], function: Callable[..., T], args: tuple[object, ...]) -> T:
        await self._turn(queue)
        call = _Call()
        self._judge_later(call)
        try:
            answer = await self._asked(framed((function, args)))  # not before: hundreds may wait, each with a document
        finally:
            self._ended(call)
        succeeded, value = loads(answer)
        if succeeded:
            result: T = value
            return result
        raise value

    def close(self) -> None:
        """Stop every worker, at once."""
        for worker in list(self._alive):
            self._end(worker)

    async def _asked(self, request: bytes) -> bytes:
        worker = self._idle.pop() if self._idle else await self._start()
        try:
            async with asyncio.timeout(self.deadline):
                answer = await worker.ask(request)
        except TimeoutError as error:
            await asyncio.to_thread(self._end, worker)
            raise WorkerDied(f"reading took longer than {self.deadline:.0f} s and was stopped") from error
        except OSError as error:
            if await asyncio.to_thread(self._end, worker, patience=1.0) == OUT_OF_MEMORY:
                raise WorkerDied("reading needed too much memory and was stopped") from error
            raise WorkerDied("the process reading it crashed") from error
        except BaseException:  # called off: it works on what nobody waits for
            self._end(worker)
            raise
        worker.calls += 1
        if worker.calls < self._recycle and len(self._idle) < self._count:
            self._idle.append(worker)
        else:
            await asyncio.to_thread(self._end, worker)
        return answer

    async def _turn(self, queue: deque[asyncio.Future[None]]) -> None:
        """Wait for one of the `count` places, in its queue first come, first served."""
        if self._free:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was given just now
                self._give_turn()
            raise

    def _judge_later(self, call: _Call) -> None:
        call.timer = asyncio.get_running_loop().call_later(SLOW, self._slow, call)

    def _slow(self, call: _Call) -> None:
        """A call that takes long gives its place to the others, unless as many have done so."""
        if self._apart < self._count:
            self._apart += 1
            call.apart = True
            self._give_turn()
        else:
            self._judge_later(call)

    def _ended(self, call: _Call) -> None:
        if call.timer:
            call.timer.cancel()
        if call.apart:
            self._apart -= 1
        else:
            self._give_turn()

    def _give_turn(self) -> None:
        while self._urgent or self._waiting:
            place = (self._urgent or self._waiting).popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    async def _start(self) -> _Worker:
        process, connection = await asyncio.to_thread(self._started)  # the fork server's own start takes a second
        worker = _Worker(process)
        self._alive.add(worker)
        await worker.open(connection)
        return worker

    def _started(self, tries: int = STARTS) -> tuple[BaseProcess, socket.socket]:
        try:
            return self._start_one()
        except (EOFError, OSError) as error:  # the fork server was killed, or its door is gone
            if tries == 1:
                raise ReadError(f"no process to read it could be started: {error}") from error
        with suppress(OSError):
            _have_a_door()
        time.sleep(START_AGAIN)
        return self._started(tries - 1)

    def _start_one(self) -> tuple[BaseProcess, socket.socket]:
        ours, theirs = socket.socketpair()
        process = self._context.Process(target=serve, args=(theirs, self._memory), daemon=True)
        try:
            with theirs, _no_main():
                process.start()
        except BaseException:
            ours.close()
            raise
        return process, ours

    def _end(self, worker: _Worker, patience: float = 0.0) -> int | None:
        """Its exit code; it is killed unless it ends by itself within `patience` seconds."""
        self._alive.discard(worker)
        worker.close()
        worker.process.join(patience)
        if worker.process.exitcode is None:
            worker.process.kill()
            worker.process.join()
        code = worker.process.exitcode
        worker.process.close()
        return code


def _have_a_door() -> None:
    """End a fork server whose socket was cleaned away with the temporary files of days ago: the next has another. Else nobody
    could be started any more, and multiprocessing, which sees it alive, would not help."""
    server: Any = forkserver._forkserver
    ours: Any = current_process()
    with _STARTING:
        if server._forkserver_address and not os.path.exists(server._forkserver_address):
            os.kill(server._forkserver_pid, signal.SIGKILL)
            if cleaned := ours._config.pop("tempdir", None):
                os.mkdir(cleaned, 0o700)  # to be removed when this process ends, which fails aloud where there is none


@contextmanager
def _no_main() -> Iterator[None]:
    """multiprocessing has each worker import the program's main module anew: near a second for `monitor`, whose calls name
    functions of other modules."""
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


_STARTING = threading.Lock()


@dataclass(slots=True, eq=False)
class _Call:
    """One call in hand. `apart`: it was slow, and takes no place from the others any longer."""

    timer: asyncio.TimerHandle | None = None
    apart: bool = False


class _Worker:
    """One process and our end of its socket."""

    def __init__(self, process: BaseProcess) -> None:
        self.process = process
        self.calls = 0
        self._frames = Frames(self._heard, self._lost)
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[bytes] | None = None
        self._gone = False

    async def open(self, connection: socket.socket) -> None:
        """Begin."""
        await self._loop.connect_accepted_socket(lambda: self._frames, connection)

    async def ask(self, request: bytes) -> bytes:
        """Send a request, framed, and wait for its answer; raises OSError when the process ended instead."""
        if self._gone:
            raise ConnectionResetError("the worker ended")
        self._answer = self._loop.create_future()
        self._frames.send(request)
        return await self._answer

    def close(self) -> None:
        """Say and hear nothing more; from any thread."""
        with suppress(RuntimeError):  # the loop is closed, and with it the socket
            self._loop.call_soon_threadsafe(self._frames.close)

    def _heard(self, frame: memoryview) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(bytes(frame))

    def _lost(self) -> None:
        self._gone = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the worker ended"))
