"""What a publisher's answers are trusted for: whether validators hold, whether a move is for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Feed, FeedState, Fetched, Learnt

UNCONDITIONAL_EVERY = 12
"""Every so many polls the validators are left out: publishers' ETags lie (Media Cloud found so)."""
UNTOLD_SHARE = 0.5
"""For so much of the time that an entry stands in the document, "unchanged" is believed: a poll later it still stands."""
_LEAST = timedelta(hours=1)
"""But for an hour always: many a small feed gets its day's entries within minutes."""
DISTRUST = timedelta(days=30)
"""For so long the validators of a feed that lied are left out; then they are tried again."""
MOVES = 3
"""Permanent redirects in a row, to one place, before it is believed: many are a passing mistake of a front server."""


def distrusted(state: FeedState, now: datetime) -> bool:
    """Whether the feed's validators are known to lie."""
    lied = state.learnt.lied_at
    return lied is not None and now - lied < DISTRUST


def conditional(state: FeedState, now: datetime) -> bool:
    """Whether to send the validators this time.

    Left out every so many polls, before an entry that was never told of could have come and gone, and while a gap is
    filled, for which the document is wanted.
    """
    if state.learnt.older or distrusted(state, now) or state.polls % UNCONDITIONAL_EVERY == UNCONDITIONAL_EVERY - 1:
        return False
    span, whole_at = state.learnt.span, state.learnt.whole_at
    return span is None or whole_at is None or now - whole_at < max(span * UNTOLD_SHARE, _LEAST)


def was_unchanged(state: FeedState) -> bool:
    """Whether the last answer was "unchanged" without a document."""
    whole_at = state.learnt.whole_at
    return whole_at is not None and state.last_success_at is not None and whole_at < state.last_success_at


def same_validators(state: FeedState, answer: Fetched) -> bool:
    """Whether an answer bears the validators of the one before: with other entries in it, they lie."""
    etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    return etag == state.etag if etag or state.etag else bool(modified) and modified == state.last_modified


def address(feed: Feed, learnt: Learnt) -> str:
    """Where the feed is asked for."""
    return learnt.moved_to if learnt.moved_to and learnt.moved_times >= MOVES else feed.url


def after_answer(learnt: Learnt, feed: Feed, asked: str, permanent_url: str | None) -> Learnt:
    """Count a permanent redirect of the configured URL; any other answer of it ends the count.

    A move from https to http is never believed.
    """
    if asked != feed.url:
        return learnt
    if permanent_url is None or (asked.startswith("https:") and not permanent_url.startswith("https:")):
        return replace(learnt, moved_to=None, moved_times=0) if learnt.moved_times else learnt
    times = learnt.moved_times + 1 if permanent_url == learnt.moved_to else 1
    return replace(learnt, moved_to=permanent_url, moved_times=times)


def after_failure(learnt: Learnt, feed: Feed, asked: str) -> Learnt:
    """A learnt address that fails is forgotten: the configured one is asked next."""
    return learnt if asked == feed.url else replace(learnt, moved_to=None, moved_times=0)
