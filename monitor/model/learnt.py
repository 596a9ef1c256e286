"""What a feed's own history has taught: everything here is learnt again when it is lost, or when the feed's URL changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class IdentityCounts:
    """What became of guids and URLs of entries seen again; halved together when they grow, so that the past fades."""

    guid_kept: int = 0
    guid_changed: int = 0
    guid_missing: int = 0
    url_kept: int = 0
    url_changed: int = 0
    url_missing: int = 0
    shared_guids: int = 0
    """Documents whose guids did not tell their entries apart; `own_guids` those whose did."""
    own_guids: int = 0
    again: int = 0
    """Entries seen again; `edited` of them were worded differently."""
    edited: int = 0
    guid_moved: int = 0
    """Entries known by title and date whose guid (`url_moved`: URL) had been another's."""
    url_moved: int = 0
    renamed: int = 0
    """Entries that nothing told from new ones but their words: copies of this feed's own items, under the same headline."""


class Part(NamedTuple):
    """One of the documents that a sitemap index is made of, as it was answered last. `name`: its bytes' `content_hash`."""

    url: str
    name: str
    etag: str | None = None
    last_modified: str | None = None
    untold: bool = False
    """That it is unchanged was all that the last answer said."""


class Burst(NamedTuple):
    """A third of a document came within this time, which ended then."""

    within: timedelta
    at: datetime


@dataclass(frozen=True, slots=True)
class Learnt:
    """Kept with the feed's state, as one JSON object that names only what is not the default."""

    size: int = 0
    """Entries of the last document that was read whole."""
    newest: datetime | None = None
    """The latest date in it; before a gap that is being filled, of the document before that."""
    overlap: float | None = None
    """Usual share, 0 to 1, of a changed document's entries that were known from before."""
    span: timedelta | None = None
    """How long an entry usually stands in the document: polled less often, entries are missed."""
    fastest: Burst | None = None
    """The shortest burst of late."""
    came: int = 0
    """Entries that are new since `came_since`, until they are half of the document."""
    came_since: datetime | None = None
    late_polls: int = 0
    """Polls in a row whose news was dated long before it came (`core.dating`)."""
    gaps: int = 0
    """How often a document shared no entry with the one before."""
    gap_at: datetime | None = None
    """When that was seen last; between `gap_from` and then entries may have been dropped."""
    gap_from: datetime | None = None
    gap_filled: bool = False
    """What stood between was found in the feed's archive or the site's news sitemap."""
    barren: int = 0
    """Gaps in a row of which the site had nothing to show."""
    older: str | None = None
    """The page of the archive that is asked for next to fill it, or ``sitemap`` for the site's news sitemap; None: nothing is
    left to be asked for."""
    older_failed: int = 0
    """How often in a row that was asked for in vain, and may be had later."""
    ttl: timedelta | None = None
    """The publisher's wishes, which an unchanged answer does not repeat: see `ParsedFeed`."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    whole_at: datetime | None = None
    """When the document itself was last answered, not "unchanged"."""
    parts: tuple[Part, ...] = ()
    """Of a sitemap index: what its body hash was made of."""
    lied_at: datetime | None = None
    """When the publisher's validators last said "unchanged" of what had changed."""
    moved_to: str | None = None
    """Where permanent redirects lead; used after three in a row."""
    moved_times: int = 0
    """Such redirects in a row; 0 beside an address: it failed after it had been believed, and the configured one is asked."""
    hub: str | None = None
    """A WebSub hub that pushes the feed's changes, and the topic it knows the feed by."""
    topic: str | None = None
    cut_short: bool = False
    """The last document that was read was not whole, by its transfer."""
    failing_since: datetime | None = None
    """The first failure in a row; None after a success."""
    rhythm: bytes = b""
    """168 counts by hour of the week (0 is Monday, 00 UTC): in how many weeks that hour brought something new."""
    rhythm_since: datetime | None = None
    longest_silence: timedelta | None = None
    """Between two polls that brought something new."""
    identity: IdentityCounts = IdentityCounts()
    pages_missed: int = 0
    """New articles in a row whose page was wanted and could not be had, and why the last of them was not."""
    pages_error: str = ""


NOTHING_LEARNT = Learnt()
