"""Answers of hostile HTTP servers, each with the reason of `model.Failed` that it ends in."""

from __future__ import annotations

import asyncio
import gzip
import os
import zlib
from collections.abc import Callable

import brotli
import zstandard

from tests.servers import Answer

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
OK = b"HTTP/1.1 200 OK\r\n"


def a_bomb() -> bytes:
    """400 MB of zeros in 400 kB of gzip, in one member."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(pack.compress(b"\0" * 1_000_000) for _ in range(400)) + pack.flush()


async def drip_body(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"Content-Length: 1000\r\n\r\n")
    await drip(writer, b"x")


async def drip_chunks(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await drip(writer, b"1\r\nx\r\n")


async def drip_headers(_: Reader, writer: Writer) -> None:
    writer.write(OK)
    await drip(writer, b"X-A: 1\r\n")


async def drip(writer: Writer, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.1)


async def early_hints(_: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def silence(_: Reader, writer: Writer) -> None:
    await asyncio.sleep(60)


async def endless_body(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"\r\n")
    await flood(writer, b"x" * 65_536)


async def endless_redirect(_: Reader, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /here\r\n\r\n")
    await flood(writer, b"x" * 65_536)


async def endless_header(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"X-A: ")
    await flood(writer, b"x" * 65_536)


async def endless_headers(_: Reader, writer: Writer) -> None:
    writer.write(OK)
    await flood(writer, b"X-A: 1\r\n" * 1_000)


async def flood(writer: Writer, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()


async def bad_chunks(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
    await writer.drain()


async def cut_chunks(_: Reader, writer: Writer) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await writer.drain()


async def hang_up(_: Reader, writer: Writer) -> None:
    writer.transport.abort()


async def noise(_: Reader, writer: Writer) -> None:
    writer.write(os.urandom(4_096))
    await writer.drain()


def coded(body: bytes, coding: str) -> Answer:
    return Answer(body=body, headers={"Content-Encoding": coding})


def stacked() -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(b"\0" * 100_000)))


def circle(where: str) -> Answer:
    return Answer(302, headers={"Location": where})


CASES: dict[str, tuple[Callable[[], Answer], str]] = {
    "gzip three times, named": (lambda: coded(stacked(), "gzip, gzip, gzip"), "encoding"),
    "compress": (lambda: coded(b"\x1f\x9d\x90", "compress"), "encoding"),
    "said to be brotli": (lambda: coded(b"noise of some length", "br"), "encoding"),
    "brotli cut short": (lambda: coded(brotli.compress(os.urandom(50_000))[:-9], "br"), "transfer"),
    "brotli bomb": (lambda: coded(brotli.compress(bytes(10**8), quality=5), "br"), "too_large"),
    "said to be zstd": (lambda: coded(b"noise of some length", "zstd"), "encoding"),
    "zstd cut short": (lambda: coded(zstandard.compress(os.urandom(50_000))[:-9], "zstd"), "transfer"),
    "zstd bomb": (lambda: coded(zstandard.compress(bytes(10**8)), "zstd"), "too_large"),
    "zstd of many frames": (lambda: coded(zstandard.compress(b"") * 50_000, "zstd"), "encoding"),
    "said to be deflate": (lambda: coded(b"\x07 noise", "deflate"), "encoding"),
    "gzip bomb": (lambda: coded(a_bomb(), "gzip"), "too_large"),
    "gzip of many members": (lambda: coded(gzip.compress(b"") * 50_000, "gzip"), "encoding"),
    "gzip cut short": (lambda: coded(gzip.compress(os.urandom(50_000))[:-9], "gzip"), "transfer"),
    "gzip with a wrong checksum": (lambda: coded(gzip.compress(b"x")[:-8] + b"\0" * 8, "gzip"), "encoding"),
    "said to be gzip": (lambda: coded(b"noise", "gzip"), "encoding"),
    "shorter than said": (lambda: Answer(body=b"x", length=1000, close=True), "transfer"),
    "longer than allowed, said": (lambda: Answer(body=b"", length=10**12, close=True), "too_large"),
    "a body without an end": (lambda: Answer(wire=endless_body), "too_large"),
    "a byte now and then": (lambda: Answer(wire=drip_body), "timeout"),
    "a chunk now and then": (lambda: Answer(wire=drip_chunks), "timeout"),
    "a header now and then": (lambda: Answer(wire=drip_headers), "timeout"),
    "early hints for ever": (lambda: Answer(wire=early_hints), "timeout"),
    "silence": (lambda: Answer(wire=silence), "timeout"),
    "a header without an end": (lambda: Answer(wire=endless_header), "transfer"),
    "headers without an end": (lambda: Answer(wire=endless_headers), "transfer"),
    "broken chunks": (lambda: Answer(wire=bad_chunks), "transfer"),
    "no last chunk": (lambda: Answer(wire=cut_chunks), "transfer"),
    "hanging up": (lambda: Answer(wire=hang_up), "transfer"),
    "noise": (lambda: Answer(wire=noise), "transfer"),
    "a redirect with a body without an end": (lambda: Answer(wire=endless_redirect), "redirect"),
    "a redirect in a circle": (lambda: circle("/x?1"), "redirect"),
    "a redirect that grows": (lambda: circle("/" + "a" * 9_000), "redirect"),
    "a redirect longer than a header": (lambda: circle("/" + "a" * 70_000), "transfer"),
    "a redirect to a file": (lambda: circle("file:///etc/passwd"), "redirect"),
    "a redirect to a script": (lambda: circle("javascript:alert(1)"), "redirect"),
    "a redirect to data": (lambda: circle("data:text/xml,<rss/>"), "redirect"),
}
