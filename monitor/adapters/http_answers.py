"""What the network said, in our words: one line for people, one word for machines. aiohttp's exceptions end here."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

import aiohttp

from monitor.adapters.guard import AddressRefusedError
from monitor.adapters.http_body import CUT_SHORT
from monitor.adapters.http_codings import BodyError
from monitor.core.urls import BadUrlError, Target

Reason = Literal["refused", "dns", "connect", "tls", "url", "too_large", "encoding", "transfer"]

PROBLEMS = (aiohttp.ClientError, OSError, BodyError, BadUrlError, UnicodeError, ssl.CertificateError)
"""What a request may raise for what the network, a server or a URL did; a deadline's TimeoutError is an OSError too."""

TOO_MANY = 429
"""RFC 6585."""
_RESETS = ("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
_EPOCHS = 1e9
"""Seconds from which a number is taken for a date's."""

_LONG = re.compile(r"Got more than (\d+) bytes")
"""How aiohttp says it."""


_UNKNOWN_ISSUERS = range(18, 22)
"""What OpenSSL says of certificates that nobody whom we trust vouches for: X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT to
X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE."""


_OLD = (
    "legacy renegotiation",
    "key too small",
    "md too weak",
    "unsupported protocol",
    "protocol version",
    "handshake failure",
)
"""What OpenSSL says of servers that speak nothing that it takes by default."""


class UnreachableError(aiohttp.ClientConnectionError):
    """A proxy answers, and says why it does not lead on to the host."""


def table_of(at: Target) -> str:
    """The table of the configuration that says what this origin is asked with."""
    return f'[sites."{at.host if at.origin == f"https://{at.host}" else at.origin}"]'


def explain(problem: BaseException, host: str, table: str = "") -> tuple[Reason, str]:
    """One word and one line for an exception of `PROBLEMS`, raised while asking `host`, whose table is the remedy of some."""
    cause = cause_of(problem)
    if isinstance(cause, AddressRefusedError):
        return "refused", str(cause)
    if isinstance(cause, BodyError):
        return cause.reason, str(cause)
    if isinstance(cause, (BadUrlError, aiohttp.InvalidURL, UnicodeError)):
        return "url", f"not a usable URL: {_line(cause)}"
    if isinstance(problem, aiohttp.ClientHttpProxyError):
        return "connect", f"the proxy answered {status_line(problem.status)}"
    if isinstance(problem, aiohttp.ClientProxyConnectionError) and isinstance(cause, socket.gaierror):
        return "dns", "the proxy's name does not resolve"
    if isinstance(problem, aiohttp.ClientProxyConnectionError):
        return "connect", f"no connection to the proxy: {_os_words(cause)}"
    if isinstance(cause, UnreachableError):
        return "connect", f"the proxy says of {host}: {_line(cause)}"
    if isinstance(cause, socket.gaierror):
        return "dns", _unresolved(cause, problem.host if isinstance(problem, aiohttp.ClientConnectorError) else host)
    if isinstance(cause, ssl.SSLCertVerificationError):
        mends = f"; {table} takes certificates" if table and cause.verify_code in _UNKNOWN_ISSUERS else ""
        return "tls", f"TLS: {cause.verify_message.rstrip('.')}{mends}"
    if isinstance(cause, ssl.SSLError):
        told = (cause.reason or str(cause)).replace("_", " ").lower()
        mends = f"; {table} takes old_tls = true" if table and any(sign in told for sign in _OLD) else ""
        return "tls", f"TLS: {told}{mends}"
    if isinstance(problem, aiohttp.ClientConnectorError):
        return "connect", f"no connection to {host}: {_os_words(cause)}"
    return "transfer", _broken(cause, host)


def cause_of(problem: BaseException) -> BaseException:
    """The operating system's or our own exception inside aiohttp's."""
    if isinstance(problem, aiohttp.ClientConnectorCertificateError):
        return problem.certificate_error
    if isinstance(problem, aiohttp.ClientConnectorError):
        return problem.os_error
    return problem


def _unresolved(problem: socket.gaierror, host: str) -> str:
    if problem.errno == socket.EAI_AGAIN:
        return f"no name server answered for {host}"
    return f"name {host} does not resolve"


def _os_words(problem: BaseException) -> str:
    number = getattr(problem, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) and number in errno.errorcode else _line(problem)


def _broken(problem: BaseException, host: str) -> str:
    match problem:
        case aiohttp.ServerDisconnectedError():
            return f"{host} closed the connection without an answer"
        case aiohttp.ClientPayloadError():
            return CUT_SHORT
        case aiohttp.ClientResponseError():
            return _not_http(problem)
        case OSError():
            return f"connection to {host} broke: {_os_words(problem)}"
        case _:
            return _line(problem)


def _not_http(problem: aiohttp.ClientResponseError) -> str:
    if long := _LONG.match(problem.message):
        return f"headers of more than {long[1]} bytes (limits.header)"
    if problem.message.startswith("Too many headers"):
        return "more header lines than are read (limits.headers)"
    return f"not an HTTP answer: {_line(problem)}"


def _line(problem: BaseException) -> str:
    """A stranger's message for one line of ours."""
    text = problem.message if isinstance(problem, aiohttp.ClientResponseError) else str(problem)
    first = text.strip().partition("\n")[0].rstrip(" :") or type(problem).__name__
    return "".join(char if char.isprintable() else "?" for char in first)[:160]


def status_line(status: int) -> str:
    """``404 Not Found``: the standard's words, not the server's."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


_GUARDS = {
    "cf-mitigated": "Cloudflare",
    "x-amzn-waf-action": "AWS WAF",
    "x-datadome": "DataDome",
    "x-vercel-mitigated": "Vercel",
    "sg-captcha": "SiteGround",
}
"""Headers by which guards against robots say that it is they who answer: the last by what is seen of it, the others in their
own documentation."""


def guard_of(headers: Mapping[str, str]) -> str | None:
    """The guard against robots that answered in a site's place, where it says so."""
    return next((name for header, name in _GUARDS.items() if header in headers), None)


def remedy(status: int, headers: Mapping[str, str], table: str, *, authorized: bool) -> str:
    """What its user may do about a site that lets others in, for a line's end; "" where it is not that. `authorized`: whether
    credentials were sent."""
    if status == 401:
        return ": what it is asked with is refused" if authorized else f": {table} takes a user and a password"
    if guard := guard_of(headers):
        return f": its guard against robots ({guard}) asks for a browser; {table} takes headers that it lets in"
    if status in (403, 406):
        return f": {table} takes headers, such as a User-Agent or a cookie that it lets in"
    return ""


def retry_after(value: str | None, now: datetime, most: timedelta) -> timedelta | None:
    """`Retry-After` (RFC 9110, 10.2.3), seconds or an HTTP date, as a duration up to `most`; None: neither."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), most) if len(text) <= 9 else most
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(when - now, timedelta(0)), most)


def told_to_wait(status: int, headers: Mapping[str, str], now: datetime, most: timedelta) -> timedelta | None:
    """How long the site asks to be left alone, by `Retry-After`; and where a 429 has none, by when its count of requests begins
    anew, as seconds or as an epoch's (``RateLimit-Reset`` of the IETF's draft, and its forerunners with an ``X-``)."""
    if status != TOO_MANY or "Retry-After" in headers:
        return retry_after(headers.get("Retry-After"), now, most)
    said = next((headers[name] for name in _RESETS if name in headers), "")
    try:
        seconds = float(said)
    except ValueError:
        return None
    if seconds > _EPOCHS:
        seconds -= now.timestamp()
    return min(timedelta(seconds=seconds), most) if 0 < seconds < _EPOCHS else None


def plain_headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Lower-case names, repeated ones joined (RFC 9110, 5.3); what is no UTF-8 is read as Latin-1, to be storable."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        low = name.lower()
        text = value if value.isascii() else _storable(value)
        headers[low] = f"{headers[low]}, {text}" if low in headers else text
    return headers


def _storable(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
