"""The store: a transaction, its copy index, and the thread that writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from monitor.model import (
    Alert,
    AlertDraft,
    AlertState,
    CopyEvidence,
    Feed,
    FeedNumbers,
    FeedState,
    Item,
    ItemFilter,
    LastPoll,
    Latency,
    Notice,
    Outage,
    OwedPage,
    Reading,
    Sighting,
    Spread,
    Subscription,
)

T = TypeVar("T")


class Write(Protocol):
    """Runs a store's call on the thread that owns the store."""

    async def __call__(self, function: Callable[..., T], *args: object) -> T: ...


class CopyIndex(Protocol):
    """The window's index of texts.

    Always used inside the item's transaction, so two copies arriving together are one story.
    """

    def find(self, reading: Reading, since: datetime, *, exclude: str | None = None) -> CopyEvidence | None:
        """The stored original that already says this text, among items first seen after `since`; None: it is news."""
        ...

    @property
    def mistaken(self) -> Sequence[str]:
        """Items that the last `find` showed to be no copies: what each shares with the first of its story stands before other
        articles too."""
        ...

    def add(self, item: str, reading: Reading, seen_at: datetime) -> None:
        """Index an item, original or copy. Adding the same item again replaces what was there (a revision)."""
        ...

    def boilerplate(self, url: str | None) -> Mapping[int, int]:
        """What the newest stories of this URL's host share: paragraphs' keys (`core.boilerplate`) and how many stories have
        each, from `LEARNT_FROM` on. Looked up once a host and unit of work; empty without a URL."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Drop rows of items first seen before, the oldest first, at most so many; returns how many."""
        ...


