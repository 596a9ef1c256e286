"""Connections through a SOCKS5 proxy (RFC 1928), as of Tor or of `ssh -D`: the proxy looks names up, and nobody here."""

from __future__ import annotations

import ssl
from typing import Any

from aiohttp import ClientConnectorCertificateError, ClientConnectorSSLError, ClientProxyConnectionError
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy

from monitor.adapters.guard import Guard
from monitor.adapters.http_answers import UnreachableError
from monitor.adapters.http_mending import MendingConnector
from monitor.core.urls import Target

CONNECT = 60.0
"""Seconds to come to the proxy; the caller's deadline is shorter as a rule."""


class _Door:
    """The guard, as a proxy before the proxy: so it is dialled as everybody."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect(self, dest_host: str, dest_port: int, **_: Any) -> Any:
        return await self._guard.connect(dest_host, dest_port, CONNECT)


class SocksConnector(MendingConnector):
    """A `MendingConnector` that asks a proxy for each connection. What it may be asked for, the guard has judged before."""

    def __init__(self, proxy: Target, guard: Guard, **settings: Any) -> None:
        super().__init__(**settings)
        self._socks = proxy
        self._door: Any = _Door(guard)

    async def _create_connection(self, req: ClientRequest, *_: Any) -> ResponseHandler:
        """As aiohttp's, whose pool calls it for a new connection. The deadline is the caller's."""
        at = self._socks
        proxy = Proxy(ProxyType.SOCKS5, at.host, at.port, at.user, at.password, rdns=True, forward=self._door)
        host, port = req.url.raw_host, req.url.port
        assert host is not None
        assert port is not None
        try:
            connected = await proxy.connect(host, port, timeout=None)
        except OSError as error:  # of the proxy itself
            raise ClientProxyConnectionError(req.connection_key, error) from error
        except ProxyError as error:
            raise UnreachableError(str(error)) from error
        context = self._get_ssl_context(req)
        try:
            opened = await self._loop.create_connection(
                self._factory, sock=connected, ssl=context, server_hostname=host if context else None
            )
        except ssl.SSLCertVerificationError as error:
            raise ClientConnectorCertificateError(req.connection_key, error) from error
        except ssl.SSLError as error:
            raise ClientConnectorSSLError(req.connection_key, error) from error
        return opened[1]
