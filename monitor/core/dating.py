"""Whether a feed's dates say when its entries came: some are of the event that is told, of a wrong year, or one for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.gaps import PINNED, Window
from monitor.core.plan import Fresh, Planned
from monitor.model import Entry

MONTH = timedelta(days=30)
"""No draft waits so long, and nobody who publishes days late, as some do what others pay for, does so by so much."""
BACKDATED = timedelta(days=1)
"""Drafts are dated hours before they are published, seldom a day."""
EVIDENCE = 3
"""Polls in a row, all of whose news bore such dates."""


def late_polls(
    before: int, window: Window, fresh: Sequence[Entry], since: datetime | None, newest: datetime | None
) -> int:
    """How many polls in a row by now brought news on top of their document, all of it dated long before the poll before
    (`since`), which had not shown it. `newest`: the latest date that was known then. What stands among known entries is an
    older one that a search ranks anew, and says nothing."""
    dates = [entry.published_at for entry in fresh if entry.published_at]
    if not dates or since is None or not on_top(window):
        return before
    return before + 1 if all(is_late(date, since, newest) for date in dates) else 0


def is_late(date: datetime, since: datetime, newest: datetime | None) -> bool:
    """Whether an entry that came after `since` cannot have come when it says: that was long before, or is what all say."""
    return date < since - MONTH or (date == newest and date < since - BACKDATED)


def are_late(polls: int) -> bool:
    """Whether so many polls say that the feed's dates are none of when its entries came."""
    return polls >= EVIDENCE


def undated(
    work: Sequence[Planned], polls: int, window: Window, since: datetime | None, newest: datetime | None
) -> list[Planned]:
    """The work of a document, whose news bears no date where the feed's are late: then its page's own counts, or the time at
    which it was seen."""
    if since is None or not are_late(polls) or not on_top(window):
        return list(work)
    return [
        _without_date(one)
        if isinstance(one, Fresh) and one.published_at and is_late(one.published_at, since, newest)
        else one
        for one in work
    ]


def _without_date(one: Fresh) -> Fresh:
    reading = one.reading and replace(one.reading, published_at=None)
    return replace(one, entry=replace(one.entry, published_at=None), reading=reading)


def on_top(window: Window) -> bool:
    """Whether all that is new stands above what is known, but for a few that are pinned, and is no more than half of it: a
    site that moves shows its archive as new."""
    if not window.fresh or window.overlap < 1 / 2:
        return False
    pinned = window.seen.index(False)
    return pinned <= max(2, PINNED * window.size) and all(window.seen[pinned + window.fresh :])
