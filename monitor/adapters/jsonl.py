"""A file as a channel: a line of JSON a message, the webhook's body, on the disk before it counts as delivered.

A process killed while it writes leaves a torn last line. Its message was not settled and comes again, so the next writer
cuts the torn line off: no reader ever parses half a line for long, and none is lost. A lock on the file lets the daemon
and a command line write side by side.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.content.messages import webhook_body
from monitor.model import Deferred, Delivered, DeliveryOutcome, JsonlChannel, Message

BLOCK = 65_536
"""Bytes looked at from the end for the last whole line; no line of ours is longer than 20 kB."""


class JsonlSender:
    """Implements `ports.Sender`."""

    def __init__(self, channel: JsonlChannel) -> None:
        self._path, self._max_bytes, self._keep = channel.path, channel.max_bytes, channel.keep

    async def send(self, message: Message) -> DeliveryOutcome:
        """Append one line. A message that came before, because the process died in between, stands there twice."""
        line = webhook_body(message).replace(b"\n", b" ") + b"\n"
        try:
            await asyncio.to_thread(self._append, line)
        except OSError as error:
            return Deferred(f"{self._path}: {(error.strerror or str(error)).lower()}")
        return Delivered()

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as file:
            size = _mended(file)
            if size and size + len(line) > self._max_bytes:
                self._rotate()
            else:
                _write(file, line, size)
                return
        with self._locked() as file:
            _write(file, line, _mended(file))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, opened and locked; the one that bears the name by then, which another may have put aside."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if _is(file, self._path):
                    yield file
                    return
            finally:
                os.close(file)  # and with it the lock

    def _rotate(self) -> None:
        """``x.jsonl`` becomes ``x.jsonl.1``, that ``x.jsonl.2``, and so on; the last is dropped."""
        aside = [self._path, *(self._path.with_name(f"{self._path.name}.{n}") for n in range(1, self._keep + 1))]
        for old, new in zip(aside[-2::-1], aside[:0:-1], strict=True):
            if old.exists():
                old.replace(new)
        if not self._keep:
            self._path.unlink()
        _sync_directory(self._path.parent)


def _is(file: int, path: Path) -> bool:
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(file)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


def _mended(file: int) -> int:
    """The file's size, once a torn last line is cut off."""
    size = os.fstat(file).st_size
    if size == 0:
        return 0
    tail = os.pread(file, min(BLOCK, size), max(0, size - BLOCK))
    if tail.endswith(b"\n"):
        return size
    whole = size - len(tail) + tail.rfind(b"\n") + 1
    os.ftruncate(file, whole)
    return whole


def _write(file: int, line: bytes, size: int) -> None:
    """Append all of it, or nothing."""
    rest = line
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)  # a full disk takes half a line
        raise


def _sync_directory(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
