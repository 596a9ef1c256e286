"""A worker's end: what `workers` starts. It imports little, for each worker would hold by itself what the fork server has not
imported."""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from monitor.adapters.frames import LENGTH, as_told, framed, loads
from monitor.errors import MonitorError
from monitor.garbage import collect_rarely, keep_what_there_is

OUT_OF_MEMORY = 71  # a worker's exit code, EX_OSERR of sysexits.h; no library of ours ends a process so
NICE = 5
"""How much less of a busy processor a worker gets: who stores, alerts and answers does not wait behind who reads. A first
poll, which keeps two processors busy, is over a tenth sooner, for the store is what takes longest."""

STATM = Path("/proc/self/statm")


def serve(connection: socket.socket, memory: int) -> None:
    """In the worker: answer calls until the other end is closed, or reset: then nobody waits for an answer."""
    _confine(memory)
    collect_rarely()
    keep_what_there_is()
    with suppress(ConnectionError), connection, connection.makefile("rb") as requests:
        while head := requests.read(LENGTH.size):
            function, args = loads(requests.read(LENGTH.unpack(head)[0]))
            connection.sendall(_answer(function, args))


def _answer(function: Callable[..., Any], args: tuple[object, ...]) -> bytes:
    """What a call returned or raised, framed. A worker that ran out of memory ends, for what it still holds would fail
    the calls after."""
    try:
        return framed((True, function(*args)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except MonitorError as error:
        return framed((False, error))
    except Exception as error:  # noqa: BLE001  a bug of ours: it reaches the caller with where it was
        return framed((False, as_told(error, "the worker")))


def _confine(memory: int) -> None:
    """In the worker: a bound on memory, a place behind the parent, whose business Ctrl-C is."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # only Linux tells what is mapped; elsewhere the deadline stops what grows without end
        mapped = int(STATM.read_text("ascii").split()[0]) * resource.getpagesize()
        _bound(resource.RLIMIT_AS, mapped + memory)
    _bound(resource.RLIMIT_CORE, 0)


def _bound(what: int, to: int) -> None:
    """Within the bound that the administrator set."""
    _, most = resource.getrlimit(what)
    to = to if most == resource.RLIM_INFINITY else min(to, most)
    resource.setrlimit(what, (to, to))
