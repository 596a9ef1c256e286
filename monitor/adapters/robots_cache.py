"""robots.txt by origin: asked once a day, through the same door as everything else (RFC 9309)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from monitor.adapters.together import Together
from monitor.content.robots import may_fetch
from monitor.core.urls import BadUrlError, target
from monitor.model import Failed, Fetched, FetchOutcome, Request

MAX_BYTES = 500_000
"""RFC 9309, 2.5: at least 500 KiB must be read; more is not."""
GOOD_FOR = 86_400.0
"""Seconds an answer holds: RFC 9309, 2.4, lets it be no more than a day."""
UNREACHABLE_FOR = 3_600.0
"""Seconds that a server error or silence forbids before it is asked again."""
MAX_ORIGINS = 4_096
MAX_CHARACTERS = 20_000_000
"""Of all texts kept. A usual robots.txt has 2 kB: the bound is against those of 500."""

ALLOW_ALL = ""


@dataclass(frozen=True, slots=True)
class _Rules:
    text: str | None
    """None: they cannot be had."""
    until: float


class RobotsCache:
    """What each origin's robots.txt lets us read. `fetch` never raises for the network."""

    def __init__(self, fetch: Callable[[Request], Awaitable[FetchOutcome]], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._rules: OrderedDict[str, _Rules] = OrderedDict()  # least recently used first
        self._asking: Together[str, _Rules] = Together()
        self._characters = 0

    async def allowed(self, url: str, user_agent: str) -> bool | None:
        """Whether this page may be read; False for what is no http or https URL; None while the rules cannot be had, which
        forbids."""
        try:
            origin = target(url).origin
        except BadUrlError:
            return False
        rules = self._rules.get(origin)
        if rules is None or rules.until <= self._monotonic():
            rules = await self._asking.ask(origin, partial(self._load, origin))
        else:
            self._rules.move_to_end(origin)
        return None if rules.text is None else may_fetch(rules.text, user_agent, url)

    async def close(self) -> None:
        """End what is being asked."""
        await self._asking.close()

    async def _load(self, origin: str) -> _Rules:
        outcome = await self._fetch(Request(f"{origin}/robots.txt", purpose="robots", max_bytes=MAX_BYTES))
        text, seconds = _read(outcome)
        rules = _Rules(text, self._monotonic() + seconds)
        self._keep(origin, rules)
        return rules

    def _keep(self, origin: str, rules: _Rules) -> None:
        old = self._rules.pop(origin, None)
        self._characters += len(rules.text or "") - (len(old.text or "") if old else 0)
        self._rules[origin] = rules
        while len(self._rules) > MAX_ORIGINS or self._characters > MAX_CHARACTERS:
            _, dropped = self._rules.popitem(last=False)
            self._characters -= len(dropped.text or "")


def _read(outcome: FetchOutcome) -> tuple[str | None, float]:
    """The rules, and how long they hold: RFC 9309, 2.3.1: none is no rules, a server that cannot say forbids all."""
    match outcome:
        case Fetched(body=body):
            return body.decode("utf-8-sig", "replace"), GOOD_FOR
        case Failed(status=int(status)) if 400 <= status < 500 and status != 429:  # which asks us to leave it alone
            return ALLOW_ALL, GOOD_FOR
        case Failed(reason="redirect"):
            return ALLOW_ALL, GOOD_FOR  # 2.3.1.2: more than five redirects may be taken for none
        case Failed(retry_after=timedelta() as wait):
            return None, min(wait.total_seconds(), UNREACHABLE_FOR)
        case _:
            return None, UNREACHABLE_FOR
