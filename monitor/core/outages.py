"""Which troubles become outages, and when those have ended: one notice for each, however often it is looked.

A feed is in trouble when it has failed for as long as its operator waits, or stands still against its rhythm. When most
feeds fail, or most of one site's, it is not they: one outage stands for all, and those that still fail when it has ended
are told of then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.identity import item_id
from monitor.model import FeedState, Notice, Outage, Trouble, TroubleKind

FEEDS = "feeds"
"""The subject of an outage of most feeds."""
MOST = 0.5
"""Share of the feeds that fail at once from which it is the network, or we; of a site's, from which it is the site."""
FEW = 0.25
"""Share under which that has ended; between the two nothing changes."""
AT_LEAST = 3
"""Feeds that fail; one and another may well fail together."""
STILL = 2
"""Feeds, of which fewer are no group: that has ended, and the one is told of by itself."""
IN_A_ROW = 2
"""Failed polls: one is a hiccup, however long ago it was."""


@dataclass(frozen=True, slots=True)
class Group:
    """Feeds that may fail together: all of them (`FEEDS`), or a site's (``site:DOMAIN``). `feeds`: how many there are."""

    subject: str
    feeds: int
    failing: Sequence[FeedState]
    ended: datetime | None = None
    """When its last outage ended."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that tells of troubles now: feeds in trouble, the groups of those that fail, channels that are down and why."""

    troubled: Sequence[FeedState]
    groups: Sequence[Group]
    channels: Mapping[str, tuple[str, datetime]]
    open: Sequence[Outage]


@dataclass(frozen=True, slots=True)
class Changes:
    """Outages that open, and those that have ended."""

    opened: tuple[Outage, ...] = ()
    ended: tuple[Outage, ...] = ()


def changes(now: datetime, after: Mapping[str, timedelta], situation: Situation) -> Changes:
    """Compare what is wrong with the outages that are open. `after`: for how long each feed in trouble, by its id, fails
    before it is told of."""
    open_ = {outage.trouble.subject: outage for outage in situation.open}
    wrong = {trouble.subject: trouble for trouble in _channels(situation)}
    groups = [_untold(group, open_) for group in situation.groups]
    wrong.update(_groups(now, after, groups, open_))
    over: dict[str, datetime] = {}  # of each feed, when its group's outage ended
    covered: set[str] = set()
    for group in groups:
        ended_at = now if group.subject in open_ and group.subject not in wrong else group.ended
        for state in group.failing:
            if group.subject in wrong:
                covered.add(state.id)
            elif ended_at is not None:
                over[state.id] = max(ended_at, over.get(state.id, ended_at))
    for state in situation.troubled:
        subject = f"feed:{state.id}"
        trouble = _feed(state, now, after[state.id], over.get(state.id))
        if subject in open_ and _still(state, open_[subject]):
            wrong[subject] = open_[subject].trouble
        elif trouble is not None and (state.id not in covered or trouble.kind == "frozen"):
            wrong[subject] = trouble
    opened = tuple(
        Outage(item_id(f"outage\0{trouble.subject}\0{now.isoformat()}"), trouble, now)
        for subject, trouble in wrong.items()
        if subject not in open_ or open_[subject].trouble.kind != trouble.kind
    )
    replaced = {outage.trouble.subject for outage in opened}
    ended = tuple(outage for subject, outage in open_.items() if subject not in wrong or subject in replaced)
    return Changes(opened, ended)


