"""Messages as the outbox makes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.model import Alert, Match, Message
from tests.builders import NOON, an_item


def a_message(alert_id: str = "alert-1", watchlist: str = "ships", number: int = 0, **changes: Any) -> Message:
    """One alert about a harbour; `changes` are of the item."""
    item = an_item(f"item-{alert_id}", **changes)
    at = item.text.find("freighters")
    matches = (Match("freighter*", "body", "freighters", at, at + 10),) if at >= 0 else ()
    created = NOON + timedelta(seconds=number)
    alert = Alert(alert_id, watchlist, "Ships", ("shipping",), "out", item.id, item.id, matches, "pending", 1, created)
    return Message(alert_id, ((alert, item, ()),))
