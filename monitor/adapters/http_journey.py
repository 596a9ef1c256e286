"""One GET on its way through redirects: where it stands, what it may still say, what it has left of its deadline."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from http.cookies import Morsel
from typing import Literal

from aiohttp import encode_basic_auth

from monitor.adapters.http_answers import Reason
from monitor.core.urls import BadUrlError, Target, mask_url, target
from monitor.model import Failed, NetworkPolicy, NotModified, PollPolicy, Request, SitePolicy

MAX_REDIRECTS = 5
_PERMANENT = frozenset((301, 308))
_ACCEPT = {
    "feed": "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=.9,text/xml,*/*;q=.5",
    "page": "text/html,application/xhtml+xml;q=.9,*/*;q=.5",
    "robots": "text/plain,*/*;q=.5",
    "certificate": "application/pkix-cert,*/*;q=.5",
}
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1024}")
"""What is sent back as a validator: others cannot come back as the bytes they were."""
_COOKIE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")
"""What is sent back as a cookie's value: as browsers, more than RFC 6265 lets a server send, but nothing that ends it."""
_OURS = {name.lower(): name for name in ("User-Agent", "Accept", "Authorization", "Cookie")}
_COOKIES_SIZE = 4096
"""Characters of cookies sent in one request; what RFC 6265 asks a browser to keep of one."""


class Journey:
    """A request's state. Credentials and cookies go to whom they were written for or came from, and to nobody else.

    Cookies live as long as the journey: many sites send whoever has none back to the same address with one. What a
    visitor did last time is nobody's business.
    """

    def __init__(self, request: Request, start: Target, poll: PollPolicy, network: NetworkPolicy) -> None:
        self.request = request
        self.start = start
        self.at = start
        self._poll, self._network = poll, network
        self.seconds = ((self.site and self.site.timeout) or poll.timeout).total_seconds()
        """Of its deadline; the time in a site's line does not count."""
        self.seconds_left = self.seconds
        self.placed: dict[str, float] = {}
        """When it was given its place in each site's line, by the clock of `Limits`: one, however it is led about there."""
        self.vouched: ssl.SSLContext | None = None
        """What the present hop's chain of certificates was completed by."""
        self.cut_short = False
        """Whether that chain was cut short at the last attempt."""
        self._hops = 0
        self._permanent = True
        self._etag = _usable(request.etag)
        self._last_modified = _usable(request.last_modified)
        self._cookies: dict[str, dict[str, str]] = {}

    @property
    def permanent_url(self) -> str | None:
        """Where the resource moved to for good, when it did; not told of a secret one, for it would be kept."""
        return self.at.url if self._permanent and self.at.url != self.start.url and not self.request.secret else None

    @property
    def site(self) -> SitePolicy | None:
        """What the present hop's site is asked with beside what all are."""
        return self._network.site(self.at)

    def headers(self) -> dict[str, str]:
        """What the present hop is asked with.

        Validators are no credentials and came from wherever the redirects ended last time, so every hop gets them.
        """
        headers = {
            "User-Agent": self._poll.user_agent,
            "Accept": _ACCEPT[self.request.purpose],
            "Accept-Encoding": "gzip",
        }
        if self._etag:
            headers["If-None-Match"] = self._etag
        if self._last_modified:
            headers["If-Modified-Since"] = self._last_modified
        cookies = self._cookies.get(self.at.origin, {})
        if site := self.site:
            headers |= {_OURS.get(name.lower(), name): value.reveal() for name, value in site.headers}
            if site.user is not None:
                headers["Authorization"] = encode_basic_auth(site.user, site.password.reveal() if site.password else "")
            cookies = _pairs(headers.get("Cookie", "")) | cookies
        if self.start.user is not None and self.at.origin == self.start.origin:
            headers["Authorization"] = encode_basic_auth(self.start.user, self.start.password or "")
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return headers

    def redirected(self, status: int, location: str | None, cookies: Mapping[str, Morsel[str]]) -> Failed | None:
        """Go where the answer says, or fail: too far, in a circle that no new cookie opens, or to what is no http or https
        URL."""
        if location is None:
            return self.failed("redirect", f"redirect ({status}) without a Location", status=status)
        if self._hops == MAX_REDIRECTS:
            return self.failed("redirect", f"more than {MAX_REDIRECTS} redirects", status=status)
        try:
            to = target(location, self.at.url)
        except BadUrlError as problem:
            where = mask_url(location, secret=self.request.secret)[:80]
            return self.failed("redirect", f"redirect to {where}: {problem}", status=status)
        given = self._given(cookies)
        if to.url == self.at.url and not given:
            return self.failed("redirect", "redirect to itself", status=status)
        self._hops += 1
        self._permanent = self._permanent and status in _PERMANENT
        self.at = to
        return None

    def _given(self, cookies: Mapping[str, Morsel[str]]) -> bool:
        """Keep an answer's cookies for its origin; whether one is new, or another than it was."""
        before = self._cookies.get(self.at.origin, {})
        now = dict(before)
        for name, cookie in cookies.items():
            if cookie["max-age"].startswith(("0", "-")):
                now.pop(name, None)
            elif _COOKIE.fullmatch(cookie.coded_value):
                now[name] = cookie.coded_value
        if now == before or sum(len(name) + len(value) for name, value in now.items()) > _COOKIES_SIZE:
            return False
        self._cookies[self.at.origin] = now
        return True

    def not_modified(self, headers: Mapping[str, str]) -> NotModified | Failed:
        """304 is an answer only to who asked conditionally."""
        if not (self._etag or self._last_modified):
            return self.failed("status", "304 Not Modified, though nothing was fetched before", status=304)
        return NotModified(self.at.url, headers, self.permanent_url)

    def failed(
        self,
        reason: Reason | Literal["timeout", "status", "redirect", "held", "turn", "robots"],
        error: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        site: str | None = None,
    ) -> Failed:
        """The failure, naming where the redirects had led when it is not where they began."""
        if self.at.url != self.start.url and reason != "redirect":
            error = f"{error} (redirected to {mask_url(self.at.url, secret=self.request.secret)[:120]})"
        return Failed(mask_url(self.request.url, secret=self.request.secret), reason, error, status, retry_after, site)


def _pairs(cookies: str) -> dict[str, str]:
    """A Cookie header's pairs (RFC 6265, 4.2.1)."""
    pairs = (pair.strip().partition("=") for pair in cookies.split(";"))
    return {name: value for name, _, value in pairs if name}


def _usable(validator: str | None) -> str | None:
    return validator if validator and _VALIDATOR.fullmatch(validator) else None
