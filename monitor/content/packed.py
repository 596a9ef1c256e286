"""Documents that are gzip files themselves, whatever their transport says: ``sitemap.xml.gz``, a cache's file as it lies."""

from __future__ import annotations

import zlib

from monitor.errors import ReadError

MAX_INFLATED = 50_000_000
"""Bytes of one unpacked: the sitemap protocol's own bound."""


def inflate(body: bytes) -> bytes:
    """A body that is a gzip file unpacked, once and bounded; any other as it is. Raises `ReadError` on a bomb."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(body, MAX_INFLATED)
    except zlib.error as error:
        raise ReadError(f"a gzip file that cannot be unpacked: {error}") from None
    if unpacker.unconsumed_tail:
        raise ReadError(f"a gzip file of more than {MAX_INFLATED} bytes")
    if out.startswith(b"\x1f\x8b"):
        raise ReadError("a gzip file inside a gzip file")
    return out
