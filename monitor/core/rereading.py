"""When an article's page that could not be had is asked for again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from monitor.model import Entry, Failed, Item, Learnt

WAITS = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""From one attempt to the next. A page is often missing for the first minute (its feed is faster than its site's caches), a site
for an hour, or a night. Together they are 41 hours: what comes by then may still alert (`[alerts] max_age`: 48 h)."""
PARTIAL_AFTER = 1
"""Such attempts in vain, after which a page that is cut short is read as far as it came: its site says a wrong length."""
MAX_ERROR = 200
"""Characters kept of such an error."""
JITTER = 0.2
"""Each is up to a fifth longer, so that what failed together does not come back together."""


MISSED = 5
"""New articles in a row whose pages were not had, from which it is their site's way, and their feed's user is told."""


def pages_after(learnt: Learnt, pages: Iterable[str | None]) -> Learnt:
    """What is known after these new articles, the oldest first: "" for a page that was had, the error of one that was not,
    None where none was wanted."""
    missed, error = learnt.pages_missed, learnt.pages_error
    for page in pages:
        if page is not None:
            missed, error = (missed + 1, page[:MAX_ERROR]) if page else (0, "")
    if (missed, error) == (learnt.pages_missed, learnt.pages_error):
        return learnt
    return replace(learnt, pages_missed=missed, pages_error=error)


def comes_later(failed: Failed) -> timedelta | None:
    """How long at least until the page may be had; None: what it answers is its last word (a page too large), unless
    `may_be_a_wall`."""
    if failed.passes or failed.reason == "tls" or failed.status == 404:
        return failed.retry_after or timedelta()
    return None


def may_be_a_wall(failed: Failed) -> bool:
    """Whether a site that gives articles may give this one later: guards against bursts answer so (403, 406, a circle of
    redirects), sites that are being mended, and by a private address a hotel's name server does for all."""
    refuses = failed.reason == "status" and failed.status not in _LAST_WORDS
    return comes_later(failed) is None and (refuses or failed.reason in ("redirect", "refused"))


_LAST_WORDS = (401, 402, 410, 451)
"""What a site says of the one page, whatever it says of others."""


def first_wait(least: timedelta, at_least: timedelta) -> timedelta:
    """After the attempt that failed when the item was stored; `least`: how often its user lets a feed be asked."""
    return max(min(WAITS[0], least), at_least)


def wait(attempts: int, at_least: timedelta, jitter: float) -> timedelta | None:
    """After so many attempts, from 1, until the next; None: no more. `jitter`: a uniform draw from 0 to 1."""
    if attempts > len(WAITS):
        return None
    return max(WAITS[attempts - 1], at_least) * (1 + JITTER * jitter)


def comes_round(seen: datetime, last: datetime | None, now: datetime) -> bool:
    """Whether the page of an article that its feed touches at every poll is to be read again: when it has come, since `last`, to
    be one hour old, two, four, eight …"""
    return last is None or _doublings(now - seen) != _doublings(last - seen)


def _doublings(age: timedelta) -> int:
    return max(0, int(age / timedelta(hours=1))).bit_length()


def entry_of(item: Item) -> Entry:
    """A stored item as its feed brought it, as far as its page is read with it."""
    own = "".join(f"<p>{escape(line)}</p>" for line in item.text.split("\n"))
    return Entry(None, item.url, item.title, summary=own, authors=item.authors, published_at=item.published_at)
