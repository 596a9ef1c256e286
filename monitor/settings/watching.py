"""A running daemon's eye on its configuration: each change loaded once it is whole, each mistake told once.

The directory is watched by the system's own notices. What they cannot tell is looked at every second: files that lie
elsewhere (OPML lists, keyword lists, secrets, targets of links), and the directory itself, which a deployment may
replace by another of its name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

from watchfiles import Change, awatch

from monitor.errors import ConfigError
from monitor.model import Config
from monitor.settings.load import load
from monitor.settings.run import passing

DEBOUNCE = 300  # milliseconds: an editor writes a file in several steps
STEP = 100  # milliseconds between looks; CONTRACT promises a change within 2 s
BESIDE = 1_000  # milliseconds between looks at what lies elsewhere; a look is a few calls of stat

Stamp = tuple[int, int, int, int] | None


async def watch(directory: Path, environ: Mapping[str, str], current: Config) -> AsyncIterator[Config | ConfigError]:
    """Yields each new valid configuration, and each new set of mistakes once; nothing when a change changes nothing.

    `current` is what was loaded last; what changed since it was loaded is a change too.
    """
    last: Config | str = current
    outside = current.outside
    seen: tuple[Stamp, ...] | None = None
    async for changed in _looks(directory):
        beside = _stamps((directory, *outside))
        if not changed and beside == seen:
            continue
        seen = beside
        try:
            found = await asyncio.to_thread(load, directory, environ)
        except ConfigError as error:
            files = error.outside or outside
            if str(error) != last:
                last = str(error)
                yield error
        else:
            files = found.outside
            if found != last:
                last = found
                yield found
        if files != outside:
            outside, seen = files, None  # read before they were looked at: look again


async def _looks(directory: Path) -> AsyncIterator[bool]:
    """Whether something changed, at every change and every second, over directories that come and go."""
    while True:
        watched = _identity(directory)
        if watched is None:
            yield True
            await asyncio.sleep(BESIDE / 1_000)
            continue
        async for changes in _notices(directory):
            yield bool(changes)
            if _identity(directory) != watched:
                break


async def _notices(directory: Path) -> AsyncIterator[set[tuple[Change, str]]]:
    try:
        async for changes in awatch(
            directory,
            watch_filter=_concerns_us,
            debounce=DEBOUNCE,
            step=STEP,
            rust_timeout=BESIDE,
            yield_on_timeout=True,
        ):
            yield changes
    except FileNotFoundError:
        return  # it went between our look and theirs


def _concerns_us(_change: Change, path: str) -> bool:
    """Not an editor's own files, nor a store that was put into the directory: it is written to all the time."""
    name = path.rpartition("/")[2]
    return not passing(name) and not re.search(r"\.db($|-)|-(wal|shm|journal)$", name)


def _identity(directory: Path) -> tuple[int, int] | None:
    stamp = _stamp(directory)
    return stamp and stamp[:2]


def _stamps(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """One for each path: it changes when the file or folder does; None for what is not there."""
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
