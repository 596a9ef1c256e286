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
REMEMBERED = 8
"""Weeks after which what was counted is halved: habits change."""
ENOUGH = 12
"""Hours with news from which the rhythm says anything."""
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
    if newest - since > REMEMBERED * WEEK * HOUR:
        return bytes(count // 2 for count in counts), newest - (newest - since) / 2
    return bytes(counts), since


class Rhythm:
    """What was learnt, to ask. `enough` is False until there is something to say."""

    __slots__ = ("_chances", "enough")

    def __init__(self, learnt: Learnt, now: datetime) -> None:
        counts = learnt.rhythm or bytes(WEEK)
        since = learnt.rhythm_since or now
        passed = _passed(since, now)
        of_day = [sum(counts[hour::24]) / max(1, sum(passed[hour::24])) for hour in range(24)]
        self._chances = [min(1.0, (counts[place] + of_day[place % 24]) / (passed[place] + 1)) for place in range(WEEK)]
        self.enough = sum(counts) >= ENOUGH

    def chance(self, moment: datetime) -> float:
        """That the hour of this moment brings something new."""
        return self._chances[slot(hour_number(moment))]

    def expected(self, since: datetime, until: datetime) -> float:
        """Hours with news that should lie between two moments."""
        first, last = hour_number(since) + 1, hour_number(until)
        weeks, rest = divmod(max(0, last - first), WEEK)
        total = weeks * sum(self._chances) if weeks else 0.0
        return total + sum(self._chances[slot(hour)] for hour in range(first, first + rest))

    def until_news(self, now: datetime, wanted: float = 1.0) -> timedelta | None:
        """How long until so many hours with news should have come; None: not within a week."""
        passed = 0.0
        hour = hour_number(now)
        for ahead in range(WEEK):
            passed += self._chances[slot(hour + ahead)]
            if passed >= wanted:
                return max(_EPOCH + (hour + ahead) * HOUR - now, timedelta())
        return None


def frozen_since(learnt: Learnt, last_new: datetime | None, now: datetime) -> datetime | None:
    """Since when a feed brings nothing, against its rhythm; None while it is well or too little is known."""
    if last_new is None or not learnt.rhythm:
        return None
    # The silence itself must not teach: the rhythm is asked as it was when the last entry came.
    rhythm = Rhythm(learnt, last_new)
    if not rhythm.enough or now - last_new < LONGER * (learnt.longest_silence or timedelta()):
        return None
    observed = last_new - (learnt.rhythm_since or last_new)
    needed = FROZEN if observed >= LEARNING else FROZEN_EARLY
    return last_new if rhythm.expected(last_new, now) >= needed else None


def _passed(since: datetime, now: datetime) -> list[int]:
    """How often each hour of the week lay between two moments."""
    first, hours = hour_number(since), hour_number(now) - hour_number(since)
    weeks, rest = divmod(hours, WEEK)
    passed = [weeks] * WEEK
    for hour in range(first, first + rest):
        passed[slot(hour)] += 1
    return passed
