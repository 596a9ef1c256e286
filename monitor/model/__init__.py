"""Frozen values that cross layers, by subject. Times are aware datetimes in UTC, durations timedeltas.

Import from here: ``from monitor.model import Item``.
"""

from monitor.model.alerts import (
    NEW,
    Alert,
    AlertDraft,
    AlertState,
    Deferred,
    Delivered,
    DeliveryOutcome,
    Message,
    Refused,
    Sighting,
    Spread,
)
from monitor.model.config import (
    AlertPolicy,
    AppriseChannel,
    ArticlePolicy,
    Channel,
    ClockTime,
    CommandChannel,
    Config,
    DedupPolicy,
    DigestTime,
    EmailChannel,
    Feed,
    FeedChannel,
    FetchMode,
    FirstPoll,
    JsonlChannel,
    LimitsPolicy,
    OperatorPolicy,
    PollPolicy,
    QuietHours,
    RetentionPolicy,
    SmtpServer,
    Watchlist,
    WebhookChannel,
    WebPolicy,
)
from monitor.model.feeds import Entry, FeedState, ParsedFeed, PollReport, PollStatus
from monitor.model.items import (
    CopyEvidence,
    Fingerprint,
    Item,
    ItemFilter,
    Match,
    OwedPage,
    PageText,
    Reading,
    TextFrom,
    Verdict,
)
from monitor.model.learnt import Burst, IdentityCounts, Learnt, Part
from monitor.model.net import (
    Failed,
    Fetched,
    FetchOutcome,
    NotModified,
    Posted,
    PostFailed,
    PostOutcome,
    Request,
    content_hash,
)
from monitor.model.network import NetworkPolicy, SitePolicy
from monitor.model.numbers import LATENCY_BOUNDS, FeedNumbers, LastPoll, Latency
from monitor.model.outages import OPERATOR, Notice, Outage, Trouble, TroubleKind
from monitor.model.secret import Secret
from monitor.model.websub import Subscription

__all__ = [
    "Alert", "AlertDraft", "AlertPolicy", "AlertState", "AppriseChannel", "ArticlePolicy", "Burst", "Channel", "ClockTime",
    "CommandChannel",
    "Config", "CopyEvidence", "DedupPolicy", "Deferred", "Delivered", "DeliveryOutcome", "DigestTime", "EmailChannel",
    "Entry", "Failed", "Feed", "FeedChannel", "FeedNumbers", "FeedState", "FetchMode", "FetchOutcome", "Fetched",
    "Fingerprint", "FirstPoll",
    "IdentityCounts", "Item", "ItemFilter", "JsonlChannel", "LATENCY_BOUNDS", "LastPoll", "Latency",
    "Learnt", "NEW", "LimitsPolicy", "Match", "Message", "NetworkPolicy", "NotModified", "Notice",
    "OPERATOR", "OperatorPolicy", "Outage", "OwedPage", "PageText",
    "ParsedFeed", "Part", "PollPolicy", "PollReport", "PollStatus", "PostFailed", "PostOutcome", "Posted", "QuietHours",
    "Reading", "Refused", "Request", "RetentionPolicy", "Secret", "Sighting", "SitePolicy", "Spread", "SmtpServer",
    "Subscription", "TextFrom", "Trouble",
    "TroubleKind", "Verdict", "content_hash",
    "Watchlist", "WebPolicy", "WebhookChannel",
]  # fmt: skip
