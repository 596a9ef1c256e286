"""Fetching by an HTTP proxy: what it is asked for, what is dialled all the same, and what neither may reach."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network

import pytest

from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import AddressRefusedError, Found, Guard
from monitor.adapters.http import HttpFetcher
from monitor.model import (
    AppriseChannel,
    ArticlePolicy,
    Config,
    Deferred,
    Delivered,
    Failed,
    Fetched,
    NetworkPolicy,
    Posted,
    Request,
    Secret,
    SitePolicy,
)
from monitor.service.senders import make_senders
from tests.adapters.test_apprise import MESSAGE
from tests.adapters.test_http import POLL
from tests.mailserver import CERTIFICATE
from tests.servers import Answer, Site

PROXY = "127.0.0.2"


@pytest.fixture
def proxy() -> Iterator[Site]:
    """A site that is asked for whole URLs."""
    with Site(PROXY) as proxy:
        yield proxy


async def names(host: str, port: int) -> Found:
    if host == "proxy.test":
        return [(socket.AF_INET, (PROXY, port))]
    if host.endswith(("direct.test", "localhost")):
        return [(socket.AF_INET, ("127.0.0.1", port))]
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@asynccontextmanager
async def by(
    proxy: str, *allow: str, direct: tuple[str, ...] = (), tls: ssl.SSLContext | None = None
) -> AsyncIterator[HttpFetcher]:
    policy = NetworkPolicy(tuple(ip_network(one) for one in allow), proxy=Secret(proxy), direct=direct)
    guard = Guard(policy, lookup=names)
    async with HttpFetcher(POLL, policy, ArticlePolicy(), SystemClock(), guard=guard, tls=tls) as fetcher:
        yield fetcher


@pytest.mark.parametrize("host", [PROXY, "proxy.test"])
async def test_it_is_asked_for_the_whole_url_and_its_address_need_not_be_allowed(proxy: Site, host: str) -> None:
    proxy.answer("http://news.example.org/feed?a=1", Answer(body=b"<rss/>"))
    async with by(f"http://us:pa%20ss@{host}:{proxy.port}") as fetcher:
        outcome = await fetcher.fetch(Request("http://news.example.org/feed?a=1"))
    assert isinstance(outcome, Fetched), outcome
    assert (outcome.url, outcome.body) == ("http://news.example.org/feed?a=1", b"<rss/>")
    sent = proxy.requests[0].headers["proxy-authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"us:pa ss"


async def test_webhooks_go_by_it(proxy: Site) -> None:
    proxy.answer("http://ops.example.org/hook", Answer(204))
    async with by(proxy.url()) as fetcher:
        assert await fetcher.post("http://ops.example.org/hook", b"{}", {}, 2.0) == Posted(204)
    assert proxy.requests[0].body == b"{}"


async def test_https_goes_through_it_unread(proxy: Site) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(CERTIFICATE)
    with Site(tls=serving) as site:
        site.answer("/feed", Answer(body=b"<rss/>"))

        async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            inner, to = await asyncio.open_connection(site.host, site.port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

            async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
                while data := await source.read(65_536):
                    sink.write(data)

            try:
                await asyncio.wait(
                    {asyncio.ensure_future(pipe(reader, to)), asyncio.ensure_future(pipe(inner, writer))},
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                to.close()

        proxy.answer("93.184.215.14:443", Answer(wire=tunnel))
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        trusting.check_hostname = False
        async with by(proxy.url(), tls=trusting) as fetcher:
            outcome = await fetcher.fetch(Request("https://93.184.215.14/feed"))
        assert isinstance(outcome, Fetched), outcome
        assert outcome.body == b"<rss/>"
        assert [request.method for request in proxy.requests] == ["CONNECT"]


@pytest.mark.parametrize("host", ["direct.test", "in.direct.test", "localhost", "127.0.0.1"])
async def test_what_is_direct_is_dialled(proxy: Site, site: Site, host: str) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    async with by(proxy.url(), "127.0.0.1/32", direct=("direct.test",)) as fetcher:
        assert isinstance(await fetcher.fetch(Request(site.url("/feed", host=host))), Fetched)
    assert not proxy.requests


async def test_a_site_s_own_proxy_is_asked_for_it_alone_whatever_the_network_s(proxy: Site) -> None:
    with Site("127.0.0.3") as other:
        for one in (proxy, other):
            one.answer("*", Answer(body=b"<rss/>"))
        own = SitePolicy("abroad.test", "http", 80, proxy=Secret(other.url()))
        here = SitePolicy("in.direct.test", "http", 80, proxy=Secret(other.url()))
        policy = NetworkPolicy(
            proxy=Secret(f"http://proxy.test:{proxy.port}"), direct=("direct.test",), sites=(own, here)
        )
        for network in (policy, replace(policy, proxy=None)):
            async with HttpFetcher(
                POLL, network, ArticlePolicy(), SystemClock(), guard=Guard(network, lookup=names)
            ) as fetcher:
                for host in ("abroad.test", "in.direct.test", "news.example.org"):
                    await fetcher.fetch(Request(f"http://{host}/feed"))
        assert other.paths() == ["http://abroad.test/feed", "http://in.direct.test/feed"] * 2
    assert proxy.paths() == ["http://news.example.org/feed"]


async def test_what_only_ends_like_a_direct_host_is_not(proxy: Site) -> None:
    async with by(proxy.url(), direct=("direct.test",)) as fetcher:
        await fetcher.fetch(Request("http://indirect.test/feed"))
    assert proxy.paths() == ["http://indirect.test/feed"]


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "127.0.0.1", "2130706433", "localhost"])
@pytest.mark.parametrize("redirected", [False, True])
async def test_nobody_is_sent_to_an_address_that_may_not_be_dialled(proxy: Site, host: str, redirected: bool) -> None:
    start = proxy.answer("http://news.example.org/", Answer(302, headers={"Location": f"http://{host}/meta"}))
    start = "http://news.example.org/" if redirected else f"http://{host}/meta"
    async with by(proxy.url()) as fetcher:
        outcome = await fetcher.fetch(Request(start))
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason in ("refused", "url", "redirect")
    assert proxy.paths() == ["http://news.example.org/"] * redirected


async def test_only_the_proxy_s_own_address_and_port_are_open(proxy: Site) -> None:
    guard = Guard(NetworkPolicy(proxy=Secret(f"http://proxy.test:{proxy.port}")), lookup=names)
    await guard.resolve("proxy.test", proxy.port)
    guard.check(PROXY, proxy.port)
    for address, port in ((PROXY, proxy.port + 1), ("127.0.0.3", proxy.port)):
        with pytest.raises(AddressRefusedError):
            guard.check(address, port)
    guard.policy = replace(guard.policy, proxy=None)
    with pytest.raises(AddressRefusedError):
        guard.check(PROXY, proxy.port)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("http://127.0.0.2:{port}", "407 Proxy Authentication Required"),
        ("http://127.0.0.3:9", "no connection to the proxy: connection refused"),
        ("http://nowhere.test:9", "name nowhere.test does not resolve"),
    ],
)
async def test_a_proxy_that_does_not_serve_is_told_of(proxy: Site, scheme: str, where: str, told: str) -> None:
    proxy.answer("*", Answer(407))
    async with by(where.format(port=proxy.port)) as fetcher:
        outcome = await fetcher.fetch(Request(f"{scheme}://news.example.org/"))
    assert isinstance(outcome, Failed), outcome
    assert outcome.error.removeprefix("the proxy answered ") == told


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # imported by Apprise
async def test_apprise_may_dial_the_proxy_that_its_environment_names(
    proxy: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.answer("http://93.184.215.14/T0K3N", Answer())
    monkeypatch.setenv("HTTP_PROXY", proxy.url())
    channel = AppriseChannel("phone", Secret("json://93.184.215.14/T0K3N"))
    for policy, outcome in ((NetworkPolicy(), Deferred), (NetworkPolicy(proxy=Secret(proxy.url())), Delivered)):
        config = replace(Config(), network=policy, channels={"phone": channel})
        guard = Guard(policy)
        async with HttpFetcher(POLL, policy, ArticlePolicy(), SystemClock(), guard=guard) as fetcher:
            sender = make_senders(config, guard, fetcher, SystemClock())["phone"]
            assert isinstance(await sender.send(MESSAGE), outcome)
    assert proxy.paths() == ["http://93.184.215.14/T0K3N"]


def test_the_proxy_s_name_is_looked_up_for_apprise() -> None:
    guard = Guard(NetworkPolicy(proxy=Secret("http://localhost:3128")))
    assert not guard.is_proxy("127.0.0.1", 3128)
    assert guard.is_proxy("127.0.0.1", 3128, look=True)
    assert not guard.is_proxy("127.0.0.1", 3129, look=True)
    assert not guard.is_proxy("127.0.0.9", 3128, look=True)
