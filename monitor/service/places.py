"""Who is polled now, where one site has many feeds: they take turns at that site's pace, and nobody else waits for them.

A thousand feeds of one video site at a second each would else hold every place for a quarter of an hour.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TypeVar

from monitor.model import LastPoll, PollPolicy

T = TypeVar("T")

LEAST = 8
"""Polls of one site at once, and four for each request that it may be asked at a time: some wait for their turn while
what others fetched is read and stored."""
IN_VAIN = 3
"""Failed polls in a row, more than a site's pace explains."""
_EVER = datetime.min.replace(tzinfo=UTC)


def of_one_site(policy: PollPolicy) -> int:
    """Polls of one site at once, at most: never more than half of all."""
    return max(1, min(max(LEAST, 4 * policy.per_host), policy.in_hand // 2))


def of_crowded_sites(policy: PollPolicy) -> int:
    """Polls of all sites together that have some standing aside: the other half is for who waits for nobody."""
    return max(1, policy.in_hand // 2)


class Places:
    """The polls in hand, by site, and those that stand aside until one of theirs ends, first come, first served."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._aside: dict[str, deque[str]] = {}
        self._waiting: set[str] = set()

    def __contains__(self, feed: str) -> bool:
        """Whether it stands aside."""
        return feed in self._waiting

    def take(self, feed: str, site: str, most: int) -> bool:
        """Begin this feed's poll; False: `most` of the site's are in hand, and it stands aside."""
        if self._held[site] >= most or site in self._aside:
            self._aside.setdefault(site, deque()).append(feed)
            self._waiting.add(feed)
            return False
        self._held[site] += 1
        return True

    def leave(self, site: str) -> None:
        """One of the site's polls ended."""
        self._held[site] -= 1
        if not self._held[site]:
            del self._held[site]

    def next(self, most: int, together: int) -> Iterator[tuple[str, str]]:
        """Feeds that stood aside and begin now, with their sites, which take turns: as many as are taken of these, at most
        `most` of each site and `together` of all that have some standing aside."""
        turns = deque(self._aside)
        held = sum(self._held[site] for site in turns)
        while turns and held < together:
            site = turns.popleft()
            if self._held[site] >= most:
                continue
            queue = self._aside.pop(site)
            feed = queue.popleft()
            self._waiting.discard(feed)
            self._held[site] += 1
            held += 1
            if queue:
                self._aside[site] = queue  # behind the others
                turns.append(site)
            yield feed, site


def longest_first(feeds: Iterable[str], last: Mapping[str, LastPoll]) -> list[str]:
    """The feeds in the order in which they have waited for an answer: their site may let few of them through each time, and not
    always the same. Who failed `IN_VAIN` times in a row goes by that at each such time alone, and else by when it was asked: it
    may be refused for itself."""

    def waits_since(feed: str) -> datetime:
        poll = last.get(feed)
        since = poll and (poll.at if poll.failures > IN_VAIN and poll.failures % IN_VAIN else poll.success)
        return since or _EVER

    return sorted(feeds, key=waits_since)


def by_turns(things: Iterable[T], site: Callable[[T], str]) -> list[T]:
    """One of each site, then the second of each, and so on; of one site, in their order."""
    sites: dict[str, list[T]] = {}
    for thing in things:
        sites.setdefault(site(thing), []).append(thing)
    rounds: list[list[T]] = []
    for of_site in sites.values():
        for number, thing in enumerate(of_site):
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(thing)
    return list(chain.from_iterable(rounds))
