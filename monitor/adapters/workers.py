"""Reading bytes in processes that may be killed: the Workers port over pebble.

feedparser and trafilatura can be hung or crashed by a few kilobytes (reference: their issues 562 and 925), holding the
interpreter lock while they are; only another process can be stopped. `concurrent.futures` breaks its whole pool when one
worker crashes; pebble replaces the worker and fails that call alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as DeadlineError
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.errors import WorkerDied
from monitor.model import LimitsPolicy

T = TypeVar("T")

_LIMITS = LimitsPolicy()

OUT_OF_MEMORY = 71  # a worker's exit code, EX_OSERR of sysexits.h; no library of ours ends a process so


class ProcessWorkers:
    """`count` worker processes, each started when first needed and replaced after `recycle` calls.

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
        # spawn would import the caller's main module again, fork would copy our threads' locks: the fork server is
        # a small clean process to fork from, with the heavy imports done once.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["monitor.content.articles"])
        self._pool = ProcessPool(count, recycle, initializer=_confine, initargs=(memory,), context=context)

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Run a module-level function in a worker."""
        future = self._pool.schedule(_work, (function, *args), timeout=self.deadline)
        try:
            result: T = await asyncio.wrap_future(future)
        except (DeadlineError, TimeoutError) as error:
            raise WorkerDied(f"reading took longer than {self.deadline:.0f} s and was stopped") from error
        except (ProcessExpired, BrokenProcessPool) as error:
            if getattr(error, "exitcode", None) == OUT_OF_MEMORY:
                raise WorkerDied("reading needed too much memory and was stopped") from error
            raise WorkerDied("the process reading it crashed") from error
        return result

    def close(self) -> None:
        """Stop every worker, at once."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _work(function: Callable[..., T], *args: object) -> T:
    """In the worker: one that ran out of memory ends, for what it still holds would fail the calls after."""
    try:
        return function(*args)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _confine(memory: int) -> None:
    """In the worker: a bound on memory, and Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, mapped + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
