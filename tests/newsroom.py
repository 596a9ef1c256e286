"""Publishers as they are, on a clock that is told the time: feeds that roll, lie, move, fail; a fake `ports.Fetcher`.

room = Newsroom(clock)
room.add(Publisher("https://a.example.org/feed", entries=…))
await poller(store, room).poll(feed, rules)
assert room.asked[-1].etag
"""

from __future__ import annotations

import hashlib
import random
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitor.core.identity import site_of
from monitor.model import Failed, Fetched, FetchOutcome, NotModified, Request
from monitor.pipeline.poll import Poller
from monitor.ports import Clock, Fetcher, Store

WORDS = [a + b for a in ("har", "tor", "mil", "ven", "lok", "sar", "pin", "dru") for b in ("bour", "ning", "tal", "vik", "dor", "mos", "gar", "lin")]  # fmt: skip

MAINTENANCE = (
    b"<!doctype html><html><head><title>We are back soon</title></head><body><h1>We are back soon</h1></body></html>"
)


@dataclass
class Story:
    """One entry to be: shown from `at` on, under the date `says` (that of `at`), and from `bumped` on under that one."""

    number: int
    at: datetime
    says: datetime | None = None
    bumped: datetime | None = None

    def date(self, now: datetime) -> datetime:
        """What it bears, and is sorted by."""
        return self.bumped if self.bumped and self.bumped <= now else self.says or self.at


