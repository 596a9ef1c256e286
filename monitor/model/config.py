"""The configuration, validated. `monitor.settings` makes these values from TOML; nothing else reads files for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal

from monitor.model.network import PUBLIC, NetworkPolicy
from monitor.model.secret import Secret

FetchMode = Literal["auto", "always", "never"]
FirstPoll = Literal["recent", "all", "none"]


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A wall-clock time in a named time zone."""

    hour: int
    minute: int
    zone: str


@dataclass(frozen=True, slots=True)
class QuietHours:
    """``22:00-07:00 Europe/Rome``: from `start` up to, not including, `end`; may cross midnight."""

    start: ClockTime
    end: ClockTime


DigestTime = ClockTime | timedelta
"""Once a day at a clock time, or every so long."""


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """`[poll]`."""

    WAITING: ClassVar[int] = 64
    """Polls beyond the requests in flight, at most: each holds a document, 0.1 MB of new entries, and two readers and one
    store are kept busy by fewer."""

    every: timedelta = timedelta(minutes=15)
    min: timedelta = timedelta(minutes=5)
    max: timedelta = timedelta(hours=24)
    adaptive: bool = True
    concurrency: int = 64
    per_host: int = 2
    host_delay: timedelta = timedelta(seconds=1)
    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 10_000_000
    backfill: int = 10
    """Documents that one poll asks for to fill a gap; 0 turns it off."""
    user_agent: str = "monitor/0.1 (+https://github.com/monitor-news/monitor; news monitoring for one's own machine)"

    @property
    def in_hand(self) -> int:
        """Polls at once: while what some fetched is read and stored, others are fetched, and neither side stands idle."""
        return self.concurrency + min(self.concurrency, self.WAITING)


@dataclass(frozen=True, slots=True)
class LimitsPolicy:
    """`[limits]`: what a stranger may cost. Every hit is told, as a feed's error or an item's problem."""

    header: int = 64_000
    """Bytes of one header line, and a quarter of what all may have: some sites' content-security policies have 20 kB, and
    browsers take 256."""
    headers: int = 256
    """Header lines of one answer: real ones have 10 to 60, and as many more where each cookie has one."""
    wire: int = 10_000_000
    """Bytes of a body as it comes, compressed or not."""
    ratio: int = 300
    """How many times its size on the wire a body of over 1 MB may have: feeds have 3 to 30, gzip ends at 1,030."""
    document: int = 10_000
    """Entries of one document that are read at once, the others after them: real feeds have 10 to 500, the longest archive
    seen 4,000."""
    entries: int = 1_000
    """New or changed entries that one poll takes in; the others wait for the next, none is lost."""
    field: int = 1_000_000
    """Characters of an entry's summary or content, as HTML."""
    title: int = 1_000
    """Characters of a title: ten times the longest headline seen."""
    text: int = 200_000
    """Characters of an article, and so of what queries are matched with: a live blog of a whole day has 150,000."""
    tags: int = 50
    """The publisher's tags of one entry."""
    sitemaps: int = 3
    """Documents of a sitemap index that one poll reads, the newest: publishers keep one or two days in each."""
    reading: timedelta = timedelta(seconds=20)
    """For one document in its worker process; the slowest real page takes under one."""
    memory: int = 1_000_000_000
    """Bytes a worker process may take beyond what it starts with; a 20 MB page needs half of it."""
    recycle: int = 500
    """Documents after which a worker process is replaced: lxml and its caches never give memory back."""


@dataclass(frozen=True, slots=True)
class ArticlePolicy:
    """`[article]`."""

    fetch: FetchMode = "auto"
    robots: bool = True


@dataclass(frozen=True, slots=True)
class DedupPolicy:
    """`[dedup]`."""

    window: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """`[alerts]`."""

    first_poll: FirstPoll = "recent"
    max_age: timedelta = timedelta(hours=48)
    quiet: tuple[QuietHours, ...] = ()
    retry_for: timedelta = timedelta(days=3)
    follow_up: tuple[int, ...] = ()
    """Sites a story must have reached for one more alert about it, ascending; a language new to it is one too."""
    locale: str | None = None
    """The language (and the way of writing dates) of what surrounds the news; None: English, ISO dates."""
    timezone: str = "UTC"
    """Of the dates in messages."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """`[retention]`."""

    items: timedelta = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OperatorPolicy:
    """`[operator]`: who is told of feeds and channels in trouble, and after how long."""

    PATIENCE: ClassVar[timedelta] = timedelta(hours=1)
    """Most trouble passes by itself."""
    POLLS: ClassVar[int] = 4
    """Whoever has a feed polled every minute does not wait an hour to hear that it fails."""

    alert: tuple[str, ...] = ()
    after: timedelta | None = None
    """None: an hour, or four times the feed's own `every` where that is less."""

    def patience(self, every: timedelta) -> timedelta:
        """For how long a feed that is polled so often fails before it is told of."""
        return min(self.PATIENCE, self.POLLS * every) if self.after is None else self.after


