"""At what pace a site lets itself be asked, learnt from where it says "too many requests" (429, RFC 6585).

A site with many feeds (a forum's boards, a platform's channels) allows so many requests a minute and refuses the rest. Who
goes on at `host_delay` has every other request refused, and the feeds that were refused fall behind. Here each refusal tells
how far apart requests must be, each answer that they may be a little closer (additive increase, multiplicative decrease
turned round: what is kept is the time between, after Chiu and Jain 1989); and who has to wait is given a place in line, so
that all the site's feeds have their turn.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

SLOWER = 1.25
"""Times as far apart at least, where the site says when it may be asked again: from that the pace is reckoned."""
MUCH_SLOWER = 2.0
"""The same where it does not say."""
FIRST = 1.0
"""Seconds that are taken to have lain between requests that were not held apart at all."""
CLOSER = 0.99
"""Times as far apart after each answer: a site at its limit is asked twenty times for each that it refuses."""
SEVERAL = 3
"""URLs that were refused when they were asked for last, from which it is the pace: one and another may be blocked by
themselves."""
REMEMBERED = 1_000
"""Such URLs, at most: pages that were given up are never asked for again."""
IDLE = 60.0
"""Seconds, and twice what lies between two requests: after such a pause what came before it says nothing of a pace."""
GRACE = 60.0
"""Seconds, and a quarter of the time that was to be waited, after which a place is given up by who did not come: pages are asked
for again up to a fifth later than they might."""


class Place(NamedTuple):
    """A place in a site's line. `wait`: seconds until its turn; `taken`: they are to be waited now, else it is to ask again
    then."""

    wait: float
    taken: bool


class Pace:
    """One site's. All times are seconds of one steady clock; `name` is of what is asked for, its URL."""

    __slots__ = (
        "_answers",
        "_first",
        "_guess",
        "_last",
        "_latest",
        "_refused",
        "_refused_at",
        "_since",
        "_started",
        "apart",
    )

    def __init__(self) -> None:
        self.apart = 0.0
        """Seconds between two requests, as far as learnt; 0: nothing was learnt."""
        self._started = self._since = self._latest = self._refused_at = -inf
        self._answers = 0
        self._guess = 0.0
        self._refused: set[str] = set()
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def place(self, name: str, now: float, patience: float, *, behind: bool = False) -> Place:
        """When it may be asked: first come, first served. The place is taken by whose turn is next, within `patience` seconds,
        and kept for the others. `behind`: after all that are not, as pages after feeds, which they would push out of their
        turn."""
        if not self.apart:
            self._started = now
            return Place(0.0, taken=True)
        line = self._last if behind else self._first
        ahead = self._before(name, self._first, now)
        if behind:
            ahead += self._before(name, self._last, now)
        wait = max(0.0, self._started + self.apart - now) + ahead * self.apart
        if taken := not ahead and wait <= patience:
            line.pop(name, None)
            self._started = now + wait
        else:
            line[name] = now + wait + max(GRACE, wait / 4)
        return Place(wait, taken)

    def answered(self, name: str, now: float, least: float) -> None:
        """The site answered, and refused nothing; requests are `least` seconds apart anyhow."""
        self._refused.discard(name)
        if now - self._latest > max(IDLE, 2 * self.apart):
            self._since, self._answers = now, 0
        self._latest = now
        self._answers += 1
        if self.apart:
            self.apart *= CLOSER
            if self.apart <= max(least, FIRST):
                self.apart = 0.0
                for kept in (self._first, self._last, self._refused):
                    kept.clear()

    def refused(self, name: str, now: float, *, placed: float, wait: float | None, least: float, most: float) -> None:
        """The site refused what was `placed` then, and may be asked again after `wait`, where it says so. Requests are `least`
        seconds apart anyhow, and by what is learnt at most `most`. What is refused time and again says nothing of a pace, nor
        do requests that were on their way when another was refused."""
        if placed > self._refused_at:
            self._guess = self._reckoned(now, wait, least)
        if name not in self._refused:
            if len(self._refused) >= REMEMBERED:
                self._refused.clear()
            self._refused.add(name)
            if self.apart or len(self._refused) >= SEVERAL:
                self.apart = min(max(self.apart, self._guess), most)
        self._refused_at = now
        self._started = min(self._started, now)  # who has a place taken has it no more (`overtaken`)
        self._since = self._latest = -inf
        self._answers = 0
        for line in (self._first, self._last):
            line.update({waiting: until + (wait or 0.0) for waiting, until in line.items()})

    def overtaken(self, placed: float) -> bool:
        """Whether what was `placed` then is to ask for a place anew: another was refused since."""
        return bool(self.apart) and placed < self._refused_at

    def _reckoned(self, now: float, wait: float | None, least: float) -> float:
        apart = max(self.apart, least, FIRST)
        if wait is None or not self._answers:
            return apart * MUCH_SLOWER
        return max(apart * SLOWER, (now - self._since + wait) / self._answers)

    def _before(self, name: str, line: dict[str, float], now: float) -> int:
        """How many stand in line before it, without those who did not come, whose places are given up."""
        for late in [waiting for waiting, until in line.items() if until < now and waiting != name]:
            del line[late]
        return next((place for place, waiting in enumerate(line) if waiting == name), len(line))
