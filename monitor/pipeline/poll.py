"""One poll of one feed: fetch, parse, plan, read, take in.

An outcome is written down whatever it was; what the network or the publisher did wrong is a value on the way, and a bug
of ours costs this feed's poll alone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, assert_never

import structlog

from monitor.content.articles import Context, read_entries, read_entry, triage
from monitor.content.feeds import parse_feed
from monitor.core.plan import Fresh, Planned, Revised, SeenElsewhere, identify, plan
from monitor.core.schedule import Hints, backoff, interval_after, next_poll
from monitor.errors import MonitorError, ReadError, StoreError, WorkerDied
from monitor.model import (
    Entry,
    Failed,
    Feed,
    FeedState,
    Fetched,
    NotModified,
    ParsedFeed,
    PollReport,
    Reading,
    Request,
)
from monitor.pipeline.caching import max_age
from monitor.pipeline.intake import Intake, Rules, Taken
from monitor.ports import Clock, Fetcher, Store, Workers

log = structlog.get_logger()

CHUNK = 25
"""Entries read and stored together: a poll that is stopped loses at most so much work, and nothing that was stored."""

UNCONDITIONAL_EVERY = 12
"""Every so many polls the validators are left out: publishers' ETags lie (Media Cloud found so)."""

T = TypeVar("T")


