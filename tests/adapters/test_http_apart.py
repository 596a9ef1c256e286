"""Fetching in a process of its own: the same answers, and nobody hangs when it ends."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_apart import FEW, ApartFetcher, serve
from monitor.model import (
    ArticlePolicy,
    Failed,
    Fetched,
    LimitsPolicy,
    NetworkPolicy,
    NotModified,
    PollPolicy,
    Request,
    content_hash,
)
from tests.servers import Answer, Site
from tests.waiting import until

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=5), max_bytes=100_000)


@pytest_asyncio.fixture
async def process() -> AsyncIterator[tuple[BaseProcess, socket.socket]]:
    ours, theirs = socket.socketpair()
    # A fork of a test's process would be one of its threads' locks too.
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, SystemClock()))
    process.start()
    theirs.close()
    yield process, ours
    ours.close()
    await asyncio.to_thread(process.join, 20)
    assert process.exitcode is not None
    process.close()


@pytest_asyncio.fixture
async def fetcher(process: tuple[BaseProcess, socket.socket]) -> AsyncIterator[ApartFetcher]:
    async with ApartFetcher(
        process[1], POLL, LOOPBACK, ArticlePolicy(), SystemClock(), limits=LimitsPolicy()
    ) as fetcher:
        yield fetcher


async def test_every_kind_of_answer_is_what_it_would_be_here(fetcher: ApartFetcher, site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>", headers={"ETag": '"1"', "X-A": "1"}))
    site.answer("/same", Answer(304, headers={"ETag": '"1"'}))
    site.answer("/moved", Answer(301, headers={"Location": "/feed"}))
    site.answer("/busy", Answer(404))
    requests = [
        Request(site.url("/feed")),
        Request(site.url("/feed"), known=content_hash(b"<rss/>")),
        Request(site.url("/same"), etag='"1"'),
        Request(site.url("/moved")),
        Request(site.url("/busy")),
        Request("http://10.0.0.1/private"),
        Request("ftp://x.test/"),
        Request(site.url("/feed"), max_bytes=3),
    ]
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), SystemClock(), limits=LimitsPolicy()) as here:
        expected = [await here.fetch(request) for request in requests]
    assert [type(outcome) for outcome in expected] == [Fetched, Fetched, NotModified, Fetched, *[Failed] * 4]
    asked = len(site.requests)
    assert [await fetcher.fetch(request) for request in requests] == expected
    assert await asyncio.gather(*(fetcher.fetch(request) for request in requests)) == expected
    assert len(site.requests) == 3 * asked


async def test_a_body_that_is_known_is_not_carried(fetcher: ApartFetcher, site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    name = content_hash(b"<rss/>")
    assert await fetcher.fetch(Request(site.url("/feed"), known=name)) == Fetched(
        site.url("/feed"), 200, b"", {"content-length": "6"}, None, name
    )
    changed = await fetcher.fetch(Request(site.url("/feed"), known=content_hash(b"<rss></rss>")))
    assert isinstance(changed, Fetched)
    assert (changed.body, changed.hash) == (b"<rss/>", name)


async def test_pages_that_robots_txt_forbids_are_forbidden(fetcher: ApartFetcher, site: Site) -> None:
    site.answer("/robots.txt", Answer(body=b"User-agent: *\nDisallow: /private"))
    assert await fetcher.allowed(site.url("/public"))
    assert not await fetcher.allowed(site.url("/private"))
    assert site.paths() == ["/robots.txt"]


async def test_holds_and_changed_settings_reach_it(fetcher: ApartFetcher, site: Site) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    fetcher.reconfigure(replace(POLL, user_agent="another/1"), LOOPBACK, ArticlePolicy())
    assert isinstance(await fetcher.fetch(Request(site.url("/feed"))), Fetched)
    assert site.requests[0].headers["user-agent"] == "another/1"
    fetcher.hold(site.host, 60)
    held = await fetcher.fetch(Request(site.url("/feed")))
    assert isinstance(held, Failed)
    assert held.reason == "held"
    fetcher.reconfigure(POLL, NetworkPolicy(), ArticlePolicy())
    refused = await fetcher.fetch(Request("http://127.0.0.2:9/"))
    assert isinstance(refused, Failed)
    assert refused.reason == "refused"


async def test_what_is_called_off_is_called_off_there(fetcher: ApartFetcher, site: Site) -> None:
    site.answer("/slow", Answer(body=b"late", delay=30))
    asked = asyncio.create_task(fetcher.fetch(Request(site.url("/slow"))))
    await asyncio.to_thread(until, lambda: site.in_flight == 1)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await asyncio.to_thread(until, lambda: site.in_flight == 0)


async def test_when_it_dies_what_is_in_hand_has_failed_and_fetching_goes_on_here(
    fetcher: ApartFetcher, process: tuple[BaseProcess, socket.socket], site: Site, new_site: Callable[..., Site]
) -> None:
    site.answer("/slow", Answer(body=b"late", delay=30))
    site.answer("/feed", Answer(body=b"<rss/>"))
    busy = new_site("127.0.0.2")
    busy.answer("/feed", Answer(429, headers={"Retry-After": "60"}))
    assert (await fetcher.fetch(Request(busy.url("/feed")))).reason == "status"
    asked = asyncio.create_task(fetcher.fetch(Request(site.url("/slow"))))
    await asyncio.to_thread(until, lambda: site.in_flight == 1)
    assert process[0].pid is not None
    os.kill(process[0].pid, signal.SIGKILL)
    assert await asked == Failed(site.url("/slow"), "transfer", "the process that fetches ended")
    assert isinstance(await fetcher.fetch(Request(site.url("/feed"))), Fetched)
    assert await fetcher.allowed(site.url("/feed"))
    fetcher.hold("x.test", 1)
    assert (await fetcher.fetch(Request(busy.url("/feed")))).reason == "held", "what asked for rest has it"


async def test_signals_meant_for_the_daemon_do_not_end_it(
    fetcher: ApartFetcher, process: tuple[BaseProcess, socket.socket], site: Site
) -> None:
    site.answer("/feed", Answer(body=b"<rss/>"))
    assert isinstance(await fetcher.fetch(Request(site.url("/feed"))), Fetched)
    for number in (signal.SIGTERM, signal.SIGINT):
        assert process[0].pid is not None
        os.kill(process[0].pid, number)
    assert isinstance(await fetcher.fetch(Request(site.url("/feed"))), Fetched)
    assert process[0].is_alive()


def test_the_command_polls_many_feeds_through_it(tmp_path: Path, site: Site) -> None:
    """Each request carries the process that made it: none is the command's own, and it ends with the command."""
    site.answer("*", Answer(404))
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "monitor.toml").write_text(
        f'store = "sqlite:{tmp_path / "m.db"}"\n[poll]\nhost_delay = "0s"\n[network]\nallow = ["127.0.0.0/8"]\n'
    )
    feeds = "\n".join(f'[[feed]]\nid = "f{n}"\nurl = "{site.url(f"/{n}")}"' for n in range(FEW))
    (tmp_path / "feeds.toml").write_text(feeds)
    code = (
        "import os, sys\n"
        "from monitor.adapters import http_apart\n"
        "started = http_apart.serve\n"
        "def told(*args):\n"
        "    print('apart', os.getpid(), os.getppid(), file=sys.stderr, flush=True)\n"
        "    started(*args)\n"
        "http_apart.serve = told\n"
        "from monitor.cli.root import monitor\n"
        f"monitor(['poll', '--json', '--config', {str(tmp_path)!r}])\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        said, logged = command.communicate(timeout=120)
    report = json.loads(said.splitlines()[-1])
    assert {one["error"] for one in report["feeds"]} == {"404 Not Found"}
    assert sorted(site.paths()) == sorted(f"/{n}" for n in range(FEW))
    told = [line.split() for line in logged.decode().splitlines() if line.startswith("apart")]
    assert [int(parent) for _, _, parent in told] == [command.pid]
    with pytest.raises(ProcessLookupError):
        os.kill(int(told[0][1]), 0)
