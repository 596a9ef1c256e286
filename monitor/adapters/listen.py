"""A small HTTP server for those who look after the monitor: GET of a few fixed paths, nothing else.

aiohttp's server; what a path answers is asked of the caller at each request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from aiohttp import web

from monitor.errors import MonitorError


class Page(NamedTuple):
    """An answer."""

    status: int
    content_type: str
    body: bytes


Answer = Callable[[], Awaitable[Page]]


class Listener:
    """Serves while it is open. `start` raises `MonitorError` when the address cannot be listened on."""

    def __init__(self, pages: Mapping[str, Answer]) -> None:
        self._pages = pages
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which is another when 0 was asked for."""
        app = web.Application()
        for path, answer in self._pages.items():
            app.router.add_get(path, _handler(answer))
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            raise MonitorError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        self._runner = runner
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening; twice is once."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def _handler(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_: web.Request) -> web.Response:
        page = await answer()
        return web.Response(status=page.status, body=page.body, headers={"Content-Type": page.content_type})

    return handle