class Write(Protocol):
    """Runs a store call on the thread that owns the store."""

    async def __call__(self, function: Callable[..., T], *args: object) -> T: ...


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls feeds with what it is given; holds nothing between polls."""

    store: Store
    write: Write
    fetcher: Fetcher
    workers: Workers
    clock: Clock
    jitter: Callable[[], float]

    async def poll(self, feed: Feed, rules: Rules) -> PollReport:
        """Never raises but for cancellation: the report says what happened."""
        began = self.clock.monotonic()
        try:
            report = await self._poll(feed, rules)
        except StoreError as error:
            report = PollReport(feed.id, "failed", error=str(error))
        except Exception as error:
            log.exception("poll_broke", feed=feed.id)
            report = await self._broke(feed, rules, error)
        report = replace(report, seconds=round(self.clock.monotonic() - began, 3))
        log_poll(report)
        return report

    async def _broke(self, feed: Feed, rules: Rules, error: Exception) -> PollReport:
        said = str(error) if isinstance(error, MonitorError) else f"internal error: {type(error).__name__}: {error}"
        try:
            state = await self.write(self.store.feed_state, feed.id)
            return await self._failed(feed, rules, state, said)
        except StoreError as worse:
            return PollReport(feed.id, "failed", error=str(worse))

    async def _poll(self, feed: Feed, rules: Rules) -> PollReport:
        state = await self.write(self.store.feed_state, feed.id)
        if state.url != feed.url:
            state = FeedState(id=feed.id, url=feed.url, languages=state.languages)
        conditional = state.polls % UNCONDITIONAL_EVERY != UNCONDITIONAL_EVERY - 1
        outcome = await self.fetcher.fetch(
            Request(
                feed.url,
                etag=state.etag if conditional else None,
                last_modified=state.last_modified if conditional else None,
            )
        )
        match outcome:
            case NotModified():
                return await self._unchanged(feed, rules, state, max_age(outcome.headers))
            case Failed():
                return await self._failed(feed, rules, state, outcome.error, outcome.retry_after)
            case Fetched():
                return await self._fetched(feed, rules, state, outcome)
            case _:
                assert_never(outcome)

    async def _fetched(self, feed: Feed, rules: Rules, state: FeedState, answer: Fetched) -> PollReport:
        body_hash = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
        if body_hash == state.body_hash:
            return await self._unchanged(feed, rules, _validated(state, answer), max_age(answer.headers))
        try:
            parsed = await self.workers.run(parse_feed, answer.body, answer.url, dict(answer.headers))
        except ReadError as error:
            return await self._failed(feed, rules, state, str(error))
        if parsed.children and not parsed.entries:
            newest = parsed.children[0]
            return await self._failed(
                feed, rules, state, f"a sitemap index: configure one of its sitemaps, such as {newest}"
            )
        if parsed.complete:
            state = replace(_validated(state, answer), body_hash=body_hash)
        else:
            state = replace(state, etag=None, last_modified=None, body_hash=None)
        state = replace(state, title=parsed.title or state.title)
        hints = Hints(ttl=parsed.ttl, max_age=max_age(answer.headers))

        def conclude(taken: Sequence[Taken]) -> FeedState:
            fresh = sum(one.kind in ("new", "copy") for one in taken)
            return self._after_success(feed, rules, state, hints, new=fresh, problem=parsed.problem)

        taken = await self._entries(feed, rules, state, parsed, conclude)
        counts = {kind: sum(one.kind == kind for one in taken) for kind in ("new", "copy", "revised")}
        return PollReport(
            feed.id,
            "ok",
            new=counts["new"],
            copies=counts["copy"],
            revised=counts["revised"],
            alerts=sum(one.alerts for one in taken),
            entries=len(parsed.entries),
            error=parsed.problem,
        )

    async def _entries(
        self,
        feed: Feed,
        rules: Rules,
        state: FeedState,
        parsed: ParsedFeed,
        conclude: Callable[[Sequence[Taken]], FeedState],
    ) -> list[Taken]:
        identified = identify(feed.id, parsed.entries)
        known = await self.write(self.store.known, [key for one in identified for key in one.keys])
        work = plan(identified, known).work
        declared = tuple(word for word in (feed.language, parsed.language) if word)
        first_poll = state.first_polled_at is None
        taken: list[Taken] = []
        # At least one unit of work: the last one writes the feed's state, so validators stand only beside their items.
        for start in range(0, len(work) or 1, CHUNK):
            chunk = work[start : start + CHUNK]
            context = Context(self.clock.now(), declared, dict(state.languages))
            readings = await self._read(feed, rules, chunk, context)
            last = start + CHUNK >= len(work)
            taken = await self.write(
                self._take, feed, rules, chunk, readings, first_poll, taken, conclude if last else None
            )
        return taken

    def _take(
        self,
        feed: Feed,
        rules: Rules,
        chunk: Sequence[Planned],
        readings: dict[int, Reading],
        first_poll: bool,
        before: Sequence[Taken],
        conclude: Callable[[Sequence[Taken]], FeedState] | None,
    ) -> list[Taken]:
        """One transaction, on the store's thread; returns `before` and what it took."""
        taken = list(before)
        with self.store.transaction() as tx:
            intake = Intake(tx, rules, self.clock.now(), feed, first_poll)
            for index, planned in enumerate(chunk):
                if isinstance(planned, SeenElsewhere):
                    taken.append(intake.seen_elsewhere(planned))
                else:
                    taken.append(intake.take(planned, readings[index]))
            if conclude is not None:
                tx.save_feed(conclude(taken))
        return taken

    async def _read(self, feed: Feed, rules: Rules, chunk: Sequence[Planned], context: Context) -> dict[int, Reading]:
        """Readings of the entries that need one, by their place in the chunk."""
        places = [index for index, planned in enumerate(chunk) if isinstance(planned, Fresh | Revised)]
        if not places:
            return {}
        mode = feed.fetch or rules.config.article.fetch
        wanted = await self.workers.run(triage, [chunk[index].entry for index in places], mode)
        with_page = [index for index, want in zip(places, wanted, strict=True) if want]
        without = [index for index, want in zip(places, wanted, strict=True) if not want]
        plain, paged = await asyncio.gather(
            self._read_feed_texts([chunk[index].entry for index in without], context),
            asyncio.gather(*(self._read_page(chunk[index].entry, rules, context) for index in with_page)),
        )
        return {**dict(zip(without, plain, strict=True)), **dict(zip(with_page, paged, strict=True))}

    async def _read_feed_texts(self, entries: Sequence[Entry], context: Context) -> list[Reading]:
        return await self.workers.run(read_entries, list(entries), context) if entries else []

    async def _read_page(self, entry: Entry, rules: Rules, context: Context) -> Reading:
        """The article's page; without it, the feed's text and the reason."""
        page, problem = await self._page(entry.url or "", rules)
        if page is not None:
            try:
                return await self.workers.run(read_entry, entry, page, context)
            except WorkerDied as error:
                problem = str(error)
        return await self.workers.run(read_entry, entry, None, context, problem)

    async def _page(self, url: str, rules: Rules) -> tuple[Fetched | None, str | None]:
        if rules.config.article.robots and not await self.fetcher.allowed(url):
            return None, "robots.txt does not allow the page"
        outcome = await self.fetcher.fetch(Request(url, purpose="page"))
        match outcome:
            case Fetched():
                return outcome, None
            case Failed():
                return None, f"page: {outcome.error}"
            case NotModified():
                return None, "page: 304 Not Modified to an unconditional request"
            case _:
                assert_never(outcome)

    async def _unchanged(self, feed: Feed, rules: Rules, state: FeedState, hint: timedelta | None) -> PollReport:
        await self._save(self._after_success(feed, rules, state, Hints(max_age=hint), new=0, problem=None))
        return PollReport(feed.id, "unchanged")

    def _after_success(
        self, feed: Feed, rules: Rules, state: FeedState, hints: Hints, *, new: int, problem: str | None
    ) -> FeedState:
        now = self.clock.now()
        policy = rules.config.poll
        last_new_at = now if new else state.last_new_at
        silent_for = now - last_new_at if last_new_at else None
        interval = interval_after(feed, policy, state.interval, new=new, silent_for=silent_for)
        return replace(
            state,
            interval=interval,
            next_poll_at=next_poll(now, interval, hints, policy, self.jitter()),
            last_poll_at=now,
            last_success_at=now,
            last_new_at=last_new_at,
            first_polled_at=state.first_polled_at or now,
            polls=state.polls + 1,
            failures=0,
            last_error=problem,
        )

    async def _failed(
        self,
        feed: Feed,
        rules: Rules,
        state: FeedState,
        error: str,
        retry_after: timedelta | datetime | None = None,
    ) -> PollReport:
        now = self.clock.now()
        failures = state.failures + 1
        wait = retry_after - now if isinstance(retry_after, datetime) else retry_after
        at = next_poll(
            now, backoff(feed, rules.config.poll, failures), Hints(retry_after=wait), rules.config.poll, self.jitter()
        )
        await self._save(
            replace(
                state,
                url=feed.url,
                last_poll_at=now,
                next_poll_at=at,
                polls=state.polls + 1,
                failures=failures,
                last_error=error,
            )
        )
        return PollReport(feed.id, "failed", error=error)

    async def _save(self, state: FeedState) -> None:
        def save() -> None:
            with self.store.transaction() as tx:
                tx.save_feed(state)

        await self.write(save)


def _validated(state: FeedState, answer: Fetched) -> FeedState:
    """The state with this answer's validators."""
    return replace(state, etag=answer.headers.get("etag"), last_modified=answer.headers.get("last-modified"))


def log_poll(report: PollReport) -> None:
    """The one line of a poll."""
    values = {name: getattr(report, name) for name in ("new", "copies", "revised", "alerts") if getattr(report, name)}
    if report.error:
        values["error"] = report.error
    level = log.warning if report.status == "failed" else log.info
    level("polled", feed=report.id, status=report.status, **values, took=report.seconds)
