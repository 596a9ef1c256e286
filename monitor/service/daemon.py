"""`monitor run`: one tick a second asks the store what is due; everything else follows from rows.

APScheduler only ticks. Its own bookkeeping would forget what was due when the process died, and its default of skipping
runs that are a second late starves feeds (measured: 173 of 200); so: one tick job, coalesced, never skipped, and others
for hubs and retention.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.adapters.notify import Notifier
from monitor.core.dates import lately
from monitor.core.schedule import shortest
from monitor.core.urls import configured_site
from monitor.errors import ConfigError, StoreError
from monitor.garbage import keep_what_there_is
from monitor.model import Config, FeedState
from monitor.model.notes import STUCK
from monitor.service.app import Application
from monitor.service.endpoint import Endpoint
from monitor.service.places import Places, of_crowded_sites, of_one_site
from monitor.service.pulse import Pulse
from monitor.service.returning import Returning
from monitor.service.wallclock import WallClock
from monitor.service.websub import LOOK as SUBSCRIBE
from monitor.service.websub import Subscriber

log = structlog.get_logger()

TICK = 1.0  # seconds
LATE_LOOK = 10.0  # seconds between two looks for parts that do not move, where no watchdog asks for more
# Times that one tick asks for what is due, while most of those who come stand aside for others of their site.
CLAIMS = 8
LEASE = timedelta(minutes=30)  # longer than any poll; a daemon that died gives all leases back when it starts again
LOOK = timedelta(seconds=10)  # how often it looks for feeds and channels in trouble
LOOK_SHARE = 20  # times as long as a look took, at least: while all of 50,000 feeds fail it takes a second and more
BEAT = timedelta(seconds=10)  # how often the daemon writes down that it is alive
STOP_WITHIN = 8.0  # seconds for what is in hand; CONTRACT promises 10 in all
STORAGE_PAUSE = timedelta(seconds=15)  # after a full disk: nothing is fetched that could not be stored
RETENTION_LOOK = timedelta(minutes=10)  # whether the last was a day ago: many run by day only, or for half an hour

Changes = Callable[[], AsyncIterator[Config | ConfigError]]


class Daemon:
    """Runs until it is told to stop."""

    def __init__(self, app: Application, changes: Changes) -> None:
        self._app = app
        self._changes = changes
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._places = Places()
        self._unstored: dict[str, float] = {}  # feeds whose poll could not be written down, and when they come again
        self._delivery: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._subscriber = Subscriber(app)
        self._endpoint = Endpoint(app, self._subscriber)
        self._pulse = Pulse(app.clock.monotonic)
        self._returning = Returning(app)
        self._wall = WallClock(app.clock, app.store, app.write)
        self._notifier = Notifier()
        self._told_late: tuple[str, ...] = ()
        self._noted_late: tuple[str, ...] = ()
        self._delivered = 0
        self._claiming, self._more_due = asyncio.Lock(), False
        self._filling: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._hastening: asyncio.Task[None] | None = None
        self._rereading: asyncio.Task[None] | None = None
        self._reread_at = app.clock.now()
        self._beat_at = self._resume_at = app.clock.now() - BEAT
        self._look_at, self._look_every = app.clock.now(), LOOK
        self._gone: StoreError | None = None

    async def run(self) -> None:
        """From start to SIGTERM or SIGINT. Raises StoreError when the store's file is there no more."""
        app = self._app
        app.workers.prepare()
        await app.write(app.store.sync_feeds, app.rules.config.feeds, app.clock.now())
        await self._wall.started((await app.write(app.store.notes)).get("daemon.tick", ("", None))[1])
        await app.write(app.store.release_feeds, list(app.rules.feeds))
        await app.write(app.store.release_alerts)
        await self._returning.started()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        # nohup ignores it. With a terminal, that is gone; without, somebody means that a daemon reads its configuration again.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self._stopping.set if sys.stderr.isatty() else _hung_up)
        await self._endpoint.follow()
        gc.collect()
        keep_what_there_is()  # 50,000 feeds are half a million objects: walked anew, they stall the loop for .2 s
        scheduler = self._scheduler()
        scheduler.start()
        watching = asyncio.create_task(self._watch())
        rules = app.rules
        log.info("started", feeds=len(rules.feeds), watchlists=len(rules.watchlists), store=str(app.store.path))
        _log_remarks(rules.config)
        self._notifier.tell("READY=1", f"STATUS={len(rules.feeds)} feeds, {len(rules.watchlists)} watchlists")
        living = asyncio.create_task(self._live())
        clock = asyncio.create_task(self._follow_clock(scheduler))
        try:
            await self._stopping.wait()
        finally:
            self._notifier.tell("STOPPING=1")
            scheduler.shutdown(wait=False)
            watching.cancel()
            living.cancel()
            clock.cancel()
            await self._endpoint.stop()
            await self._finish()
            log.info("stopped")
        if self._gone is not None:
            raise self._gone

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(timezone=UTC)
        self._add_jobs(scheduler)
        scheduler.add_listener(_complain, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        return scheduler

    def _add_jobs(self, scheduler: AsyncIOScheduler) -> None:
        never_skip: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler.add_job(self.tick, "interval", seconds=TICK, **never_skip)
        scheduler.add_job(self.subscribe, "interval", seconds=SUBSCRIBE.total_seconds(), **never_skip)
        scheduler.add_job(self.retain, "cron", hour=3, minute=30, **never_skip)
        scheduler.add_job(self._app.retain_if_due, "interval", seconds=RETENTION_LOOK.total_seconds(), **never_skip)

    async def _follow_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Go on when the machine's clock is set back: APScheduler too waits for times of the wall (its issue 351)."""
        while True:
            await asyncio.sleep(TICK)
            await self._try(self._begin_anew_if_set_back(scheduler))

    async def _begin_anew_if_set_back(self, scheduler: AsyncIOScheduler) -> None:
        if await self._wall.look():
            scheduler.remove_all_jobs()
            self._add_jobs(scheduler)

    async def tick(self) -> None:
        """Start what is due. Never raises: a full disk or a locked store is waited out."""
        try:
            await self._tick()
        except StoreError as error:
            self._resume_at = self._app.clock.now() + STORAGE_PAUSE
            self._pulse.beat("writer")  # it answered: a full disk is waited out, and not mended by a new start
            log.error("store_unavailable", error=str(error), again_in=STORAGE_PAUSE.seconds)
        except Exception:
            log.exception("tick_broke")

    async def _tick(self) -> None:
        app = self._app
        now = app.clock.now()
        self._pulse.beat("scheduler")
        if not self._store_is_there():
            return
        if _idle(self._delivery) or app.outbox.progress != self._delivered:
            self._pulse.beat("delivery")
            self._delivered = app.outbox.progress
        if _idle(self._delivery):
            self._delivery = asyncio.create_task(self._try(self._app.deliver()))
        if self._paused(now):
            return
        # Polling pauses while the store cannot take a note: what is fetched then could not be stored.
        if not lately(self._beat_at, now, BEAT):
            await app.write.urgent(app.store.note, "daemon.tick", "running", now)
            await app.write.urgent(app.store.checkpoint)
            self._pulse.beat("writer")
            self._beat_at = now
            await self._note_late()
            await self._endpoint.follow()
        if _idle(self._looking) and not lately(self._look_at, now, self._look_every):
            self._look_at = now
            self._looking = asyncio.create_task(self._try(self._look()))
        if _idle(self._hastening) and self._returning.wants(now):
            self._hastening = asyncio.create_task(self._try(self._returning.look()))
        if _idle(self._rereading) and not lately(self._reread_at, now, LOOK):
            self._reread_at = now
            self._rereading = asyncio.create_task(self._try(self._app.reread()))
        await self._claim()

    def _store_is_there(self) -> bool:
        """Else the daemon ends: a service manager starts it anew, with the file that is there now."""
        try:
            self._app.store.refuse_gone()
        except StoreError as error:
            self._gone = error
            self._stopping.set()
        return self._gone is None

    async def _look(self) -> None:
        """See what is in trouble; what takes long comes the less often."""
        began = self._app.clock.monotonic()
        await self._app.look()
        self._look_every = max(LOOK, timedelta(seconds=LOOK_SHARE * (self._app.clock.monotonic() - began)))

    def _paused(self, now: datetime) -> bool:
        return now < self._resume_at and self._resume_at - now <= STORAGE_PAUSE

    async def _claim(self) -> None:
        """Start what is due, as far as there is room."""
        app = self._app
        async with self._claiming:
            await self._release_unstored()
            for _ in range(CLAIMS):
                self._go_on()
                room = app.rules.config.poll.in_hand - len(self._polls)
                if room <= 0:
                    break
                due = await app.write.urgent(app.store.claim_due, app.clock.now(), room, LEASE)
                self._more_due = len(due) == room
                begun = sum(self._start_poll(state) for state in due)
                if not self._more_due or 2 * begun >= room:
                    break

    async def _release_unstored(self) -> None:
        """A feed whose poll could not be stored is leased and still due: it comes again, and not at every tick."""
        now = self._app.clock.monotonic()
        if again := [feed for feed, at in self._unstored.items() if at <= now]:
            await self._app.write.urgent(self._app.store.release_feeds, again)
            for feed in again:
                del self._unstored[feed]

    def _poll_ended(self) -> None:
        """When more is due than there was room for, the next tick is not waited for: half the room free is filled."""
        if self._stopping.is_set() or self._paused(self._app.clock.now()):
            return
        self._go_on()
        half_free = len(self._polls) <= self._app.rules.config.poll.in_hand // 2
        if self._more_due and half_free:
            self._more_due = False
            self._filling = asyncio.create_task(self._try(self._claim()))

    async def subscribe(self) -> None:
        """Ask hubs to push, where that is configured."""
        await self._try(self._subscriber.look())

    async def retain(self) -> None:
        """Retention, by night."""
        await self._try(self._app.retain())

    def _start_poll(self, state: FeedState) -> bool:
        """Whether it began: it may stand aside."""
        feed, rules = state.id, self._app.rules
        if feed in self._polls or feed in self._places or feed not in rules.feeds:
            return False
        site = configured_site(rules.feeds[feed].url)
        takes = self._places.take(feed, site, of_one_site(rules.config.poll))
        if takes:
            self._begin(feed, site, state)
        return takes

    def _go_on(self) -> None:
        """Start those that stood aside for others of their site."""
        policy = self._app.rules.config.poll
        standing = self._places.next(of_one_site(policy), of_crowded_sites(policy))
        while len(self._polls) < policy.in_hand and (one := next(standing, None)):
            self._begin(*one)

    def _begin(self, feed: str, site: str, state: FeedState | None = None) -> None:
        async def poll() -> None:
            rules = self._app.rules
            try:
                if feed in rules.feeds:
                    report = await self._app.poller.poll(rules.feeds[feed], rules, state)
                    self._returning.polled(report, site)
                    if not report.stored:
                        pause = max(STORAGE_PAUSE, shortest(rules.feeds[feed], rules.config.poll))
                        self._unstored[feed] = self._app.clock.monotonic() + pause.total_seconds()
            finally:
                self._polls.pop(feed, None)
                self._places.leave(site)
                self._poll_ended()

        self._polls[feed] = asyncio.create_task(poll())

    async def _try(self, work: Awaitable[object]) -> None:
        """A store that fails now is told, and so is a bug of ours; the work comes again by itself."""
        try:
            await work
        except StoreError as error:
            log.error("store_unavailable", error=str(error))
        except Exception:
            log.exception("work_broke")

    async def _live(self) -> None:
        """Tell the service manager that all parts move, as often as it asks for; say so when one does not."""
        every = self._notifier.every or LATE_LOOK
        while True:
            late = self._pulse.late()
            if late != self._told_late:
                log.error("stuck", parts=", ".join(late)) if late else log.info("unstuck")
                self._told_late = late
            if not late:
                self._notifier.tell("WATCHDOG=1")
            await asyncio.sleep(every)

    async def _note_late(self) -> None:
        """For `monitor status`. A writer that is late cannot write it: its tick grows old, and status says that."""
        if self._told_late != self._noted_late:
            await self._note(STUCK, ", ".join(self._told_late))
            self._noted_late = self._told_late

    async def _watch(self) -> None:
        """Take a changed configuration; keep the last good one when it has mistakes, and say so once."""
        while True:
            try:
                async for change in self._changes():
                    await self._take_or_tell(change)
                return
            except Exception:  # of watching or loading: later changes are taken all the same
                log.exception("watching_broke")
                await asyncio.sleep(LOOK.total_seconds())

    async def _take_or_tell(self, change: Config | ConfigError) -> None:
        try:
            await self._take_when_stored(change)
        except Exception:  # the next change is taken all the same
            log.exception("change_broke")

    async def _take_when_stored(self, change: Config | ConfigError) -> None:
        """A full disk or a locked store is waited out: nobody edits the file a second time."""
        told = False
        while True:
            try:
                return await self._take(change)
            except StoreError as error:
                if not told:
                    log.error("store_unavailable", error=str(error), again_in=TICK)
                told = True
                await asyncio.sleep(TICK)

    async def _take(self, change: Config | ConfigError) -> None:
        if isinstance(change, ConfigError):
            mistakes = [str(mistake) for mistake in change.mistakes]
            await self._note("config.mistakes", "\n".join(mistakes))
            log.error("configuration_kept", mistakes=len(mistakes), first=mistakes[0].splitlines()[0])
        else:
            await self._app.configure(change)
            await self._endpoint.follow()
            await self._note("config.mistakes", "")
            log.info("configured", feeds=len(change.feeds), watchlists=len(change.watchlists))
            _log_remarks(change)

    async def _note(self, key: str, value: str) -> None:
        await self._app.write(self._app.store.note, key, value, self._app.clock.now())

    async def _finish(self) -> None:
        """Let what is in hand end, then stop it: what was not stored comes again at the next start."""
        self._app.outbox.stop()
        others = (self._delivery, self._filling, self._looking, self._hastening, self._rereading)
        tasks = [*self._polls.values(), *filter(None, others)]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        last = (
            self._app.write(self._app.store.release_feeds, list(self._app.rules.feeds)),
            self._note("daemon.tick", "stopped"),
            self._note(STUCK, ""),
        )
        await asyncio.gather(*map(self._quietly, last))  # together: a slow disk takes a second for each commit

    async def _quietly(self, work: Awaitable[None] | Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StoreError as error:
            log.warning("store_unavailable", error=str(error))


def _idle(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


def _hung_up() -> None:
    log.info("hangup", what="a changed configuration is taken by itself")


def _complain(event: JobExecutionEvent) -> None:
    if isinstance(event.exception, asyncio.CancelledError):  # the daemon stops, and with it what was in hand
        return
    problem = event.exception
    log.error(
        "tick_missed", job=event.job_id, due=str(event.scheduled_run_time), error=str(problem or ""), exc_info=problem
    )


def _log_remarks(config: Config) -> None:
    for remark in config.remarks:
        log.warning("left_out", what=remark)
