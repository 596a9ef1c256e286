"""One feed of a newsroom, polled by hand on a real store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from monitor.adapters.sqlite import SqliteStore
from monitor.model import AlertPolicy, ArticlePolicy, Config, Feed, FeedState, ItemFilter, PollReport
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON
from tests.fakes import FakeClock
from tests.newsroom import Newsroom, Publisher, a_poller, stories

URL = "https://harbour.example.org/feed.xml"


class Desk:
    """One feed, polled by hand."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock(NOON)
        self.room = Newsroom(self.clock)
        self.store = SqliteStore(path)
        self.config = Config(
            feeds=(Feed("harbour", URL),), article=ArticlePolicy(fetch="never"), alerts=AlertPolicy(first_poll="none")
        )

    def publisher(self, every: timedelta = HOUR, **how: object) -> Publisher:
        return self.room.add(Publisher(URL, stories(NOON - 30 * every, every, 400), **how))  # type: ignore[arg-type]

    async def poll(self, wait: timedelta = timedelta(), feed: Feed | None = None) -> PollReport:
        self.clock.move(wait)
        self.store.sync_feeds(self.config.feeds, self.clock.now())
        rules = Rules.of(self.config)
        return await a_poller(self.store, self.room, self.clock).poll(feed or self.config.feeds[0], rules)

    async def run(self, until: datetime) -> None:
        """Poll whenever the schedule says so."""
        await self.poll()
        while (at := self.state.next_poll_at) is not None and at < until:
            await self.poll(max(timedelta(), at - self.clock.now()))
        self.clock.move(until - self.clock.now())

    @property
    def state(self) -> FeedState:
        return self.store.feed_state("harbour")

    def titles(self) -> set[str]:
        return {item.title for item in self.store.items(ItemFilter())}

    def missed(self, publisher: Publisher, start: datetime) -> list[str]:
        return [title for title in publisher.published(start, self.clock.now()) if title not in self.titles()]
