"""A running daemon's eye on its configuration: each change loaded once it is whole, each mistake told once.

The directory is watched by the system's own notices. What they cannot tell is looked at as well: files that lie
elsewhere (OPML lists, keyword lists, secrets, targets of links), the directory itself, which a deployment may replace by
another of its name, and its files, for a network's disk and many a container's give no notice, and a machine may have
none left to give.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from monitor.errors import ConfigError
from monitor.model import Config
from monitor.settings.documents import INTERRUPTIBLE
from monitor.settings.load import load
from monitor.settings.run import passing
from monitor.settings.stamps import Stamp, stamp, stamps
from monitor.settings.strays import FOLDERS

DEBOUNCE = 300  # milliseconds: an editor writes a file in several steps
STEP = 100  # milliseconds between looks; CONTRACT promises a change within 2 s
SWITCH = 0.000_1  # seconds; at Python's own .005, a tick of 400 statements beside a loading of 50,000 feeds took 3.3 s
BESIDE = 700  # milliseconds between looks where there is no notice; a look at 100 files is .5 ms of a thread
MOST = 5_000  # files of a folder that are looked at: a directory may hold more than a configuration

_A_STORES = re.compile(r"\.db($|-)|-(wal|shm|journal)$")

log = structlog.get_logger()


async def watch(directory: Path, environ: Mapping[str, str], current: Config) -> AsyncIterator[Config | ConfigError]:
    """Yields each new valid configuration, and each new set of mistakes once; nothing when a change changes nothing.

    `current` is what was loaded last; what changed since it was loaded is a change too.
    """
    last: Config | str = current
    outside = current.outside
    seen: tuple[Stamp, ...] | None = None
    files = Files()
    first = True
    async for changed in _looks(directory):
        beside = stamps((directory, *outside))
        written = await asyncio.to_thread(files.look, directory)
        same = not changed and (_unchanged(current) if first else beside == seen and not written)
        seen, first = beside, False
        if same:
            continue
        files.taken()
        try:
            found = await asyncio.to_thread(_load_beside, directory, environ)
        except ConfigError as error:
            lie_outside = error.outside or outside
            if str(error) != last:
                last = str(error)
                yield error
        else:
            lie_outside = found.outside
            if found != last:
                last = found
                yield found
        if lie_outside != outside:
            outside, seen = lie_outside, None  # read before they were looked at: look again


class Files:
    """The directory's files, as they were when they were read last and at the look before this one."""

    def __init__(self) -> None:
        self._read: dict[str, Stamp] | None = None
        self._now: dict[str, Stamp] | None = None

    def look(self, directory: Path) -> bool:
        """Whether they have changed since, and stand still: a file is written in several steps."""
        before, self._now = self._now, dict(_files(directory))
        if self._read is None:
            self._read = self._now
        return self._now == before and self._now != self._read

    def taken(self) -> None:
        """They are read now, as they were at the last look."""
        self._read = self._now


def _files(directory: Path) -> Iterator[tuple[str, Stamp]]:
    """By path, those of the directory and of its folders that are read."""
    for folder in (directory, *(directory / name for name in FOLDERS)):
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in islice(entries, MOST):
                if _concerns_us(entry.name) and not entry.is_dir():
                    yield entry.path, stamp(entry)


def _load_beside(directory: Path, environ: Mapping[str, str]) -> Config:
    """`load`, in a thread that gives the interpreter back as soon as the loop asks: it asks anew after each statement."""
    INTERRUPTIBLE.set(True)  # in the thread's own context
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        return load(directory, environ)
    finally:
        sys.setswitchinterval(before)


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
            watch_filter=lambda _, path: _concerns_us(os.path.basename(path)),
            debounce=DEBOUNCE,
            step=STEP,
            rust_timeout=BESIDE,
            yield_on_timeout=True,
        ):
            yield changes
    except FileNotFoundError:
        return  # it went between our look and theirs
    except (OSError, RuntimeError) as error:
        # Every user has so many (inotify(7)), and an editor may have taken them all.
        log.warning("no_notices", problem=str(error), instead=f"the configuration is looked at every {BESIDE} ms")
    while True:
        await asyncio.sleep(BESIDE / 1_000)
        yield set()


def _concerns_us(name: str) -> bool:
    """Not an editor's own files, nor a store that was put into the directory: it is written to all the time."""
    return not passing(name) and not _A_STORES.search(name)


def _identity(directory: Path) -> tuple[int, int] | None:
    found = stamp(directory)
    return (found[0], found[1]) if found else None


def _unchanged(config: Config) -> bool:
    """Whether all it was read from is as it was. 50,000 feeds are read in seconds, in which the others get less done."""
    return bool(config.stamps) and all(stamp(path) == was for path, was in config.stamps.items())
