"""Is it well? What `monitor status` shows, from the store alone: it may be asked beside a running daemon.

Not well: the daemon does not tick, its configuration has mistakes, alerts are dead, or most feeds fail. One failing
feed is shown, and is the publisher's trouble: restarting our container would not mend it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import Mistake
from monitor.model import FeedNumbers, FeedState, Outage
from monitor.model.notes import CHANNEL_DOWN, NOT_LISTENING, STUCK
from monitor.ports import Store
from monitor.service.remarks import GAP_SHOWN, frozen_remark, gap_remark, pages_remark

ALIVE_WITHIN = timedelta(seconds=60)  # six beats missed
FAILING_SHARE = 0.5
LATENCY_OVER = timedelta(days=7)
"""What latency is measured over."""
ENDED_SHOWN = timedelta(days=1)
UNREAD_SHOWN = 5
"""Feeds whose articles are not read in full that are named one by one: some desks read nothing but headlines."""
LATE = timedelta(minutes=10)
"""A feed that is due for so long waits for others: of its site, mostly."""


@dataclass(frozen=True, slots=True)
class Health:
    """One screen's worth."""

    daemon: str
    """``running``, ``stopped`` or ``never started``; ``silent`` when it should run and does not tick."""
    last_tick: datetime | None
    numbers: FeedNumbers
    told: tuple[FeedState, ...]
    """Feeds of which there is something to tell."""
    counts: Mapping[str, int]
    problems: tuple[str, ...]
    """What makes it not well, in sentences."""
    warnings: tuple[str, ...]
    outages: tuple[Outage, ...] = ()
    """Those that are open, and those that ended within a day."""

    @property
    def failing(self) -> tuple[FeedState, ...]:
        """Feeds whose last poll failed."""
        return tuple(feed for feed in self.told if feed.failures)

    @property
    def well(self) -> bool:
        return not self.problems


def examine(store: Store, channels: Collection[str], now: datetime, mistakes: Collection[Mistake] = ()) -> Health:
    """Look at everything that tells; `channels` are the configured ones, `mistakes` those of the files as they are."""
    notes = store.notes()
    numbers = store.feed_numbers(now, now - LATE)
    feeds = tuple(store.feeds_told_of(now - GAP_SHOWN))
    counts = store.counts()
    state, last_tick = notes.get("daemon.tick", ("never started", None))
    if state == "running" and last_tick is not None and now - last_tick > ALIVE_WITHIN:
        state = "silent"
    problems = [] if state == "running" else [_daemon_problem(state, last_tick)]
    if state == "running" and (stuck := notes.get(STUCK, ("", None))[0]):
        problems.append(f"the daemon's {stuck} does not move: look at its log, start it anew")
    problems += _configuration_problems(notes.get("config.mistakes", ("", None))[0], mistakes)
    if counts["dead"]:
        problems.append(f"{counts['dead']} alerts are dead: see `monitor alerts`, send again by `monitor alerts retry`")
    if numbers.failing > FAILING_SHARE * numbers.feeds:
        problems.append(f"{numbers.failing} of {numbers.feeds} feeds fail: is the network there?")
    warnings = [
        f"feed {feed.id}: failed {feed.failures} times in a row: {feed.last_error}" for feed in feeds if feed.failures
    ] + [f"feed {feed.id}: {feed.last_error}" for feed in feeds if feed.last_error and not feed.failures]
    warnings += [f"feed {feed.id}: {said}" for feed in feeds for said in _silences(feed, now) if said]
    warnings += _unread(feeds)
    if numbers.due_since and numbers.late and state == "running":
        minutes = (now - numbers.due_since) // timedelta(minutes=1)
        warnings.append(f"{numbers.late} feeds are polled late, by {minutes} minutes at most: see `monitor check`")
    if said := notes.get(NOT_LISTENING, ("", None))[0]:
        warnings.append(said)
    warnings += [f"channel {name}: down: {why}" for name, (why, _) in channels_down(notes, channels).items()]
    if not mistakes:  # else the channel may stand where it cannot be read
        gone = {name: count for name, count in store.waiting().items() if name not in channels}
        warnings += [f"channel {name} is not in the configuration: {count} alerts wait" for name, count in gone.items()]
    outages = tuple(store.outages(now - ENDED_SHOWN))
    return Health(state, last_tick, numbers, feeds, counts, tuple(problems), tuple(warnings), outages)


def channels_down(
    notes: Mapping[str, tuple[str, datetime]], channels: Collection[str]
) -> dict[str, tuple[str, datetime]]:
    """Those of these channels that the outbox noted as down: why, and since when."""
    noted = {name: notes.get(CHANNEL_DOWN + name) for name in channels}
    return {name: note for name, note in noted.items() if note is not None and note[0]}


def _unread(feeds: Sequence[FeedState]) -> list[str]:
    """Feeds whose articles are not read in full, each by itself while they are few."""
    found = [(feed.id, said) for feed in feeds if (said := pages_remark(feed))]
    if len(found) > UNREAD_SHOWN:
        return [f"{len(found)} feeds' articles are not read in full: see `monitor feeds`"]
    return [f"feed {feed}: {said}" for feed, said in found]


def _silences(feed: FeedState, now: datetime) -> tuple[str | None, ...]:
    return frozen_remark(feed), gap_remark(feed, now)


def _configuration_problems(noted: str, found: Collection[Mistake]) -> list[str]:
    """One for each mistake of the files; what the daemon noted, when the files are well by now."""
    kept = ", the last good one is kept" if noted else ""
    lines = [str(mistake).splitlines()[0] for mistake in found] or noted.splitlines()[:1]
    return [f"the configuration has a mistake{kept}: {line}" for line in lines]


def _daemon_problem(state: str, last_tick: datetime | None) -> str:
    when = f" since {last_tick:%Y-%m-%d %H:%M:%S} UTC" if last_tick else ""
    return {
        "never started": "the daemon has never run on this store: start it by `monitor run`",
        "stopped": f"the daemon is stopped{when}: start it by `monitor run`",
    }.get(state, f"the daemon does not tick{when}: look at its log")
