"""The keys of every file, their types and defaults: pydantic models that refuse what they do not know.

Defaults are those of `monitor.model.config`, which says each one's reason.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor.content.clean import MAX_HTML, MAX_TAGS, MAX_TEXT, MAX_TITLE
from monitor.core.portions import MAX_ENTRIES
from monitor.model import (
    AlertPolicy,
    ArticlePolicy,
    CommandChannel,
    Config,
    DedupPolicy,
    DigestTime,
    FeedChannel,
    FetchMode,
    FirstPoll,
    JsonlChannel,
    LimitsPolicy,
    PollPolicy,
    QuietHours,
    RetentionPolicy,
    SitePolicy,
    SmtpServer,
    WebPolicy,
)
from monitor.settings import values
from monitor.settings.languages import language_code


def _text(read: Callable[[str], Any]) -> BeforeValidator:
    """A reader of text as a validator; anything but text is refused in plain words."""

    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError(f"text in quotes is asked for, not {_kind(value)}")
        return read(value)

    return BeforeValidator(validate)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"{value}".lower()
    return {int: "a number", float: "a number", list: "a list", dict: "a table"}.get(type(value), "a date or a time")


def _one_or_more(value: Any) -> Any:
    many = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in many):
        raise ValueError('text in quotes is asked for, or a list of such: ["current", "former"]')
    return many


Duration = Annotated[timedelta, _text(values.duration)]
Span = Annotated[timedelta, _text(lambda value: values.positive(values.duration(value)))]
Size = Annotated[int, BeforeValidator(lambda value: values.size(value))]
Line = Annotated[str, _text(values.line_of_text)]
Plain = Annotated[str, _text(str)]
OneOrMore = Annotated[list[str], BeforeValidator(_one_or_more)]
Slug = Annotated[str, _text(values.slug)]
Tag = Annotated[str, _text(values.tag)]
Url = Annotated[str, _text(values.http_url)]
Email = Annotated[str, _text(values.email_address)]
Language = Annotated[str, _text(language_code)]
Digest = Annotated[DigestTime, _text(values.digest)]
Quiet = Annotated[QuietHours, _text(values.quiet)]
Network = Annotated[tuple[IPv4Network | IPv6Network, int | None], _text(values.network)]
Host = Annotated[str, _text(values.host)]
Smtp = Annotated[SmtpServer, _text(values.smtp)]
Locale = Annotated[str, _text(values.locale)]
Zone = Annotated[str, _text(values.zone)]
Listen = Annotated[tuple[str, int] | None, _text(values.listen)]
Moment = Annotated[datetime, BeforeValidator(values.moment)]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Flag = Annotated[bool, Field(strict=True)]


class Table(BaseModel):
    """A TOML table: no key beside those declared."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, populate_by_name=False)


_POLL, _ARTICLE, _DEDUP = PollPolicy(), ArticlePolicy(), DedupPolicy()
_ALERTS, _RETENTION, _WEB = AlertPolicy(), RetentionPolicy(), WebPolicy()


class Poll(Table):
    every: Span = _POLL.every
    min: Span = _POLL.min
    max: Span = _POLL.max
    adaptive: Flag = _POLL.adaptive
    concurrency: Count = _POLL.concurrency
    per_host: Count = _POLL.per_host
    host_delay: Duration = _POLL.host_delay
    timeout: Span = _POLL.timeout
    max_bytes: Size = _POLL.max_bytes
    backfill: Annotated[int, Field(strict=True, ge=0, le=100)] = _POLL.backfill
    user_agent: Annotated[str, _text(values.user_agent)] = _POLL.user_agent


class NetworkTable(Table):
    allow: list[Network] = []
    proxy: Plain | None = None
    proxy_env: Plain | None = None
    proxy_file: Plain | None = None
    direct: list[Host] = []


_LIMITS = LimitsPolicy()


def _between(least: int, most: int) -> Any:
    return Field(strict=True, ge=least, le=most)


class Limits(Table):
    header: Annotated[Size, Field(ge=1_024, le=1_000_000)] = _LIMITS.header
    headers: Annotated[int, _between(8, 10_000)] = _LIMITS.headers
    wire: Size = _LIMITS.wire
    ratio: Annotated[int, _between(2, 2_000)] = _LIMITS.ratio
    document: Annotated[int, _between(1, MAX_ENTRIES)] = _LIMITS.document
    entries: Annotated[int, _between(1, MAX_ENTRIES)] = _LIMITS.entries
    field: Annotated[int, _between(100, MAX_HTML)] = _LIMITS.field
    title: Annotated[int, _between(20, MAX_TITLE)] = _LIMITS.title
    text: Annotated[int, _between(100, MAX_TEXT)] = _LIMITS.text
    tags: Annotated[int, _between(0, MAX_TAGS)] = _LIMITS.tags
    sitemaps: Annotated[int, _between(1, 100)] = _LIMITS.sitemaps
    reading: Span = _LIMITS.reading
    memory: Annotated[Size, Field(ge=100_000_000)] = _LIMITS.memory
    recycle: Count = _LIMITS.recycle


class Article(Table):
    fetch: FetchMode = _ARTICLE.fetch
    robots: Flag = _ARTICLE.robots


class Dedup(Table):
    window: Span = _DEDUP.window


class Alerts(Table):
    first_poll: FirstPoll = _ALERTS.first_poll
    max_age: Span = _ALERTS.max_age
    quiet: list[Quiet] = []
    retry_for: Span = _ALERTS.retry_for
    follow_up: list[Annotated[int, _between(2, 10_000)]] = []
    locale: Locale | None = None
    timezone: Zone = _ALERTS.timezone


