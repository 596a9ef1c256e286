"""The outbox: alerts written with their items, claimed by lease, settled."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from monitor.adapters.sqlite.rows import ALERT_COLUMNS, alert_of, dump, matches_json, maybe_ms, to_ms
from monitor.core.identity import alert_id
from monitor.model import NEW, Alert, AlertDraft, AlertState, Item


def add(
    db: sqlite3.Connection,
    item: Item,
    drafts: Sequence[AlertDraft],
    now: datetime,
    due: Callable[[str], tuple[AlertState, datetime]],
) -> int:
    """Write those that do not exist yet; the unique key (watchlist, channel, story) decides races."""
    written = 0
    for draft in drafts:
        state, at = due(draft.channel)
        rest = _rest(db, draft, now)
        if rest is not None:
            state, at = "held", max(at, _hour(now) + timedelta(hours=1))
        written += db.execute(
            "INSERT INTO alerts (id, watchlist, channel, story, watchlist_name, watchlist_tags, item, matches, state,"
            " created_at, next_attempt_at, rest, occasion, differences)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                alert_id(draft.watchlist, draft.channel, item.story, draft.occasion),
                draft.watchlist,
                draft.channel,
                item.story,
                draft.watchlist_name,
                dump(draft.watchlist_tags),
                item.id,
                matches_json(draft.matches),
                state,
                to_ms(now),
                to_ms(at),
                rest,
                draft.occasion,
                dump(draft.differences),
            ),
        ).rowcount
    return written


def about(db: sqlite3.Connection, story: str) -> list[Alert]:
    """The first alerts about a story, one a watchlist and channel."""
    rows = db.execute(f"SELECT {ALERT_COLUMNS} FROM alerts WHERE story = ? AND occasion = ?", (story, NEW))  # noqa: S608
    return [alert_of(row) for row in rows]


def _rest(db: sqlite3.Connection, draft: AlertDraft, now: datetime) -> str | None:
    """What an alert is collected with, when its watchlist has told the channel enough this hour; else None."""
    if draft.max_per_hour is None:
        return None
    (told,) = db.execute(
        "SELECT count(*) FROM alerts WHERE watchlist = ? AND channel = ? AND created_at >= ? AND rest IS NULL",
        (draft.watchlist, draft.channel, to_ms(_hour(now))),
    ).fetchone()
    return f"{draft.watchlist} {_hour(now):%Y-%m-%dT%H}" if told >= draft.max_per_hour else None


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def claim(db: sqlite3.Connection, now: datetime, limit: int, lease: timedelta) -> list[Alert]:
    """Lease due alerts, oldest first."""
    moment = to_ms(now)
    rows = db.execute(
        "UPDATE alerts SET lease_until = ?, attempts = attempts + 1 WHERE id IN (SELECT id FROM alerts"  # noqa: S608
        " WHERE state IN ('pending', 'held') AND next_attempt_at <= ? AND (lease_until IS NULL OR lease_until <= ?)"
        f" ORDER BY created_at, rowid LIMIT ?) RETURNING {ALERT_COLUMNS}",
        (to_ms(now + lease), moment, moment, limit),
    ).fetchall()
    return sorted(map(alert_of, rows), key=lambda alert: (alert.created_at, alert.id))


LONGEST_HELD = timedelta(days=1, hours=1)
"""Until the same hour of the next day, when a clock is put back for winter in between."""


def move_back(db: sqlite3.Connection, by: timedelta, now: datetime) -> None:
    """See ports.Store.move_back."""
    back = by // timedelta(milliseconds=1)
    db.execute(
        "UPDATE alerts SET next_attempt_at = next_attempt_at - :back, lease_until = lease_until - :back"
        " WHERE state = 'pending'",
        {"back": back},
    )
    db.execute(
        "UPDATE alerts SET next_attempt_at = min(next_attempt_at, ?), lease_until = NULL WHERE state = 'held'",
        (to_ms(now + LONGEST_HELD),),
    )


def release(db: sqlite3.Connection) -> None:
    """End all claims."""
    db.execute("UPDATE alerts SET lease_until = NULL WHERE lease_until IS NOT NULL")


def settle(
    db: sqlite3.Connection,
    alert: str,
    state: AlertState,
    now: datetime,
    *,
    error: str | None,
    next_attempt_at: datetime | None,
    attempted: bool,
    owed: Sequence[str] | None,
) -> None:
    """End a claim; `owed` None leaves it as it is. A delivered alert stays delivered, whatever a late attempt says."""
    db.execute(
        "UPDATE alerts SET state = ?, last_error = ?, next_attempt_at = ?, lease_until = NULL, delivered_at = ?,"
        " attempts = attempts - ?, owed = coalesce(?, owed) WHERE id = ? AND state != 'delivered'",
        (
            state,
            error,
            maybe_ms(next_attempt_at),
            to_ms(now) if state == "delivered" else None,
            0 if attempted else 1,
            None if owed is None else dump(list(owed)),
            alert,
        ),
    )


def hasten(db: sqlite3.Connection, channels: Collection[str], now: datetime) -> None:
    """See ports.Store.hasten_alerts."""
    db.execute(
        "UPDATE alerts SET next_attempt_at = :now WHERE state = 'pending' AND next_attempt_at > :now"
        " AND owed = '[]' AND channel IN (SELECT value FROM json_each(:channels))",
        {"now": to_ms(now), "channels": dump(list(channels))},
    )


def listed(db: sqlite3.Connection, states: Collection[AlertState]) -> list[Alert]:
    """Newest first; all states when none is named."""
    wanted = states or ("pending", "held", "delivered", "dead")
    rows = db.execute(
        f"SELECT {ALERT_COLUMNS} FROM alerts WHERE state IN (SELECT value FROM json_each(?))"  # noqa: S608
        " ORDER BY created_at DESC, rowid DESC",
        (dump(wanted),),
    )
    return [alert_of(row) for row in rows]


def retry(db: sqlite3.Connection, ids: Sequence[str], now: datetime) -> int:
    """Dead alerts are pending again, from their first attempt on; none named: all dead ones."""
    chosen = "" if not ids else " AND id IN (SELECT value FROM json_each(?))"
    values: list[object] = [to_ms(now), to_ms(now)] + ([dump(ids)] if ids else [])
    return db.execute(
        "UPDATE alerts SET state = 'pending', attempts = 0, retried_at = ?, next_attempt_at = ?, lease_until = NULL"  # noqa: S608
        f" WHERE state = 'dead'{chosen}",
        values,
    ).rowcount


def first(db: sqlite3.Connection, story: str, channel: str) -> str | None:
    """The earliest alert about a story to a channel."""
    row = db.execute(
        "SELECT id FROM alerts WHERE story = ? AND channel = ? ORDER BY created_at, rowid LIMIT 1", (story, channel)
    ).fetchone()
    return None if row is None else str(row[0])
