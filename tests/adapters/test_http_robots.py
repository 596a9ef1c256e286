"""robots.txt (RFC 9309), asked through the same door and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import pytest_asyncio

from monitor.adapters import robots_cache
from monitor.adapters.http import HttpFetcher
from monitor.adapters.robots_cache import RobotsCache
from monitor.model import ArticlePolicy, Failed, Fetched, FetchOutcome, NetworkPolicy, PollPolicy, Request
from tests.servers import Answer, Site

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=2), max_bytes=1_000)
DENY = b"User-agent: *\nDisallow: /private\n"


class StillClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest_asyncio.fixture
async def fetcher(clock: StillClock) -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), clock) as fetcher:
        yield fetcher


async def test_what_it_forbids_is_not_allowed(fetcher: HttpFetcher, site: Site) -> None:
    site.answer("/robots.txt", Answer(body=DENY))
    assert not await fetcher.allowed(site.url("/private/a"))
    assert await fetcher.allowed(site.url("/public"))
    assert site.paths() == ["/robots.txt"]


async def test_it_is_asked_again_after_a_day(fetcher: HttpFetcher, site: Site, clock: StillClock) -> None:
    site.answer("/robots.txt", Answer(body=DENY), Answer(body=b""))
    assert not await fetcher.allowed(site.url("/private"))
    clock.seconds = robots_cache.GOOD_FOR - 1
    assert not await fetcher.allowed(site.url("/private"))
    clock.seconds = robots_cache.GOOD_FOR + 1
    assert await fetcher.allowed(site.url("/private"))


async def test_many_askers_ask_once(fetcher: HttpFetcher, site: Site) -> None:
    site.answer("/robots.txt", Answer(body=DENY, delay=0.1))
    first = asyncio.create_task(fetcher.allowed(site.url("/private")))
    others = [asyncio.create_task(fetcher.allowed(site.url("/x"))) for _ in range(5)]
    await asyncio.sleep(0.02)
    first.cancel()
    assert await asyncio.gather(*others) == [True] * 5
    assert len(site.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_none_forbids_nothing(fetcher: HttpFetcher, site: Site, status: int) -> None:
    site.answer("/robots.txt", Answer(status))
    assert await fetcher.allowed(site.url("/private"))


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_cannot_say_forbids_all_for_an_hour(
    fetcher: HttpFetcher, site: Site, clock: StillClock, status: int
) -> None:
    site.answer("/robots.txt", Answer(status), Answer(body=DENY))
    assert not await fetcher.allowed(site.url("/public"))
    clock.seconds = robots_cache.UNREACHABLE_FOR + 1
    assert await fetcher.allowed(site.url("/public"))


async def test_while_a_site_is_left_alone_nothing_is_allowed_and_no_longer(
    fetcher: HttpFetcher, site: Site, clock: StillClock
) -> None:
    site.answer("/robots.txt", Answer(body=DENY))
    site.answer("/feed", Answer(429, headers={"Retry-After": "120"}))
    await fetcher.fetch(Request(site.url("/feed")))
    assert not await fetcher.allowed(site.url("/public"))
    assert site.paths() == ["/feed"]
    clock.seconds = 121
    assert await fetcher.allowed(site.url("/public"))


async def test_an_unreachable_site_forbids_all(fetcher: HttpFetcher) -> None:
    with Site() as gone:
        url = gone.url("/x")
    assert await fetcher.allowed(url) is None


async def test_of_a_long_one_the_beginning_counts(fetcher: HttpFetcher, site: Site) -> None:
    rules = DENY + b"# padding\n" * 60_000 + b"Disallow: /late\n"
    site.answer("/robots.txt", Answer(body=rules))
    assert not await fetcher.allowed(site.url("/private"))
    assert await fetcher.allowed(site.url("/late"))


async def test_it_may_be_redirected(fetcher: HttpFetcher, site: Site) -> None:
    site.answer("/robots.txt", Answer(301, headers={"Location": "/elsewhere.txt"}))
    site.answer("/elsewhere.txt", Answer(body=DENY))
    assert not await fetcher.allowed(site.url("/private"))


async def test_every_origin_has_its_own(fetcher: HttpFetcher, site: Site, new_site: object) -> None:
    site.answer("/robots.txt", Answer(body=DENY))
    with Site("127.0.0.2") as other:
        assert await fetcher.allowed(other.url("/private"))
    assert not await fetcher.allowed(site.url("/private"))


def leading(to: str) -> Answer:
    return Answer(302, headers={"Location": to})


async def test_a_redirect_is_not_followed_to_what_it_forbids(fetcher: HttpFetcher, site: Site) -> None:
    site.answer("/robots.txt", Answer(body=DENY))
    site.answer("/go", leading("/private/a"))
    site.answer("/on", leading("/go"))
    site.answer("/private/a", Answer(body=b"secret"))
    for start in ("/go", "/on"):
        outcome = await fetcher.fetch(Request(site.url(start), purpose="page", obey=True))
        assert isinstance(outcome, Failed)
        assert outcome.reason == "robots"
        assert outcome.error.startswith("robots.txt does not allow it (redirected to http")
    assert "/private/a" not in site.paths()
    assert isinstance(await fetcher.fetch(Request(site.url("/go"), purpose="page")), Fetched), "who does not obey"


async def test_a_redirect_to_another_site_asks_that_ones(fetcher: HttpFetcher, site: Site) -> None:
    with Site("127.0.0.2") as other:
        other.answer("/robots.txt", Answer(body=DENY))
        other.answer("/private/a", Answer(body=b"secret"))
        other.answer("/public", Answer(body=b"page"))
        site.answer("/closed", leading(other.url("/private/a")))
        site.answer("/open", leading(other.url("/public")))
        closed = await fetcher.fetch(Request(site.url("/closed"), purpose="page", obey=True))
        opened = await fetcher.fetch(Request(site.url("/open"), purpose="page", obey=True))
        assert isinstance(closed, Failed)
        assert isinstance(opened, Fetched)
        assert other.paths() == ["/robots.txt", "/public"]


async def test_a_page_that_leads_within_a_site_of_one_place_waits_for_nobody(site: Site, clock: StillClock) -> None:
    """Its robots.txt is asked for in a turn of its own."""
    site.answer("/go", leading("/page"))
    site.answer("/page", Answer(body=b"page"))
    poll = replace(POLL, per_host=1)
    async with HttpFetcher(poll, LOOPBACK, ArticlePolicy(), clock) as fetcher, asyncio.timeout(10):
        pages = [fetcher.fetch(Request(site.url("/go"), purpose="page", obey=True)) for _ in range(5)]
        assert all(isinstance(outcome, Fetched) for outcome in await asyncio.gather(*pages))
    assert site.paths().count("/robots.txt") == 1


async def test_it_is_not_asked_where_the_configuration_says_so(site: Site, clock: StillClock) -> None:
    site.answer("/robots.txt", Answer(body=DENY))
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(robots=False), clock) as fetcher:
        assert await fetcher.allowed(site.url("/private"))
        assert site.requests == []
        fetcher.reconfigure(POLL, LOOPBACK, ArticlePolicy())
        assert not await fetcher.allowed(site.url("/private"))


@pytest.mark.parametrize("url", ["", "ftp://x.org/", "http://a..b/"])
async def test_what_is_no_web_page_is_not_allowed(fetcher: HttpFetcher, url: str) -> None:
    assert not await fetcher.allowed(url)


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots_cache, "MAX_ORIGINS", 3)
    monkeypatch.setattr(robots_cache, "MAX_CHARACTERS", 100)
    asked: list[str] = []

    async def fetch(request: Request) -> FetchOutcome:
        asked.append(request.url)
        if "down" in request.url:
            return Failed(request.url, "connect", "no connection")
        return Fetched(request.url, 200, b"#" * (90 if "big" in request.url else 10))

    cache = RobotsCache(fetch, lambda: 0.0)
    for host in ("a", "b", "c", "d", "a"):
        assert await cache.allowed(f"http://{host}.org/x", "m")
    assert len(asked) == 5, "a was dropped for d"
    for host in ("big1", "big2", "big1"):
        await cache.allowed(f"http://{host}.org/x", "m")
    assert len(asked) == 8
    assert cache._characters <= 100