@dataclass
class Publisher:
    """A feed's publisher, honest in everything that is not said otherwise."""

    url: str
    stories: list[Story]
    window: int = 20
    validators: str = "honest"
    """``honest``, ``stuck`` (304 to whatever is asked conditionally), ``same`` (one ETag for all), ``none``."""
    guids: str = "stable"
    """``stable``, ``rotate`` (new at every request), ``missing``, ``shared`` (one for all), ``position`` (1 for the newest)."""
    sessions: bool = False
    """Links carry a parameter that changes at every request."""
    dated: bool = True
    edited: bool = False
    """Every hour the newest entry is worded anew."""
    outages: Sequence[tuple[datetime, datetime, int]] = ()
    """From, to, status: 0 is a connection that fails."""
    busy: Sequence[tuple[datetime, datetime, int]] = ()
    """From, to, seconds: 429 with Retry-After."""
    instead: Sequence[tuple[datetime, datetime, str]] = ()
    """From, to, what is answered in the document's place with a 200: ``html``, ``empty``."""
    nodes: Sequence[timedelta] = ()
    """How far each of its servers lags behind the newsroom; lots decide which answers."""
    cut: float = 0.0
    """The share of answers that end in their midst, 0 to 1."""
    ahead: timedelta = timedelta()
    """Dates are local time and call themselves UTC."""
    moves: Sequence[tuple[datetime, str]] = ()
    """From then on the URL answers with a permanent redirect there."""
    pages: bool = False
    """WordPress: `?paged=N` shows what stood before."""
    generator: str = "https://wordpress.org/?v=6.5"
    """Named where there are pages."""
    pinned: int = 0
    channel: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def answer(self, request: Request, now: datetime) -> FetchOutcome:
        self.requests += 1
        url = request.url.partition("?")[0]
        for start, end, status in self.outages:
            if start <= now < end:
                what = ("status", f"{status} outage", status) if status else ("connect", "no connection", None)
                return Failed(request.url, what[0], what[1], what[2])  # type: ignore[arg-type]
        for start, end, seconds in self.busy:
            if start <= now < end:
                wait = timedelta(seconds=seconds)
                return Failed(request.url, "status", "429 Too Many Requests", 429, wait, site_of(request.url))
        moved = next((to for at, to in reversed(self.moves) if at <= now and url != to), None)
        return self._document(request, now, moved)

    def _document(self, request: Request, now: datetime, moved: str | None) -> FetchOutcome:
        page = int(parse_qs(urlsplit(request.url).query).get("paged", ["1"])[0])
        if page > 1 and not self.pages:
            page = 1
        instead = next((what for start, end, what in self.instead if start <= now < end), "")
        if instead == "html":
            return Fetched(moved or request.url, 200, MAINTENANCE, {"content-type": "text/html"}, moved)
        lag = self.chance.choice(self.nodes) if self.nodes else timedelta()
        shown = [] if instead else self.shown(now - lag, page)
        if page > 1 and not shown:
            return Failed(request.url, "status", "404 Not Found", 404)
        etag = '"always"' if self.validators == "same" else f'"{self._version(shown, now)}"'
        if self.validators == "stuck" and (request.etag or request.last_modified):
            return NotModified(request.url, self.headers, moved)
        if self.validators in ("honest", "same") and request.etag == etag:
            return NotModified(request.url, self.headers, moved)
        body = self.render(shown, now)
        if self.chance.random() < self.cut:
            body = body[: int(len(body) * self.chance.uniform(0.1, 0.95))]
        headers = {"content-type": "application/rss+xml", **self.headers}
        if self.validators != "none":
            headers["etag"] = etag
        return Fetched(moved or request.url, 200, body, headers, moved)

    def _version(self, shown: Sequence[Story], now: datetime) -> str:
        """Changes when, and only when, the entries do."""
        said = (
            *((story.number, story.date(now)) for story in shown),
            f"{now:%d%H}" if self.edited else "",
            self.channel,
        )
        return _digest(repr(said).encode())

    def shown(self, now: datetime, page: int = 1) -> list[Story]:
        """What the window holds, newest first."""
        out = [story for story in self.stories if story.at <= now]
        pinned, rolling = out[: self.pinned], sorted(out[self.pinned :], key=lambda story: story.date(now))
        end = len(rolling) - (page - 1) * self.window
        rolled = rolling[max(0, end - self.window) : max(0, end)]
        return [*(pinned if page == 1 else ()), *reversed(rolled)]

    def spells(self, end: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
        """Of each story, by its number, from when until when it stands in the document, `end` at the latest."""
        out: dict[int, list[tuple[datetime, datetime]]] = {}
        since: dict[int, datetime] = {}
        order: list[tuple[datetime, int]] = []
        for at, story in sorted(((at, one) for one in self.stories for at in (one.at, one.bumped) if at), key=_first):
            if at != story.at:
                order.remove((story.says or story.at, story.number))
            insort(order, (story.date(at), story.number))
            standing = {number for _, number in order[-self.window :]}
            for number in since.keys() - standing:
                out.setdefault(number, []).append((since.pop(number), at))
            since |= dict.fromkeys(standing - since.keys(), at)
        for number, at in since.items():
            out.setdefault(number, []).append((at, max(at, end)))
        return out

    def render(self, shown: Sequence[Story], now: datetime) -> bytes:
        salt = now.isoformat()
        items = "".join(self._item(story, now, salt, index) for index, story in enumerate(shown))
        generator = f"<generator>{self.generator}</generator>" if self.pages else ""
        head = f"<title>{escape(self.url)}</title>{generator}{self.channel}"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()

    def _item(self, story: Story, now: datetime, salt: str, index: int) -> str:
        name = f"{_digest(self.url.encode())[:6]}-{story.number}"
        link = f"https://{urlsplit(self.url).hostname}/news/{name}"
        if self.sessions:
            link += f"?visit={_digest((name + salt).encode())[:8]}"
        guid = {
            "stable": name,
            "rotate": _digest((name + salt).encode()),
            "shared": "feed",
            "missing": "",
            "position": str(index + 1),
        }[self.guids]
        parts = [f"<title>{headline(name)}</title><link>{escape(link)}</link>"]
        if guid:
            parts.append(f'<guid isPermaLink="false">{guid}</guid>')
        if self.dated:
            parts.append(f"<pubDate>{format_datetime(story.date(now) + self.ahead)}</pubDate>")
        hour = f" By then {now:%d%H} crates stood on the quay." if self.edited and index == 0 else ""
        parts.append(f"<description>{text(name)}{hour}</description>")
        return f"<item>{''.join(parts)}</item>"

    def published(self, start: datetime, end: datetime) -> list[str]:
        """Titles of what was published between."""
        return [self.title(story) for story in self.stories if start <= story.at <= end]

    def title(self, story: Story) -> str:
        return headline(f"{_digest(self.url.encode())[:6]}-{story.number}")


class Newsroom:
    """Implements `ports.Fetcher` over publishers; everything asked is kept."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.publishers: dict[str, Publisher] = {}
        self.other: dict[str, FetchOutcome] = {}
        self.asked: list[Request] = []
        self.held: dict[str, datetime] = {}
        """What the fetcher remembers of sites that asked for rest; `wishes` is what they asked."""
        self.wishes: dict[str, datetime] = {}
        self.rude = 0
        """Requests to a site that had asked to be left alone."""

    def add(self, publisher: Publisher) -> Publisher:
        for url in (publisher.url, *(to for _, to in publisher.moves)):
            self.publishers[url] = publisher
        return publisher

    async def fetch(self, request: Request) -> FetchOutcome:
        now = self.clock.now()
        site = site_of(request.url)
        if self.held.get(site, now) > now:
            wait = self.held[site] - now
            return Failed(request.url, "held", f"{site} asked to be left alone", 429, wait, site)
        self.asked.append(request)
        self.rude += self.wishes.get(site, now) > now
        if request.url in self.other:
            return self.other[request.url]
        publisher = self.publishers.get(request.url.partition("?")[0])
        if publisher is None:
            return Failed(request.url, "status", "404 Not Found", 404)
        answer = publisher.answer(request, now)
        if isinstance(answer, Failed) and isinstance(answer.retry_after, timedelta) and answer.site:
            self.held[answer.site] = self.wishes[answer.site] = now + answer.retry_after
        return answer

    async def allowed(self, url: str) -> bool:
        return True


class Here:
    """Implements `ports.Workers` in this process."""

    async def run(self, function: Callable[..., Any], *args: object) -> Any:
        return function(*args)

    urgent = run


async def write(function: Callable[..., Any], *args: object) -> Any:
    return function(*args)


def a_poller(store: Store, fetcher: Fetcher, clock: Clock, jitter: Callable[[], float] = lambda: 0.5) -> Poller:
    """The real one, over this store and these publishers."""
    return Poller(store, write, write, fetcher, Here(), clock, jitter)


def stories(start: datetime, every: timedelta, count: int, first: int = 0) -> list[Story]:
    """So many, evenly."""
    return [Story(first + number, start + number * every) for number in range(count)]


@cache
def headline(name: str) -> str:
    words = _words(name, 5)
    return f"{' '.join(words).capitalize()} {name}"


@cache
def text(name: str) -> str:
    """Words of its own, so that no story is a copy of another, in plain English sentences."""
    words = iter(_words("text" + name, 32))
    frames = ("The people of {} said that they were with {} in the {} and would have their {} again.",) * 8
    told = " ".join(frame.format(*(next(words) for _ in range(4))) for frame in frames)
    return f"<p>{told}</p>".replace("<", "&lt;")


def _first(pair: tuple[datetime, Story]) -> tuple[datetime, int]:
    return pair[0], pair[1].number


def _words(seed: str, count: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(WORDS) + chance.choice(WORDS) for _ in range(count)]


def _digest(value: bytes) -> str:
    return hashlib.blake2b(value, digest_size=8).hexdigest()
