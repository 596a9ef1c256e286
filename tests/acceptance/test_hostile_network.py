"""A hostile network: every case of its kind ends in a typed outcome, in time, in little memory, and harms no other feed.

Each hostile site has an address of its own, five healthy ones stand beside them. 127.0.0.0/9 plays the public internet here (it
is allowed), 127.128.0.0/9 the private network: nothing may ever connect to it.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.connector import AddrInfoType

from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Found, Guard
from monitor.adapters.http import HttpFetcher
from monitor.model import ArticlePolicy, Failed, Fetched, LimitsPolicy, NetworkPolicy, PollPolicy, PostFailed, Request
from tests.servers import Answer, Site
from tests.wires import CASES

PUBLIC = NetworkPolicy(allow=(ip_network("127.0.0.0/9"),))
PRIVATE = "127.200.0.1"
DEADLINE = 1.0
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=DEADLINE), max_bytes=500_000)
CERTIFICATES = Path(__file__).parents[1] / "adapters"


async def names(host: str, port: int) -> Found:
    """Names of this internet: ``a-b-c-d.test`` is a.b.c.d; ``mixed.test`` is public and private."""
    if host == "mixed.test":
        return [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET, (PRIVATE, port))]
    if host.endswith(".test"):
        return [(socket.AF_INET, (host.removesuffix(".test").replace("-", "."), port))]
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest_asyncio.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    guard = Guard(PUBLIC, lookup=names)
    async with HttpFetcher(POLL, PUBLIC, ArticlePolicy(), SystemClock(), guard=guard) as fetcher:
        yield fetcher


@pytest.fixture
def private(new_site: Callable[..., Site]) -> Iterator[Site]:
    """A service of the private network, which nothing reaches."""
    site = new_site(PRIVATE)
    site.answer("*", Answer(body=b"secret"))
    yield site
    assert site.connections == 0


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("case", CASES)
async def test_each_case_ends_in_its_outcome_in_time_and_memory(case: str, fetcher: HttpFetcher, site: Site) -> None:
    make, reason = CASES[case]
    site.answer("*", make())
    before = peak_mb()
    started = asyncio.get_running_loop().time()
    outcome = await fetcher.fetch(Request(site.url("/feed")))
    took = asyncio.get_running_loop().time() - started
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason == reason, outcome
    assert len(outcome.error) < 300
    assert outcome.error.isprintable()
    assert took < DEADLINE + 2
    assert peak_mb() - before < 100
    assert len(site.requests) <= 6


async def test_all_cases_at_once_leave_healthy_feeds_on_time_and_nothing_behind(
    fetcher: HttpFetcher, new_site: Callable[..., Site]
) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    with_trouble = []
    for number, (make, _) in enumerate(CASES.values()):
        bad = new_site(f"127.1.0.{number + 1}")
        bad.answer("*", make())
        with_trouble.append(bad)
    healthy = [new_site(f"127.1.1.{number}") for number in range(1, 6)]
    for good in healthy:
        good.answer("/feed", Answer(body=b"<rss/>", gzip=True))
    servers = len(os.listdir("/proc/self/fd")) - before if before else 0
    trouble = [asyncio.create_task(fetcher.fetch(Request(bad.url("/feed")))) for bad in with_trouble * 3]
    for _ in range(5):
        outcomes = await asyncio.wait_for(
            asyncio.gather(*(fetcher.fetch(Request(good.url("/feed"))) for good in healthy)), 10
        )
        assert all(isinstance(outcome, Fetched) for outcome in outcomes), outcomes
    ended = await asyncio.gather(*trouble)
    assert [type(outcome) for outcome in ended] == [Failed] * len(ended)
    assert {outcome.reason for outcome in ended if isinstance(outcome, Failed)} == {case[1] for case in CASES.values()}
    await fetcher.__aexit__(None, None, None)
    await asyncio.sleep(0.2)
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + servers + 10


async def test_more_than_was_said_does_not_leak_into_the_next_answer(fetcher: HttpFetcher, site: Site) -> None:
    extra = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    site.answer("/a", Answer(body=b"hello" + extra, length=5))
    site.answer("/b", Answer(body=b"honest"))
    for _ in range(5):
        first = await fetcher.fetch(Request(site.url("/a")))
        assert isinstance(first, Failed) or (isinstance(first, Fetched) and first.body == b"hello")
        second = await fetcher.fetch(Request(site.url("/b")))
        assert isinstance(second, Fetched)
        assert second.body == b"honest"


@pytest.mark.parametrize(
    "host",
    [
        PRIVATE, "127.200.1", "2143813633", "0x7fc80001", "0177.0310.0.1", "127-200-0-1.test", "mixed.test", "①②⑦.200.0.1",
        "127。200。0。1", "127.200.0.1.", "[::ffff:127.200.0.1]", "[::127.200.0.1]", "[64:ff9b::7fc8:1]", "[2002:7fc8:1::]",
        "[::1]", "[::]", "0", "0.0.0.0", "100.100.100.200", "169.254.169.254", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
        "[fe80::1]", "10.0.0.1", "224.0.0.1", "255.255.255.255", "168.63.129.16", "[fd00:ec2::254]",
    ],
)  # fmt: skip
async def test_a_private_address_is_refused_however_it_is_written(
    host: str, fetcher: HttpFetcher, site: Site, private: Site
) -> None:
    port = private.port
    site.answer("/away", Answer(302, headers={"Location": f"http://{host}:{port}/".encode().decode("latin-1")}))
    for url in (f"http://{host}:{port}/feed", f"http://joe:x@{host}:{port}/feed", site.url("/away")):
        outcome = await fetcher.fetch(Request(url))
        assert isinstance(outcome, Failed)
        assert outcome.reason == "refused", outcome
        assert outcome.error.startswith("refused ")
    assert not await fetcher.allowed(f"http://{host}:{port}/page")
    posted = await fetcher.post(f"http://{host}:{port}/hook", b"{}", {}, 1)
    assert isinstance(posted, PostFailed)
    assert posted.reason == "refused"


async def test_a_name_that_moves_between_two_lookups_is_judged_as_dialled(private: Site) -> None:
    turn = 0

    async def rebinding(host: str, port: int) -> Found:
        nonlocal turn
        turn += 1
        return [(socket.AF_INET, ("127.0.0.1" if turn % 2 else PRIVATE, port))]

    guard = Guard(PUBLIC, lookup=rebinding)
    with Site("127.0.0.1", port=private.port) as site:
        site.answer("*", Answer(body=b"public", close=True))
        async with HttpFetcher(POLL, PUBLIC, ArticlePolicy(), SystemClock(), guard=guard) as fetcher:
            for number in range(6):
                outcome = await fetcher.fetch(Request(f"http://rebind{number}.test:{private.port}/"))
                if number % 2:
                    assert isinstance(outcome, Failed)
                    assert outcome.error.startswith(f"refused {PRIVATE}")
                else:
                    assert isinstance(outcome, Fetched)


async def test_an_answer_of_dns_that_changes_after_it_was_judged_is_judged_again(private: Site) -> None:
    """The last line: whatever the resolver let pass, the socket is not made."""

    class Blind(Guard):
        async def resolve(self, host: str, port: int) -> Found:
            return [(socket.AF_INET, (PRIVATE, port))]

    async with HttpFetcher(POLL, PUBLIC, ArticlePolicy(), SystemClock(), guard=Blind(PUBLIC)) as fetcher:
        outcome = await fetcher.fetch(Request(f"http://x.test:{private.port}/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason == "refused"


class Recording(Guard):
    """Remembers the sockets it made."""

    def __init__(self) -> None:
        super().__init__(PUBLIC, lookup=names)
        self.made: list[socket.socket] = []

    def socket_factory(self, info: AddrInfoType) -> socket.socket:
        self.made.append(super().socket_factory(info))
        return self.made[-1]


connected: list[socket.socket] | None = None


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if connected is not None and event == "socket.connect" and isinstance(arguments[0], socket.socket):
        connected.append(arguments[0])


sys.addaudithook(watch)


async def test_no_socket_is_connected_that_the_guard_did_not_make(site: Site) -> None:
    global connected
    guard = Recording()
    site.answer("/a", Answer(302, headers={"Location": f"http://127-0-0-1.test:{site.port}/b"}, close=True))
    site.answer("/b", Answer(body=b"x", close=True))
    async with HttpFetcher(POLL, PUBLIC, ArticlePolicy(), SystemClock(), guard=guard) as fetcher:
        connected = []
        try:
            assert isinstance(await fetcher.fetch(Request(site.url("/a"))), Fetched)
            await fetcher.allowed(site.url("/page"))
            await fetcher.post(site.url("/hook"), b"{}", {}, 1)
            (await guard.connect("127-0-0-1.test", site.port, 1)).close()
            seen = [each for each in connected if each.type == socket.SOCK_STREAM]
        finally:
            connected = None
    assert len(seen) == len(guard.made) >= 3
    assert {id(each) for each in seen} <= {id(each) for each in guard.made}


@pytest.mark.parametrize(
    ("certificate", "host", "trusted", "error"),
    [
        ("expired.pem", "127.0.0.1", True, "TLS: certificate has expired"),
        ("loopback.pem", "127.0.0.1", False, "TLS: self-signed certificate; "),
        ("loopback.pem", "127-0-0-1.test", True, "TLS: Hostname mismatch"),
    ],
)
async def test_a_bad_certificate_is_never_silently_taken(
    certificate: str, host: str, trusted: bool, error: str, new_site: Callable[..., Site]
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATES / certificate)
    client = ssl.create_default_context(cafile=CERTIFICATES / certificate if trusted else None)
    site = new_site(tls=server)
    url = site.answer("/", Answer(body=b"x"))
    guard = Guard(PUBLIC, lookup=names)
    async with HttpFetcher(POLL, PUBLIC, ArticlePolicy(), SystemClock(), guard=guard, tls=client) as fetcher:
        outcome = await fetcher.fetch(Request(site.url(host=host)))
        assert isinstance(outcome, Failed)
        assert outcome.reason == "tls"
        assert outcome.error.startswith(error), outcome.error
        if certificate == "loopback.pem" and trusted:
            assert isinstance(await fetcher.fetch(Request(url)), Fetched), "the right name passes"
    assert [request.path for request in site.requests] in ([], ["/"])


async def test_five_hundred_feeds_of_one_host_come_in_line(site: Site) -> None:
    site.answer("*", Answer(body=b"x", delay=0.001))
    poll = PollPolicy(host_delay=timedelta(milliseconds=4), per_host=2)
    async with HttpFetcher(poll, PUBLIC, ArticlePolicy(), SystemClock()) as fetcher:
        outcomes = await asyncio.gather(*(fetcher.fetch(Request(f"{site.url()}{number}")) for number in range(500)))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert site.most_in_flight <= 2
    times = sorted(request.at for request in site.requests)
    assert times[-1] - times[0] > 499 * 0.004 * 0.95


async def test_bounds_of_wire_and_ratio_are_settings(site: Site) -> None:
    limits, poll = LimitsPolicy(wire=50_000, ratio=10), replace(POLL, max_bytes=2_000_000)
    site.answer("/wire", Answer(body=os.urandom(60_000)))
    site.answer("/packed", Answer(body=os.urandom(60_000), gzip=True))
    site.answer("/ratio", Answer(body=b"\0" * 1_500_000, gzip=True))
    site.answer("/fine", Answer(body=b"\0" * 900_000, gzip=True))
    site.answer("/header", Answer(headers={"X-A": "a" * 3_000}))
    async with HttpFetcher(
        poll, PUBLIC, ArticlePolicy(), SystemClock(), limits=LimitsPolicy(wire=50_000, ratio=10, header=2_000)
    ) as fetcher:
        said = {
            path: await fetcher.fetch(Request(site.url(path)))
            for path in ("/wire", "/packed", "/ratio", "/fine", "/header")
        }
        fetcher.reconfigure(poll, PUBLIC, ArticlePolicy(), replace(limits, wire=100_000, header=10_000))
        assert isinstance(await fetcher.fetch(Request(site.url("/wire"))), Fetched)
        assert isinstance(await fetcher.fetch(Request(site.url("/header"))), Fetched)
    reasons = {path: outcome.reason if isinstance(outcome, Failed) else "fetched" for path, outcome in said.items()}
    assert reasons == {
        "/wire": "too_large",
        "/packed": "too_large",
        "/ratio": "too_large",
        "/fine": "fetched",
        "/header": "transfer",
    }
