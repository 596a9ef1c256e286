"""Items: what they say, what they are a copy of, what they match."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

TextFrom = Literal["page", "feed", "import"]


@dataclass(frozen=True, slots=True)
class PageText:
    """An article read out of a page."""

    text: str
    """Paragraphs parted by a newline; boilerplate at the edges cut."""
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """As the page says to machines."""
    dated: datetime | None = None
    """As can be guessed where it does not: of an article beside it as well."""
    language: str | None = None
    """The page's own word (`lang` attribute), not a verdict."""
    canonical_url: str | None = None
    site_name: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One hit of one term. `start` and `end` are character offsets into the item's `title` or `text`."""

    term: str
    """The term as the watchlist writes it: ``nordcorean*``."""
    field: Literal["title", "body", "author", "url", "site", "feed", "tag", "lang"]
    text: str
    """The words found, as the article writes them."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CopyEvidence:
    """Why an item was called a copy."""

    of: str
    """The item's id, always one that is itself no copy: the first of its story that says this text."""
    similarity: float
    """0 to 1; 1.0 for the same URL or the same text."""
    test: str
    """``url``, ``text``, ``containment``, ``words``, ``headline`` : the test that decided."""
    shared: tuple[str, ...] = ()
    """Some of what was shared, readable."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the copy index keeps of a text. Made by `core.copies.fingerprint`; opaque to everyone else."""

    text_hash: str
    """Of the folded text: equal for the same words in the same order."""
    data: bytes
    """The rest, as `core.copies` packs it."""
    paragraphs: tuple[int, ...] = ()
    """The keys of the text's paragraphs (`core.boilerplate`), each once: from them a host's boilerplate is learnt."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a watchlist says of an item."""

    watchlist: str
    matched: bool
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as read, before the store has been asked whether it is known."""

    url: str | None
    canonical_url: str | None
    title: str
    text: str
    text_from: TextFrom
    language: str
    """ISO 639-1 where there is one, else 639-3; ``und`` when nothing is sure."""
    language_confidence: float
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """Clamped: never later than it was seen, never before 1990."""
    fingerprint: Fingerprint | None = None
    problem: str | None = None
    """Why the page was not used, when `text_from` is ``feed`` though the page was wanted."""
    words: str | None = None
    """Title and text as the search index takes them, where that was made with the reading."""
    verdicts: tuple[Verdict, ...] | None = None
    """What matches this title and this text, where that was asked with the reading."""
    page_after: timedelta | None = None
    """The page could not be had for now, and may be after so long."""
    page_in_line: bool = False
    """It was not asked for: `page_after` is when its turn at its site comes."""
    page_at: str | None = None
    """The page leads on to this one, which has not been asked for."""
    feed_text: str = ""
    """What the feed itself carries of an article whose text is its page's."""
    canonical_claimed: bool = False
    """`canonical_url` is the page's word, and another address than where it was found."""


@dataclass(frozen=True, slots=True)
class OwedPage:
    """An item whose page is to be asked for again; `first_poll`: it came with its feed's first."""

    item: str
    feed: str
    attempts: int = 0
    """After the one that failed when it was stored."""
    first_poll: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A stored article."""

    id: str
    url: str | None
    title: str
    text: str
    language: str
    language_confidence: float
    first_seen_at: datetime
    story: str
    """The id of the story's first item."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    feeds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    copy_of: str | None = None
    similarity: float | None = None
    copy_test: str | None = None
    copy_shared: tuple[str, ...] = ()
    text_from: TextFrom = "feed"
    problem: str | None = None
    revisions: int = 0


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which stored items to list, newest first; None leaves a condition out."""

    watchlist: str | None = None
    since: datetime | None = None
    copies: bool = True
    limit: int | None = None
    ids: tuple[str, ...] = field(default=())
    prefilter: str | None = None
    """An FTS5 expression, always made by `core.query`: items it rejects cannot match."""
