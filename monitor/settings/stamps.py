"""What tells that a file or folder is not what it was, without reading it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, ...] | None
"""It changes when the file or folder does; None for what is not there."""

UNSURE = (0,)
"""Of a file that cannot be told by its stamp; equal to that of none."""
GRAIN = 2_000_000_000
"""Nanoseconds of the coarsest file clock (FAT's): a file younger than this may change again and keep its times."""


def stamp(path: Path | os.DirEntry[str]) -> Stamp:
    """Of what a path leads to, as it is now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def stamps(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """One for each path."""
    return tuple(map(stamp, paths))


def settled(path: Path) -> Stamp:
    """A stamp to compare later ones with: `UNSURE` for what was written just now."""
    found = stamp(path)
    return UNSURE if found and found[2] > time.time_ns() - GRAIN else found
