"""A feed's rhythm: in which hours of the week it brings something new, learnt from its own past.

168 counts, one for each hour of the week in UTC, say in how many weeks that hour brought news. The chance of an hour is
its count over the times it passed, blended with that of the same hour on other days while little has been seen (one
pseudo-observation, as in Laplace's rule of succession).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Learnt

HOUR = timedelta(hours=1)
WEEK = 168
REMEMBERED = timedelta(weeks=8)
"""After that what was counted is halved: habits change."""
ENOUGH = 12
"""Hours with news from which a feed is polled less in the others, and may be called frozen."""
LEARNING = timedelta(days=7)
"""Until a whole week was seen, weekends are unknown, and only a long silence counts."""
FROZEN = 12.0
"""Hours with news that should have come since the last: chance alone makes such a silence once in 160,000 (e^12)."""
FROZEN_EARLY = 36.0
"""The same during the first week: more than the active hours of an office's weekend."""
LONGER = 1.5
"""A silence counts only when it is so many times longer than the longest one known."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_THURSDAY = 3 * 24
"""The epoch's hour of the week."""


def hour_number(moment: datetime) -> int:
    """Hours since 1970."""
    return (moment - _EPOCH) // HOUR


def slot(hour: int) -> int:
    """The hour of the week (0 is Monday, 00 UTC) of an hour since 1970."""
    return (hour + _THURSDAY) % WEEK


def learn(rhythm: bytes, since: datetime, arrivals: list[datetime], last: datetime | None) -> tuple[bytes, datetime]:
    """Count the hours that brought news: `arrivals` of one poll, `last` the newest before. Each hour counts once.

    Returns the counts and since when they count.
    """
    counts = bytearray(rhythm or bytes(WEEK))
    after = hour_number(last) if last else -1
    for hour in {hour_number(arrival) for arrival in arrivals}:
        if hour > after:
            place = slot(hour)
            counts[place] = min(counts[place] + 1, 255)
    newest = max(arrivals, default=since)
    if newest - since > REMEMBERED:
        return bytes(count // 2 for count in counts), newest - (newest - since) / 2
    return bytes(counts), since


class Rhythm:
    """What was learnt until `now`, to ask. `enough` tells whether that is much (`ENOUGH`).

    Chances are computed when they are asked for: a poll asks for few of the 168.
    """

    __slots__ = ("_chances", "_counts", "_first", "_hours", "enough")

    def __init__(self, learnt: Learnt, now: datetime) -> None:
        self._counts = learnt.rhythm or bytes(WEEK)
        self._first = hour_number(learnt.rhythm_since or now)
        self._hours = max(0, hour_number(now) - self._first)
        self._chances: dict[int, float] = {}
        self.enough = sum(self._counts) >= ENOUGH

    def chance(self, moment: datetime) -> float:
        """That the hour of this moment brings something new."""
        return self._chance(slot(hour_number(moment)))

    def _chance(self, place: int) -> float:
        found = self._chances.get(place)
        if found is None:
            same_hour = range(place % 24, WEEK, 24)
            usual = sum(self._counts[place % 24 :: 24]) / max(1, sum(map(self._passed, same_hour)))
            found = min(1.0, (self._counts[place] + usual) / (self._passed(place) + 1))
            self._chances[place] = found
        return found

    def _passed(self, place: int) -> int:
        """How often that hour of the week has passed since it is counted."""
        weeks, rest = divmod(self._hours, WEEK)
        return weeks + ((place - slot(self._first)) % WEEK < rest)

    def expected(self, since: datetime, until: datetime) -> float:
        """Hours with news that should lie between two moments."""
        first, last = hour_number(since) + 1, hour_number(until)
        weeks, rest = divmod(max(0, last - first), WEEK)
        total = weeks * sum(map(self._chance, range(WEEK))) if weeks else 0.0
        return total + sum(self._chance(slot(hour)) for hour in range(first, first + rest))

    def until_news(self, now: datetime, wanted: float = 1.0) -> timedelta | None:
        """How long until so many hours with news should have come; None: not within a week."""
        passed = 0.0
        hour = hour_number(now)
        for ahead in range(WEEK):
            passed += self._chance(slot(hour + ahead))
            if passed >= wanted:
                return max(_EPOCH + (hour + ahead) * HOUR - now, timedelta())
        return None


def frozen_since(learnt: Learnt, last_new: datetime | None, now: datetime) -> datetime | None:
    """Since when a feed brings nothing, against its rhythm; None while it is well or too little is known."""
    if last_new is None or not learnt.rhythm or now - last_new < FROZEN * HOUR:
        return None
    # The silence itself must not teach: the rhythm is asked as it was when the last entry came.
    rhythm = Rhythm(learnt, last_new)
    if not rhythm.enough or now - last_new < LONGER * (learnt.longest_silence or timedelta()):
        return None
    observed = last_new - (learnt.rhythm_since or last_new)
    needed = FROZEN if observed >= LEARNING else FROZEN_EARLY
    return last_new if rhythm.expected(last_new, now) >= needed else None
