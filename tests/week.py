"""A simulated week: publishers with rhythms and troubles, the real poller, outbox and SQLite store, a clock that is told.

Minute by minute what is due is claimed and polled, troubles are looked for every ten, deliveries made every ten; in the
middle the process "dies" and another takes over the store. `Week.run` returns what a table is made of.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.sqlite import SqliteStore
from monitor.core.trust import distrusted
from monitor.model import (
    OPERATOR,
    AlertPolicy,
    ArticlePolicy,
    Config,
    Feed,
    ItemFilter,
    OperatorPolicy,
    Secret,
    WebhookChannel,
)
from monitor.outbox import Outbox
from monitor.pipeline.rules import Rules
from monitor.service.operator import look
from tests.fakes import FakeClock, FakeSender
from tests.newsroom import Newsroom, Publisher, Story, a_poller, write

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=30)
SEEN_FOR = timedelta(minutes=15)
"""A story counts when it stood in an answering document for so long; nothing that polls every five minutes sees less."""

Rate = Callable[[datetime], float]
"""Stories an hour."""


def agency(at: datetime) -> float:
    return 4.0


def paper(at: datetime) -> float:
    return (3.0 if at.weekday() < 5 else 1.0) if 6 <= at.hour < 21 else 0.1


def wire(at: datetime) -> float:
    return 18.0 if 6 <= at.hour < 20 else 5.0


def blog(at: datetime) -> float:
    return 0.12 if 8 <= at.hour < 20 else 0.0


def batch(at: datetime) -> float:
    return 12.0 if at.hour == 5 else 0.0


def weekly(at: datetime) -> float:
    return 0.02


RHYTHMS: tuple[tuple[str, Rate, int], ...] = (
    ("agency", agency, 40),
    ("paper", paper, 25),
    ("wire", wire, 60),
    ("blog", blog, 10),
    ("batch", batch, 20),
    ("weekly", weekly, 10),
)
TROUBLES = (
    "none", "none", "none", "outage", "gone", "dead", "stuck", "same", "rotate", "sessions", "both", "shared", "missing",
    "position", "moved", "busy", "frozen", "pinned", "edited", "undated", "pages",
    "nodes", "html", "emptied", "cut", "backdated", "bumped", "ahead", "ttl", "max_age",
)  # fmt: skip


@dataclass
class Source:
    """A feed of the simulation: its rhythm, its trouble, its publisher."""

    feed: Feed
    rhythm: str
    trouble: str
    publisher: Publisher


@dataclass
class Result:
    """What a week came to."""

    stories: int = 0
    missed: list[str] = field(default_factory=list)
    doubled: int = 0
    requests: int = 0
    minimum: int = 0
    fixed: int = 0
    rude: int = 0
    early: int = 0
    """Polls before the schedule's time, after the restart."""
    gaps: int = 0
    liars: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    """Notices sent twice of one outage."""
    outages: int = 0
    latency: list[float] = field(default_factory=list)
    """Minutes from a story's date to its being stored."""
    by_trouble: Counter[str] = field(default_factory=Counter)

    def median_latency(self) -> float:
        return sorted(self.latency)[len(self.latency) // 2] if self.latency else 0.0


class Week:
    """`feeds` sources over `days`, drawn by `seed`."""

    def __init__(
        self, path: Path, feeds: int, days: float, seed: int = 1, rhythms: Sequence[tuple[str, Rate, int]] = RHYTHMS
    ) -> None:
        self.path = path
        self.rhythms = rhythms
        self.start = MONDAY
        self.end = MONDAY + days * DAY
        self.chance = random.Random(seed)
        self.clock = FakeClock(MONDAY)
        self.room = Newsroom(self.clock)
        self.sources = [self._source(number) for number in range(feeds)]
        self.sender = FakeSender()
        channel = WebhookChannel("desk", Secret("https://ops.example.org/hook"))
        self.config = Config(
            feeds=tuple(source.feed for source in self.sources),
            article=ArticlePolicy(fetch="never"),
            alerts=AlertPolicy(first_poll="none"),
            channels={"desk": channel},
            operator=OperatorPolicy(("desk",)),
        )
        self.result = Result()

    async def run(self) -> Result:
        rules = Rules.of(self.config)
        store = SqliteStore(self.path)
        store.sync_feeds(self.config.feeds, self.clock.now())
        restart = self.start + (self.end - self.start) / 2
        minute = 0
        while self.clock.now() < self.end:
            now = self.clock.now()
            if restart and now >= restart:
                store, restart = self._restarted(store, rules), self.end + DAY
            poller = a_poller(store, self.room, self.clock, self.chance.random)
            for state in store.claim_due(now, 10_000, LEASE):
                await poller.poll(rules.feeds[state.id], rules, state)
            if minute % 10 == 0:
                look(store, rules, now)
                await self._outbox(store, rules).deliver_due()
            minute += 1
            self.clock.move(MINUTE)
        self.result.requests = len(self.room.asked)
        poller = a_poller(store, self.room, self.clock)
        for source in self.sources:  # what came since their last poll; not counted
            await poller.poll(source.feed, rules)
        self._count(store)
        store.close()
        return self.result

    def _restarted(self, store: SqliteStore, rules: Rules) -> SqliteStore:
        """Another process: it knows what the store knows."""
        due = {state.id: state.next_poll_at for state in store.feed_states()}
        store.close()
        now = self.clock.now()
        again = SqliteStore(self.path)
        again.sync_feeds(rules.config.feeds, now)
        again.release_feeds(list(rules.feeds))
        self.room.held = dict(again.holds(now))
        claimed = {state.id for state in again.claim_due(now, 10_000, LEASE)}
        early = claimed - {feed for feed, at in due.items() if at and at <= now}
        self.result.early = len(early)
        again.release_feeds(list(rules.feeds))
        return again

    def _outbox(self, store: SqliteStore, rules: Rules) -> Outbox:
        return Outbox(
            store=store,
            senders={"desk": self.sender},
            policy=self.config.alerts,
            channels=self.config.channels,
            clock=self.clock,
            jitter=self.chance.random,
            write=write,
        )

    def _count(self, store: SqliteStore) -> None:
        result = self.result
        items = list(store.items(ItemFilter()))
        seen = {item.title: item.first_seen_at for item in items}
        result.doubled = len(items) - len(seen)
        for source in self.sources:
            publisher = source.publisher
            spells = publisher.spells(self.end + DAY)
            for story in publisher.stories:
                if story.at < self.start or story.at > self.end:
                    continue
                if not any(self._long_enough(publisher, *spell) for spell in spells.get(story.number, ())):
                    continue
                result.stories += 1
                title = publisher.title(story)
                if title not in seen:
                    result.missed.append(f"{source.feed.id} {title}")
                    result.by_trouble[source.trouble] += 1
                elif story.at > self.start + (self.end - self.start) / 4 and source.trouble == "none":
                    result.latency.append((seen[title] - story.at) / MINUTE)
            result.minimum += _fewest(publisher, self.start, self.end)
        result.fixed = int(len(self.sources) * ((self.end - self.start) / self.config.poll.every))
        result.rude = self.room.rude
        states = store.feed_states()
        result.gaps = sum(state.learnt.gaps for state in states)
        result.liars = sum(distrusted(state, self.clock.now()) for state in states)
        told = [message.parts[0] for message in self.sender.sent]
        notices = [item for alert, item, _ in told if alert.watchlist == OPERATOR]
        result.notices = Counter(item.title for item in notices)
        sent = Counter(item.id for item in notices)
        result.twice = [item.title for item in notices if sent[item.id] > 1]
        result.outages = len(store.outages(self.start))

    def _long_enough(self, publisher: Publisher, begin: datetime, gone: datetime) -> bool:
        """Whether it stood in the document, of every server and while that was answered, for `SEEN_FOR` in one piece."""
        begin += max(publisher.nodes, default=timedelta())
        for start, end, _ in sorted((*publisher.outages, *publisher.busy, *publisher.instead)):
            if start - begin >= SEEN_FOR:
                break
            begin = max(begin, end) if end > begin else begin
        return min(gone, self.end) - begin >= SEEN_FOR

    def _source(self, number: int) -> Source:
        name, rate, window = self.rhythms[number % len(self.rhythms)]
        trouble = TROUBLES[number % len(TROUBLES)]
        url = f"https://site{number}.example{number // 3}.org/feed.xml"
        publisher = Publisher(url, _published(rate, self.start, self.end, self.chance, window), window)
        self._trouble(publisher, trouble, number)
        self.room.add(publisher)
        return Source(Feed(f"f{number:03}-{name}-{trouble}", url), name, trouble, publisher)

    def _trouble(self, publisher: Publisher, trouble: str, number: int) -> None:
        chance, length = self.chance, self.end - self.start
        down = self.start + length * chance.uniform(0.2, 0.6)
        network = (self.start + length * 0.3, self.start + length * 0.3 + 2 * HOUR, 0)
        outages = [network]
        if trouble == "outage":
            outages.append((down, down + chance.uniform(1.5, 9) * HOUR, chance.choice([0, 500, 503])))
        elif trouble == "gone":
            outages.append((down, down + chance.uniform(3, 12) * HOUR, chance.choice([404, 410])))
        elif trouble == "dead":
            outages.append((down, self.end + 9 * DAY, 404))
        elif trouble == "busy":
            publisher.busy = [(down, down + HOUR / 4, 7200)]
        elif trouble in ("stuck", "same"):
            publisher.validators = trouble
        elif trouble in ("rotate", "shared", "missing", "position"):
            publisher.guids = trouble
        elif trouble in ("sessions", "both"):
            publisher.sessions = True
            publisher.guids = "rotate" if trouble == "both" else "stable"
        elif trouble == "moved":
            publisher.moves = [(down, publisher.url.replace("feed.xml", "new.xml"))]
        elif trouble == "frozen":
            until = down + length * 0.35
            publisher.stories = [story for story in publisher.stories if not down <= story.at < until]
        elif trouble == "pinned":
            publisher.pinned = 1
        elif trouble == "edited":
            publisher.edited = True
        elif trouble == "undated":
            publisher.dated = False
        elif trouble == "pages":
            publisher.pages = True
        elif trouble == "nodes":
            publisher.nodes = [timedelta(), 7 * MINUTE, 20 * MINUTE]
        elif trouble in ("html", "emptied"):
            what = "html" if trouble == "html" else "empty"
            hours = (3, 30, 31, 80)
            publisher.instead = [
                (self.start + at * HOUR, self.start + (at + chance.uniform(0.2, 3)) * HOUR, what) for at in hours
            ]
        elif trouble == "cut":
            publisher.cut = 0.1
        elif trouble in ("backdated", "bumped"):
            for story in publisher.stories[::3]:
                if trouble == "backdated":
                    story.says = story.at - chance.uniform(0.5, 6) * HOUR
                else:
                    story.bumped = story.at + chance.uniform(0.5, 6) * HOUR
        elif trouble == "ahead":
            publisher.ahead = 9 * HOUR
        elif trouble == "ttl":
            publisher.channel = "<ttl>180</ttl>"
        elif trouble == "max_age":
            publisher.headers = {"cache-control": "public, max-age=14400"}
        publisher.outages = outages


def _published(rate: Rate, start: datetime, end: datetime, chance: random.Random, window: int) -> list[Story]:
    """A Poisson process with that rate, thinned (Lewis and Shedler 1979); a window's worth from before the start."""
    most = 20.0
    times: list[datetime] = []
    at = start - 14 * DAY
    while at < end:
        at += timedelta(hours=chance.expovariate(most))
        if chance.random() < rate(at) / most:
            times.append(at.replace(microsecond=0))
    before = [time for time in times if time < start][-window:]
    kept = [*before, *(time for time in times if start <= time < end)]
    return [Story(number, time) for number, time in enumerate(kept)]


def _fewest(publisher: Publisher, start: datetime, end: datetime) -> int:
    """Requests that a poller which knows the future needs to lose nothing: each as late as the window allows."""
    count, place = 1, 0
    times = [story.at for story in publisher.stories if start <= story.at < end]
    while place < len(times):
        count += 1
        place += publisher.window
    return count


def table(result: Result, sources: Sequence[Source], days: float, seconds: float) -> str:
    """What the week came to, in lines."""
    kinds = Counter(
        title.split(" ", 2)[-1] if title.startswith("Feed") else title for title in result.notices.elements()
    )
    lines = [
        ("feeds, days", f"{len(sources)}, {days:g}"),
        ("entries published and shown", str(result.stories)),
        ("entries missed", f"{len(result.missed)} {dict(result.by_trouble) or ''}"),
        ("items stored twice", str(result.doubled)),
        ("requests", str(result.requests)),
        ("  the fewest that lose nothing (knowing the future)", str(result.minimum)),
        ("  every 15 minutes, as configured, without adapting", str(result.fixed)),
        ("requests to a site that had asked for rest", str(result.rude)),
        ("feeds polled early by the restart", str(result.early)),
        ("gaps seen", str(result.gaps)),
        ("feeds whose validators were found to lie", str(result.liars)),
        ("median minutes from publication to store", f"{result.median_latency():.1f}"),
        ("outages", str(result.outages)),
        ("notices sent", f"{result.notices.total()} {dict(kinds)}"),
        ("notices sent twice", f"{len(result.twice)} {result.twice[:3] or ''}"),
        ("seconds", f"{seconds:.0f}"),
    ]
    return "\n".join(f"{name:<55}{value}" for name, value in lines)