class Transaction(Protocol):
    """One unit of work: everything in it is stored, or nothing is."""

    @property
    def copies(self) -> CopyIndex: ...

    def known(self, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
        """For each identity key seen before: the item's id and the entry's hash when last seen."""
        ...

    def item(self, item_id: str) -> Item | None: ...

    def story(self, story: str) -> list[Item]:
        """All items of a story, first seen first."""
        ...

    def met(self, story: str, *, besides: str) -> frozenset[str]:
        """The watchlists that a story's items matched, but for one item."""
        ...

    def add_item(self, item: Item, keys: Mapping[str, str], words: str | None = None) -> None:
        """Store a new item under its identity keys (key to entry hash). `words`: its `core.query.index_text`, where that is
        made already."""
        ...

    def revise_item(self, item: Item, seen_at: datetime | None) -> None:
        """Replace title, text and what follows from them; the old version is kept as a revision, unless `seen_at` is None:
        then it was no version of its publisher's. Its story may be another."""
        ...

    def split_item(self, item_id: str, followers: Mapping[str, CopyEvidence]) -> None:
        """Make an item the first of a story of its own, with its followers as copies; its own copies go along."""
        ...

    def retag_item(self, item: Item) -> None:
        """Replace feeds, tags and watchlists only."""
        ...

    def add_keys(self, item_id: str, keys: Mapping[str, str]) -> None: ...

    def add_sighting(self, item_id: str, sighting: Sighting) -> None: ...

    def add_alerts(
        self, item: Item, drafts: Sequence[AlertDraft], now: datetime, due: Callable[[str], tuple[AlertState, datetime]]
    ) -> int:
        """Write the alerts that do not exist yet (one per watchlist, channel and story); returns how many were new.

        `due` maps a channel's id to the first state and time of an alert there.
        """
        ...

    def alerts_about(self, story: str) -> list[Alert]:
        """The first alerts about a story, one a watchlist and channel."""
        ...

    def spread(self, story: str) -> Spread:
        """How far a story has come."""
        ...

    def owe_page(self, page: OwedPage, at: datetime) -> None:
        """Have an item's page asked for again then."""
        ...

    def settle_page(self, item: str) -> None:
        """It is not asked for again."""
        ...

    def save_feed(self, state: FeedState) -> None: ...

    def page_had(self, feed_id: str) -> None:
        """An article's page that had been missed was had: `Learnt.pages_missed` begins anew."""
        ...

    def keep_memory(self, feed_id: str, memory: bytes | None) -> None:
        """Keep what a document left for the next one's reading (`pipeline.documents`), in place of the former."""
        ...

    def hold_site(self, site: str, until: datetime) -> None:
        """Remember that a registrable domain asked to be left alone; the latest wish counts."""
        ...

    def begin_outage(self, outage: Outage) -> None:
        """Write down a trouble; one is open for a subject at a time."""
        ...

    def end_outage(self, outage_id: str, now: datetime) -> None: ...

    def tell(
        self,
        notice: Notice,
        channels: Sequence[str],
        now: datetime,
        due: Callable[[str], tuple[AlertState, datetime]],
    ) -> int:
        """Write a notice and its alerts, one a channel, as `add_alerts` writes those of an item; returns how many."""
        ...


class Store(Protocol):
    """Everything that outlives the process. Synchronous; one thread writes."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A unit of work under the write lock; an exception inside rolls all of it back."""
        ...

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> int:
        """Make the schedule hold exactly these feeds; states of feeds that stay are kept, new ones are due now.

        Returns how many are new, or begin anew under another URL.
        """
        ...

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[FeedState]:
        """Feeds that are due, longest overdue first, each leased: no one else gets it before the lease ends."""
        ...

    def feed_state(self, feed_id: str) -> FeedState: ...

    def feed_states(self, feed_ids: Collection[str] | None = None) -> list[FeedState]:
        """Those of these feeds that were ever configured, or of all that are."""
        ...

    def last_polls(self) -> Mapping[str, LastPoll]:
        """What became of each configured feed last, by its id; without those that were never polled."""
        ...

    def memory(self, feed_id: str) -> bytes:
        """What the feed's last document left; empty when nothing is kept."""
        ...

    def known(self, keys: Collection[str]) -> Mapping[str, tuple[str, str]]:
        """As `Transaction.known`, outside a unit of work: a first look that the transaction repeats."""
        ...

    def troubled_feeds(self) -> tuple[int, Sequence[FeedState]]:
        """How many feeds there are, and those that fail or stand still: since when, how often, with what error, and when they
        were polled last; nothing else of their states."""
        ...

    def feed_numbers(self, now: datetime, late: datetime) -> FeedNumbers:
        """How the configured feeds are. Those that are due since before `late` are late."""
        ...

    def feeds_told_of(self, gaps_since: datetime) -> Sequence[FeedState]:
        """The states of configured feeds that fail, stand still, left a remark at their last poll, or have a gap, now or seen
        since then; by id."""
        ...

    def hasten(self, due: Mapping[str, datetime]) -> None:
        """Let these feeds be due by then, as far as they fail and would be due later."""
        ...

    def hubs(self) -> Mapping[str, tuple[str, str]]:
        """Feeds that name a WebSub hub: the hub, and the topic it knows the feed by."""
        ...

    def subscriptions(self, token: str | None = None) -> Sequence[Subscription]:
        """All, or the one of a token."""
        ...

    def save_subscription(self, subscription: Subscription) -> None: ...

    def drop_subscription(self, feed: str) -> None: ...

    def latency(self, since: datetime) -> Latency:
        """From articles' dates to their being stored, over what was first seen since then."""
        ...

    def outages(self, since: datetime | None = None) -> Sequence[Outage]:
        """Those that are open, and with `since` those that ended later, the newest first."""
        ...

    def outage_ends(self) -> Mapping[str, datetime]:
        """When the last outage of each group of feeds ended: by subject, ``feeds`` and ``site:DOMAIN``."""
        ...

    def notice(self, notice_id: str) -> Item | None:
        """A notice in the shape of an item, to be delivered; it is none, and stands in no list of items."""
        ...

    def forget_outages(self, before: datetime) -> None:
        """Drop outages that ended before, and their notices once they are delivered."""
        ...

    def holds(self, now: datetime) -> Mapping[str, datetime]:
        """Registrable domains that asked to be left alone, and until when; what has passed is forgotten."""
        ...

    def move_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much, to `now`: what waits for a time waits no longer than it did. Held alerts, which
        wait for an hour of the day, keep theirs, and none waits more than a day."""
        ...

    def forget_copies(self, before: datetime, limit: int) -> int:
        """Drop what the copy index keeps of items first seen before, the oldest first, at most so many; returns how many."""
        ...

    def item(self, item_id: str) -> Item | None:
        """By id, or by a prefix of it that only one item has."""
        ...

    def items(self, wanted: ItemFilter) -> Iterator[Item]: ...

    def story(self, story: str) -> list[Item]:
        """All items of a story, first seen first."""
        ...

    def split(self, item_id: str, followers: Mapping[str, CopyEvidence]) -> None:
        """Undo a merge: a copy becomes the first of a story of its own, and its followers copies of it; no alert."""
        ...

    def sightings(self, story: str) -> list[Sighting]:
        """Where a story appeared beside its first item, first seen first."""
        ...

    def shown_by(self, feed: str, item_ids: Collection[str], by: datetime) -> bool:
        """Whether the feed had shown any of these items by then."""
        ...

    def strikes(self, content: str) -> int:
        """How often reading the bytes of this hash killed a worker."""
        ...

    def strike(self, content: str, feed: str, url: str, error: str, now: datetime) -> int:
        """Count one more; returns how many there are."""
        ...

    def release_quarantined(self, feed_ids: Sequence[str]) -> int:
        """Forget the strikes of what these feeds brought, and poll them now; returns how many documents."""
        ...

    def forget_strikes(self, before: datetime) -> int:
        """Drop what struck last before; returns how many."""
        ...

    def claim_alerts(self, now: datetime, limit: int, lease: timedelta) -> list[Alert]:
        """Due alerts, oldest first, each leased; `attempts` already counts the attempt to come."""
        ...

    def release_alerts(self) -> None:
        """End all claims: of a process that died. What it had sent may come again, under its id."""
        ...

    def settle_alert(
        self,
        alert_id: str,
        state: AlertState,
        now: datetime,
        *,
        error: str | None = None,
        next_attempt_at: datetime | None = None,
        attempted: bool = True,
        owed: Sequence[str] | None = None,
    ) -> None:
        """End a claim. `error` replaces `last_error` (None clears it).

        `attempted=False` takes back the attempt that the claim counted, because none was made. `owed` replaces the
        receivers that the next attempt is for; None leaves them.
        """
        ...

    def alerts(self, states: Collection[AlertState] = ()) -> list[Alert]: ...

    def claim_pages(self, now: datetime, limit: int, lease: timedelta) -> list[OwedPage]:
        """Pages that are due to be asked for again, each for one asker until the lease ends."""
        ...

    def hasten_pages(self, now: datetime) -> None:
        """Let all of them be due."""
        ...

    def hasten_alerts(self, channels: Collection[str], now: datetime) -> None:
        """Pending alerts of these channels are due now and not when their schedule says, but for those that some receivers
        have taken."""
        ...

    def retry_alerts(self, ids: Sequence[str], now: datetime) -> int:
        """Make dead alerts (these, or all when empty) pending again, due now; returns how many."""
        ...

    def first_alert(self, story: str, channel: str) -> str | None:
        """The id of the earliest alert about a story to a channel: a mail thread's root."""
        ...

    def revisions(self, item_id: str) -> list[tuple[datetime, str, str]]:
        """Former versions of an item, oldest first: until when, its title, its text."""
        ...

    def drop_texts(self, before: datetime, limit: int) -> int:
        """Retention: drop the text of items first seen before; returns how many were dropped, at most `limit`."""
        ...

    def release_feeds(self, feed_ids: Sequence[str]) -> None:
        """Give leases back."""
        ...

    def note(self, key: str, value: str, now: datetime) -> None:
        """Keep a fact about the daemon itself (its last tick, a mistake in its configuration) for `monitor status`."""
        ...

    def notes(self) -> Mapping[str, tuple[str, datetime]]: ...

    def counts(self) -> Mapping[str, int]:
        """How many `items`, `copies`, `pages_owed` (to be asked for again), and alerts by state."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """How many alerts are pending or held, by the channel they are for."""
        ...

    def close(self) -> None: ...
