"""How fast a feed's document has been seen to fill: its bursts, which its calm hours do not tell of.

A feed of a league is silent all week, and on Saturday at ten its fifteen entries are others within two hours. Whoever polls by
the week's silence comes too late; the document itself, whose entries bear dates, says on any day how fast it was last Saturday.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.core.rhythm import REMEMBERED
from monitor.model import Burst

THIRD = 3
"""A burst is a third of a document's entries: fewer come together by chance, and more seldom stand in one document."""
FEW = 3
"""Entries after the first that a burst has at least: two posts of one morning are none."""


def shortest_burst(dates: Sequence[datetime | None], now: datetime, least: timedelta) -> Burst | None:
    """The shortest burst among a document's entries, by their dates.

    None shorter than `least`, the shortest interval: what appears in one moment is seen at the next poll or never,
    and many a publisher dates everything by its last build.
    """
    size = max(FEW, -(-len(dates) // THIRD))
    lately = sorted(date for date in dates if date and now - REMEMBERED <= date <= now)
    bursts = (Burst(end - begin, end) for begin, end in zip(lately, lately[size:], strict=False))
    return min((burst for burst in bursts if burst.within >= least), default=None)


def kept_burst(known: Burst | None, seen: Burst | None, now: datetime) -> Burst | None:
    """What is to be reckoned with, after a document that shows `seen`.

    For as long as the rhythm is: a blog whose author moved it within an hour, years ago, is asked no more often for that.
    """
    if known is None or now - known.at > REMEMBERED:
        return seen
    return seen if seen is not None and seen.within <= known.within else known
