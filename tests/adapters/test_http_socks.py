"""Fetching by a SOCKS5 proxy: names are looked up there, and what may not be dialled is asked of nobody."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import pytest
import pytest_asyncio

from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Found, Guard
from monitor.adapters.http import HttpFetcher
from monitor.model import ArticlePolicy, Fetched, NetworkPolicy, Posted, Request, Secret, SitePolicy
from tests.adapters.test_http import POLL, failed
from tests.mailserver import CERTIFICATE
from tests.servers import Answer, Site


@dataclass
class Socks:
    """A SOCKS5 server (RFC 1928, 1929): whatever host it is asked for, it dials loopback at that port."""

    login: str = ""
    refusal: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def url(self, login: str = "", scheme: str = "socks5") -> str:
        return f"{scheme}://{login}{'@' if login else ''}127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            _, methods = await reader.readexactly(2)
            await reader.readexactly(methods)
            writer.write(bytes((5, 2 if self.login else 0)))
            if self.login:
                user = await reader.readexactly((await reader.readexactly(2))[1])
                password = await reader.readexactly((await reader.readexactly(1))[0])
                self.logins.append(f"{user.decode()}:{password.decode()}")
                writer.write(bytes((1, self.logins[-1] != self.login)))
            *_, kind = await reader.readexactly(4)
            size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
            address = await reader.readexactly(size)
            (port,) = struct.unpack(">H", await reader.readexactly(2))
            host = address.decode() if kind == 3 else socket.inet_ntop({4: 2, 16: 10}[size], address)
            self.asked.append((host, port))
            writer.write(bytes((5, self.refusal, 0, 1, 0, 0, 0, 0, 0, 0)))
            if not self.refusal:
                inner, to = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.wait(
                    {asyncio.ensure_future(_pipe(reader, to)), asyncio.ensure_future(_pipe(inner, writer))},
                    return_when=asyncio.FIRST_COMPLETED,
                )
                to.close()
        writer.close()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)


@pytest_asyncio.fixture
async def tor() -> AsyncIterator[Socks]:
    async with Socks() as socks:
        yield socks


async def nobody(host: str, port: int) -> Found:
    if host == "proxy.test":
        return [(socket.AF_INET, ("127.0.0.1", port))]
    if host == "nowhere.test":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    raise AssertionError(f"{host} was looked up here")


@asynccontextmanager
async def by(proxy: str, *sites: SitePolicy, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpFetcher]:
    network = NetworkPolicy(proxy=Secret(proxy) if proxy else None, sites=sites)
    guard = Guard(network, lookup=nobody)
    async with HttpFetcher(POLL, network, ArticlePolicy(), SystemClock(), guard=guard, tls=tls) as fetcher:
        yield fetcher


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS5"])
async def test_names_are_looked_up_by_it(tor: Socks, site: Site, scheme: str) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    site.answer("/hook", Answer(204))
    async with by(tor.url(scheme=scheme)) as fetcher:
        outcome = await fetcher.fetch(Request(site.url("/feed", host="hidden.onion")))
        assert isinstance(outcome, Fetched), outcome
        assert await fetcher.post(site.url("/hook", host="hooks.onion"), b"{}", {}, 2.0) == Posted(204)
    assert tor.asked == [("hidden.onion", site.port), ("hooks.onion", site.port)]
    assert [request.headers["host"] for request in site.requests] == [
        f"hidden.onion:{site.port}",
        f"hooks.onion:{site.port}",
    ]


async def test_https_goes_through_it_and_is_verified(tor: Socks) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(CERTIFICATE)
    with Site(tls=serving) as private:
        private.answer("/feed", Answer(body=b"<rss/>"))
        url = private.url("/feed", host="hidden.onion")
        async with by(tor.url()) as fetcher:
            failed(await fetcher.fetch(Request(url)), "tls")
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        async with by(tor.url(), tls=trusting) as fetcher:
            assert "hidden.onion" in failed(await fetcher.fetch(Request(url)), "tls").error
        trusting.check_hostname = False
        async with by(tor.url(), tls=trusting) as fetcher:
            assert isinstance(await fetcher.fetch(Request(url)), Fetched)


async def test_it_logs_in(site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    async with Socks(login="us:pa ss") as socks:
        async with by(socks.url("us:pa%20ss")) as fetcher:
            assert isinstance(await fetcher.fetch(Request(site.url("/feed", host="a.onion"))), Fetched)
        async with by(socks.url("us:S3cret")) as fetcher:
            error = failed(await fetcher.fetch(Request(site.url("/feed", host="a.onion"))), "connect").error
    assert socks.logins == ["us:pa ss", "us:S3cret"]
    assert "S3cret" not in error


async def test_a_site_s_own_is_asked_for_it_alone(tor: Socks, site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    hidden = SitePolicy("hidden.onion", "http", site.port, proxy=Secret(tor.url()))
    async with by("", hidden) as fetcher:
        assert isinstance(await fetcher.fetch(Request(site.url("/feed", host="hidden.onion"))), Fetched)
        failed(await fetcher.fetch(Request(site.url("/feed"))), "refused")
    assert tor.asked == [("hidden.onion", site.port)]


async def test_it_may_have_a_name_itself(tor: Socks, site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    url = site.url("/feed", host="hidden.onion")
    async with by(f"socks5://proxy.test:{tor.port}") as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)
    async with by("socks5://nowhere.test:9050") as fetcher:
        assert failed(await fetcher.fetch(Request(url)), "dns").error == "the proxy's name does not resolve"


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "127.0.0.1"])
async def test_it_is_not_sent_to_an_address_that_may_not_be_dialled(tor: Socks, host: str) -> None:
    async with by(tor.url()) as fetcher:
        failed(await fetcher.fetch(Request(f"http://{host}/meta")), "refused")
    assert not tor.asked


async def test_whom_it_does_not_reach_is_told_from_its_own_silence(site: Site) -> None:
    async with Socks(refusal=4) as socks, by(socks.url()) as fetcher:
        error = failed(await fetcher.fetch(Request("http://gone.onion/feed")), "connect").error
        assert error == "the proxy says of gone.onion: Host unreachable"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
    async with by(f"socks5://127.0.0.1:{port}") as fetcher:
        error = failed(await fetcher.fetch(Request("http://gone.onion/feed")), "connect").error
        assert error == "no connection to the proxy: connection refused"


async def test_a_changed_one_is_asked_from_then_on(tor: Socks, site: Site) -> None:
    url = site.answer("/feed", Answer(body=b"<rss/>")).replace("127.0.0.1", "a.onion")
    async with Socks() as other, by(tor.url()) as fetcher:
        await fetcher.fetch(Request(url))
        fetcher.reconfigure(POLL, NetworkPolicy(proxy=Secret(other.url())), ArticlePolicy())
        await fetcher.fetch(Request(url))
        assert (len(tor.asked), len(other.asked)) == (1, 1)