@dataclass(frozen=True, slots=True)
class WebPolicy:
    """`[web]`: host and port to listen on; None turns it off. `public_url`: under which hubs reach it from outside."""

    listen: tuple[str, int] | None = ("127.0.0.1", 8787)
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`smtp = "smtp+starttls://user@host:587"`, taken apart."""

    host: str
    port: int
    security: Literal["plain", "starttls", "tls"]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """`[channels.ID] type = "email"`."""

    id: str
    to: tuple[str, ...]
    sender: str
    smtp: SmtpServer
    password: Secret | None = None
    digest: DigestTime | None = None
    certificates: str | None = None
    """PEM: whom the server may be vouched for by, beside those whom the system trusts."""


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """`[channels.ID] type = "webhook"`. `url` may hold a token, so it is a secret too."""

    id: str
    url: Secret
    secrets: tuple[Secret, ...] = ()
    """``whsec_…``, the first one current; several while rotating. None: the request is not signed."""
    digest: DigestTime | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    """Sent with every request; a value may be a token."""


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """`[channels.ID] type = "apprise"`."""

    id: str
    url: Secret
    digest: DigestTime | None = None


@dataclass(frozen=True, slots=True)
class CommandChannel:
    """`[channels.ID] type = "command"`: a program that reads the webhook's body on its standard input."""

    id: str
    command: tuple[str, ...]
    timeout: timedelta = timedelta(seconds=60)
    """Then it is killed, and the attempt counts as failed: a script that sends one message needs seconds."""
    digest: DigestTime | None = None


@dataclass(frozen=True, slots=True)
class JsonlChannel:
    """`[channels.ID] type = "jsonl"`: a file with a line a message."""

    id: str
    path: Path
    max_bytes: int = 10_000_000
    """Then the file is put aside: some thousand alerts, still opened by any editor."""
    keep: int = 5
    """Files put aside that are kept; 0 keeps none."""
    digest: DigestTime | None = None


@dataclass(frozen=True, slots=True)
class FeedChannel:
    """`[channels.ID] type = "feed"`: a directory with an Atom file a watchlist."""

    id: str
    directory: Path
    entries: int = 100
    """The newest, in each file: a reader that looks once a day misses none of a busy watchlist."""
    digest: DigestTime | None = None


Channel = EmailChannel | WebhookChannel | AppriseChannel | CommandChannel | JsonlChannel | FeedChannel


@dataclass(frozen=True, slots=True)
class Feed:
    """One configured feed."""

    id: str
    url: str = field(repr=False)
    every: timedelta | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    fetch: FetchMode | None = None
    secret: bool = False
    """Whether no more of the URL may be shown, logged or kept as the feed's address than its origin."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One file of `config/watchlists/`, as written; `core.watch.compile_watchlists` makes it ready to match.

    `keywords` holds those of `keywords_file` too. `file` and the `*_line` numbers (from 1) are for mistakes.
    """

    id: str
    name: str
    query: str | None = None
    keywords: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    """Feed ids, and ``tag:TAG`` for every feed that bears it."""
    stem: bool = False
    tags: tuple[str, ...] = ()
    alert: tuple[str, ...] = ()
    mute: datetime | None = None
    """Until then it tags and raises no alert."""
    on: tuple[str, ...] = ("new",)
    """Of ``new`` and ``revised``: what it alerts on."""
    max_per_hour: int | None = None
    """Alerts of one clock hour to one channel; the rest of that hour comes as one digest."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user wrote, valid as a whole."""

    store: str = "sqlite:var/monitor.db"
    poll: PollPolicy = PollPolicy()
    network: NetworkPolicy = PUBLIC
    limits: LimitsPolicy = LimitsPolicy()
    article: ArticlePolicy = ArticlePolicy()
    dedup: DedupPolicy = DedupPolicy()
    alerts: AlertPolicy = AlertPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    web: WebPolicy = WebPolicy()
    operator: OperatorPolicy = OperatorPolicy()
    channels: dict[str, Channel] = field(default_factory=dict)
    feeds: tuple[Feed, ...] = ()
    watchlists: tuple[Watchlist, ...] = ()
    terms: dict[str, str] = field(default_factory=dict)
    """Named queries of `terms.toml`: name (without ``@``) to its query."""
    templates: dict[str, str] = field(default_factory=dict)
    """The user's own templates for messages: file name in `templates/` to its source."""
    directory: Path | None = None
    outside: tuple[Path, ...] = ()
    """Files read from outside `directory` (OPML lists, secrets): a change in them is a change of the configuration."""
    remarks: tuple[str, ...] = ()
    """What other programs' files or the environment say that is not taken, one line each: no mistake of the user's, and nothing
    to be silent about."""
    stamps: Mapping[Path, tuple[int, ...] | None] = field(default_factory=dict, repr=False, compare=False)
    """What it was read from, each with what told it apart just before."""
