"""What the network is asked for, and what it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


def content_hash(body: bytes) -> str:
    """The name of these bytes."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `etag` and `last_modified` are sent back verbatim as the publisher gave them."""

    url: str
    purpose: Literal["feed", "page", "robots", "certificate"] = "feed"
    etag: str | None = None
    last_modified: str | None = None
    max_bytes: int | None = None
    """Bound on the decompressed body; None: the configured one."""
    known: str | None = None
    """`content_hash` of the body that was fetched before."""
    partial: bool = False
    """Whether a body that is cut short is Fetched all the same; elsewhere it is Failed."""
    obey: bool = False
    """Whether a redirect is followed only where robots.txt allows it; elsewhere it is Failed, ``robots``."""
    secret: bool = False
    """Whether no more of the URL, and of where it leads, may be told or kept than its origin."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body, decompressed and within its bound; empty when its hash is what was `known`. Header names are lower-case."""

    url: str
    """Where the body came from, after redirects."""
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    permanent_url: str | None = None
    """The target, when every redirect on the way was permanent (301, 308)."""
    hash: str = ""
    """`content_hash` of the body, "" where it was not made."""
    cut: str = ""
    """What is wrong with a `partial` body that is not whole; "" where it is."""

    @property
    def name(self) -> str:
        """`content_hash` of the body."""
        return self.hash or content_hash(self.body)


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what was fetched before still holds."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    permanent_url: str | None = None
    """As in `Fetched`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer. `reason` is one word for machines, `error` one line for people. ``turn``: nothing was asked; the site
    refuses more than it is asked, and the turn of this comes after `retry_after`."""

    url: str
    reason: Literal[
        "refused",
        "dns",
        "connect",
        "tls",
        "timeout",
        "status",
        "held",
        "turn",
        "too_large",
        "encoding",
        "redirect",
        "url",
        "robots",
        "transfer",
    ]
    error: str
    status: int | None = None
    retry_after: timedelta | None = None
    site: str | None = None
    """The registrable domain that asked to be left alone for `retry_after`; with reason ``held`` it was not asked again."""

    @property
    def passes(self) -> bool:
        """Whether asking again may help."""
        if self.status is None:
            return self.reason in ("dns", "connect", "timeout", "held", "turn", "transfer")
        return self.status >= 500 or self.status in _PASSING

    @property
    def silent(self) -> bool:
        """Whether no publisher's answer came: it may be our network that failed."""
        return self.reason in _SILENT or self.status == _LOG_IN


_SILENT = ("dns", "connect", "tls", "timeout", "transfer", "refused")
"""By TLS too a hotel's network speaks for all publishers, and by a name server that gives its own, private address for theirs."""
_LOG_IN = 511
"""What a network answers in a site's place until one has logged in (RFC 6585, 6)."""
_PASSING = (408, 425, 429)
"""Statuses of the 4xx that do not say that there is no such page."""

FetchOutcome = Fetched | NotModified | Failed


@dataclass(frozen=True, slots=True)
class Posted:
    """A receiver's answer to a POST, whatever its status. Redirects are not followed: a 3xx stands here as it came."""

    status: int
    retry_after: timedelta | None = None
    """`Retry-After` of any answer that bears it, an HTTP date turned into a duration, clamped to `poll.max`."""
    body: bytes = b""
    """The first 16 kB at most, for an error line; the rest is not read."""


@dataclass(frozen=True, slots=True)
class PostFailed:
    """No answer: refused address, no such name, no connection, TLS, deadline. `error` is one line, the URL masked."""

    error: str
    reason: Literal["refused", "dns", "connect", "tls", "timeout", "url", "transfer"] = "connect"


PostOutcome = Posted | PostFailed
