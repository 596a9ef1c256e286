"""Who answers again after a silence, and may be asked at once.

A feed that fails is asked ever more seldom, for its publisher's sake. Where it is we who were cut off, no publisher was spared
anything, and a night without network would leave feeds unread until the evening. So when most sites that were well fell
silent together and one of them is read again, all that were asked in vain meanwhile are due; the same for the feeds
of one site, when one of them is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.dates import lately
from monitor.core.urls import configured_site
from monitor.model import FeedState, PollReport

SAMPLE = 32
"""Sites asked last, of which most must be silent: a chance one in a billion where one in ten fails by itself."""
SITES = 3
"""Silent ones, at least: two may well fail together."""
TOGETHER = timedelta(hours=1)
"""Who was silent for longer before all was well last has a trouble of its own. Feeds that are asked every quarter of an hour
fall silent within that."""
PROBE = timedelta(minutes=1)
"""Between two attempts while most are silent, whoever's they are: no publisher hears of them."""
PROBED = timedelta(days=3)
"""So long, where somebody answers all the while: the others may be dead."""


@dataclass(frozen=True, slots=True)
class Back:
    """Who answers again. `since`: when all was well last before most fell silent; None when they did not. `sites`: of each site
    that was down by itself, when it was read last before."""

    since: datetime | None = None
    sites: Mapping[str, datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.since is not None or bool(self.sites)

    def among(self, failing: Sequence[FeedState]) -> list[FeedState]:
        """Those that were asked in vain in one of these silences: it told nothing of them, however long they had failed."""
        return [state for state in failing if self._covers(state)]

    def _covers(self, state: FeedState) -> bool:
        asked = state.last_poll_at
        if asked is None:
            return False
        if self.since is not None and asked >= self.since:
            return True
        since = self.sites.get(configured_site(state.url)) if self.sites else None  # most have none
        return since is not None and asked >= since


class Connectivity:
    """What polls tell of who answers, bounded in what it keeps. `pause`: no feed is asked again more often than that.

    Times are the wall's; where that was set back, everything is waited for once more at most.
    """

    def __init__(self, now: datetime) -> None:
        self._well_at = now
        self._sample: dict[str, datetime | None] = {}
        """Of the sites asked last, in that order: since when they have been silent, None of those that answer."""
        self._tried_at: datetime | None = None
        self._since: datetime | None = None
        self._sites: dict[str, datetime] = {}
        self._again_at: dict[str, datetime] = {}
        self._silence: tuple[datetime, datetime] | None = None

    def resume(self, read_at: datetime, failing: Sequence[FeedState]) -> None:
        """Go on in what a former process left: feeds that fail, and when one was read last."""
        self._well_at = read_at
        for state in Back(read_at).among(failing):
            if state.learnt.failing_since is not None:
                self._keep(configured_site(state.url), state.learnt.failing_since)

    def polled(self, report: PollReport, site: str, now: datetime) -> None:
        """A poll of this site's feed has ended."""
        before = report.before
        if report.status == "skipped" or before is None:
            return
        self._tried_at = now
        if report.status == "failed" and not report.answered:
            if before.last_success_at is not None:  # one that never answered did not fall silent
                self._keep(site, before.learnt.failing_since or now)
            return
        if report.status != "failed" and before.learnt.failing_since is not None:
            self._read_again(before, before.learnt.failing_since, site)
        self._keep(site, None)
        answering = self._answering
        if answering >= SITES and answering > len(self._fallen):
            self._well_at = now

    @property
    def cut_off(self) -> bool:
        """Whether most sites that were well are silent."""
        fallen = len(self._fallen)
        return fallen >= SITES and fallen > self._answering

    def may_ask(self, now: datetime, pause: timedelta) -> bool:
        """Whether `back` has something to tell."""
        return any(self._may(name, now, pause) for name in self._waiting())

    def back(self, now: datetime, pause: timedelta) -> Back:
        """Who has come back since this was asked last. Whom it names is asked again no sooner than `pause` from now."""
        self._again_at = {name: at for name, at in self._again_at.items() if lately(at, now, pause)}
        told = [name for name in self._waiting() if self._may(name, now, pause)]
        self._again_at.update(dict.fromkeys(told, now))
        since = self._since if "" in told else None
        if since is not None:
            self._since, self._sample, self._silence = None, {}, (since, now)
        return Back(since, {name: self._sites.pop(name) for name in told if name})

    def may_probe(self, now: datetime) -> bool:
        """Whether most are silent, and nobody has been tried for a while."""
        if lately(self._tried_at, now, PROBE) or not self.cut_off:
            return False
        return now - min(self._fallen) < PROBED or not self._answering

    def probe(self, failing: Sequence[FeedState], now: datetime) -> FeedState | None:
        """Who is tried: of those that were well before, the one not tried for the longest."""
        self._tried_at = now
        fell = [state for state in failing if state.learnt.failing_since and self._fell(state.learnt.failing_since)]
        return min(fell, key=lambda state: state.last_poll_at or now, default=None)

    def _read_again(self, before: FeedState, failing_since: datetime, site: str) -> None:
        due_by_now = self._silence is not None and self._silence[0] <= failing_since <= self._silence[1]
        if self.cut_off:
            self._since = self._well_at
        elif not due_by_now:
            self._sites.setdefault(site, before.last_success_at or failing_since)

    def _keep(self, site: str, silent_since: datetime | None) -> None:
        self._sample.pop(site, None)
        self._sample[site] = silent_since
        if len(self._sample) > SAMPLE:
            del self._sample[next(iter(self._sample))]

    @property
    def _answering(self) -> int:
        return list(self._sample.values()).count(None)

    @property
    def _fallen(self) -> list[datetime]:
        """Since when those are silent that were well before."""
        return [since for since in self._sample.values() if since is not None and self._fell(since)]

    def _fell(self, since: datetime) -> bool:
        return since >= self._well_at - TOGETHER

    def _waiting(self) -> list[str]:
        """Sites, and "" for the network."""
        return ["", *self._sites] if self._since is not None else list(self._sites)

    def _may(self, name: str, now: datetime, pause: timedelta) -> bool:
        return not lately(self._again_at.get(name), now, pause)
