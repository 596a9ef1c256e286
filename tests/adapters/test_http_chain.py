"""Servers that leave out a step between their certificate and its root: it is fetched, and trusted for nothing else.

`chain/` holds throw-away certificates for 127.0.0.1 and chain.test: root, inter(mediate) and leaf; an authority that nobody
trusts (evil), and the same with a subject that OpenSSL takes for its issuer's name and that is spelt otherwise (evil2).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.guard import Guard
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_chain import AGAIN, is_step, issuer_url
from monitor.model import ArticlePolicy, Fetched, NetworkPolicy, Posted, Request, Secret, SitePolicy
from tests.adapters.test_http import POLL, failed, names
from tests.fakes import FakeClock
from tests.servers import Answer, Site

CHAIN = Path(__file__).parent / "chain"


def pem(name: str) -> str:
    return (CHAIN / f"{name}.pem").read_text()


def der(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem(name))


@pytest.fixture(autouse=True)
def the_root_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CHAIN / "root.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(CHAIN))


@pytest.fixture
def authority() -> Iterator[Site]:
    """Where certificates say that their issuers' are: a proxy is asked in its place, since it is meant at port 80."""
    with Site() as site:
        for name in ("root", "inter", "evil", "evil2"):
            site.answer(f"http://aia.test/{name}.crt", Answer(body=der(name)))
        yield site


def server(tmp_path: Path, *shown: str, port: int = 0) -> Site:
    (tmp_path / "shown.pem").write_text("".join(map(pem, shown)))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "shown.pem", CHAIN / "leaf.key")
    return Site(tls=serving, port=port)


@asynccontextmanager
async def asking(
    authority: Site, clock: FakeClock | None = None, *sites: SitePolicy, allow: str = "127.0.0.0/8"
) -> AsyncIterator[HttpFetcher]:
    at = SitePolicy("aia.test", "http", 80, proxy=Secret(authority.url()))
    network = NetworkPolicy(allow=(ip_network(allow),), sites=(at, *sites))
    guard = Guard(network, lookup=names)
    clock = clock or FakeClock()
    tls = ssl.create_default_context()
    async with HttpFetcher(POLL, network, ArticlePolicy(), clock, guard=guard, tls=tls) as fetcher:
        yield fetcher


def test_certificates_tell_where_their_issuer_is() -> None:
    assert issuer_url(der("leaf")) == "http://aia.test/inter.crt", "not where revocations are"
    assert issuer_url(der("root")) is None
    assert issuer_url(b"") is None


@pytest.mark.parametrize(
    ("name", "step"), [("inter", True), ("root", False), ("evil", False), ("evil2", False), ("leaf", False)]
)
def test_what_vouches_for_itself_is_no_step(name: str, step: bool) -> None:
    assert is_step(der(name)) == step
    assert not is_step(der(name)[:-1])


@given(
    st.sampled_from(["inter", "evil2", "leaf", "root"]), st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)))
)
def test_whatever_a_stranger_sends_is_read_or_refused(name: str, changes: list[tuple[int, int]]) -> None:
    sent = bytearray(der(name))
    for place, byte in changes:
        sent[place % len(sent)] = byte
    assert is_step(bytes(sent)) in (True, False)
    assert (issuer_url(bytes(sent)) or "http://").startswith(("http://", "https://"))


@given(st.binary(max_size=300))
def test_so_is_what_is_no_certificate(sent: bytes) -> None:
    assert not is_step(sent)
    issuer_url(sent)


async def test_a_step_that_was_not_sent_is_fetched_once(tmp_path: Path, authority: Site) -> None:
    with server(tmp_path, "leaf") as site:
        site.answer("/feed", Answer(body=b"<rss/>"))
        site.answer("/hook", Answer(204))
        async with asking(authority) as fetcher:
            for host in ("127.0.0.1", "chain.test", "127.0.0.1"):
                outcome = await fetcher.fetch(Request(site.url("/feed", host=host)))
                assert isinstance(outcome, Fetched), outcome
            assert await fetcher.post(site.url("/hook"), b"{}", {}, 2.0) == Posted(204)
        assert site.paths() == ["/feed"] * 3 + ["/hook"]
    assert authority.paths() == ["http://aia.test/inter.crt", "http://aia.test/root.crt"] * 2, "for each of two names"
    assert "authorization" not in authority.requests[0].headers


