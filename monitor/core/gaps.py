"""Whether a document follows on from the one before, or entries may have been dropped between the two.

A feed shows a window of its newest entries. When the window of this poll shares nothing with what was known, all that
stood in the window before has rolled out of it, and maybe more that no poll saw. Entries that a publisher pins above
the others stay in every window and prove nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

SMALL = 3
"""A window of fewer entries than this proves nothing by sharing none, unless it usually does share."""
NEARLY = 0.7
"""Of the entries of the document before: fewer, in one that could not be read whole, are a part of it."""
PINNED = 0.2
"""Of a document's entries at most this part (or two) is taken for pinned; more are simply an unsorted feed."""
USUAL = 0.3
"""Overlap from which even a small window is expected to share an entry."""
PACE = 0.2
"""Of a document without dates, the part that must be new at one poll to say how fast it rolls."""
LEARN = 0.25
"""Weight of the last document in what is usual."""

BARREN = 3
"""Gaps in a row of which the site has nothing to show, after which it is asked at every twelfth alone: a feed whose document
rolls over at each poll would cost it five requests instead of one."""
ASKED_EVERY = 12

GROWS_OVER = timedelta(days=3)
"""Time in which a longer span is learnt: several of a feed's busy hours lie in it, whatever its week is like."""

Continuity = Literal["first", "contiguous", "gap"]


@dataclass(frozen=True, slots=True)
class Window:
    """A document's entries, newest first: for each, whether this feed had shown it before."""

    seen: tuple[bool, ...]

    @property
    def size(self) -> int:
        return len(self.seen)

    @property
    def fresh(self) -> int:
        return self.seen.count(False)

    @property
    def overlap(self) -> float:
        """Share of entries seen before, 0 to 1; 1 for an empty document, which drops nothing."""
        return self.seen.count(True) / len(self.seen) if self.seen else 1.0

    @property
    def most_pinned(self) -> float:
        """Entries at its head, at most, that are taken for pinned."""
        return max(2, PINNED * self.size)


def window(dates: Sequence[datetime | None], seen: Sequence[bool]) -> Window:
    """The window of a document's entries, in the document's order; turned round when their dates say oldest first."""
    rising = sum(bool(a and b and a < b) for a, b in itertools.pairwise(dates))
    falling = sum(bool(a and b and a > b) for a, b in itertools.pairwise(dates))
    return Window(tuple(reversed(seen)) if rising > falling else tuple(seen))


def judgeable(now: Window, size_before: int, complete: bool) -> bool:
    """Whether a document says anything of the window: all of it could be read, or nearly as much as usual. Many a feed is
    ill-formed at every poll; one that was cut short is not judged."""
    return complete or (now.size >= SMALL and now.size >= NEARLY * size_before)


def continuity(now: Window, size_before: int | None, usual: float | None) -> Continuity:
    """Judge a document against what came before it.

    `size_before`: entries of the document before, None when there was none; `usual`: the share that usually is known.
    Contiguous: below the newest fresh entry stands one that is known, so nothing was dropped between them.
    """
    if size_before is None:
        return "first"
    if not now.fresh or not size_before:
        return "contiguous"
    newest_fresh = now.seen.index(False)
    if any(now.seen[newest_fresh:]) or newest_fresh > now.most_pinned:
        return "contiguous"
    if min(now.size, size_before) < SMALL and (usual or 0.0) < USUAL:
        return "contiguous"
    return "gap"


def worth_asking(gaps: int, barren: int) -> bool:
    """Whether to look for what a gap swallowed, after so many before it, the last `barren` of them in vain."""
    return barren < BARREN or gaps % ASKED_EVERY == 0


def worth_another_try(failed: int, passed: timedelta, least: timedelta) -> bool:
    """Whether to ask again for an older page or a sitemap that failed so often in a row, so long after the gap showed: after
    the `least` time between two polls, twice that, and so on."""
    return not failed or passed >= least * 2 ** min(failed - 1, 16)


def usual_overlap(usual: float | None, now: Window) -> float:
    """What is usual, after a contiguous document that brought something new."""
    return now.overlap if usual is None else (1 - LEARN) * usual + LEARN * now.overlap


def rolls_in(now: Window, during: timedelta) -> timedelta | None:
    """How long the document takes to roll over at the pace of what was new in it, which came `during` this time. None where
    that was too little to show a pace."""
    return rolled_in(now.size, now.fresh, during, PACE)


def rolled_in(size: int, came: int, during: timedelta, least: float = 0.5) -> timedelta | None:
    """The same, of entries that `came` by and by: twice the time in which half (`least`) of the document's `size` did."""
    return during * (size / came) if came > 1 and came >= least * size else None


def usual_span(
    span: timedelta | None,
    dates: Sequence[datetime | None],
    now: datetime,
    since: timedelta,
    rolls: timedelta | None = None,
) -> timedelta | None:
    """How long an entry stands in the document: twice the time from its newest to its median date, which neither a
    pinned entry nor one dated wrongly moves. Where there are no dates, or they are all of one moment (many a publisher dates
    everything by its last build): what was seen, `rolls_in`. None until either says.

    It shrinks at once and grows over days (`since`: the time from the document before): an outage that begins in the calm
    of the night must not be waited for as if the morning were as calm.
    """
    newest = sorted((min(date, now) for date in dates if date), reverse=True)
    stands = 2 * (newest[0] - newest[len(newest) // 2]) if len(newest) >= SMALL else None
    stands = stands or rolls
    if not stands:
        return span
    if span is None or stands <= span:
        return stands
    return span + (stands - span) * min(LEARN, since / GROWS_OVER)
