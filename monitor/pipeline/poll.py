"""One poll of one feed: fetch, parse, plan, read, take in.

An outcome is written down whatever it was; what the network or the publisher did wrong is a value on the way, and a bug
of ours costs this feed's poll alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import assert_never

import structlog

from monitor.content.articles import Context
from monitor.core import trust
from monitor.core.bounds import postponed
from monitor.core.dating import is_handful, on_top, undated
from monitor.core.givers import Givers
from monitor.core.plan import NOTHING_TO_DO, Plan, Planned, SeenElsewhere
from monitor.core.progress import Look, Moment
from monitor.core.rereading import pages_after
from monitor.core.schedule import JITTER
from monitor.core.urls import kept_url
from monitor.core.watching import Watching
from monitor.errors import MonitorError, ReadError, StoreError
from monitor.model import (
    Failed,
    Feed,
    FeedState,
    Fetched,
    FetchMode,
    Learnt,
    NotModified,
    ParsedFeed,
    PollReport,
    Reading,
    Request,
)
from monitor.pipeline.answers import Answer, Kept, Opening
from monitor.pipeline.caching import fresh_for
from monitor.pipeline.cage import Cage, Run
from monitor.pipeline.documents import AT_ONCE, Texts, read_document
from monitor.pipeline.fuller import fuller
from monitor.pipeline.intake import Intake, Taken
from monitor.pipeline.looking import Forgotten, Looking
from monitor.pipeline.reading import Reader, page_of
from monitor.pipeline.reports import log_poll, report_of, waiting_for
from monitor.pipeline.rules import Rules
from monitor.pipeline.stored import Stored
from monitor.pipeline.touched import touched
from monitor.ports import Clock, Fetcher, Store, Transaction, Workers, Write

log = structlog.get_logger()

PORTIONS = 10
"""Of one document, at most, and for as long as one reading may take: a body within `[poll] max_bytes` has no more entries than
so many portions of 10,000, or none of them says anything."""
DISTINCT = 0.01
"""Of a portion's entries; where fewer differ (a million empty ones), the next is not read either."""


