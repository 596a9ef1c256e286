"""Which troubles become outages, and when those have ended: one notice for each, however often it is looked.

A feed is in trouble when it has failed for as long as its operator waits, or stands still against its rhythm. When most
feeds fail it is not they: one outage stands for all, and those that still fail when it has ended are told of then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.identity import item_id
from monitor.model import FeedState, Notice, Outage, Trouble

MOST = 0.5
"""Share of the feeds that fail at once from which it is the network, or we."""
FEW = 0.25
"""Share under which that has ended; between the two nothing changes."""
AT_LEAST = 3
"""Feeds; of two, one and the other may well fail together."""
IN_A_ROW = 2
"""Failed polls: one is a hiccup, however long ago it was."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that tells of troubles now: how many feeds there are, those in trouble, channels that are down and why."""

    feeds: int
    troubled: Sequence[FeedState]
    channels: Mapping[str, tuple[str, datetime]]
    open: Sequence[Outage]
    network_ended: datetime | None = None
    """When the last outage of most feeds ended."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Outages that open, and those that have ended."""

    opened: tuple[Outage, ...] = ()
    ended: tuple[Outage, ...] = ()


def changes(now: datetime, after: Mapping[str, timedelta], situation: Situation) -> Changes:
    """Compare what is wrong with the outages that are open. `after`: for how long each feed in trouble, by its id, fails
    before it is told of."""
    open_ = {outage.trouble.subject: outage for outage in situation.open}
    failing = [state for state in situation.troubled if state.failures]
    network = _network(now, after, situation, failing, "feeds" in open_)
    network_ended = now if network is None and "feeds" in open_ else situation.network_ended
    troubles = [*_channels(situation)]
    if network is not None:
        troubles.append(network)
    wrong = {trouble.subject: trouble for trouble in troubles}
    for state in situation.troubled:
        subject = f"feed:{state.id}"
        trouble = _feed(state, now, after[state.id], network_ended)
        if subject in open_ and _still(state, open_[subject]):
            wrong[subject] = open_[subject].trouble
        elif trouble is not None and (network is None or trouble.kind == "frozen"):
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
            "channel": f"{name} is down",
        }[trouble.kind]
        return Notice(item_id(f"notice\0{outage.id}"), trouble.subject, title, f"{trouble.what}. Since {since}.")
    lasted = _length(now - trouble.since)
    title = {
        "failing": f"{name} is well again",
        "frozen": f"{name} brings news again",
        "network": "The feeds are well again",
        "channel": f"{name} is up again",
    }[trouble.kind]
    text = f"The trouble began on {since} and lasted {lasted}. It was: {trouble.what}."
    return Notice(item_id(f"notice\0{outage.id}\0healed"), trouble.subject, title, text)


def receivers(trouble: Trouble, alert: Sequence[str]) -> tuple[str, ...]:
    """Channels that are told: not the one it is about."""
    return tuple(channel for channel in dict.fromkeys(alert) if trouble.subject != f"channel:{channel}")


def _network(
    now: datetime, after: Mapping[str, timedelta], situation: Situation, failing: Sequence[FeedState], is_open: bool
) -> Trouble | None:
    if situation.feeds < AT_LEAST or len(failing) < max(1.0, (FEW if is_open else MOST) * situation.feeds):
        return None
    begun = {state.id: state.learnt.failing_since for state in failing if state.learnt.failing_since}
    if not is_open and not any(now - since >= after[feed] for feed, since in begun.items()):
        return None
    example = failing[0].last_error or "no answer"
    what = f"{len(failing)} of {situation.feeds} feeds fail, such as {failing[0].id}: {example}"
    return Trouble("feeds", "network", what, min(begun.values(), default=now))


def _feed(state: FeedState, now: datetime, after: timedelta, network_ended: datetime | None) -> Trouble | None:
    since = state.learnt.failing_since
    if state.failures >= IN_A_ROW and since is not None and now - since >= after:
        if network_ended is not None and (state.last_poll_at is None or state.last_poll_at <= network_ended):
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
    return f"{kind.capitalize()} {name}" if name else "Most feeds"


def _length(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    hours, days = minutes // 60, minutes // 1440
    return f"{days} d {hours % 24} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
