"""A response's body, whole or not at all: bounded on the wire and decompressed, one layer of gzip, truncation noticed.

Decompression is our own because no client bounds it and checks it: httpx cannot cap it (a 275-byte body of stacked
gzip takes all memory), and httpx and aiohttp take a truncated gzip for a whole one. Only gzip is asked for. Which of zlib's
forms a body is in that is called gzip or deflate, and whether it is in any, its first bytes tell.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Literal

from aiohttp import ClientOSError, ClientPayloadError, ClientResponse

_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: gzip's header and checksum (RFC 1952)
_ZLIB = zlib.MAX_WBITS  # RFC 1950, which RFC 9110 calls deflate
_RAW = -zlib.MAX_WBITS  # RFC 1951, which some call deflate
_UNCODED = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[<{\[]")
"""A document as it is, under the name of a coding that its server did not apply."""
_TELLING = 8
"""Bytes that tell."""
_CODINGS = frozenset(
    ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip")
)
"""IANA's content codings; many a server names a charset or a kind there, which says nothing of how the body comes."""
CUT_SHORT = "body cut short"
_MAX_MEMBERS = 1_000
"""Gzip members in one body: servers that concatenate have a few; empty ones cost 20 bytes each and never end."""


class BodyError(Exception):
    """The body cannot be used; `reason` as in `model.Failed`."""

    def __init__(self, reason: Literal["too_large", "encoding", "transfer"], message: str) -> None:
        self.reason: Literal["too_large", "encoding", "transfer"] = reason
        super().__init__(message)


class CutShortError(BodyError):
    """The compressed data has no end."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one body: `size` decompressed, `wire` as it comes, in bytes; `ratio` between them."""

    size: int
    wire: int
    ratio: int


_SIZE, _WIRE = "poll.max_bytes", "limits.wire"
_SMALL = 1_000_000
"""Bytes below which the ratio does not matter: a few headlines in a page of blanks compress as well as a bomb."""


async def read_body(
    response: ClientResponse, bounds: Bounds, *, cut: bool = False, partial: bool = False
) -> tuple[bytes, str]:
    """The decompressed body, within `bounds`, and what is wrong with it: nothing but where `partial` is asked for.

    A longer one is a `BodyError`, or with `cut` its beginning. Other encodings, stacked ones and broken gzip are `BodyError`
    too, and so is truncated gzip; a body shorter than its Content-Length or without its last chunk is a `ClientPayloadError`, and
    one whose connection broke a `ClientOSError`. With `partial`, of those three what came is the body.
    """
    coding = _coding(response)
    length = response.content_length
    most = bounds.wire if coding else min(bounds.size, bounds.wire)
    if length is not None and length > most and not cut:
        raise BodyError(
            "too_large", f"body of {length} bytes, more than {most} ({_SIZE if most == bounds.size else _WIRE})"
        )
    sink = _Coded(bounds.size, coding) if coding and length != 0 else _Plain(bounds.size)
    wire = 0
    try:
        async for chunk in response.content.iter_any():
            wire += len(chunk)
            over = (
                _over(bounds, wire, len(sink.body)) if sink.feed(chunk) else f"more than {bounds.size} bytes ({_SIZE})"
            )
            if over:
                response.close()
                if cut:
                    return bytes(sink.body[: bounds.size]), ""
                raise BodyError("too_large", f"body of {over}")
        sink.finish()
    except (ClientPayloadError, ClientOSError, CutShortError):
        if not partial or not sink.body:
            raise
        return bytes(sink.body), CUT_SHORT
    return bytes(sink.body), ""


def _over(bounds: Bounds, wire: int, size: int) -> str | None:
    if wire > bounds.wire:
        return f"more than {bounds.wire} bytes on the wire ({_WIRE})"
    if size > _SMALL and size > wire * bounds.ratio:
        return f"{size} bytes unpacked from {wire}, more than {bounds.ratio} times (limits.ratio)"
    return None


def _coding(response: ClientResponse) -> str:
    named = ",".join(response.headers.getall("Content-Encoding", ()))
    codings = [coding for part in named.split(",") if (coding := part.strip().lower()) in _CODINGS]
    if not codings:
        return ""
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        raise BodyError("encoding", f"content encoding {', '.join(codings)[:60]}, only gzip was asked for")
    return codings[0]


class _Plain:
    def __init__(self, limit: int) -> None:
        self.body = bytearray()
        self._limit = limit

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound."""
        self.body += chunk
        return len(self.body) <= self._limit

    def finish(self) -> None:
        """A plain body's end is HTTP's business."""


class _Coded:
    """In the form that its first bytes tell."""

    def __init__(self, limit: int, coding: str) -> None:
        self._limit = limit
        self._coding = coding
        self._head = b""
        self._sink: _Plain | _Gunzip | None = None

    @property
    def body(self) -> bytearray:
        return self._sink.body if self._sink else bytearray()

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound."""
        if self._sink:
            return self._sink.feed(chunk)
        self._head += chunk
        return len(self._head) < _TELLING or self._begin().feed(self._head)

    def finish(self) -> None:
        """Raises `BodyError` when the compressed data stopped short."""
        sink = self._sink
        if sink is None:
            sink = self._begin()
            if not sink.feed(self._head):
                raise BodyError("too_large", f"body of more than {self._limit} bytes ({_SIZE})")
        sink.finish()

    def _begin(self) -> _Plain | _Gunzip:
        head = self._head
        framed = head[:1] == b"\x78" and int.from_bytes(head[:2], "big") % 31 == 0  # RFC 1950's check of its header
        if _UNCODED.match(head):
            self._sink = _Plain(self._limit)
        elif framed:
            self._sink = _Gunzip(self._limit, _ZLIB)
        else:
            raw = self._coding == "deflate" and not b"\x1f\x8b".startswith(head[:2])
            self._sink = _Gunzip(self._limit, _RAW if raw else _GZIP)
        return self._sink


class _Gunzip:
    def __init__(self, limit: int, form: int = _GZIP) -> None:
        self.body = bytearray()
        self._limit = limit
        self._members = 1
        self._padded = False
        self._inflate = zlib.decompressobj(form)

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound. Bytes after the last member that begin no other are padding."""
        try:
            while chunk and not self._padded:
                if self._inflate.eof:
                    self._padded = not chunk.startswith(b"\x1f")
                    if self._padded:
                        break
                    self._next_member()
                self.body += self._inflate.decompress(chunk, self._limit + 1 - len(self.body))
                if len(self.body) > self._limit:
                    return False
                chunk = self._inflate.unused_data
        except zlib.error as error:
            raise BodyError("encoding", f"broken gzip: {error}") from None
        return True

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BodyError("encoding", f"gzip of more than {_MAX_MEMBERS} members")
        self._inflate = zlib.decompressobj(_GZIP)

    def finish(self) -> None:
        """Raises `BodyError` when the compressed data stopped short."""
        if not self._inflate.eof:
            raise CutShortError("transfer", "gzip cut short")
