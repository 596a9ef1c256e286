"""A running daemon's eye on its configuration: each change loaded once it is whole, each mistake told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from watchfiles import awatch

from monitor.errors import ConfigError
from monitor.model import Config
from monitor.settings.load import load

DEBOUNCE = 300  # milliseconds: an editor writes a file in several steps
STEP = 100  # milliseconds between looks; CONTRACT promises a change within 2 s


async def watch(directory: Path, environ: Mapping[str, str], current: Config) -> AsyncIterator[Config | ConfigError]:
    """Yields each new valid configuration, and each new set of mistakes once; nothing when a change changes nothing."""
    last: Config | str = current
    async for _ in awatch(directory, debounce=DEBOUNCE, step=STEP, recursive=True):
        try:
            found = await asyncio.to_thread(load, directory, environ)
        except ConfigError as error:
            if str(error) != last:
                last = str(error)
                yield error
            continue
        if found != last:
            last = found
            yield found
