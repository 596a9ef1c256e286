"""GET and POST over HTTP: polite, guarded, bounded. The only file that speaks HTTP outwards.

aiohttp is used for its speed (0.08 ms of CPU a request), and little else of it: redirects, decompression, limits
and deadlines are our own, because those of every client were seen to fail (see `guard`, `http_body`, `http_limits`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from monitor.adapters import openfiles
from monitor.adapters.guard import Guard
from monitor.adapters.http_answers import (
    PROBLEMS,
    TOO_MANY,
    explain,
    guard_of,
    plain_headers,
    remedy,
    retry_after,
    status_line,
    table_of,
    told_to_wait,
)
from monitor.adapters.http_body import Bounds, read_body
from monitor.adapters.http_chain import Chains, is_cut_short
from monitor.adapters.http_journey import Journey
from monitor.adapters.http_limits import Limits, Turn
from monitor.adapters.http_session import KEEP_ALIVE, Session
from monitor.adapters.robots_cache import RobotsCache
from monitor.core.pacing import Place
from monitor.core.urls import BadUrlError, Target, is_socks, mask_url, registrable, target
from monitor.model import (
    ArticlePolicy,
    Failed,
    Fetched,
    FetchOutcome,
    LimitsPolicy,
    NetworkPolicy,
    PollPolicy,
    Posted,
    PostFailed,
    PostOutcome,
    Request,
    content_hash,
)
from monitor.ports import Clock

MAX_IDLE = 200
"""Connections kept idle at once, about: a first poll of thousands of hosts must not use up the file descriptors."""
MAX_POST_ANSWER = 16_384
"""Bytes read of a receiver's error; what it says more is not read."""
HOLD_WAIT = 2.0
"""Seconds: so short a `Retry-After` is waited for; a longer one fails the request at once."""
LINE_WAIT = 5.0
"""Seconds in line at a site that refuses what comes too soon; who would wait longer comes again when its turn does."""

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_HOLDING = frozenset((TOO_MANY, 503))


