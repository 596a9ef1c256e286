"""What a publisher's answers are trusted for: whether validators hold, whether a move is for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.core.schedule import BURST_SHARE
from monitor.model import Feed, FeedState, Learnt

UNCONDITIONAL_EVERY = 12
"""Every so many polls the validators are left out: publishers' ETags lie (Media Cloud found so)."""
UNTOLD_SHARE = 0.5
"""For so much of the time that an entry stands in the document, "unchanged" is believed: a poll later it still stands."""
UNPROVEN_SHARE = 1 / 12
"""For less where news was never yet told of: a feed that is read since midnight may have lied all morning."""
UNPROVEN_MOST = timedelta(days=1)
"""And for no longer than this: of a blog with ten entries a month, the twelfth is two and a half."""
_LEAST = timedelta(hours=1)
"""But for an hour always: many a small feed gets its day's entries within minutes."""
DISTRUST = timedelta(days=30)
"""For so long the validators of a feed that lied are left out; then they are tried again."""
CUT_SHORT_AFTER = 2
"""Failures in a row, after which a document is read that is cut short: a server that always says a wrong length."""
MOVES = 3
"""Permanent redirects in a row, to one place, before it is believed: many are a passing mistake of a front server."""


Validators = tuple[str | None, str | None]
"""ETag and Last-Modified."""


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
    if span is None or whole_at is None:
        return True
    believed = span * UNTOLD_SHARE if _has_told(state) else _unproven(state.learnt, span)
    return now - whole_at < max(believed, _LEAST)


def _unproven(learnt: Learnt, span: timedelta) -> timedelta:
    """For how long "unchanged" is believed of a feed that was never seen to tell of news."""
    believed = min(span * UNPROVEN_SHARE, UNPROVEN_MOST)
    return believed if learnt.fastest is None else min(believed, learnt.fastest.within * BURST_SHARE)


def _has_told(state: FeedState) -> bool:
    """Whether the feed brought news since its first poll: had the validators held them back, they would be distrusted."""
    first, news = state.first_polled_at, state.last_new_at
    return first is not None and news is not None and news > first


def was_unchanged(state: FeedState) -> bool:
    """Whether the last answer was "unchanged" without a document."""
    whole_at = state.learnt.whole_at
    return whole_at is not None and state.last_success_at is not None and whole_at < state.last_success_at


class Doubt(NamedTuple):
    """A document that brought something new, asked for without the validators of the one before. `untold`: the last answer
    before it was "unchanged"."""

    url: str
    before: Validators
    after: Validators
    untold: bool

    @property
    def lies(self) -> bool:
        """Whether it bears the validators of the one before."""
        (etag, modified), (etag_before, modified_before) = self.after, self.before
        return etag == etag_before if etag or etag_before else bool(modified) and modified == modified_before

    @property
    def worth_asking(self) -> bool:
        """Whether to ask with the old ones once more, to see what they say now."""
        return self.untold and any(self.before)


def validators(headers: Mapping[str, str]) -> Validators:
    """An answer's."""
    return headers.get("etag"), headers.get("last-modified")


def takes_partial(state: FeedState) -> bool:
    """Whether to read what comes of a document that is cut short; before, it comes again, whole."""
    return state.learnt.cut_short or state.failures >= CUT_SHORT_AFTER


def address(feed: Feed, learnt: Learnt) -> str:
    """Where the feed is asked for."""
    return learnt.moved_to if learnt.moved_to and learnt.moved_times >= MOVES else feed.url


def after_answer(learnt: Learnt, feed: Feed, asked: str, permanent_url: str | None) -> Learnt:
    """Count a permanent redirect of the configured URL that led to the feed; any other answer of it ends the count.

    A move from https to http is never believed.
    """
    if asked != feed.url:
        return learnt
    if permanent_url is None or (asked.startswith("https:") and not permanent_url.startswith("https:")):
        return replace(learnt, moved_to=None, moved_times=0) if learnt.moved_to else learnt
    times = learnt.moved_times + 1 if permanent_url == learnt.moved_to else 1
    return replace(learnt, moved_to=permanent_url, moved_times=times)


def after_failure(learnt: Learnt, feed: Feed, asked: str) -> Learnt:
    """What was asked did not answer, or not with a feed. A learnt address gives way to the configured one, and that to it
    again, so that neither a site that moved back nor an old address that is no more loses the feed."""
    if asked != feed.url:
        return replace(learnt, moved_times=0)
    stood_aside = learnt.moved_to is not None and learnt.moved_times == 0
    return replace(learnt, moved_times=MOVES) if stood_aside else learnt
