"""Which items may alert, and what their alerts say. Pure: the outbox writes and delivers them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from monitor.model import AlertDraft, AlertPolicy, Channel, Item, Verdict, Watchlist


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
        AlertDraft(
            watchlist=watchlist.id,
            watchlist_name=watchlist.name,
            watchlist_tags=watchlist.tags,
            channel=channel,
            matches=verdict.matches,
            # A digest collects by itself.
            max_per_hour=watchlist.max_per_hour if channels[channel].digest is None else None,
        )
        for verdict in verdicts
        if verdict.matched and verdict.watchlist not in already
        for watchlist in (watchlists[verdict.watchlist],)
        if not muted(watchlist, now)
        for channel in watchlist.alert
    )
