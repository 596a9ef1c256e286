"""A directory as a channel: an Atom file a watchlist, replaced as a whole, so that no reader sees half of one."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from monitor.content.atom import with_parts
from monitor.content.look import Look
from monitor.content.payloads import Part
from monitor.model import Deferred, Delivered, DeliveryOutcome, FeedChannel, Message

LOCK = ".lock"


class AtomFileSender:
    """Implements `ports.Sender`."""

    def __init__(self, channel: FeedChannel, look: Look) -> None:
        self._directory, self._entries, self._look = channel.directory, channel.entries, look

    async def send(self, message: Message) -> DeliveryOutcome:
        """Write the message's alerts into the files of their watchlists; one that is there already changes nothing."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            return Deferred(f"{self._directory}: {(error.strerror or str(error)).lower()}")
        return Delivered()

    def _write(self, message: Message) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        with _locked(self._directory / LOCK):
            parts = sorted(message.parts, key=_watchlist)
            for watchlist, some in groupby(parts, key=_watchlist):
                path = self._directory / f"{watchlist}.atom"
                before = path.read_bytes() if path.exists() else b""
                _replace(path, with_parts(before, some, self._entries, self._look))


def _watchlist(part: Part) -> str:
    return part[0].watchlist


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _replace(path: Path, body: bytes) -> None:
    """Written beside it, on the disk, then renamed. Readable by all, as far as the umask lets: it is to be read."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
