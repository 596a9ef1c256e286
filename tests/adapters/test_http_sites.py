"""What one site is asked with (`[sites]`) reaches that site, and nobody else."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from monitor.adapters.certificates import speak_old
from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Found, Guard
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_answers import explain
from monitor.model import ArticlePolicy, Failed, Fetched, NetworkPolicy, Posted, Request, Secret, SitePolicy
from tests.adapters.test_http import POLL, failed, names
from tests.mailserver import CERTIFICATE
from tests.servers import Answer, Received, Site

PEM = CERTIFICATE.read_text()


@pytest.fixture
def private() -> Iterator[Site]:
    """A site over TLS, at 127.0.0.1 and localhost."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(CERTIFICATE)
    with Site(tls=serving) as site:
        yield site


async def here(host: str, port: int) -> Found:
    """As `names`, and localhost."""
    return await names(host if host != "localhost" else "localhost.test", port)


@asynccontextmanager
async def asking(*sites: SitePolicy, robots: bool = True) -> AsyncIterator[HttpFetcher]:
    network = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),), sites=sites)
    guard = Guard(network, lookup=here)
    async with HttpFetcher(POLL, network, ArticlePolicy(robots=robots), SystemClock(), guard=guard) as fetcher:
        yield fetcher


def at(site: Site, host: str = "in.test", **said: object) -> SitePolicy:
    """One origin, without TLS, so that it is named as such."""
    return SitePolicy(host, "http", site.port, **said)  # type: ignore[arg-type]


def basic(request: Received) -> str:
    return base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()


