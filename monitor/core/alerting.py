"""Which items may alert, and what their alerts say. Pure: the outbox writes and delivers them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Alert, AlertDraft, AlertPolicy, Channel, Item, Verdict, Watchlist

MAX_DIFFERENCES = 20
"""Of one edit told in an alert; `monitor show` has them all."""
MAX_SHOWN = 600
"""Characters of each."""


def may_alert(item: Item, policy: AlertPolicy, now: datetime, *, first_poll: bool) -> bool:
    """Whether this item may raise alerts at all.

    Never: a copy (its story's first item spoke for it), an imported item, one published longer ago than `max_age`. On a
    feed's first poll `first_poll` decides: ``recent`` asks for a date within `max_age`, so that an undated archive is silent.
    """
    if item.copy_of is not None or item.text_from == "import":
        return False
    if item.published_at is not None and now - item.published_at > policy.max_age:
        return False
    if not first_poll or policy.first_poll == "all":
        return True
    return policy.first_poll == "recent" and item.published_at is not None


def muted(watchlist: Watchlist, now: datetime) -> bool:
    """Whether it raises no alert for now."""
    return watchlist.mute is not None and now < watchlist.mute


def drafts(
    verdicts: Iterable[Verdict],
    watchlists: Mapping[str, Watchlist],
    channels: Mapping[str, Channel],
    now: datetime,
    already: Collection[str] = (),
) -> tuple[AlertDraft, ...]:
    """An alert for each channel of each watchlist that matched, but for those muted and those matched `already`."""
    return tuple(
        draft
        for draft in _drafts(verdicts, watchlists, channels, now)
        if draft.watchlist not in already and "new" in watchlists[draft.watchlist].on
    )


def revision_drafts(
    verdicts: Iterable[Verdict],
    watchlists: Mapping[str, Watchlist],
    channels: Mapping[str, Channel],
    now: datetime,
    before: Collection[str],
    number: int,
    differences: Sequence[tuple[str, str]],
) -> tuple[AlertDraft, ...]:
    """An alert about an item's edit, for watchlists that ask for these.

    Not for those that it matches only now and that alert on what is new: these tell it as that. `before`: what it matched.
    """
    told = tuple((_shortened(old), _shortened(new)) for old, new in differences[:MAX_DIFFERENCES])
    return tuple(
        replace(draft, occasion=f"revised:{number}", differences=told)
        for draft in _drafts(verdicts, watchlists, channels, now)
        for on in (watchlists[draft.watchlist].on,)
        if "revised" in on and (draft.watchlist in before or "new" not in on)
    )


def may_follow(alert: Alert, watchlists: Mapping[str, Watchlist], now: datetime) -> bool:
    """Whether a story's alert may be followed by others: its watchlist still alerts that channel."""
    watchlist = watchlists.get(alert.watchlist)
    return watchlist is not None and alert.channel in watchlist.alert and not muted(watchlist, now)


def follow_up(
    alert: Alert, occasion: str, watchlists: Mapping[str, Watchlist], channels: Mapping[str, Channel]
) -> AlertDraft:
    """One more alert about the same item, as `may_follow` allows it."""
    watchlist = watchlists[alert.watchlist]
    return AlertDraft(
        watchlist=watchlist.id,
        watchlist_name=watchlist.name,
        watchlist_tags=watchlist.tags,
        channel=alert.channel,
        matches=alert.matches,
        max_per_hour=_measure(watchlist, channels[alert.channel]),
        occasion=occasion,
    )


def _measure(watchlist: Watchlist, channel: Channel) -> int | None:
    return watchlist.max_per_hour if channel.digest is None else None  # a digest collects by itself


def occasions(steps: Sequence[int], sites: int, languages: Sequence[str]) -> tuple[str, ...]:
    """What a story's newest appearance brought about: the highest step reached, a language that is new to it.

    `languages` are those of its items, the newest last; ``und`` is none. An occasion that was told before is told here
    too: the outbox knows.
    """
    reached = [step for step in steps if sites >= step]
    newest = languages[-1] if languages else "und"
    foreign = newest != "und" and newest not in languages[:-1] and any(one != "und" for one in languages[:-1])
    return (*([f"sites:{max(reached)}"] if reached else []), *([f"language:{newest}"] if foreign else []))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1].rstrip() + "…"


def _drafts(
    verdicts: Iterable[Verdict],
    watchlists: Mapping[str, Watchlist],
    channels: Mapping[str, Channel],
    now: datetime,
) -> tuple[AlertDraft, ...]:
    return tuple(
        AlertDraft(
            watchlist=watchlist.id,
            watchlist_name=watchlist.name,
            watchlist_tags=watchlist.tags,
            channel=channel,
            matches=verdict.matches,
            max_per_hour=_measure(watchlist, channels[channel]),
        )
        for verdict in verdicts
        if verdict.matched
        for watchlist in (watchlists[verdict.watchlist],)
        if not muted(watchlist, now)
        for channel in watchlist.alert
    )
