"""A small HTTP server: what looks after the monitor asks it, and hubs push to it. A few fixed paths, nothing else.

aiohttp's server; what a path answers is asked of the caller at each request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from aiohttp import web

from monitor.errors import MonitorError


class Asked(NamedTuple):
    """A request: the path's variable part (``{token}``), the query, headers by lower-case name, the body."""

    token: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Page(NamedTuple):
    """An answer."""

    status: int
    content_type: str
    body: bytes


Answer = Callable[[Asked], Awaitable[Page]]


class Listener:
    """Serves while it is open; `pages` by method and path. `start` raises `MonitorError` when it cannot listen there."""

    def __init__(self, pages: Mapping[tuple[str, str], Answer], max_bytes: int = 0) -> None:
        self._pages = pages
        self._max_bytes = max_bytes
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which is another when 0 was asked for."""
        app = web.Application(client_max_size=self._max_bytes)
        for (method, path), answer in self._pages.items():
            app.router.add_route(method, path, _handler(answer))
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
    async def handle(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.match_info.get("token", ""), dict(request.query), headers, await request.read())
        page = await answer(asked)
        return web.Response(status=page.status, body=page.body, headers={"Content-Type": page.content_type})

    return handle
