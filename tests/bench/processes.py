"""What a program costs with all the processes it starts, whoever reaps them."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from pathlib import Path
from typing import Self

LOOK = 0.1
"""Seconds; what a process used after the last look before its end is not seen."""
LOOKS = 5
"""Of these, one at the memory too: it walks all pages."""


def family(pid: int) -> list[int]:
    """A process and all it started that still run."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):  # any thread may start a process
        with contextlib.suppress(OSError):
            found += [one for child in children.read_text().split() for one in family(int(child))]
    return found


def memory(pids: list[int]) -> float:
    """MB, pages they share counted once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1024


class Watch:
    """Looks at a process and all it started until the end of its `with`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._used: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak = 0.0
        """MB, of all together."""

    @property
    def cpu(self) -> float:
        """Seconds, of all together."""
        return sum(self._used.values())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        number = 0
        while not self._ended.wait(LOOK):
            pids = family(self._pid)
            for pid in pids:
                with contextlib.suppress(OSError):
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                    self._used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            if number % LOOKS == 0:
                self.peak = max(self.peak, memory(pids))
            number += 1