class Retention(Table):
    items: Span = _RETENTION.items


class Web(Table):
    listen: Listen = _WEB.listen
    public_url: Url | None = None


class Operator(Table):
    alert: list[Plain] = []
    after: Span | None = None


class EmailTable(Table):
    type: Literal["email"]
    to: list[Email] = Field(min_length=1)
    sender: Email = Field(alias="from")
    smtp: Smtp
    password: Plain | None = None
    password_env: Plain | None = None
    password_file: Plain | None = None
    certificates: Plain | None = None
    digest: Digest | None = None


class WebhookTable(Table):
    type: Literal["webhook"]
    url: Url | None = None
    url_env: Plain | None = None
    url_file: Plain | None = None
    secret: OneOrMore | None = None
    secret_env: Plain | None = None
    secret_file: Plain | None = None
    headers: dict[str, Plain] = {}
    headers_env: dict[str, Plain] = {}
    headers_file: dict[str, Plain] = {}
    digest: Digest | None = None


class AppriseTable(Table):
    type: Literal["apprise"]
    url: Plain | None = None
    url_env: Plain | None = None
    url_file: Plain | None = None
    digest: Digest | None = None


class CommandTable(Table):
    type: Literal["command"]
    command: list[Plain] = Field(min_length=1)
    timeout: Span = CommandChannel("", ()).timeout
    digest: Digest | None = None


class JsonlTable(Table):
    type: Literal["jsonl"]
    path: Plain
    max_bytes: Annotated[Size, Field(ge=100_000)] = JsonlChannel("", Path()).max_bytes
    keep: Annotated[int, _between(0, 1_000)] = JsonlChannel("", Path()).keep
    digest: Digest | None = None


class FeedChannelTable(Table):
    type: Literal["feed"]
    directory: Plain
    entries: Annotated[int, _between(1, 1_000)] = FeedChannel("", Path()).entries


CHANNEL_TABLES: dict[str, type[Table]] = {
    "email": EmailTable,
    "webhook": WebhookTable,
    "apprise": AppriseTable,
    "command": CommandTable,
    "jsonl": JsonlTable,
    "feed": FeedChannelTable,
}


class SiteTable(Table):
    user: Line | None = None
    password: Plain | None = None
    password_env: Plain | None = None
    password_file: Plain | None = None
    headers: dict[str, Plain] = {}
    headers_env: dict[str, Plain] = {}
    headers_file: dict[str, Plain] = {}
    certificates: Plain | None = None
    old_tls: Flag = SitePolicy("").old_tls
    robots: Flag = SitePolicy("").robots
    proxy: Plain | None = None
    proxy_env: Plain | None = None
    proxy_file: Plain | None = None
    timeout: Span | None = None
    host_delay: Duration | None = None
    per_host: Count | None = None


class MonitorFile(Table):
    """`monitor.toml`. Channels are validated one by one, each by its type; so are sites."""

    store: Annotated[str, _text(values.store)] = Config().store
    poll: Poll = Poll()
    network: NetworkTable = NetworkTable()
    limits: Limits = Limits()
    article: Article = Article()
    dedup: Dedup = Dedup()
    alerts: Alerts = Alerts()
    retention: Retention = Retention()
    web: Web = Web()
    operator: Operator = Operator()
    channels: dict[Slug, Any] = {}
    sites: dict[str, Any] = {}


class FeedTable(Table):
    id: Slug | None = None
    url: Url | None = None
    url_env: Plain | None = None
    url_file: Plain | None = None
    every: Span | None = None
    language: Language | None = None
    tags: list[Tag] = Field(default_factory=list)  # not copied anew for each of many feeds
    fetch: FetchMode | None = None


class FeedsFile(Table):
    """`feeds.toml` and `feeds/*.toml`. Feeds are validated one by one."""

    opml: list[Plain] = []
    feed: list[Any] = []


class TestTable(Table):
    text: Plain = ""
    title: Plain = ""
    match: Flag
    language: Language | None = None
    feed: Plain | None = None
    url: Url | None = None


class WatchlistFile(Table):
    """`watchlists/ID.toml`. Tests are validated one by one."""

    name: Line | None = None
    query: Plain | None = None
    keywords: list[Plain] = []
    keywords_file: Plain | None = None
    exclude: list[Plain] = []
    languages: list[Language] = []
    feeds: list[Plain] = []
    stem: Flag = False
    tags: list[Tag] = []
    alert: list[Plain] = []
    mute: Moment | None = None
    on: Annotated[list[Literal["new", "revised"]], Field(min_length=1)] = ["new"]
    max_per_hour: Annotated[int, _between(1, 10_000)] | None = None
    test: list[Any] = []


def _keys_of(annotation: Any) -> list[str]:
    return list(annotation.model_fields) if isinstance(annotation, type) and issubclass(annotation, Table) else []


_TOP = "at the top of the file, above the first [table]"
_SECTIONS = {
    **{key: f"under [{name}]" for name, info in MonitorFile.model_fields.items() for key in _keys_of(info.annotation)},
    "store": _TOP,
}
ELSEWHERE: dict[type[Table], dict[str, str]] = {
    MonitorFile: _SECTIONS,
    **dict.fromkeys((*CHANNEL_TABLES.values(), SiteTable), _SECTIONS),
    FeedTable: {"opml": _TOP},
    TestTable: dict.fromkeys(WatchlistFile.model_fields, _TOP),
}
"""Where a key belongs that was found in a table of this model: TOML puts a key below whichever header came last."""
