"""The three streams that a process is expected to have."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class _Unfailing(io.RawIOBase):
    """Standard error, as far as it can be written: when the log's disk is full, its reader gone or its terminal closed the work
    goes on, and so do the lines once they can. Who only flushes it, as `multiprocessing` before each process, fails as little."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def isatty(self) -> bool:
        return os.isatty(2)

    def write(self, data: Any, /) -> int:
        try:
            return os.write(2, data)
        except OSError:
            return len(memoryview(data))


def speaks_unicode() -> bool:
    """Whether what is printed may hold any character."""
    return sys.stdout.encoding.lower().replace("-", "") == "utf8"


def all_streams() -> None:
    """Have all three; have what standard output's encoding has no sign for printed as "?", not fail; have standard error never
    fail.

    Those that whoever started us had closed lead nowhere: what is printed would fail, and the next file that is opened would
    take the place of one, with what is printed written into it."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and not speaks_unicode():
        sys.stdout.reconfigure(errors="replace")
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Unfailing()),
        sys.stderr.encoding,
        "backslashreplace",
        line_buffering=True,
        write_through=True,
    )
