"""What there is to say of one feed, in a line: for `monitor feeds` and `monitor status`."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.rereading import MISSED
from monitor.core.trust import MOVES, distrusted
from monitor.core.urls import kept_url, mask_url
from monitor.model import Feed, FeedState

GAP_SHOWN = timedelta(days=1)
"""For so long an unfilled gap is told of, though later polls followed on: its entries are missing still."""


_LETS = ("robots.txt does not allow", "401", "402", "403", "406")
"""What another name, a cookie, or the site's own word lets pass."""


def moved(feed: Feed, state: FeedState) -> bool:
    """Whether the feed is asked for at another address than the configured one."""
    return state.url == kept_url(feed.url, secret=feed.secret) and state.learnt.moved_times >= MOVES


def gap_remark(state: FeedState, now: datetime) -> str | None:
    """Entries may have been dropped, now or within a day."""
    learnt = state.learnt
    if learnt.gap_at is None or learnt.gap_filled:
        return None
    if not state.gap and now - learnt.gap_at > GAP_SHOWN:
        return None
    since = f"{learnt.gap_from:%Y-%m-%d %H:%M} and " if learnt.gap_from else ""
    return f"gap: entries between {since}{learnt.gap_at:%Y-%m-%d %H:%M} UTC may have been dropped"


def frozen_remark(state: FeedState) -> str | None:
    """Nothing new for longer than the feed's rhythm explains, though it answers."""
    since = state.frozen_since if not state.failures else None
    return f"frozen: nothing new since {since:%Y-%m-%d %H:%M} UTC, against its rhythm" if since else None


def pages_remark(state: FeedState) -> str | None:
    """Its articles are matched by what the feed says of them alone."""
    learnt = state.learnt
    if learnt.pages_missed < MISSED:
        return None
    may = "; [sites] may let them be" if any(sign in learnt.pages_error for sign in _LETS) else ""
    return f"articles are not read in full, the last {learnt.pages_missed} of them: {learnt.pages_error}{may}"


def remark(feed: Feed, state: FeedState, now: datetime) -> str:
    """All of it, the most urgent first."""
    told = [
        state.last_error,
        frozen_remark(state),
        gap_remark(state, now),
        pages_remark(state),
        f"moved to {mask_url(state.learnt.moved_to or '')}: change its url" if moved(feed, state) else None,
        "its validators lied: polled unconditionally" if distrusted(state, now) else None,
    ]
    return "; ".join(line for line in told if line)
