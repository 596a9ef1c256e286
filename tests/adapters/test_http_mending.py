"""Answers whose head is not quite HTTP, as real servers send them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_mending import mend
from monitor.model import ArticlePolicy, Failed, Fetched, FetchOutcome, LimitsPolicy, PollPolicy, Request
from tests.adapters.test_http import LOOPBACK, POLL
from tests.servers import Answer, Site, Wire

LIMITS = LimitsPolicy(header=2_000, headers=40)
LENGTH = b"Content-Length: 6\r\n"


@pytest_asyncio.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), SystemClock(), limits=LIMITS) as fetcher:
        yield fetcher


def sends(*parts: bytes) -> Wire:
    async def wire(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)  # a packet of its own

    return wire


async def fetched(fetcher: HttpFetcher, site: Site, *parts: bytes) -> FetchOutcome:
    return await fetcher.fetch(Request(site.answer("/", Answer(wire=sends(*parts)))))


@pytest.mark.parametrize(
    "line",
    [
        b"X-XSS-Protection=1;",
        b"X-Powered By: x",
        b"X-Caf\xc3\xa9: x",
        b"X(a): x",
        b": x",
        b"Set-Cookie: a=\x00b",
        b"X-A: 1\rX-B: 2",
        b"Transfer-Encoding: identity",
        b"Content-Length: 6",
        b"Content-Length: 6, 6",
        b"  blank before all",
    ],
)
async def test_a_line_that_is_no_header_loses_no_feed(fetcher: HttpFetcher, site: Site, line: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + line + b"\r\nETag: x\r\n" + LENGTH + b"\r\n"
    outcome = await fetched(fetcher, site, head + b"<rss/>")
    assert isinstance(outcome, Fetched), outcome
    assert (outcome.body, outcome.headers["etag"]) == (b"<rss/>", "x")


async def test_a_folded_field_is_one(fetcher: HttpFetcher, site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A=1\r\nX-B: 1\r\n  2\r\n\t3\r\n" + LENGTH + b"\r\n"
    outcome = await fetched(fetcher, site, head + b"<rss/>")
    assert isinstance(outcome, Fetched), outcome
    assert outcome.headers["x-b"] == "1 2 3"


@pytest.mark.parametrize("status", [b"HTTP/1.1  200  OK", b"http/1.1 200 OK", b"HTTP/2 200", b"HTTP/1.1 200OK"])
async def test_what_kind_of_answer_it_is_is_seen(fetcher: HttpFetcher, site: Site, status: bytes) -> None:
    outcome = await fetched(fetcher, site, status + b"\r\n" + LENGTH + b"\r\n<rss/>")
    assert isinstance(outcome, Fetched), outcome
    assert outcome.status == 200


async def test_a_blank_before_the_colon_is_left_out(fetcher: HttpFetcher, site: Site) -> None:
    outcome = await fetched(fetcher, site, b"HTTP/1.1 200 OK\r\nETag : x\r\nContent-Length : 6\r\n\r\n<rss/>more")
    assert isinstance(outcome, Fetched), outcome
    assert (outcome.body, outcome.headers["etag"]) == (b"<rss/>", "x")


async def test_a_head_that_comes_in_pieces_is_mended_when_it_is_whole(fetcher: HttpFetcher, site: Site) -> None:
    parts = [b"HTTP/1.1 200 OK\r\nX-A", b"=1\r\nX-B: 1\r\n", LENGTH + b"\r", b"\n<rs", b"s/>"]
    outcome = await fetched(fetcher, site, *parts)
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == b"<rss/>"


async def test_chunks_are_believed_before_a_length(fetcher: HttpFetcher, site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
    outcome = await fetched(fetcher, site, head + b"6\r\n<rss/>\r\n0\r\n\r\n")
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == b"<rss/>"


@pytest.mark.parametrize("more", [b"\n", b"\r\n", b"  \r\n", b"</rss>", b"HTTP/1.1 200 OK\r\n\r\n", b"\0" * 9_000])
@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n", b"X-A=1\r\n"])
@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (LENGTH, b"<rss/>"),
        (b"Content-Length: 100000\r\n", b"a" * 100_000),
        (b"Transfer-Encoding: chunked\r\n", b"6\r\n<rss/>\r\n0\r\n\r\n"),
    ],
)
async def test_what_comes_after_the_body_is_nobodys(
    fetcher: HttpFetcher, site: Site, more: bytes, close: bytes, split: bool, framing: bytes, body: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + close + framing + b"\r\n"
    outcome = await fetched(fetcher, site, *([head, body + more] if split else [head + body + more]))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == (body if b"a" in body else b"<rss/>")


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 3\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nContent-Length: 9\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nContent-Length: six\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>\r\n",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nETag: x",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nContent-Length: 6\r\nContent-Length: 3\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nContent-Length: 6, 3\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nContent-Length: -6\r\n\r\n<rss/>",
        b"HTTP/1.1 200 OK\r\nX-A=1\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n<rss/>\r\n",
        b"ICY 200 OK\r\nX-A: 1\r\n\r\n<rss/>",
    ],
)
async def test_what_does_not_tell_its_body_is_no_answer(fetcher: HttpFetcher, site: Site, sent: bytes) -> None:
    outcome = await fetched(fetcher, site, sent)
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason == "transfer"


@pytest.mark.parametrize("broken", [b"", b"X-A=1\r\n"])
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"X-A: " + b"a" * 2_100 + b"\r\n", "headers of more than 2000 bytes (limits.header)"),
        ((b"X-A: " + b"a" * 1_900 + b"\r\n") * 5, "headers of more than 8000 bytes (limits.header)"),
        (b"X-A: a\r\n" * 50, "more header lines than are read (limits.headers)"),
    ],
)
async def test_a_head_beyond_its_bounds_is_not_read(
    fetcher: HttpFetcher, site: Site, broken: bytes, sent: bytes, told: str
) -> None:
    outcome = await fetched(fetcher, site, b"HTTP/1.1 200 OK\r\n" + broken, sent, b"X-B: b\r\n\r\n")
    assert isinstance(outcome, Failed), outcome
    assert outcome.error == told


async def test_the_next_answer_on_a_connection_is_mended_too(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer(
        "/", Answer(body=b"a"), Answer(wire=sends(b"HTTP/1.1 200 OK\r\nX-A=1\r\n" + LENGTH + b"\r\n<rss/>"))
    )
    bodies = [await fetcher.fetch(Request(url)) for _ in range(2)]
    assert [isinstance(body, Fetched) and body.body for body in bodies] == [b"a", b"<rss/>"]
    assert site.connections == 1


@pytest.mark.parametrize("length", [70_000, 60_000])
async def test_by_default_long_policies_are_read(site: Site, length: int) -> None:
    poll = PollPolicy(host_delay=POLL.host_delay)
    async with HttpFetcher(poll, LOOPBACK, ArticlePolicy(), SystemClock()) as fetcher:
        url = site.answer("/", Answer(headers={"Content-Security-Policy": "a" * length}))
        assert isinstance(await fetcher.fetch(Request(url)), Fetched) == (length < 64_000)


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line and line.strip(b"\r"))))
def test_whatever_the_lines_are_a_mended_head_is_http(lines: list[bytes]) -> None:
    async def parsed(head: bytes) -> int:
        from aiohttp.base_protocol import BaseProtocol
        from aiohttp.http import HttpResponseParser

        loop = asyncio.get_running_loop()
        messages, _, _ = HttpResponseParser(BaseProtocol(loop), loop, 2**16).feed_data(head)
        return len(messages)

    framing = (b"transfer-encoding", b"content-length")
    assume(not any(line.strip().lower().startswith(framing) for line in lines))
    assert asyncio.run(parsed(mend(b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])))) == 1