async def test_it_logs_in_and_says_what_it_is_told(site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    headers = (("user-agent", Secret("Reader/2")), ("X-API-Key", Secret("k")), ("ACCEPT", Secret("application/xml")))
    async with asking(at(site, user="désk", password=Secret("pa:ss"), headers=headers)) as fetcher:
        assert isinstance(await fetcher.fetch(Request(site.url("/feed", host="in.test"))), Fetched)
        await fetcher.fetch(Request(site.url("/feed", host="u:p@in.test")))
        await fetcher.fetch(Request(site.url("/feed", host="out.test")))
    mine, own, other = site.requests
    assert basic(mine) == "désk:pa:ss"
    assert (mine.headers["user-agent"], mine.headers["x-api-key"]) == ("Reader/2", "k")
    assert mine.headers["accept"] == "application/xml"
    assert basic(own) == "u:p", "what its URL says goes before"
    assert "authorization" not in other.headers
    assert other.headers["user-agent"] == POLL.user_agent
    assert "x-api-key" not in other.headers


@pytest.mark.parametrize("purpose", ["feed", "page"])
async def test_wherever_it_is_led_to_nobody_else_hears_of_it(site: Site, purpose: str) -> None:
    site.answer("/feed", Answer(302, headers={"Location": site.url("/moved", host="out.test")}))
    site.answer("/moved", Answer(302, headers={"Location": site.url("/back", host="in.test")}))
    site.answer("/back", Answer(body=b"<rss/>"))
    policy = at(site, user="desk", headers=(("Cookie", Secret("s=1")), ("X-Key", Secret("k"))))
    async with asking(policy) as fetcher:
        await fetcher.fetch(Request(site.url("/feed", host="in.test"), purpose=purpose))  # type: ignore[arg-type]
    assert [(one.path, "authorization" in one.headers, "x-key" in one.headers) for one in site.requests] == [
        ("/feed", True, True),
        ("/moved", False, False),
        ("/back", True, True),
    ]
    assert "cookie" not in site.requests[1].headers


async def test_its_cookie_goes_with_those_that_the_site_gives(site: Site) -> None:
    site.answer("/feed", Answer(302, headers={"Location": "/feed", "Set-Cookie": "seen=1"}), Answer(body=b"<rss/>"))
    site.answer("/again", Answer(302, headers={"Location": "/done", "Set-Cookie": "session=new"}))
    site.answer("/done", Answer(body=b"<rss/>"))
    async with asking(at(site, headers=(("Cookie", Secret("session=abc; lang=it")),))) as fetcher:
        for path in ("/feed", "/again"):
            assert isinstance(await fetcher.fetch(Request(site.url(path, host="in.test"))), Fetched)
    assert [one.headers["cookie"] for one in site.requests] == [
        "session=abc; lang=it",
        "session=abc; lang=it; seen=1",
        "session=abc; lang=it",
        "session=new; lang=it",
    ]


async def test_robots_txt_is_read_for_who_asks(site: Site) -> None:
    site.answer("/robots.txt", Answer(body=b"User-agent: *\nDisallow: /\n\nUser-agent: partner\nAllow: /\n"))
    url = site.url("/article", host="in.test")
    async with asking(at(site, headers=(("User-Agent", Secret("partner/1")),))) as fetcher:
        assert await fetcher.allowed(url) is True
        assert await fetcher.allowed(site.url("/article", host="out.test")) is False
        assert await fetcher.allowed("mailto:a@b.c") is False
    before = len(site.requests)
    async with asking(at(site, robots=False)) as fetcher:
        assert await fetcher.allowed(url) is True
        assert len(site.requests) == before, "it is not even asked for"
        assert await fetcher.allowed(site.url("/article", host="out.test")) is False


async def test_it_is_vouched_for_by_its_own_certificate_and_the_others_are_not(private: Site) -> None:
    private.answer("/feed", Answer(body=b"<rss/>"))
    private.answer("/hook", Answer(204))
    url = private.url("/feed", host="localhost")
    async with asking() as fetcher:
        error = failed(await fetcher.fetch(Request(url)), "tls").error
        assert (
            error == f'TLS: self-signed certificate; [sites."{private.url("", host="localhost")}"] takes certificates'
        )
    trusted = SitePolicy("localhost", "https", private.port, certificates=PEM)
    async with asking(trusted) as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)
        assert await fetcher.post(private.url("/hook", host="localhost"), b"{}", {}, 2.0) == Posted(204)
        failed(await fetcher.fetch(Request(private.url("/feed"))), "tls")
    wrong = SitePolicy("in.test", "https", private.port, certificates=PEM)
    async with asking(wrong) as fetcher:
        error = failed(await fetcher.fetch(Request(private.url("/feed", host="in.test"))), "tls").error
        assert "not valid for" in error, "its name is looked at all the same"


async def test_old_tls_is_spoken_where_it_is_let() -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(CERTIFICATE)
    speak_old(serving)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        serving.maximum_version = ssl.TLSVersion.TLSv1_1
    with Site(tls=serving) as old:
        url = old.answer("/feed", Answer(body=b"<rss/>"))
        usual = SitePolicy("127.0.0.1", "https", old.port, certificates=PEM)
        async with asking(usual) as fetcher:
            assert isinstance(await fetcher.fetch(Request(url)), Failed)
        async with asking(replace(usual, old_tls=True)) as fetcher:
            assert isinstance(await fetcher.fetch(Request(url)), Fetched)
        async with asking(replace(usual, old_tls=True, certificates=None)) as fetcher:
            assert "self-signed" in failed(await fetcher.fetch(Request(url)), "tls").error


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        ("DH_KEY_TOO_SMALL", True),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", True),
        ("UNSUPPORTED_PROTOCOL", True),
        ("WRONG_VERSION_NUMBER", False),
    ],
)
def test_who_speaks_nothing_of_today_is_told_from_who_speaks_no_tls(told: str, remedy: bool) -> None:
    problem = ssl.SSLError(1, f"[SSL: {told}]")
    problem.reason = told  # as OpenSSL's have it
    reason, error = explain(problem, "gov.test", '[sites."gov.test"]')
    assert reason == "tls"
    assert error.endswith('; [sites."gov.test"] takes old_tls = true') == remedy


