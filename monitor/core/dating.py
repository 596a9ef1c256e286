"""Whether a feed's dates say when its entries came: some are of the event that is told, of a wrong year, or one for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.gaps import Window
from monitor.core.plan import Fresh, Planned
from monitor.model import Entry, FeedState

MONTH = timedelta(days=30)
"""No draft waits so long, and nobody who publishes days late, as some do what others pay for, does so by so much."""
BACKDATED = timedelta(days=1)
"""Drafts are dated hours before they are published, seldom a day."""
EVIDENCE = 3
"""Polls in a row, all of whose news bore such dates."""


def late_polls(before: FeedState, fresh: Sequence[Entry]) -> int:
    """How many polls in a row by now brought news (`on_top`, `is_handful`) that was all late; `before`: the feed's state before
    this one."""
    dates = [entry.published_at for entry in fresh if entry.published_at]
    if not dates:
        return before.learnt.late_polls
    return before.learnt.late_polls + 1 if all(_is_late(date, before) for date in dates) else 0


def _is_late(date: datetime, before: FeedState) -> bool:
    """Whether an entry that the poll before had not shown cannot have come when it says: that was long before, or is what all
    say."""
    since = before.last_success_at
    if since is None:
        return False
    return date < since - MONTH or (date == before.learnt.newest and date < since - BACKDATED)


def are_late(polls: int) -> bool:
    """Whether so many polls say that the feed's dates are none of when its entries came."""
    return polls >= EVIDENCE


def undated(work: Sequence[Planned], before: FeedState) -> list[Planned]:
    """The work of a document's news (`on_top`, `is_handful`), which bears no date where the feed's are late: then its page's
    own counts, or the time at which it was seen."""
    if not are_late(before.learnt.late_polls):
        return list(work)
    return [
        _without_date(one)
        if isinstance(one, Fresh) and one.published_at and _is_late(one.published_at, before)
        else one
        for one in work
    ]


def _without_date(one: Fresh) -> Fresh:
    reading = one.reading and replace(one.reading, published_at=None)
    return replace(one, entry=replace(one.entry, published_at=None), reading=reading)


def on_top(window: Window) -> bool:
    """Whether all that is new stands above what is known, but for a few that are pinned, and is a handful. What stands among
    known entries is an older one that a search ranks anew, and says nothing."""
    if not is_handful(window.fresh, window.size):
        return False
    pinned = window.seen.index(False)
    return pinned <= window.most_pinned and all(window.seen[pinned + window.fresh :])


def is_handful(fresh: int, size: int) -> bool:
    """Whether so many new entries are half of a document at most: a site that moves shows its archive as new."""
    return 0 < fresh <= size / 2