async def test_who_asks_at_once_asks_for_it_together(tmp_path: Path, authority: Site) -> None:
    with server(tmp_path, "leaf") as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority) as fetcher:
            outcomes = await asyncio.gather(*(fetcher.fetch(Request(url)) for _ in range(6)))
    assert [type(outcome) for outcome in outcomes] == [Fetched] * 6
    assert authority.paths() == ["http://aia.test/inter.crt", "http://aia.test/root.crt"]


async def test_a_server_that_changes_its_chain_is_learnt_anew(tmp_path: Path, authority: Site) -> None:
    clock = FakeClock()
    async with asking(authority, clock) as fetcher:
        with server(tmp_path, "leaf") as site:
            url = site.answer("/feed", Answer(body=b"<rss/>"))
            assert isinstance(await fetcher.fetch(Request(url)), Fetched)
        with server(tmp_path, "evilleaf", port=site.port):
            clock.move(timedelta(seconds=10))
            failed(await fetcher.fetch(Request(url)), "tls")
            assert "http://aia.test/evil.crt" not in authority.paths(), "not again so soon"
            clock.move(timedelta(seconds=AGAIN))
            for _ in range(2):
                failed(await fetcher.fetch(Request(url)), "tls")
            assert authority.paths().count("http://aia.test/evil.crt") == 1


async def test_a_chain_that_is_whole_asks_for_nothing(tmp_path: Path, authority: Site) -> None:
    with server(tmp_path, "leaf", "inter") as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority) as fetcher:
            assert isinstance(await fetcher.fetch(Request(url)), Fetched)
    assert not authority.requests


@pytest.mark.parametrize("shown", [("evilleaf",), ("evilleaf2",), ("evilleaf", "evil"), ("evilleaf2", "evil2")])
async def test_nobody_is_trusted_for_having_been_fetched(
    tmp_path: Path, authority: Site, shown: tuple[str, ...]
) -> None:
    with server(tmp_path, *shown) as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority) as fetcher:
            for _ in range(2):
                failed(await fetcher.fetch(Request(url)), "tls")
        assert not site.requests


async def test_a_name_and_a_date_are_looked_at_all_the_same(tmp_path: Path, authority: Site) -> None:
    with server(tmp_path, "leaf") as site:
        site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority) as fetcher:
            error = failed(await fetcher.fetch(Request(site.url("/feed", host="other.test"))), "tls").error
    assert "not valid for 'other.test'" in error


@pytest.mark.parametrize(
    "answer", [Answer(404), Answer(body=b"junk"), Answer(body=der("leaf")), Answer(body=b"x" * 30_000)]
)
async def test_what_cannot_be_had_is_told_as_before_and_asked_for_later(
    tmp_path: Path, authority: Site, answer: Answer
) -> None:
    authority.answer("http://aia.test/inter.crt", answer, Answer(body=pem("inter").encode()))
    clock = FakeClock()
    with server(tmp_path, "leaf") as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority, clock) as fetcher:
            for _ in range(2):
                error = failed(await fetcher.fetch(Request(url)), "tls").error
                assert error.startswith("TLS: unable to get local issuer certificate; [sites.")
            assert authority.paths() == ["http://aia.test/inter.crt"]
            clock.move(timedelta(seconds=AGAIN))
            assert isinstance(await fetcher.fetch(Request(url)), Fetched), "as PEM too"


async def test_it_is_asked_for_by_the_same_door(tmp_path: Path, authority: Site) -> None:
    with server(tmp_path, "leaf") as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        elsewhere = SitePolicy("127.0.0.1", "https", site.port, certificates=pem("evil"))
        async with asking(authority, None, elsewhere) as fetcher:
            failed(await fetcher.fetch(Request(url)), "tls")
        assert not authority.requests, "whom its user vouches for is vouched for by nobody else"
        async with asking(authority, None, allow=f"{site.host}/32") as fetcher:
            fetcher.guard.policy = NetworkPolicy(allow=(ip_network("127.0.0.1/32"),))
            failed(await fetcher.fetch(Request(url)), "tls")
        assert not authority.requests, "what its name leads to is not dialled at port 80"


async def test_a_step_is_no_root(tmp_path: Path, authority: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CHAIN / "evil.pem"))
    with server(tmp_path, "leaf") as site:
        url = site.answer("/feed", Answer(body=b"<rss/>"))
        async with asking(authority) as fetcher:
            failed(await fetcher.fetch(Request(url)), "tls")
        assert not site.requests