Conclude = Callable[[Transaction, Sequence[Taken]], None]
"""What a poll's last unit of work writes of the feed itself, after all that was taken."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls feeds with what it is given; between polls it holds which sites gave articles, and nothing else."""

    store: Store
    write: Write
    read: Write
    """As `write`, of calls that only read what nobody else changes meanwhile: nothing is waited for."""
    fetcher: Fetcher
    workers: Workers
    clock: Clock
    jitter: Callable[[], float]
    givers: Givers = field(default_factory=Givers)

    async def poll(self, feed: Feed, rules: Rules, state: FeedState | None = None) -> PollReport:
        """Never raises but for cancellation: the report says what happened. `state`: the feed's, where it was read just now."""
        began = self.clock.monotonic()
        try:
            if state is None:
                state = await self.read(self.store.feed_state, feed.id)
            report = await self._poll(feed, rules, state)
        except StoreError as error:
            report = PollReport(feed.id, "failed", error=str(error), stored=False)
        except MonitorError as error:
            report = await self._broke(feed, rules, error)
        except Exception as error:
            log.exception("poll_broke", feed=feed.id)
            report = await self._broke(feed, rules, error)
        report = replace(report, seconds=round(self.clock.monotonic() - began, 3), before=state)
        log_poll(report)
        return report

    async def _broke(self, feed: Feed, rules: Rules, error: Exception) -> PollReport:
        said = str(error) if isinstance(error, MonitorError) else f"internal error: {type(error).__name__}: {error}"
        try:
            state = await self.read(self.store.feed_state, feed.id)
            return await self._failed(feed, rules, state, said)
        except StoreError as worse:
            return PollReport(feed.id, "failed", error=str(worse), stored=False)

    async def _poll(self, feed: Feed, rules: Rules, state: FeedState) -> PollReport:
        if state.url != (kept := kept_url(feed.url, secret=feed.secret)):
            state = FeedState(id=feed.id, url=kept, languages=state.languages)
        if state.learnt.older:
            state = replace(state, body_hash=None)  # to go on with the archive, the same bytes are read again
        asked = trust.address(feed, state.learnt)
        with_validators = trust.conditional(state, self.clock.now())
        outcome = await self.fetcher.fetch(
            Request(
                asked,
                etag=state.etag if with_validators else None,
                last_modified=state.last_modified if with_validators else None,
                known=state.body_hash,
                partial=trust.takes_partial(state),
                secret=feed.secret,
            )
        )
        match outcome:
            case NotModified():
                learnt = trust.after_answer(state.learnt, feed, asked, outcome.permanent_url)
                return await self._unchanged(feed, rules, _learnt(state, learnt), outcome)
            case Failed(reason="held" | "turn"):
                return await self._held(feed, state, outcome)
            case Failed():
                state = replace(state, learnt=trust.after_failure(state.learnt, feed, asked))
                return await self._failed(feed, rules, state, outcome.error, outcome)
            case Fetched():
                learnt = trust.after_answer(state.learnt, feed, asked, outcome.permanent_url)
                # A redirect to what is no feed is not believed.
                failing = trust.after_failure(state.learnt, feed, asked)
                return await self._fetched(feed, rules, _learnt(state, learnt), outcome, with_validators, failing)
            case _:
                assert_never(outcome)

    async def _fetched(
        self, feed: Feed, rules: Rules, state: FeedState, fetched: Fetched, conditional: bool, failing: Learnt
    ) -> PollReport:
        """`failing`: what was learnt, where the document is none that can be read."""
        if fetched.name == state.body_hash:
            return await self._unchanged(feed, rules, _validated(state, fetched), fetched)
        try:
            answer, planned, look = await self._looked_at(feed, rules, state, fetched, conditional)
        except ReadError as error:
            said = f"{fetched.cut}: {error}" if fetched.cut else str(error)
            return await self._failed(feed, rules, _learnt(state, failing), said)
        if state.learnt.cut_short != bool(fetched.cut):
            state = replace(state, learnt=replace(state.learnt, cut_short=bool(fetched.cut)))
        if look is None:
            state = _with_parts(_validated(state, answer.fetched), answer)
            return await self._unchanged(feed, rules, state, answer.fetched, whole=answer.told)
        parsed = look.parsed
        work, waiting = postponed(planned.work, rules.config.limits)
        if on_top(look.window):
            work = undated(work, state)
        waiting += parsed.left
        if waiting:
            if look.continuity != "gap":  # else the next document shows the gap anew
                older, failed = state.learnt.older, state.learnt.older_failed
                look = replace(look, filled=False, older=older, older_failed=failed)
            parsed = replace(parsed, complete=False, problem=waiting_for(waiting, parsed.problem))
        doubted = not conditional and not trust.distrusted(state, self.clock.now())
        if look.fresh and doubted and await self._lied(state, answer):
            state = replace(state, learnt=replace(state.learnt, lied_at=self.clock.now()))
        if parsed.complete:
            state = replace(_with_parts(_validated(state, answer.fetched), answer), body_hash=answer.name)
        else:
            state = replace(state, etag=None, last_modified=None, body_hash=None)
        state = replace(state, title=parsed.title or state.title)

        def conclude(tx: Transaction, taken: Sequence[Taken]) -> None:
            max_age = fresh_for(answer.fetched.headers)
            seen = look.with_renamed(sum(one.renamed for one in taken))
            after = self._ends(feed, rules).succeeded(state, max_age, seen, parsed.problem, whole=answer.told)
            after = _learnt(after, pages_after(after.learnt, (one.page for one in taken)))
            if waiting:
                # The first poll is over when all of its document is in: what may alert of it is a rule of its own.
                again = self.clock.now() + rules.config.poll.min
                after = replace(after, next_poll_at=again, first_polled_at=state.first_polled_at)
            tx.save_feed(after)
            tx.keep_memory(feed.id, None if waiting else answer.document.memory)

        taken = await self._entries(feed, rules, state, work, parsed, conclude)
        return report_of(feed, taken, answer.document.count, parsed.problem)

    def _kept(self, feed: str, name: str) -> Kept:
        """On the store's thread."""
        return Kept(name, self.store.memory(feed), self.store.strikes(name))

    async def _opened(
        self, feed: Feed, rules: Rules, state: FeedState, fetched: Fetched, kept: Kept, conditional: bool
    ) -> Answer:
        # Without a memory all would be read that stands in the store, except at first.
        texts = self._texts(feed, rules, state) if kept.memory or state.first_polled_at is None else None
        return await self._opening(feed, rules).read(fetched, kept, state, texts, conditional=conditional)

    async def _looked_at(
        self, feed: Feed, rules: Rules, state: FeedState, fetched: Fetched, conditional: bool
    ) -> tuple[Answer, Plan, Look | None]:
        """No look at a sitemap index whose sitemaps are unchanged. Raises ReadError."""
        kept = await self.read(self._kept, feed.id, fetched.name)
        answer = await self._opened(feed, rules, state, fetched, kept, conditional)
        if answer.unchanged:
            return answer, NOTHING_TO_DO, None
        try:
            return answer, *await self._planned(feed, rules, state, answer)
        except Forgotten:
            answer = await self._opened(feed, rules, state, fetched, replace(kept, memory=b""), conditional)
            return answer, *await self._planned(feed, rules, state, answer)

    async def _planned(self, feed: Feed, rules: Rules, state: FeedState, answer: Answer) -> tuple[Plan, Look]:
        """What is to be done about a document. One that is longer than is read at once is read on until there is enough to
        do for one poll. Raises ReadError and Forgotten."""
        looking, limits, url = self._looking(rules), rules.config.limits, answer.fetched.url
        until = self.clock.monotonic() + limits.reading.total_seconds()
        document = answer.document
        planned, look = await looking.at(feed, state, document, url, window=answer.shows_window)
        for begin in range(limits.document, PORTIONS * limits.document, limits.document):
            if not look.parsed.left or len(planned.work) >= limits.entries:
                return planned, look
            if self.clock.monotonic() > until or len(document.entries) < DISTINCT * document.count:
                break
            document = await self._opening(feed, rules).portion(answer, begin)
            older, more = await looking.at(feed, state, document, url, window=False)
            planned, look = replace(planned, work=older.work + planned.work), look.with_portion(more)
        if look.parsed.left:
            told = f"too many entries: {look.parsed.left} were left (limits.document, limits.reading)"
            look = replace(look, parsed=replace(look.parsed, left=0, complete=False, problem=told))
        return planned, look

    async def push(self, feed: Feed, rules: Rules, answer: Fetched) -> PollReport:
        """Take in what a hub brought. The feed's document and its validators are not touched; what cannot be read is lost
        to nobody, because it is polled as before. Raises ReadError and StoreError."""
        state = await self.read(self.store.feed_state, feed.id)
        limits = rules.config.limits
        part = await self.workers.run(read_document, feed.id, limits, answer.body, answer.url, dict(answer.headers))
        planned, look = await self._looking(rules).at(feed, state, part, answer.url, window=False)
        work, _ = postponed(planned.work, limits)  # what waits is in the document
        if is_handful(len(look.fresh), state.learnt.size):
            work = undated(work, state)

        def conclude(tx: Transaction, _: Sequence[Taken]) -> None:
            tx.save_feed(self._ends(feed, rules).pushed(self.store.feed_state(feed.id), look))

        taken = await self._entries(feed, rules, state, work, part.parsed, conclude)
        report = report_of(feed, taken, part.count, part.parsed.problem)
        log.info("pushed", feed=feed.id, new=report.new, copies=report.copies, alerts=report.alerts)
        return report

    @property
    def _stored(self) -> Stored:
        return Stored(self.store, self.write, self.read)

    def _looking(self, rules: Rules) -> Looking:
        return Looking(self.fetcher, self.workers, self._stored, rules.config.poll, self.clock.now())

    async def _lied(self, state: FeedState, answer: Answer) -> bool:
        """Whether validators say "unchanged" of entries that are new: by themselves, or when asked with once more."""
        doubts = answer.doubts(state, untold=trust.was_unchanged(state))
        if any(doubt.lies for doubt in doubts):
            return True
        for doubt in doubts:
            if doubt.worth_asking:
                etag, modified = doubt.before
                again = await self.fetcher.fetch(Request(doubt.url, etag=etag, last_modified=modified))
                if isinstance(again, NotModified):
                    return True
        return False

    async def _entries(
        self,
        feed: Feed,
        rules: Rules,
        state: FeedState,
        work: Sequence[Planned],
        parsed: ParsedFeed,
        conclude: Conclude,
    ) -> list[Taken]:
        reader = self.reader(feed, rules, feed.fetch)
        first_poll = state.first_polled_at is None
        taken: list[Taken] = []
        # At least one unit of work: the last one writes the feed's state, so validators stand only beside their items.
        for start in range(0, len(work) or 1, AT_ONCE):
            chunk = work[start : start + AT_ONCE]
            context = self.context(feed, rules, state, parsed.language)
            besides = await fuller(chunk, self._stored)
            besides |= await touched(chunk, state, self._stored, self.workers, self.clock.now())
            readings = await reader.read(chunk, context, besides)
            ends = conclude if start + AT_ONCE >= len(work) else None
            taken = await self.write(self._take, feed, rules, chunk, readings, first_poll, taken, ends)
        return taken

    def _take(
        self,
        feed: Feed,
        rules: Rules,
        chunk: Sequence[Planned],
        readings: dict[int, Reading],
        first_poll: bool,
        before: Sequence[Taken],
        ends: Conclude | None,
    ) -> list[Taken]:
        """One transaction, on the store's thread; returns `before` and what it took."""
        taken = list(before)
        with self.store.transaction() as tx:
            intake = Intake(tx, rules, self.clock.now(), feed, first_poll)
            intake.expect([(planned, readings.get(index)) for index, planned in enumerate(chunk)])
            for index, planned in enumerate(chunk):
                if isinstance(planned, SeenElsewhere):
                    taken.append(intake.seen_elsewhere(planned, readings.get(index)))
                else:
                    one, page = intake.take(planned, readings[index]), page_of(planned, readings[index])
                    taken.append(one if page is None else replace(one, page=page))
            if ends is not None:
                ends(tx, taken)
        return taken

    def _texts(self, feed: Feed, rules: Rules, state: FeedState) -> Texts:
        context = self.context(feed, rules, state)
        return Texts(feed.fetch or rules.config.article.fetch, context)

    def context(self, feed: Feed, rules: Rules, state: FeedState, declared: str | None = None) -> Context:
        """What is known of a feed's articles beside themselves; `declared`: the language that its document says."""
        watching = Watching(rules.written, feed.id, rules.tags_of((feed.id,))) if rules.written else None
        languages = tuple(word for word in (feed.language, declared) if word)
        return Context(self.clock.now(), languages, dict(state.languages), rules.config.limits, watching)

    def _opening(self, feed: Feed, rules: Rules) -> Opening:
        return Opening(feed.id, rules.config.limits, self.fetcher, self.cage(feed, self.workers.run))

    def cage(self, feed: Feed, run: Run) -> Cage:
        """Where what this feed brought is read."""
        return Cage(self.store, self.write, run, feed.id, self.clock.now)

    def reader(self, feed: Feed, rules: Rules, mode: FetchMode | None, attempt: int = 0) -> Reader:
        """What reads this feed's entries; `mode` and `attempt` as in `Reader`."""
        cage, policy = self.cage(feed, self.workers.urgent), rules.config.article
        return Reader(self.fetcher, self.workers, cage, policy, mode, self.hold, self.givers, self.clock.now, attempt)

    def _ends(self, feed: Feed, rules: Rules) -> Moment:
        return Moment(feed, rules.config.poll, self.clock.now(), self.jitter())

    async def _unchanged(
        self, feed: Feed, rules: Rules, state: FeedState, answer: Fetched | NotModified, *, whole: bool = True
    ) -> PollReport:
        whole = whole and isinstance(answer, Fetched)
        await self._save(self._ends(feed, rules).succeeded(state, fresh_for(answer.headers), None, whole=whole))
        return PollReport(feed.id, "unchanged")

    async def _held(self, feed: Feed, state: FeedState, outcome: Failed) -> PollReport:
        """The site is to be left alone now: nothing was asked, so nothing failed. A place in its line is kept to the second."""
        late = JITTER * self.jitter() if outcome.reason == "held" else 0.0
        wait = max(outcome.retry_after or timedelta(), timedelta(seconds=1))
        await self._save(replace(state, next_poll_at=self.clock.now() + wait * (1 + late)))
        return PollReport(feed.id, "skipped", error=outcome.error)

    async def _failed(
        self, feed: Feed, rules: Rules, state: FeedState, error: str, outcome: Failed | None = None
    ) -> PollReport:
        ends = self._ends(feed, rules)
        if outcome is None:
            await self._save(ends.failed(state, error))
        else:
            after = ends.failed(state, error, status=outcome.status, retry_after=outcome.retry_after)
            await self.hold(outcome, after)
        return PollReport(feed.id, "failed", error=error, answered=outcome is None or not outcome.silent)

    async def hold(self, outcome: Failed, state: FeedState | None = None) -> None:
        """Write down that a site asked to be left alone, with the state of the feed that heard it."""
        until = self.clock.now() + outcome.retry_after if outcome.retry_after else None

        def save() -> None:
            with self.store.transaction() as tx:
                if outcome.site and until:
                    tx.hold_site(outcome.site, until)
                if state is not None:
                    tx.save_feed(state)

        await self.write(save)

    async def _save(self, state: FeedState) -> None:
        def save() -> None:
            with self.store.transaction() as tx:
                tx.save_feed(state)

        await self.write(save)


def _learnt(state: FeedState, learnt: Learnt) -> FeedState:
    return state if learnt is state.learnt else replace(state, learnt=learnt)


def _validated(state: FeedState, answer: Fetched) -> FeedState:
    """The state with this answer's validators."""
    etag, modified = trust.validators(answer.headers)
    if (etag, modified) == (state.etag, state.last_modified):
        return state
    return replace(state, etag=etag, last_modified=modified)


def _with_parts(state: FeedState, answer: Answer) -> FeedState:
    """The state with what the answer is made of."""
    parts = answer.children.parts if answer.children else ()
    return state if parts == state.learnt.parts else replace(state, learnt=replace(state.learnt, parts=parts))