def notice(outage: Outage, now: datetime, *, healed: bool) -> Notice:
    """What is told of an outage: when it opens, or when it has ended."""
    trouble = outage.trouble
    name = _name(trouble)
    since = f"{trouble.since:%Y-%m-%d %H:%M} UTC"
    if not healed:
        title = {
            "failing": f"{name} fails",
            "frozen": f"{name} stands still",
            "network": "Most feeds fail",
            "site": f"Most feeds of {name} fail",
            "channel": f"{name} is down",
        }[trouble.kind]
        return Notice(item_id(f"notice\0{outage.id}"), trouble.subject, title, f"{trouble.what}. Since {since}.")
    lasted = _length(now - trouble.since)
    title = {
        "failing": f"{name} is well again",
        "frozen": f"{name} brings news again",
        "network": "The feeds are well again",
        "site": f"The feeds of {name} are well again",
        "channel": f"{name} is up again",
    }[trouble.kind]
    text = f"The trouble began on {since} and lasted {lasted}. It was: {trouble.what}."
    return Notice(item_id(f"notice\0{outage.id}\0healed"), trouble.subject, title, text)


def receivers(trouble: Trouble, alert: Sequence[str]) -> tuple[str, ...]:
    """Channels that are told: not the one it is about."""
    return tuple(channel for channel in dict.fromkeys(alert) if trouble.subject != f"channel:{channel}")


def _groups(
    now: datetime, after: Mapping[str, timedelta], groups: Sequence[Group], open_: Mapping[str, Outage]
) -> dict[str, Trouble]:
    """Those that fail together. While most feeds fail no site is told of that was not before."""
    found = {
        group.subject: trouble
        for group in groups
        if (trouble := _together(now, after, group, group.subject in open_)) is not None
    }
    if FEEDS in found:
        return {subject: trouble for subject, trouble in found.items() if subject == FEEDS or subject in open_}
    return found


def _untold(group: Group, open_: Mapping[str, Outage]) -> Group:
    """The group without those whose own outage is open: a feed that is dead for good makes no group of the next one."""
    told = {
        state.id
        for state in group.failing
        if (outage := open_.get(f"feed:{state.id}")) is not None and outage.trouble.kind == "failing"
    }
    untold = [state for state in group.failing if state.id not in told]
    return replace(group, feeds=group.feeds - len(told), failing=untold)


def _together(now: datetime, after: Mapping[str, timedelta], group: Group, is_open: bool) -> Trouble | None:
    failing = group.failing
    if len(failing) < max(STILL if is_open else AT_LEAST, (FEW if is_open else MOST) * group.feeds):
        return None
    begun = {state.id: state.learnt.failing_since for state in failing if state.learnt.failing_since}
    if not is_open and not any(now - since >= after[feed] for feed, since in begun.items()):
        return None
    example = failing[0].last_error or "no answer"
    what = f"{len(failing)} of {group.feeds} feeds fail, such as {failing[0].id}: {example}"
    kind: TroubleKind = "network" if group.subject == FEEDS else "site"
    return Trouble(group.subject, kind, what, min(begun.values(), default=now))


def _feed(state: FeedState, now: datetime, after: timedelta, over: datetime | None) -> Trouble | None:
    since = state.learnt.failing_since
    if state.failures >= IN_A_ROW and since is not None and now - since >= after:
        if over is not None and (state.last_poll_at is None or state.last_poll_at <= over):
            return None  # it has not been asked since
        what = f"failed {state.failures} times in a row: {state.last_error}"
        return Trouble(f"feed:{state.id}", "failing", what, since)
    if state.frozen_since is not None and not state.failures:
        what = "it answers, but brings nothing new for longer than its rhythm explains"
        return Trouble(f"feed:{state.id}", "frozen", what, state.frozen_since)
    return None


def _still(state: FeedState, outage: Outage) -> bool:
    """Whether an open outage of a feed lasts: one failed poll on the way changes nothing."""
    if outage.trouble.kind == "failing":
        return state.failures > 0
    return state.frozen_since is not None


def _channels(situation: Situation) -> list[Trouble]:
    return [
        Trouble(f"channel:{name}", "channel", f"deliveries fail: {error}", since)
        for name, (error, since) in situation.channels.items()
    ]


def _name(trouble: Trouble) -> str:
    kind, _, name = trouble.subject.partition(":")
    return name if kind == "site" else f"{kind.capitalize()} {name}" if name else "Most feeds"


def _length(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    hours, days = minutes // 60, minutes // 1440
    return f"{days} d {hours % 24} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
