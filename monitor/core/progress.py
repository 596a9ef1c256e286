"""A feed's state after a poll, whatever became of it: what is learnt of the feed, and when it is polled next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.burst import kept_burst, shortest_burst
from monitor.core.dating import is_handful, late_polls, on_top
from monitor.core.gaps import Continuity, Window, rolled_in, rolls_in, usual_overlap, usual_span
from monitor.core.rhythm import Rhythm, frozen_since, learn
from monitor.core.sameness import EVIDENCE
from monitor.core.schedule import Hints, Seen, backoff, interval_after, next_poll, shortest
from monitor.model import Entry, Feed, FeedState, IdentityCounts, Learnt, ParsedFeed, PollPolicy

DAY = timedelta(days=1)
GONE = (404, 410)
MANY = 20
"""Entries from which the dates of a single document tell how fast it rolls: fewer may be a site's last few notices, and what
many programs keep of a feed that is hardly ever asked for is ten."""
FILLING = timedelta(days=1)
"""So long after a gap showed, the archive is asked for what stood in it: a page that fails for a day is given up, and one
without an end is not read for ever. At `min` of five minutes and ten pages a poll that is 2,880 pages."""


@dataclass(frozen=True, slots=True)
class Look:
    """A document as a poll saw it: its entries, which of them were known, whether it follows on from the last one."""

    parsed: ParsedFeed
    """Without its entries."""
    dates: tuple[datetime | None, ...]
    """Of all its entries."""
    window: Window
    fresh: tuple[Entry, ...]
    continuity: Continuity
    identity: IdentityCounts
    """What was counted of its entries' guids and URLs, with those before."""
    judged: bool = True
    """It showed the feed's window, as far as can be told."""
    filled: bool = False
    """The gap before it, or one before that, was filled from the feed's archive."""
    older: str | None = None
    """The page of the archive from which the filling goes on."""
    older_failed: int = 0
    """How often in a row that has failed by now."""
    barren: bool = False
    """The site was asked for what the gap swallowed, and had nothing."""

    def with_renamed(self, count: int) -> Look:
        """With so many entries that turned out to be known ones under other names. A few may have been published again, and a
        first document shows some twice."""
        if count < EVIDENCE or self.continuity == "first":
            return self
        return replace(self, identity=replace(self.identity, renamed=self.identity.renamed + count))

    def with_portion(self, other: Look) -> Look:
        """With what a further portion of the same document says: its first one shows the feed's window."""
        first, more = self.parsed, other.parsed
        problem = (
            first.problem if first.problem == more.problem else "; ".join(filter(None, (first.problem, more.problem)))
        )
        parsed = replace(first, complete=first.complete and more.complete, problem=problem or None, left=more.left)
        window = self.window if self.window.fresh else other.window
        return replace(self, parsed=parsed, window=window, fresh=self.fresh + other.fresh)


