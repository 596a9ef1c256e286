"""At what pace a site lets itself be asked, learnt from where it says "too many requests" (429, RFC 6585).

A site with many feeds (a forum's boards, a platform's channels) allows so many requests a minute and refuses the rest. Who
goes on at `host_delay` has every other request refused, and the feeds that were refused fall behind. Here each refusal tells
how far apart requests must be, each answer that they may be a little closer, as senders in a network slow down at once and
speed up by and by; and who has to wait is given a place in line, so that all the site's feeds have their turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

SLOWER = 1.25
"""Times as far apart at least, where the site says when it may be asked again: from that the pace is reckoned."""
MUCH_SLOWER = 2.0
"""The same where it does not say."""
AT_ONCE = 4.0
"""Times as far apart at most after one refusal: a wish for an hour's rest may be of that hour, and would else slow a site with a
hundred feeds for a day."""
BLIND = 8.0
"""Seconds apart at most, where the site has answered nothing since it refused the one before."""
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
LATE = 5.0
"""Seconds after its turn from which nobody waits for who has not come; it is next when it does."""
GRACE = 60.0
"""Seconds, and a quarter of the time that was to be waited, after which its place is given up: pages are asked for again up to a
fifth later than they might."""
FEEDS_TO_A_PAGE = 2
"""Turns of feeds for one of a page, where both wait: a feed that is not polled loses entries, an article that is not read
its text."""


class Place(NamedTuple):
    """A place in a site's line. `wait`: seconds until its turn; `taken`: they are to be waited now, else it is to ask again
    then."""

    wait: float
    taken: bool


class _Waiting(NamedTuple):
    """Of one in line: when it is to come, and until when its place is kept."""

    at: float
    until: float


class Pace:
    """One site's. All times are seconds of one steady clock; `name` is of what is asked for, its URL."""

    __slots__ = (
        "_answers", "_feeds", "_feeds_since", "_guess", "_latest", "_pages", "_refused", "_refused_at", "_since", "_started",
        "apart",
    )  # fmt: skip

    def __init__(self) -> None:
        self.apart = 0.0
        """Seconds between two requests, as far as learnt; 0: nothing was learnt."""
        self._started = self._since = self._latest = self._refused_at = -inf
        self._answers = 0
        self._guess = 0.0
        self._refused: set[str] = set()
        self._feeds: dict[str, _Waiting] = {}
        self._pages: dict[str, _Waiting] = {}
        self._feeds_since = 0  # the last page's turn, up to FEEDS_TO_A_PAGE

    def place(self, name: str, now: float, patience: float, *, page: bool = False) -> Place:
        """When it may be asked: first come, first served, feeds and pages in two lines that take turns. The place is taken by
        whose turn is next, within `patience` seconds, and kept for the others."""
        if not self.apart:
            self._started = now
            return Place(0.0, taken=True)
        at, mine = max(now, self._started + self.apart), True
        for other in self._before(name, now, page=page):
            if other.at < at + self.apart / 2:  # else it waits little longer, and nobody asks meanwhile
                at, mine = max(at, other.at) + self.apart, False
        line = self._pages if page else self._feeds
        if taken := mine and at - now <= patience:
            line.pop(name, None)
            self._started = at
            self._feeds_since = 0 if page else min(self._feeds_since + 1, FEEDS_TO_A_PAGE)
        else:
            line[name] = _Waiting(at, at + max(GRACE, (at - now) / 4))
        return Place(at - now, taken)

    def answered(self, name: str, now: float, least: float) -> None:
        """The site answered, and refused nothing; requests are `least` seconds apart anyhow."""
        self._refused.discard(name)
        if not self._answers or now - self._latest > max(IDLE, 2 * self.apart):
            self._since, self._answers = now, 0
        self._latest = now
        self._answers += 1
        if self.apart:
            self.apart *= CLOSER
            if self.apart <= max(least, FIRST):
                self.apart = 0.0
                for kept in (self._feeds, self._pages, self._refused):
                    kept.clear()

    def refused(self, name: str, now: float, *, placed: float, wait: float | None, least: float, most: float) -> None:
        """The site refused what was `placed` then, and may be asked again after `wait`, where it says so. Requests are `least`
        seconds apart anyhow, and by what is learnt at most `most`. What is refused time and again says nothing of a pace, nor
        do requests that were on their way when another was refused."""
        if placed > self._refused_at:
            self._guess = self._reckoned(now, wait, least)
        told = self._answers > 0 or name not in self._refused
        if len(self._refused) >= REMEMBERED:
            self._refused.clear()
        self._refused.add(name)
        if told and (self.apart or len(self._refused) >= SEVERAL):
            self.apart = min(max(self.apart, self._guess), most)
        self._refused_at = now
        self._started = min(self._started, now)  # who has a place taken has it no more (`overtaken`)
        self._answers = 0
        if wait:
            for line in (self._feeds, self._pages):
                line.update({other: _Waiting(at + wait, until + wait) for other, (at, until) in line.items()})

    def overtaken(self, placed: float) -> bool:
        """Whether what was `placed` then is to ask for a place anew: another was refused since."""
        return bool(self.apart) and placed < self._refused_at

    def _reckoned(self, now: float, wait: float | None, least: float) -> float:
        apart = max(self.apart, least, FIRST)
        if not self._answers:  # it may be that the site refuses all for an hour, whatever the pace
            return max(apart, min(apart * MUCH_SLOWER, BLIND))
        if wait is None:
            return apart * MUCH_SLOWER
        return max(apart * SLOWER, min((now - self._since + wait) / self._answers, apart * AT_ONCE))

    def _before(self, name: str, now: float, *, page: bool) -> Iterator[_Waiting]:
        """Who has a turn before it, in order."""
        feeds, pages = _in_line(self._feeds, name, now), _in_line(self._pages, name, now)
        mine = pages if page else feeds
        if all(other != name for other, _ in mine):
            mine.append((name, _Waiting(now, now)))
        since = self._feeds_since
        while feeds or pages:
            turn = pages if pages and (since >= FEEDS_TO_A_PAGE or not feeds) else feeds
            since = 0 if turn is pages else since + 1
            other, waiting = turn.popleft()
            if other == name:
                return
            yield waiting


def _in_line(line: dict[str, _Waiting], name: str, now: float) -> deque[tuple[str, _Waiting]]:
    """Who is waited for, in order; those who did not come for long are forgotten."""
    for gone in [other for other, waiting in line.items() if waiting.until < now and other != name]:
        del line[gone]
    return deque((other, waiting) for other, waiting in line.items() if waiting.at >= now - LATE or other == name)
