"""A response's body, whole or not at all: bounded on the wire and decompressed, one layer of coding, truncation noticed.

Decompression is our own (`http_codings`) because no client bounds it and checks it: httpx cannot cap it (a 275-byte body of
stacked gzip takes all memory), and httpx and aiohttp take a truncated gzip for a whole one. Only gzip is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import ClientOSError, ClientPayloadError, ClientResponse

from monitor.adapters.http_codings import SIZE, UNDONE, BodyError, Coded, CutShortError, Plain

_CODINGS = frozenset(
    ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip")
)
"""IANA's content codings; many a server names a charset or a kind there, which says nothing of how the body comes."""
CUT_SHORT = "body cut short"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one body: `size` decompressed, `wire` as it comes, in bytes; `ratio` between them."""

    size: int
    wire: int
    ratio: int


_WIRE = "limits.wire"
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
            "too_large", f"body of {length} bytes, more than {most} ({SIZE if most == bounds.size else _WIRE})"
        )
    sink = Coded(bounds.size, coding) if coding and length != 0 else Plain(bounds.size)
    wire = 0
    try:
        async for chunk in response.content.iter_any():
            wire += len(chunk)
            over = (
                _over(bounds, wire, len(sink.body)) if sink.feed(chunk) else f"more than {bounds.size} bytes ({SIZE})"
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
    if len(codings) > 1 or codings[0] not in UNDONE:
        raise BodyError("encoding", f"content encoding {', '.join(codings)[:60]}, only gzip was asked for")
    return codings[0]
