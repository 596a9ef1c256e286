"""Politeness, and hosts that hang: who may ask when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_limits import Limits, Slot, Slots
from monitor.model import ArticlePolicy, Failed, Fetched, FetchOutcome, NetworkPolicy, PollPolicy, Request, SitePolicy
from tests.fakes import FakeClock
from tests.servers import Answer, Site

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=5))


@asynccontextmanager
async def fetching(poll: PollPolicy, patience: float = 0.1) -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(poll, LOOPBACK, ArticlePolicy(), SystemClock()) as fetcher:
        fetcher._limits._slots.patience = patience
        yield fetcher


async def fetch_all(fetcher: HttpFetcher, urls: list[str]) -> list[FetchOutcome]:
    return await asyncio.gather(*(fetcher.fetch(Request(url)) for url in urls))


async def test_no_more_than_per_host_at_once(site: Site) -> None:
    url = site.answer("/", Answer(delay=0.02, body=b"x"))
    async with fetching(replace(POLL, per_host=3)) as fetcher:
        outcomes = await fetch_all(fetcher, [url] * 20)
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert site.most_in_flight == 3


async def test_no_more_than_concurrency_in_all(new_site: Callable[..., Site]) -> None:
    sites = [new_site(f"127.0.1.{number}") for number in range(1, 9)]
    urls = [one.answer("/", Answer(delay=0.05, body=b"x")) for one in sites]
    async with fetching(replace(POLL, concurrency=3), patience=9) as fetcher:
        most = 0
        tasks = [asyncio.create_task(fetcher.fetch(Request(url))) for url in urls]
        while not all(task.done() for task in tasks):
            most = max(most, sum(one.in_flight for one in sites))
            await asyncio.sleep(0.005)
    assert most == 3
    assert all(isinstance(task.result(), Fetched) for task in tasks)


async def test_starts_at_one_site_are_spaced_and_other_sites_do_not_wait(new_site: Callable[..., Site]) -> None:
    slow, other = new_site("127.0.0.2"), new_site("127.0.0.3")
    urls = [slow.answer("/", Answer(body=b"x"))] * 4 + [other.answer("/", Answer(body=b"x"))]
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with fetching(replace(POLL, host_delay=timedelta(seconds=0.15))) as fetcher:
        await fetch_all(fetcher, urls)
    gaps = [after.at - before.at for before, after in zip(slow.requests, slow.requests[1:], strict=False)]
    assert all(gap > 0.12 for gap in gaps), gaps
    assert loop.time() - started < 2
    assert len(other.requests) == 1


async def test_a_site_may_have_its_own_measure(new_site: Callable[..., Site]) -> None:
    one, two = new_site("127.0.0.2"), new_site("127.0.0.3")
    urls = [site.answer("/", Answer(delay=0.05, body=b"x")) for site in (one, two)] * 6
    own = replace(LOOPBACK, sites=(SitePolicy("127.0.0.2", host_delay=timedelta(0), per_host=6),))
    poll = replace(POLL, host_delay=timedelta(seconds=0.02), per_host=1)
    async with HttpFetcher(poll, own, ArticlePolicy(), SystemClock()) as fetcher:
        await fetch_all(fetcher, urls)
        assert (one.most_in_flight, two.most_in_flight) == (6, 1)
        fetcher.reconfigure(poll, LOOPBACK, ArticlePolicy())
        one.most_in_flight = 0
        await fetch_all(fetcher, urls)
        assert one.most_in_flight == 1, "until it is taken away"


async def test_waiting_does_not_count_against_the_deadline(site: Site) -> None:
    url = site.answer("/", Answer(delay=0.2, body=b"x"))
    async with fetching(replace(POLL, per_host=1, timeout=timedelta(seconds=0.8))) as fetcher:
        outcomes = await fetch_all(fetcher, [url] * 6)
    assert all(isinstance(outcome, Fetched) for outcome in outcomes), outcomes


async def test_one_deadline_covers_all_redirects(site: Site) -> None:
    for number in range(5):
        site.answer(f"/{number}", Answer(302, headers={"Location": f"/{number + 1}"}, delay=0.3))
    async with fetching(replace(POLL, timeout=timedelta(seconds=0.7))) as fetcher:
        outcome = await fetcher.fetch(Request(site.url("/0")))
    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"
    assert len(site.requests) == 3


async def test_redirects_between_two_busy_sites_do_not_lock(new_site: Callable[..., Site]) -> None:
    one, two = new_site("127.0.0.2"), new_site("127.0.0.3")
    urls = []
    for here, there in ((one, two), (two, one)):
        here.answer("/end", Answer(body=b"x", delay=0.01))
        urls += [here.answer("/start", Answer(302, headers={"Location": there.url("/end")}, delay=0.01))] * 5
    async with fetching(replace(POLL, per_host=1, concurrency=2)) as fetcher:
        outcomes = await asyncio.wait_for(fetch_all(fetcher, urls), 10)
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)


async def test_a_slot_whose_request_has_not_begun_is_taken_back_when_that_hangs() -> None:
    """A loop that stood still for so long, on a busy machine, comes to the request after the look for hanging ones."""
    slots = Slots(2, patience=0.02)
    held = [await slots.acquire() for _ in range(2)]
    waiting = asyncio.create_task(slots.acquire())
    await asyncio.sleep(0.1)
    assert not any(slot.taken_back for slot in held), "there is nothing to be ended yet"

    async def hang(slot: Slot) -> None:
        async with asyncio.timeout(30) as slot.deadline:
            await asyncio.sleep(60)

    begun = [asyncio.create_task(hang(slot)) for slot in held]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(begun[0], 10)
    assert [slot.taken_back for slot in held] == [True, False]
    for task in (waiting, begun[1]):
        task.cancel()
    await asyncio.gather(waiting, begun[1], return_exceptions=True)


async def test_a_request_that_meets_its_own_deadline_is_not_taken_back_at_that_moment() -> None:
    loop, broken = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: broken.append(context))
    slots = Slots(2, patience=0.08)
    held = [await slots.acquire() for _ in range(2)]

    async def hang(slot: Slot) -> None:
        async with asyncio.timeout(0.05) as slot.deadline:
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(hang(slot)) for slot in held]
    waiting = asyncio.create_task(slots.acquire())
    await asyncio.sleep(0)
    time.sleep(0.2)  # the deadlines and then the look for what hangs are due in one turn of the loop
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [TimeoutError] * 2
    assert not any(slot.taken_back for slot in held), "they end by themselves"
    assert not broken
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_hosts_that_hang_do_not_hold_up_the_others(new_site: Callable[..., Site]) -> None:
    dead = [new_site(f"127.0.2.{number}") for number in range(1, 9)]
    good = new_site("127.0.3.1")
    hanging = [one.answer("/", Answer(delay=60)) for one in dead]
    url = good.answer("/", Answer(body=b"x"))
    loop = asyncio.get_running_loop()
    async with fetching(replace(POLL, concurrency=4, timeout=timedelta(seconds=20))) as fetcher:
        tasks = [asyncio.create_task(fetcher.fetch(Request(each))) for each in hanging]
        await asyncio.sleep(0.05)
        started = loop.time()
        outcomes = await fetch_all(fetcher, [url] * 20)
        waited = loop.time() - started
        assert all(isinstance(outcome, Fetched) for outcome in outcomes)
        assert waited < 10, "half of the hanging ones' deadline"
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_more_hosts_that_hang_than_slots_all_fail_in_the_end(new_site: Callable[..., Site]) -> None:
    dead = [new_site(f"127.0.2.{number}") for number in range(1, 6)]
    urls = [one.answer("/", Answer(delay=60)) for one in dead]
    async with fetching(replace(POLL, concurrency=2, timeout=timedelta(seconds=0.3))) as fetcher:
        for outcome in await asyncio.wait_for(fetch_all(fetcher, urls), 20):
            assert isinstance(outcome, Failed)
            assert outcome.reason == "timeout"


async def test_a_slow_answer_is_taken_though_others_waited(new_site: Callable[..., Site]) -> None:
    slow = [new_site(f"127.0.2.{number}") for number in range(1, 5)]
    good = new_site("127.0.3.1")
    urls = [one.answer("/", Answer(delay=0.5, body=b"late")) for one in slow]
    quick = good.answer("/", Answer(body=b"x"))
    async with fetching(replace(POLL, concurrency=2, timeout=timedelta(seconds=1))) as fetcher:
        outcomes = await fetch_all(fetcher, urls + [quick] * 5)
    assert all(isinstance(outcome, Fetched) for outcome in outcomes), outcomes


async def test_a_site_that_timed_out_waits_in_the_slow_lane_until_it_answers(site: Site) -> None:
    url = site.answer("/", Answer(delay=5), Answer(body=b"x"))
    async with fetching(replace(POLL, timeout=timedelta(seconds=0.2))) as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Failed)
        assert fetcher._limits._sites["127.0.0.1"].slow
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)
        assert not fetcher._limits._sites["127.0.0.1"].slow


async def test_a_cancelled_fetch_gives_its_place_back(site: Site) -> None:
    url = site.answer("/", Answer(delay=60), Answer(delay=60), Answer(body=b"x"))
    async with fetching(replace(POLL, concurrency=1, per_host=1)) as fetcher:
        for _ in range(2):
            tasks = [asyncio.create_task(fetcher.fetch(Request(url))) for _ in range(3)]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        assert fetcher._limits.in_flight == 0
        assert isinstance(await asyncio.wait_for(fetcher.fetch(Request(url)), 5), Fetched)


async def test_a_short_retry_after_is_waited_for(site: Site) -> None:
    url = site.answer("/", Answer(503, headers={"Retry-After": "1"}), Answer(body=b"x"))
    async with fetching(POLL) as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Failed)
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)
    assert site.requests[1].at - site.requests[0].at >= 0.95


async def test_requests_in_line_when_a_site_asks_for_peace_are_not_sent(site: Site) -> None:
    url = site.answer("/", Answer(429, headers={"Retry-After": "600"}, delay=0.05))
    async with fetching(replace(POLL, per_host=1)) as fetcher:
        outcomes = await fetch_all(fetcher, [url] * 10)
    assert len(site.requests) == 1
    assert all(isinstance(outcome, Failed) and outcome.status == 429 and outcome.retry_after for outcome in outcomes)


@asynccontextmanager
async def paced(site: Site, refused: int) -> AsyncIterator[tuple[HttpFetcher, FakeClock]]:
    """A fetcher that the site refused so many URLs, one after the other, and on each of which it waited as long as it had to."""
    clock = FakeClock()
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), clock) as fetcher:
        for number in range(refused):
            clock.move(timedelta(minutes=1))
            outcome = await fetcher.fetch(Request(site.answer(f"/no/{number}", Answer(429))))
            assert isinstance(outcome, Failed) and outcome.reason == "status"
        yield fetcher, clock


async def test_a_site_that_refuses_several_is_asked_at_a_pace_and_each_in_its_turn(site: Site) -> None:
    first, second = (site.answer(path, Answer(body=b"x")) for path in ("/a", "/b"))
    async with paced(site, 5) as (fetcher, clock):
        outcomes = await fetch_all(fetcher, [first, second])
        assert [isinstance(outcome, Failed) and outcome.reason for outcome in outcomes] == ["turn", "turn"]
        waits = [outcome.retry_after for outcome in outcomes if isinstance(outcome, Failed)]
        assert waits == [timedelta(seconds=8), timedelta(seconds=16)]
        assert "its turn comes at 2026-" in str(outcomes[0])
        assert len(site.requests) == 5, "neither was asked for"
        clock.move(timedelta(seconds=8))
        assert isinstance(await fetcher.fetch(Request(first)), Fetched)
        clock.move(timedelta(seconds=8))
        assert isinstance(await fetcher.fetch(Request(second)), Fetched)


async def test_a_site_that_refuses_the_same_few_is_asked_for_the_others_as_before(site: Site) -> None:
    blocked = [site.answer(path, Answer(429)) for path in ("/one", "/two")]
    good = site.answer("/good", Answer(body=b"x"))
    async with fetching(POLL) as fetcher:
        for _ in range(10):
            for url in blocked:
                assert isinstance(await fetcher.fetch(Request(url)), Failed)
            assert isinstance(await fetcher.fetch(Request(good)), Fetched)


async def test_a_redirect_takes_no_second_place_in_line(site: Site) -> None:
    site.answer("/new", Answer(body=b"x"))
    moved = site.answer("/old", Answer(302, headers={"Location": "/new"}))
    site.answer("/robots.txt", Answer(404))
    async with paced(site, 4) as (fetcher, clock):
        clock.move(timedelta(minutes=1))
        await fetcher.allowed(moved)
        clock.move(timedelta(minutes=1))
        assert isinstance(await fetcher.fetch(Request(moved, purpose="page", obey=True)), Fetched)


async def test_who_stands_in_line_when_a_pace_is_learnt_goes_by_it(site: Site) -> None:
    urls = [site.answer(f"/{number}", Answer(429, delay=0.05)) for number in range(12)]
    async with fetching(replace(POLL, per_host=1)) as fetcher:
        outcomes = await fetch_all(fetcher, urls)
    assert len(site.requests) == 3
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Failed)]
    assert reasons == [*["status"] * 3, *["turn"] * 9]


async def test_a_hold_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    limits = Limits(POLL, LOOPBACK, lambda: now)
    limits.hold("x.org", 50)
    limits.hold("x.org", 10)
    assert limits.held_for("x.org") == 50
    assert limits.held_for("y.org") == 0
    now = 149.0
    assert limits.held_for("x.org") == 1
    now = 151.0
    assert limits.held_for("x.org") == 0


async def test_sites_at_rest_are_forgotten_and_held_ones_are_not() -> None:
    limits = Limits(POLL, LOOPBACK, lambda: 0.0)
    limits.hold("held.org", 50)
    for number in range(10_000):
        async with limits.turn(f"{number}.org"):
            pass
    assert len(limits._sites) <= 4_100
    assert limits.held_for("held.org") == 50


async def test_more_slots_wake_those_who_wait() -> None:
    slots = Slots(1)
    first = await slots.acquire()
    second = asyncio.create_task(slots.acquire())
    await asyncio.sleep(0)
    slots.total = 2
    slots.wake()
    await asyncio.wait_for(second, 1)
    slots.release(first)
    slots.release(first)
    assert slots.in_use == 1