async def test_who_changes_it_need_not_start_anew(site: Site) -> None:
    site.answer("/feed", lambda got: Answer(body=b"<rss/>") if "authorization" in got.headers else Answer(401))
    url = site.url("/feed", host="in.test")
    async with asking() as fetcher:
        error = failed(await fetcher.fetch(Request(url)), "status").error
        assert error.startswith("401 Unauthorized: ")
        assert f'[sites."{site.url("", host="in.test")}"]' in error, "its remedy can be copied"
        network = NetworkPolicy(fetcher.guard.policy.allow, sites=(at(site, user="desk"),))
        fetcher.reconfigure(POLL, network, ArticlePolicy())
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)


async def test_a_slow_site_may_be_waited_for_longer(site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>", delay=0.3))
    poll = replace(POLL, timeout=timedelta(seconds=0.1))
    network = NetworkPolicy((ip_network("127.0.0.0/8"),), sites=(at(site, timeout=timedelta(seconds=5)),))
    async with HttpFetcher(poll, network, ArticlePolicy(), SystemClock(), guard=Guard(network, lookup=here)) as fetcher:
        assert isinstance(await fetcher.fetch(Request(site.url("/feed", host="in.test"))), Fetched)
        error = failed(await fetcher.fetch(Request(site.url("/feed", host="out.test"))), "timeout").error
        assert error.startswith("timed out after 0.1 s")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(403), "403 Forbidden: [sites."),
        (
            Answer(403, headers={"CF-Mitigated": "challenge"}),
            "403 Forbidden: its guard against robots (Cloudflare) asks",
        ),
        (
            Answer(202, headers={"X-Amzn-WAF-Action": "challenge"}),
            "202 Accepted: its guard against robots (AWS WAF) asks",
        ),
        (
            Answer(202, b"<html></html>", headers={"SG-Captcha": "challenge"}),
            "202 Accepted: its guard against robots (SiteGround) asks",
        ),
        (Answer(404), "404 Not Found"),
    ],
)
async def test_a_site_that_lets_others_in_is_told_from_one_that_is_gone(site: Site, answer: Answer, said: str) -> None:
    url = site.answer("/feed", answer)
    async with asking() as fetcher:
        assert failed(await fetcher.fetch(Request(url)), "status").error.startswith(said)
        page = failed(await fetcher.fetch(Request(url, purpose="page")), "status").error
        assert "[sites." not in page, "of a thousand articles nobody reads it"


async def test_a_password_that_is_refused_is_no_password_to_be_given(site: Site) -> None:
    url = site.answer("/feed", Answer(401)).replace("127.0.0.1", "in.test")
    async with asking(at(site, user="desk")) as fetcher:
        assert (
            failed(await fetcher.fetch(Request(url)), "status").error
            == "401 Unauthorized: what it is asked with is refused"
        )


async def test_of_a_secret_url_only_the_origin_is_told(site: Site) -> None:
    url = site.answer("/S3cret/feed", Answer(301, headers={"Location": site.url("/S3cret/new", host="out.test")}))
    site.answer("/S3cret/new", Answer(body=b"<rss/>"), Answer(404))
    site.answer("/S3cret/lost", Answer(302, headers={"Location": "gopher://S3cret/"}))
    async with asking() as fetcher:
        outcome = await fetcher.fetch(Request(url, secret=True))
        assert isinstance(outcome, Fetched)
        assert outcome.permanent_url is None, "it would be kept"
        gone = failed(await fetcher.fetch(Request(url, secret=True)), "status")
        lost = failed(await fetcher.fetch(Request(site.url("/S3cret/lost"), secret=True)), "redirect")
        bad = failed(await fetcher.fetch(Request("http://a b/S3cret", secret=True)), "url")
    assert "S3cret" not in repr((gone, lost, bad))
    assert gone.error == f"404 Not Found (redirected to {site.url('/***', host='out.test')})"