@dataclass(frozen=True, slots=True)
class Moment:
    """One feed's poll that ends now, under this policy; `jitter` is a uniform draw from 0 to 1."""

    feed: Feed
    policy: PollPolicy
    now: datetime
    jitter: float

    def succeeded(
        self,
        state: FeedState,
        max_age: timedelta | None,
        look: Look | None,
        problem: str | None = None,
        *,
        whole: bool = True,
    ) -> FeedState:
        """After an answer that could be read, or that nothing has changed (`look` is None; `whole`: by the same bytes)."""
        news = bool(look and look.fresh)
        learnt = self._learnt(state, look)
        gap = state.gap
        if look is not None and (look.window.fresh or look.filled or state.learnt.older):
            gap = (look.continuity == "gap" and not look.filled) or learnt.older is not None
        if whole or learnt.failing_since is not None:  # most polls change nothing of it
            learnt = replace(learnt, failing_since=None, whole_at=self.now if whole else learnt.whole_at)
        last_new_at = self.now if news else state.last_new_at
        # A document that stands still since has lost nothing more, and a gap that was filled is none.
        goes_on = learnt.older is not None and not learnt.older_failed
        haste = gap and (goes_on or (look is not None and look.continuity == "gap"))
        interval = interval_after(self.feed, self.policy, state.interval, self._seen(learnt, look, last_new_at, haste))
        wishes = Hints(learnt.ttl, max_age, None, learnt.skip_hours, learnt.skip_days) if not haste else Hints()
        span = self._span_that_counts(state, learnt, max(learnt.ttl or timedelta(), max_age or timedelta()))
        return replace(
            state,
            interval=interval,
            next_poll_at=next_poll(self.now, interval, wishes, self.policy, self.jitter, span),
            last_poll_at=self.now,
            last_success_at=self.now,
            last_new_at=last_new_at,
            first_polled_at=state.first_polled_at or self.now,
            polls=state.polls + 1,
            failures=0,
            last_error=problem,
            gap=gap,
            frozen_since=None if news else frozen_since(learnt, last_new_at, self.now),
            learnt=learnt,
        )

    def pushed(self, state: FeedState, look: Look) -> FeedState:
        """After a hub brought entries: they are news, and say nothing of the document, which is polled as before."""
        if not look.fresh:
            return state
        learnt = self._rhythm(state, state.learnt, look.fresh)
        if is_handful(len(look.fresh), learnt.size):
            learnt = replace(learnt, late_polls=late_polls(state, look.fresh))
        return replace(state, last_new_at=self.now, frozen_since=None, learnt=replace(learnt, identity=look.identity))

    def failed(
        self,
        state: FeedState,
        error: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> FeedState:
        """After no usable answer: it backs off, and is never given up."""
        failures = state.failures + 1
        since = state.learnt.failing_since or self.now
        pause = backoff(
            self.feed,
            self.policy,
            failures,
            gone=status in GONE,
            span=self._span_by_now(state, state.learnt),
            failing_for=self.now - since,
            unseen_for=self.now - (state.last_success_at or self.now),
        )
        return replace(
            state,
            last_poll_at=self.now,
            next_poll_at=next_poll(self.now, pause, Hints(retry_after=retry_after), self.policy, self.jitter),
            polls=state.polls + 1,
            failures=failures,
            last_error=error,
            learnt=replace(state.learnt, failing_since=since),
        )

    def _span_that_counts(self, state: FeedState, learnt: Learnt, wish: timedelta) -> timedelta | None:
        """How long entries stand in the document, as far as that limits what its publisher asks for: where it was seen to roll.

        The dates of a single document count where they are many, and against a wish by which half of it would be another: a
        day of work has twice a Sunday's news.
        """
        rolled = learnt.overlap is not None or learnt.gaps > 0
        if learnt.span is None or not (rolled or (learnt.size >= MANY and wish > learnt.span / 2)):
            return None
        return self._span_by_now(state, learnt)

    def _span_by_now(self, state: FeedState, learnt: Learnt) -> timedelta | None:
        """How long entries stand in the document; half of it on the first day, whose morning may be four times its night."""
        known = state.first_polled_at is not None and self.now - state.first_polled_at >= DAY
        return learnt.span if known or learnt.span is None else learnt.span / 2

    def _seen(self, learnt: Learnt, look: Look | None, last_new_at: datetime | None, gap: bool) -> Seen:
        rhythm = Rhythm(learnt, self.now) if learnt.rhythm else None
        first = look is not None and look.continuity == "first"
        # From the first hour with news on, for it costs one poll: some bring more in one hour of each day than they show at once.
        ahead = rhythm.until_news(self.now) if rhythm else None
        return Seen(
            new=look.window.fresh if look and not first else 0,
            share=1 - look.window.overlap if look and not first else 0.0,
            silent_for=self.now - last_new_at if last_new_at else None,
            span=learnt.span,
            ahead=ahead,
            quiet=ahead if rhythm and rhythm.enough else None,
            gap=gap,
            burst=learnt.fastest and learnt.fastest.within,
        )

    def _learnt(self, state: FeedState, look: Look | None) -> Learnt:
        learnt = state.learnt
        if look is None:
            return learnt
        parsed, window = look.parsed, look.window
        learnt = replace(
            learnt, ttl=parsed.ttl, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days, identity=look.identity
        )
        if look.judged:
            passed = self.now - (learnt.whole_at or self.now)
            learnt, rolls = self._rolls(state, learnt, look)
            span = usual_span(learnt.span, look.dates, self.now, passed, rolls)
            seen = shortest_burst(look.dates, self.now, shortest(self.feed, self.policy))
            fastest = kept_burst(learnt.fastest, seen, self.now)
            learnt = replace(learnt, size=window.size, span=span, fastest=fastest, hub=parsed.hub, topic=parsed.itself)
        learnt = self._gaps(state, learnt, look)
        if look.continuity == "contiguous" and look.fresh:
            learnt = replace(learnt, overlap=round(usual_overlap(learnt.overlap, window), 3))
            if on_top(window):
                learnt = replace(learnt, late_polls=late_polls(state, look.fresh))
        if look.continuity == "first":
            return replace(learnt, rhythm_since=self.now)
        return self._rhythm(state, learnt, look.fresh) if look.fresh else learnt

    def _rolls(self, state: FeedState, learnt: Learnt, look: Look) -> tuple[Learnt, timedelta | None]:
        """At the pace of what came since the poll before, or by and by: polled twice in a minute, by hand, it came no faster."""
        window, since = look.window, state.last_success_at
        if since is None or not window.fresh:
            return learnt, None
        at_once = rolls_in(window, max(self.now - since, self.policy.min))
        if state.last_error or not look.parsed.complete:  # what a document had left over did not come just now
            return learnt, at_once
        begun, came = learnt.came_since or since, learnt.came + window.fresh
        rolls = rolled_in(window.size, came, max(self.now - begun, self.policy.min))
        return replace(learnt, came=0 if rolls else came, came_since=self.now if rolls else begun), at_once or rolls

    def _gaps(self, state: FeedState, learnt: Learnt, look: Look) -> Learnt:
        """The gap that it shows, or that was filled before it; another while one is being filled makes one of both."""
        if look.continuity == "gap":
            barren = learnt.barren + 1 if look.barren else 0 if look.filled or look.older else learnt.barren
            learnt = replace(learnt, gaps=learnt.gaps + 1, barren=barren)
            # One not filled is told of before one that is.
            if not look.filled or learnt.gap_filled or learnt.gap_at is None or learnt.older:
                since = learnt.gap_from if learnt.older else state.last_success_at
                learnt = replace(learnt, gap_at=self.now, gap_from=since, gap_filled=look.filled)
        elif look.filled:
            learnt = replace(learnt, gap_filled=True)
        lasts = learnt.gap_at is not None and self.now - learnt.gap_at < FILLING
        older, failed = (look.older, look.older_failed) if lasts else (None, 0)
        if older is None and look.judged:
            dates = [min(date, self.now) for date in look.dates if date]
            learnt = replace(learnt, newest=max(dates, default=None))
        if (older, failed) == (learnt.older, learnt.older_failed):
            return learnt
        return replace(learnt, older=older, older_failed=failed)

    def _rhythm(self, state: FeedState, learnt: Learnt, fresh: Sequence[Entry]) -> Learnt:
        """Entries count for the hour they were published in, as far as that lies between this poll and the last news."""
        after = state.last_new_at or learnt.rhythm_since or self.now
        dates = [entry.published_at or self.now for entry in fresh]
        arrivals = [date if after < date < self.now else self.now for date in dates]
        silence = min(arrivals) - after
        if frozen_since(learnt, state.last_new_at, self.now):
            silence /= 2  # an outage is no habit
        counts, since = learn(learnt.rhythm, learnt.rhythm_since or after, arrivals, state.last_new_at)
        longest = max(silence, learnt.longest_silence or timedelta())
        return replace(learnt, rhythm=counts, rhythm_since=since, longest_silence=longest)
