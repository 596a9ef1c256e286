"""How a command's process ends."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Where the block raises SystemExit the process ends, and leaves its memory to the system: to take a thousand modules
    and a poll's objects apart, one by one, takes from 40 to 400 ms, which a command's caller would wait for.

    What is registered for the end is done, and what was printed is written; where another thread is to be waited for, it
    ends as any.
    """
    try:
        yield
    except SystemExit as end:
        if not isinstance(end.code, int | None) or _others_work():
            raise
        atexit._run_exitfuncs()
        code, problem = end.code or 0, _unwritten()
        if problem and not code:  # else it was told, or is the least of them
            code = 1
            if not isinstance(problem, BrokenPipeError):  # whoever read it has read enough
                click.echo(f"monitor: {problem}", err=True)
        os._exit(code & 0xFF)


def _unwritten() -> Exception | None:
    """What was printed goes out; why it cannot."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError) as problem:
        return problem
    return None


def _others_work() -> bool:
    others = set(threading.enumerate()) - {threading.main_thread()}
    return any(not thread.daemon for thread in others)
