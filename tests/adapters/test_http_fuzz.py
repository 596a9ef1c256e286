"""Fetching raises nothing, whatever bytes come, in whatever pieces."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import brotli
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.http_answers import retry_after
from monitor.adapters.http_codings import BodyError, Coded
from monitor.model import (
    ArticlePolicy,
    Failed,
    Fetched,
    NetworkPolicy,
    NotModified,
    PollPolicy,
    Posted,
    PostFailed,
    Request,
)
from tests.servers import Answer, Site, Wire

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=1), max_bytes=10_000)

status_lines = st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 302 x", b"HTTP/1.1 304 x", b"HTTP/1.1 100 x",
                                b"HTTP/1.1 429 x", b"HTTP/9.9 200 OK", b"HTTP/1.1 -1 x", b"HTTP/1.1 999999 x", b"ICY 200 OK",
                                b"", b"\x00", b"HTTP/1.1 101 Switching Protocols"])  # fmt: skip
names = st.sampled_from([b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Location", b"Retry-After", b"ETag",
                         b"Connection", b"Content-Type", b"Set-Cookie", b"", b"X Y", b"\xff"])  # fmt: skip
values = st.sampled_from([b"0", b"5", b"-1", b"99999999999999999999", b"+5", b"chunked", b"gzip", b"gzip, chunked", b"identity",
                          b"/x", b"//", b"http://[", b"http://127.0.0.1:1/", b"\xe9\xff", b"a\x00b", b"close", b"upgrade",
                          b"text/html; charset=\xff", b"", b"x" * 20_000]) | st.binary(max_size=20)  # fmt: skip
headers = st.lists(st.builds(lambda name, value: name + b": " + value, names, values), max_size=6)
bodies = st.sampled_from(
    [b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhel", gzip.compress(b"hello"), b"x" * 20_000]
)
answers = st.builds(
    lambda first, lines, body: b"\r\n".join([first, *lines]) + b"\r\n\r\n" + body, status_lines, headers, bodies
) | st.binary(max_size=200)


def sending(raw: bytes) -> Wire:
    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return send


@settings(max_examples=60)
@given(st.lists(answers, min_size=8, max_size=8))
def test_any_answer_is_an_outcome(raws: list[bytes]) -> None:
    async def fetch_all(site: Site) -> None:
        async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), SystemClock()) as fetcher:
            requests = (Request(site.url(f"/{number}"), etag='"1"') for number in range(len(raws)))
            for outcome in await asyncio.gather(*(fetcher.fetch(request) for request in requests)):
                assert isinstance(outcome, Fetched | NotModified | Failed)
                if isinstance(outcome, Failed):
                    assert outcome.error.isprintable()
                    assert len(outcome.error) < 400
                else:
                    assert "".join(outcome.headers.values()).encode("utf-8") is not None
            posted = await fetcher.post(site.url("/0"), b"{}", {}, 1)
            assert isinstance(posted, Posted | PostFailed)

    with Site() as site:
        for number, raw in enumerate(raws):
            site.answer(f"/{number}", Answer(wire=sending(raw)))
        asyncio.run(fetch_all(site))


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
codings = st.sampled_from(list(PACKED))


@given(
    st.sampled_from(["gzip", "zstd"]),
    st.lists(st.binary(max_size=300), max_size=4),
    st.binary(max_size=3),
    st.integers(1, 50),
    st.integers(0, 1_000),
)
def test_members_are_undone_alike_however_they_are_cut(
    coding: str, parts: list[bytes], padding: bytes, size: int, limit: int
) -> None:
    wire = b"".join(PACKED[coding](part) for part in parts) + (b"\0" + padding if parts else b"")
    whole = b"".join(parts)
    sink = Coded(limit, coding)
    fits = all(sink.feed(wire[start : start + size]) for start in range(0, len(wire), size))
    assert fits == (len(whole) <= limit)
    if fits and parts:
        sink.finish()
        assert bytes(sink.body) == whole
    if coding == "gzip":
        assert len(sink.body) <= limit + 1


@given(codings, st.binary(max_size=2_000) | st.binary(max_size=3).map(lambda few: few * 5_000), st.integers(1, 100))
def test_any_coding_is_undone_however_it_is_cut(coding: str, body: bytes, size: int) -> None:
    wire = PACKED[coding](body)
    sink = Coded(20_000, coding)
    assert all(sink.feed(wire[start : start + size]) for start in range(0, len(wire), size))
    sink.finish()
    assert bytes(sink.body) == body


@given(codings, st.integers(0, 100_000), st.integers(1, 2_000))
def test_a_bomb_is_stopped_near_its_bound(coding: str, limit: int, size: int) -> None:
    wire = BOMBS[coding]
    sink = Coded(limit, coding)
    assert not all(sink.feed(wire[start : start + size]) for start in range(0, len(wire), size))
    assert limit < len(sink.body) < limit + 3_000_000


BOMBS = {coding: pack(bytes(20_000_000)) for coding, pack in PACKED.items()}


@given(codings, st.binary(min_size=1, max_size=500), st.data())
def test_a_coding_cut_anywhere_is_noticed(coding: str, body: bytes, data: st.DataObject) -> None:
    wire = PACKED[coding](body)
    sink = Coded(1_000, coding)
    sink.feed(wire[: data.draw(st.integers(0, len(wire) - 1))])
    try:
        sink.finish()
    except BodyError as problem:
        assert problem.reason == "transfer"
    else:
        raise AssertionError("taken for whole")


@given(st.binary(max_size=200), st.sampled_from(["br", "zstd"]), st.integers(1, 200))
def test_what_is_no_such_coding_raises_nothing_else(raw: bytes, coding: str, size: int) -> None:
    sink = Coded(1_000, coding)
    with contextlib.suppress(BodyError):
        for start in range(0, len(raw), size):
            if not sink.feed(raw[start : start + size]):
                return
        sink.finish()


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_what_is_in_no_form_is_a_body_error(raw: bytes, coding: str) -> None:
    sink = Coded(1_000, coding)
    try:
        sink.feed(raw)
        sink.finish()
    except BodyError:
        return
    assert bytes(sink.body) == raw or any(undone(raw, form) == bytes(sink.body) for form in (31, 15, -15))


def undone(raw: bytes, form: int) -> bytes | None:
    try:
        return zlib.decompressobj(form).decompress(raw)
    except zlib.error:
        return None


@given(st.text() | st.integers().map(str) | st.datetimes().map(str))
def test_retry_after_is_nothing_or_within_its_bound(value: str) -> None:
    wait = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=24))
    assert wait is None or timedelta(0) <= wait <= timedelta(hours=24)