class HttpFetcher:
    """`ports.Fetcher`, and `post` for webhooks: one aiohttp session behind one guard. Use as ``async with``."""

    def __init__(
        self,
        poll: PollPolicy,
        network: NetworkPolicy,
        article: ArticlePolicy,
        clock: Clock,
        *,
        guard: Guard | None = None,
        tls: ssl.SSLContext | None = None,
        limits: LimitsPolicy | None = None,
    ) -> None:
        """`guard` and `tls` replace the system's name lookup and certificates, in tests."""
        self._poll = poll
        self._article = article
        self._clock = clock
        self.guard = guard or Guard(network)
        self._session = Session(self.guard, tls or True, limits or LimitsPolicy())
        self._limits = Limits(poll, network, clock.monotonic)
        self._robots = RobotsCache(self.fetch, clock.monotonic)
        self._chains = Chains(self.guard, self.fetch, clock.monotonic)
        self._kept: deque[float] = deque()

    async def __aenter__(self) -> Self:
        self._session.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._robots.close()
        await self._chains.close()
        await self._session.close()

    def reconfigure(
        self, poll: PollPolicy, network: NetworkPolicy, article: ArticlePolicy, limits: LimitsPolicy | None = None
    ) -> None:
        """Take a changed configuration; requests in flight end under the old one, and with it its connections."""
        self._poll, self._article = poll, article
        self._limits.reconfigure(poll, network)
        limits = limits or self._session.limits
        if network != self.guard.policy or limits != self._session.limits:
            self.guard.policy, self._session.limits = network, limits
            self._session.renew(poll.timeout.total_seconds())

    async def fetch(self, request: Request) -> FetchOutcome:
        """See `ports.Fetcher`. Waiting for the site's turn does not count against `poll.timeout`."""
        try:
            start = target(request.url)
        except BadUrlError as problem:
            return Failed(mask_url(request.url, secret=request.secret), "url", str(problem))
        journey = Journey(request, start, self._poll, self.guard.policy)
        outcome: FetchOutcome | None = None
        while outcome is None:
            site = registrable(journey.at.host)
            outcome = self._held(journey, site) or await self._forbidden(journey)
            if outcome is None:
                pause = self._limits.held_for(site)
                if site not in journey.placed:
                    place = self._placed(journey, site, LINE_WAIT)
                    if not place.taken:
                        return self._stands_in_line(journey, site, place.wait)
                    pause = max(pause, place.wait)
                if pause:
                    await asyncio.sleep(pause)
                async with self._limits.turn(site) as turn:
                    outcome = await self._ask_site(journey, turn)
                if journey.cut_short and await self._chains.complete(journey.at, journey.vouched):
                    outcome = None  # once: what is known then is what was tried
        return outcome

    def hold(self, site: str, seconds: float) -> None:
        """Leave a registrable domain alone for so long: what it asked of a process before this one."""
        self._limits.hold(site, seconds)

    async def allowed(self, url: str) -> bool | None:
        """See `ports.Fetcher`. Always, where `[article] robots` is off, or its site's."""
        site = None
        with suppress(BadUrlError):
            site = self.guard.policy.site(target(url))
        if not self._article.robots or (site and not site.robots):
            return True
        agent = site.header("User-Agent") if site else None
        return await self._robots.allowed(url, agent or self._poll.user_agent)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109 -- the contract
    ) -> PostOutcome:
        """POST once, within `timeout` seconds in all; follows no redirect, reads at most 16 kB of an error.

        Never raises for the network: any answer is `Posted`, none is `PostFailed`. Does not wait for `host_delay`.
        """
        host, table = "the receiver", ""
        try:
            where = target(url)
            host, table = where.host, table_of(where)
            sent = {"User-Agent": self._poll.user_agent, "Accept-Encoding": "identity", **headers}
            if where.user is not None:
                sent["Authorization"] = aiohttp.encode_basic_auth(where.user, where.password or "")
            async with asyncio.timeout(timeout):
                return await self._post(where, body, sent)
        except TimeoutError:
            return PostFailed(f"{host} timed out after {timeout:g} s", "timeout")
        except PROBLEMS as problem:
            reason, error = explain(problem, host, table)
            return PostFailed(error, "transfer" if reason == "too_large" or reason == "encoding" else reason)

    async def _post(self, where: Target, body: bytes, headers: Mapping[str, str]) -> Posted:
        url = URL(where.url, encoded=True)
        session, proxy = self._way(where)
        async with session.post(
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            proxy=proxy,
            ssl=self._session.tls(self.guard.policy.site(where)) or self._chains.known(where) or True,
        ) as response:
            wait = retry_after(response.headers.get("Retry-After"), self._clock.now(), self._poll.max)
            text = await _beginning(response) if response.status >= 400 else b""
            return Posted(response.status, wait, text)

    def _way(self, at: Target) -> tuple[aiohttp.ClientSession, URL | None]:
        """The session to ask by, and the proxy that it is to ask."""
        proxy = self.guard.proxy_for(at)
        if proxy is None or not is_socks(proxy):
            return self._session.now, URL(proxy) if proxy else None
        return self._session.by_socks(proxy), None

    async def _forbidden(self, journey: Journey) -> Failed | None:
        """The failure of a request that was led to where it must not go."""
        if not journey.request.obey or journey.at is journey.start or await self.allowed(journey.at.url):
            return None
        return journey.failed("robots", "robots.txt does not allow it")

    def _held(self, journey: Journey, site: str) -> Failed | None:
        """The failure of a request to a site that asked to be left alone."""
        seconds = self._limits.held_for(site)
        if seconds <= HOLD_WAIT:
            return None
        until = self._clock.now() + timedelta(seconds=seconds)
        error = f"{site} asked to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC"
        return journey.failed("held", error, status=429, retry_after=timedelta(seconds=seconds), site=site)

    def _stands_in_line(self, journey: Journey, site: str, seconds: float) -> Failed:
        """The failure of a request whose place in line comes later."""
        at = self._clock.now() + timedelta(seconds=seconds)
        error = f"{site} refuses more requests than it is asked: its turn comes at {at:%Y-%m-%d %H:%M:%S} UTC"
        return journey.failed("turn", error, retry_after=timedelta(seconds=seconds))

    def _placed(self, journey: Journey, site: str, patience: float) -> Place:
        journey.placed[site] = self._limits.monotonic()
        return self._limits.place(site, journey.request, patience)

    def _overtaken(self, journey: Journey, site: str) -> Failed | None:
        """The failure of a request that stands in line while the site refuses another."""
        if not self._limits.overtaken(site, journey.placed[site]):
            return None
        place = self._placed(journey, site, 0.0)
        return None if place.taken else self._stands_in_line(journey, site, place.wait)

    async def _ask_site(self, journey: Journey, turn: Turn) -> FetchOutcome | None:
        """Ask, and follow redirects within the site; None when they lead out of it, or are not to be followed yet: robots.txt
        is asked for in a turn of its own."""
        # Rest may have been asked for, or a pace been learnt, while this request stood in line.
        outcome: FetchOutcome | None = self._held(journey, turn.name) or self._overtaken(journey, turn.name)
        began = journey.at
        while outcome is None and registrable(journey.at.host) == turn.name:
            outcome = await self._ask_in_time(journey, turn)
            if journey.request.obey and journey.at is not began:
                break
        return outcome

    async def _ask_in_time(self, journey: Journey, turn: Turn) -> FetchOutcome | None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(journey.seconds_left) as turn.slot.deadline:
                outcome = await self._ask(journey, turn)
            turn.answered()
            return outcome
        except TimeoutError:
            if turn.slot.taken_back:
                await turn.again()
                started, journey.seconds_left = loop.time(), journey.seconds
                return None
            turn.timed_out()
            setting = "poll.timeout" if journey.seconds == self._poll.timeout.total_seconds() else "its site's timeout"
            return journey.failed("timeout", f"timed out after {journey.seconds:g} s ({setting})")
        except PROBLEMS as problem:
            own = self._session.tls(journey.site) is not None
            journey.cut_short = is_cut_short(problem) and not own and journey.request.purpose != "certificate"
            return journey.failed(*explain(problem, journey.at.host, table_of(journey.at)))
        finally:
            journey.seconds_left -= loop.time() - started

    async def _ask(self, journey: Journey, turn: Turn) -> FetchOutcome | None:
        """One request and its answer; None when it was a redirect."""
        headers = journey.headers()
        journey.cut_short, journey.vouched = False, self._chains.known(journey.at)
        if turn.alone and self._crowded():
            headers["Connection"] = "close"
        session, proxy = self._way(journey.at)
        async with session.get(
            URL(journey.at.url, encoded=True),
            headers=headers,
            allow_redirects=False,
            proxy=proxy,
            ssl=self._session.tls(journey.site) or journey.vouched or True,
        ) as response:
            status = response.status
            if status != TOO_MANY:
                turn.allowed(journey.request.url)
            if status in _REDIRECTS:
                return journey.redirected(status, response.headers.get("Location"), response.cookies)
            if status == 304:
                return journey.not_modified(plain_headers(response))
            if not _brings_what_was_asked(journey.request, response):
                return self._bad_status(journey, turn, response)
            request, limits = journey.request, self._session.limits
            bounds = Bounds(request.max_bytes or self._poll.max_bytes, limits.wire, limits.ratio)
            body, cut = await read_body(response, bounds, cut=request.purpose == "robots", partial=request.partial)
            name = content_hash(body)
            told = b"" if name == request.known else body
            return Fetched(journey.at.url, status, told, plain_headers(response), journey.permanent_url, name, cut)

    def _crowded(self) -> bool:
        """Whether so many connections may be idle now that this one, which nobody waits for, had better close."""
        now = asyncio.get_running_loop().time()
        while self._kept and now - self._kept[0] > KEEP_ALIVE:
            self._kept.popleft()
        if len(self._kept) >= openfiles.idle(MAX_IDLE):
            return True
        self._kept.append(now)
        return False

    def _bad_status(self, journey: Journey, turn: Turn, response: aiohttp.ClientResponse) -> Failed:
        wait = site = None
        if response.status in _HOLDING:
            wait = told_to_wait(response.status, response.headers, self._clock.now(), self._poll.max)
            if wait:
                site = turn.name
                self._limits.hold(site, wait.total_seconds())
            if response.status == TOO_MANY:
                turn.refused(journey.request.url, journey.placed[turn.name], wait)
        line = status_line(response.status)
        if journey.request.purpose == "feed":
            known = "Authorization" in journey.headers()
            line += remedy(response.status, response.headers, table_of(journey.at), authorized=known)
        return journey.failed("status", line, status=response.status, retry_after=wait, site=site)


def _brings_what_was_asked(request: Request, response: aiohttp.ClientResponse) -> bool:
    """Some caches serve a feed as "accepted": it is one or not, by its bytes. A page so is a guard's more often than its own."""
    if response.status in (201, 202):
        return request.purpose == "feed" and guard_of(response.headers) is None
    return response.status in (200, 203)


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """What an error answer says, as far as it comes at once."""
    text = b""
    try:
        async with asyncio.timeout(1):
            while len(text) < MAX_POST_ANSWER and (chunk := await response.content.readany()):
                text += chunk
    except (TimeoutError, aiohttp.ClientError):
        pass  # the status was the answer
    return text[:MAX_POST_ANSWER]
