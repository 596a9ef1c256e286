"""What a feed says, and what the monitor knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.model.learnt import NOTHING_LEARNT, Learnt

PollStatus = Literal["ok", "unchanged", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a feed as the publisher wrote it; URLs are absolute, HTML is as it came, not sanitised."""

    guid: str | None
    url: str | None
    title: str
    """Plain text: entities and markup resolved."""
    summary: str = ""
    """HTML or text of `description`/`summary`."""
    content: str = ""
    """HTML or text of the full content, where the feed carries it."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """As written and not clamped; None when missing or unreadable."""
    updated_at: datetime | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    text_hash: str | None = None
    """Of one that is known word for word and bears no texts (`core.identity.shortened`): its hash with them."""
    own_page: bool = True
    """Whether a page may stand at its URL that is about it alone (`core.identity.with_pages`); none does where that is a
    recording's, of an entry that names nothing else."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document. `complete` is False when something in it could not be read: validators are then not kept."""

    entries: tuple[Entry, ...]
    title: str = ""
    language: str | None = None
    link: str | None = None
    complete: bool = True
    problem: str | None = None
    """One line on what could not be read."""
    ttl: timedelta | None = None
    """The publisher's hint of how long to wait: RSS `ttl`, `sy:updatePeriod`."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC, in which the publisher says there is nothing new."""
    skip_days: tuple[int, ...] = ()
    """Days of the week likewise; 0 is Monday."""
    older: str | None = None
    """Where the entries before these are (RFC 5005 ``prev-archive`` or ``next``, JSON Feed ``next_url``)."""
    generator: str = ""
    hub: str | None = None
    """A WebSub hub that pushes this feed's changes; `itself` is the topic to subscribe to."""
    itself: str | None = None
    children: tuple[str, ...] = ()
    """URLs of the documents that hold the entries, when this one is a sitemap index; newest first where it says."""
    undated: int = 0
    """How many of `children` bear no date: which of those are new is not known."""
    left: int = 0
    """How many entries come after these in a document that is read in portions."""
    names: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """Of each entry, by what the next document's reading knows it again (`content.feeds_cut`); none: by nothing."""
    context: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    """What else in the document its entries' reading depended on."""
    rest: str = field(default="", repr=False, compare=False)
    """What names all of the document but its entries; empty when that is not known apart."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the store keeps of one feed between polls."""

    id: str
    url: str = ""
    """The URL these validators belong to; another configured URL voids them."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """Of the last body whose entries were all taken."""
    interval: timedelta | None = None
    """Adaptive: what the schedule settled on last."""
    next_poll_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    first_polled_at: datetime | None = None
    """None until a poll succeeded: the next one is the feed's first."""
    polls: int = 0
    failures: int = 0
    """In a row; 0 after a success."""
    last_error: str | None = None
    gap: bool = False
    """Its last document with something new did not follow on from what was known."""
    frozen_since: datetime | None = None
    """The feed answers, and has brought nothing new since, against its rhythm."""
    learnt: Learnt = NOTHING_LEARNT
    title: str = ""
    languages: dict[str, int] = field(default_factory=dict)
    """How many of its items were in each language: a prior for the next."""


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll of one feed did, for `poll --json` and the log line."""

    id: str
    status: PollStatus
    new: int = 0
    copies: int = 0
    alerts: int = 0
    revised: int = 0
    entries: int = 0
    error: str | None = None
    seconds: float = 0.0
    stored: bool = True
    """False: not even that it failed could be written down; the feed's state is the one before."""
    answered: bool = True
    """False: no answer came, not even an error."""
    before: FeedState | None = field(default=None, repr=False, compare=False)
    """The state that the poll found; None when it could not be read."""
