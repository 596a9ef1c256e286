"""Chains of certificates that a server sends cut short: what is missing is fetched where the certificates themselves say.

Browsers do so, or know the usual ones by heart; what has neither cannot read such a site, though nothing is wrong with it but
a file left out. What is fetched (RFC 5280, 4.2.2.1, by plain http as a rule) is trusted for nothing: it may only be a step
between the server's certificate and one of those who are trusted anyway.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.adapters.guard import Guard
from monitor.adapters.http_answers import cause_of
from monitor.adapters.together import Together
from monitor.core.urls import Target
from monitor.model import Fetched, FetchOutcome, Request

MOST = 4
"""Certificates fetched for one server: chains have one or two between its own and their root."""
MAX_BYTES = 20_000
"""Of one of them; usual ones have 1 to 3 kB."""
AGAIN = 3_600.0
"""Seconds until a server whose chain could not be completed, or has changed, is asked anew."""
MAX_SERVERS = 4_096
MAX_STEPS = 256
"""Fetched certificates that are kept; then all are forgotten. A hundred authorities' make nearly all chains."""
LEARNING = 30.0
"""Seconds for all of it: a poll waits."""

_CUT_SHORT = (20, 21)
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE."""
_ISSUER = re.compile(rb"\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86([\x01-\x7f]|\x81[\x80-\xff])", re.DOTALL)
"""In DER: id-ad-caIssuers (1.3.6.1.5.5.7.48.2), and the length of the URI that follows."""


@dataclass(frozen=True, slots=True)
class _Kept:
    completed: bool
    until: float


class Chains:
    """What was learnt of servers whose chain is cut short. `fetch` never raises for the network."""

    def __init__(
        self, guard: Guard, fetch: Callable[[Request], Awaitable[FetchOutcome]], monotonic: Callable[[], float]
    ) -> None:
        self._guard, self._fetch, self._monotonic = guard, fetch, monotonic
        # One for all: it holds a megabyte, and a step too many does no harm.
        self._context: ssl.SSLContext | None = None
        self._steps: set[bytes] = set()
        self._kept: OrderedDict[tuple[str, int], _Kept] = OrderedDict()  # least recently learnt first
        self._asking: Together[tuple[str, int], None] = Together()

    def known(self, at: Target) -> ssl.SSLContext | None:
        """What completes this server's chain, where that was needed."""
        if not self._kept:
            return None
        kept = self._kept.get((at.host, at.port))
        return self._context if kept and kept.completed else None

    async def complete(self, at: Target, used: ssl.SSLContext | None) -> bool:
        """Whether there is something to try after a failure with `used`; looks for it, unless it did lately."""
        server, steps = (at.host, at.port), len(self._steps)
        kept = self._kept.get(server)
        if self.known(at) is used and (kept is None or kept.until <= self._monotonic()):
            await self._asking.ask(server, partial(self._learn, at))
        now = self.known(at)
        return now is not None and (now is not used or len(self._steps) > steps)

    async def close(self) -> None:
        """End what is being asked."""
        await self._asking.close()

    async def _learn(self, at: Target) -> None:
        missing: list[bytes] = []
        with suppress(OSError):  # as are a TimeoutError, an ssl.SSLError and a refused address
            async with asyncio.timeout(LEARNING):
                if self._guard.proxy_for(at) is None:
                    missing = await self._missing(await _shown(self._guard, at))
        for certificate in missing:
            self._take(certificate)
        self._kept[at.host, at.port] = _Kept(bool(missing), self._monotonic() + AGAIN)
        self._kept.move_to_end((at.host, at.port))
        while len(self._kept) > MAX_SERVERS:
            self._kept.popitem(last=False)

    def _take(self, certificate: bytes) -> None:
        if self._context is None or len(self._steps) >= MAX_STEPS:
            self._kept.clear()
            self._steps.clear()
            self._context = _context()
        if certificate not in self._steps:
            self._steps.add(certificate)
            self._context.load_verify_locations(cadata=certificate)

    async def _missing(self, certificate: bytes) -> list[bytes]:
        """What lies between this certificate and a root, as far as it can be had."""
        found: list[bytes] = []
        while len(found) < MOST and (url := issuer_url(certificate)):
            outcome = await self._fetch(Request(url, purpose="certificate", max_bytes=MAX_BYTES))
            if not isinstance(outcome, Fetched):
                break
            certificate = _der(outcome.body)
            if not is_step(certificate):
                break
            found.append(certificate)
        return found


def is_cut_short(problem: BaseException) -> bool:
    """Whether verification ended because the next certificate was not sent."""
    cause = cause_of(problem)
    return isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in _CUT_SHORT


def issuer_url(certificate: bytes) -> str | None:
    """Where a certificate (DER) says that its issuer's may be had; the first, and None where it says nothing."""
    found = _ISSUER.search(certificate)
    if found is None:
        return None
    url = certificate[found.end() : found.end() + found[1][-1]]
    return url.decode("ascii", "replace") if url.startswith((b"http://", b"https://")) else None


def is_step(certificate: bytes) -> bool:
    """Whether this (DER) is an authority's certificate issued by another: one that vouches for itself would be trusted by
    whoever is given it, and anybody can make one.

    OpenSSL compares names without case and blanks (RFC 5280, 7.1); here they are compared no more exactly than that, so
    what it takes for one name is never two.
    """
    scratch = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        scratch.load_verify_locations(cadata=certificate)
        found = scratch.get_ca_certs()
    except (ssl.SSLError, ValueError):
        return False
    return len(found) == 1 and _bare(found[0].get("subject")) != _bare(found[0].get("issuer"))


def _bare(name: Any) -> str:
    """A name as `ssl` tells it, without what may differ in one name."""
    return "".join("".join(value.casefold().split()) for part in name or () for _, value in part)


def _der(body: bytes) -> bytes:
    if body.lstrip().startswith(b"-----BEGIN"):
        with suppress(ValueError):
            return ssl.PEM_cert_to_DER_cert(body.decode("ascii", "replace").strip())
    return body


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Else each step were as good as a root, as Python 3.13 has it by default.
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(("http/1.1",))
    return context


async def _shown(guard: Guard, at: Target) -> bytes:
    """The certificate that a server shows, unverified: nothing is asked of it. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = await guard.connect(at.host, at.port, LEARNING)
    try:
        _, writer = await asyncio.open_connection(sock=connection, ssl=context, server_hostname=at.host)
    except BaseException:
        with suppress(OSError):  # the loop owns it now, and closes it once it notices
            connection.shutdown(socket.SHUT_RDWR)
        raise
    try:
        shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return shown or b""
