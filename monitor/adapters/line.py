"""One end of what `frames` describes, in an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from monitor.adapters.frames import LENGTH


class Frames(asyncio.Protocol):
    """`heard` gets each value's pickle, valid during the call; `lost` is called once the other end is gone."""

    def __init__(self, heard: Callable[[memoryview], None], lost: Callable[[], None]) -> None:
        self._heard, self._lost = heard, lost
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        received, start = self._received, 0
        received += data
        with memoryview(received) as view:
            while len(received) - start >= LENGTH.size:
                end = start + LENGTH.size + LENGTH.unpack_from(received, start)[0]
                if len(received) < end:
                    break
                with view[start + LENGTH.size : end] as frame:
                    self._heard(frame)
                start = end
        del received[:start]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's
        self._lost()

    def send(self, frame: bytes) -> None:
        """Send what `framed` made; to nobody once the other end is gone."""
        if not self._transport.is_closing():
            self._transport.write(frame)

    def close(self) -> None:
        """Send nothing more."""
        self._transport.abort()
