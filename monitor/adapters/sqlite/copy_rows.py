"""What the copy index writes into its rows, and what its statements are given."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xxhash import xxh3_64_intdigest

from monitor.core.urls import bare_host

PARAMETERS = 500
"""Of one statement; SQLite allows 32,766."""
ITEM_BITS = 32
"""Of an item's number, below its feature, where a posting is one integer; so do the statements shift."""
ITEM_MASK = (1 << ITEM_BITS) - 1


@lru_cache(1_024)
def host_key(url: str | None) -> int | None:
    """32 bits of a URL's host; None without one."""
    host = bare_host(url)
    return xxh3_64_intdigest(host.encode("utf-8", "surrogatepass")) >> 33 if host else None


def pack(wanted: Sequence[int]) -> bytes:
    """Four bytes a feature, little-endian: read back by C code, not by Python."""
    return struct.pack(f"<{len(wanted)}i", *wanted)


def unpack(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 4}i", packed)


def in_parts(values: Sequence[int]) -> Iterable[tuple[Sequence[int], str]]:
    """Values in parts of one statement's size, each with its placeholders."""
    for start in range(0, len(values), PARAMETERS):
        part = values[start : start + PARAMETERS]
        yield part, ",".join("?" * len(part))
