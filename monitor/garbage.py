"""Python's collector of cyclic garbage, set for a process that makes many objects and few cycles.

By default it looks at the youngest objects whenever 700 more were made than freed, and at all of them at every few
hundredth time: a fifth of what a poll costs the event loop, for garbage that reference counts have freed already.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000
"""Objects more than were freed, from which the youngest are looked at: cycles hold a few megabytes meanwhile."""
OLDER = 20
"""Times the younger were looked at, from which the next older are."""


def collect_rarely() -> None:
    """From now on, in this process."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


def keep_what_there_is() -> None:
    """What has been made so far (modules, the configuration) is there to stay, and not looked at again."""
    gc.freeze()


@contextmanager
def collector_paused() -> Iterator[None]:
    """For what makes many objects and no cycles: of importing a program an eighth, of compiling a million terms a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Where the block raises SystemExit the process ends, and leaves its memory to the system: to take a thousand modules
    and a poll's objects apart, one by one, takes from 40 to 400 ms, which a command's caller would wait for.

    What is registered for the end is done, and what was printed is written; where that cannot be, or another thread is to
    be waited for, it ends as any.
    """
    try:
        yield
    except SystemExit as end:
        if not isinstance(end.code, int | None) or _others_work():
            raise
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                try:
                    stream.flush()
                except (OSError, ValueError):
                    raise end from None
        os._exit((end.code or 0) & 0xFF)


def _others_work() -> bool:
    others = set(threading.enumerate()) - {threading.main_thread()}
    return any(not thread.daemon for thread in others)
