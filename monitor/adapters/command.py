"""A program as a channel: the webhook's body on its standard input, its exit code the answer.

No shell: what a feed says reaches the program as data on its input, never as a word of a command line. 0 is delivered;
100 (qmail-command's "hard error") is refused for good; everything else, EX_TEMPFAIL (75) too, is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from monitor.content.messages import webhook_body
from monitor.content.wording import cut, one_line
from monitor.model import CommandChannel, Deferred, Delivered, DeliveryOutcome, Message, Refused

REFUSED = 100
MAX_SAID = 2_000
"""Bytes of the program's standard error that are kept: its last words stand in `last_error`."""
LINGERING = 1.0
"""Seconds for the pipe to be closed after the program's end: a child it left behind may hold it."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""Of the daemon's environment, which may hold secrets of other channels; the bus is what notify-send needs."""


class CommandSender:
    """Implements `ports.Sender`."""

    def __init__(self, channel: CommandChannel) -> None:
        self._command = channel.command
        self._timeout = channel.timeout.total_seconds()

    async def send(self, message: Message) -> DeliveryOutcome:
        """Run the program once. It may see the same message again: ``MONITOR_MESSAGE`` is its id."""
        said, pipe = await _listen()
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=pipe,
                env=environment | {"MONITOR_MESSAGE": message.id},
                start_new_session=True,  # a group of its own: the deadline ends its children too
            )
        except OSError as error:
            said.cancel()
            return Deferred(f"{self._name()}: cannot be started: {error.strerror or error}")
        finally:
            os.close(pipe)
        try:
            async with asyncio.timeout(self._timeout):
                await _give(process, webhook_body(message))
                await asyncio.wait({said}, timeout=LINGERING)
        except TimeoutError:
            return Deferred(f"{self._name()}: killed after {self._timeout:g} s")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
            said.cancel()
        return self._outcome(process.returncode or 0, _line(said))

    def _outcome(self, code: int, said: str) -> DeliveryOutcome:
        if code == 0:
            return Delivered()
        ended = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        error = cut(f"{self._name()}: {ended}{f': {said}' if said else ''}", 300)
        return Refused(error) if code == REFUSED else Deferred(error)

    def _name(self) -> str:
        return Path(self._command[0]).name


async def _give(process: asyncio.subprocess.Process, body: bytes) -> None:
    """Give it the body, wait for its end."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read
        process.stdin.write(body)
        await process.stdin.drain()
    process.stdin.close()
    await process.wait()


async def _listen() -> tuple[asyncio.Task[bytes], int]:
    """A pipe's end to write to, and what is said into it.

    asyncio's own pipes hold `Process.wait` up until every child that inherited one is gone.
    """
    heard, said = os.pipe()
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(heard, "rb", 0)
    )
    return asyncio.create_task(_last_words(stream, transport)), said


async def _last_words(stream: asyncio.StreamReader, transport: asyncio.ReadTransport) -> bytes:
    said = b""
    try:
        while more := await stream.read(65_536):
            said = (said + more)[-MAX_SAID:]
    finally:
        transport.close()
    return said


def _line(said: asyncio.Task[bytes]) -> str:
    """What was said, on one line; nothing when a child that was left behind still holds the pipe."""
    return one_line(said.result().decode("utf-8", "replace")) if said.done() and not said.cancelled() else ""
