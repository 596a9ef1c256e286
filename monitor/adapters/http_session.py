"""The aiohttp session: set up once so that nothing it does by itself is left on, renewed when `[network]` changes."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import partial
from typing import Literal

import aiohttp

from monitor.adapters.certificates import speak_old, trusting
from monitor.adapters.guard import Guard
from monitor.adapters.http_mending import MendingConnector
from monitor.core.urls import proxy_target
from monitor.model import LimitsPolicy, SitePolicy

KEEP_ALIVE = 5.0
"""Seconds an idle connection is kept, for robots.txt, page and feed of one site; longer would hold thousands."""

logging.getLogger("aiohttp.internal").setLevel(logging.ERROR)  # a stranger's malformed cookie is no news

_NO_LIMIT = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)


class Session:
    """The present session, and those that still finish what they have in flight. `tls` True: the system's certificates."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext | Literal[True], limits: LimitsPolicy) -> None:
        self.limits = limits
        self._guard = guard
        self._tls = tls
        self._of_sites: dict[tuple[str | None, bool], ssl.SSLContext] = {}
        self._open: aiohttp.ClientSession | None = None
        self._by_socks: dict[str, aiohttp.ClientSession] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def now(self) -> aiohttp.ClientSession:
        """The session to send with; raises RuntimeError outside `open` and `close`."""
        if self._open is None:
            raise RuntimeError("HttpFetcher is used outside its `async with`")
        return self._open

    def tls(self, site: SitePolicy | None) -> ssl.SSLContext | None:
        """Whom to trust at this site and what to speak, where it says so. The context is kept: connections of two are not
        shared."""
        if site is None or (site.certificates is None and not site.old_tls):
            return None
        wanted = (site.certificates, site.old_tls)
        if wanted not in self._of_sites:
            context = trusting(site.certificates)
            if site.old_tls:
                speak_old(context)
            context.set_alpn_protocols(("http/1.1",))
            self._of_sites[wanted] = context
        return self._of_sites[wanted]

    def open(self) -> None:
        """Begin; needs a running loop."""
        self._open = _new(MendingConnector, self._guard, self._tls, self.limits)

    def by_socks(self, proxy: str) -> aiohttp.ClientSession:
        """The session whose connections are made by this proxy; as `now`."""
        if proxy not in self._by_socks:
            from monitor.adapters.http_socks import SocksConnector  # for those who have one

            made = partial(SocksConnector, proxy_target(proxy), self._guard)
            self._by_socks[proxy] = _new(made, self._guard, self._tls, self.limits)
        return self._by_socks[proxy]

    def renew(self, seconds: float) -> None:
        """Connections made so far end: idle ones are not used again, all are closed after so long."""
        if self._open is not None:
            for session in (self._open, *self._by_socks.values()):
                task = asyncio.create_task(_close_later(session, seconds))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
            self._by_socks = {}
            self.open()

    async def close(self) -> None:
        """Close every connection, now."""
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for session in self._by_socks.values():
            await session.close()
        self._by_socks = {}
        if self._open is not None:
            await self._open.close()
            self._open = None


def _new(
    make: Callable[..., aiohttp.TCPConnector], guard: Guard, tls: ssl.SSLContext | Literal[True], limits: LimitsPolicy
) -> aiohttp.ClientSession:
    connector = make(
        limit=0,  # `http_limits` has ours
        ssl=tls,
        resolver=guard.resolver(),
        socket_factory=guard.socket_factory,
        keepalive_timeout=KEEP_ALIVE,
    )
    return aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_NO_LIMIT,  # the deadline is ours
        trust_env=False,
        max_line_size=limits.header,
        max_field_size=limits.header,
        max_headers=limits.headers,
    )


async def _close_later(session: aiohttp.ClientSession, seconds: float) -> None:
    """Close a session once everything in flight on it has met its deadline."""
    try:
        await asyncio.sleep(seconds)
    finally:
        await session.close()
