"""A running daemon's eye on its configuration: each change loaded once it is whole, each mistake told once.

The directory is watched by the system's own notices. What they cannot tell is looked at every second: files that lie
elsewhere (OPML lists, keyword lists, secrets, targets of links), and the directory itself, which a deployment may
replace by another of its name.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from watchfiles import Change, awatch

from monitor.errors import ConfigError
from monitor.model import Config
from monitor.settings.documents import INTERRUPTIBLE
from monitor.settings.load import load
from monitor.settings.run import passing
from monitor.settings.stamps import Stamp, stamp, stamps

DEBOUNCE = 300  # milliseconds: an editor writes a file in several steps
STEP = 100  # milliseconds between looks; CONTRACT promises a change within 2 s
SWITCH = 0.000_1  # seconds; at Python's own .005, a tick of 400 statements beside a loading of 50,000 feeds took 3.3 s
BESIDE = 1_000  # milliseconds between looks at what lies elsewhere; a look is a few calls of stat


async def watch(directory: Path, environ: Mapping[str, str], current: Config) -> AsyncIterator[Config | ConfigError]:
    """Yields each new valid configuration, and each new set of mistakes once; nothing when a change changes nothing.

    `current` is what was loaded last; what changed since it was loaded is a change too.
    """
    last: Config | str = current
    outside = current.outside
    seen: tuple[Stamp, ...] | None = None
    first = True
    async for changed in _looks(directory):
        beside = stamps((directory, *outside))
        same = not changed and (_unchanged(current) if first else beside == seen)
        seen, first = beside, False
        if same:
            continue
        try:
            found = await asyncio.to_thread(_load_beside, directory, environ)
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
    found = stamp(directory)
    return (found[0], found[1]) if found else None


def _unchanged(config: Config) -> bool:
    """Whether all it was read from is as it was. 50,000 feeds are read in seconds, in which the others get less done."""
    return bool(config.stamps) and all(stamp(path) == was for path, was in config.stamps.items())
