"""WebSub (W3C Recommendation, 23 January 2018): what to ask a hub, what to answer it, which pushes are genuine."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from monitor.core.links import links
from monitor.model import Subscription

LEASE = timedelta(days=10)
"""Asked for; the hub grants what it likes."""
LONGEST = timedelta(days=30)
"""Believed of what it grants, so that a subscription that died silently is asked for again."""
RENEW_SHARE = 0.8
"""Of a lease, after which it is renewed: a fifth is left for a hub that is down."""
AGAIN = timedelta(hours=1)
"""Until a hub that has not confirmed is asked again; doubled each time, up to `REFUSED`."""
REFUSED = timedelta(days=1)
_METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def advertised(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Hub and topic as an answer's ``Link`` header names them (section 4); it goes before the document's own links."""
    found: dict[str, str] = {}
    for link in links(headers):
        for name in link.rels:
            found.setdefault(name, link.target)
    return found.get("hub"), found.get("self")


def request_body(subscription: Subscription, callback: str) -> bytes:
    """The form that asks a hub to subscribe (5.1)."""
    return urlencode(
        {
            "hub.callback": callback,
            "hub.mode": "subscribe",
            "hub.topic": subscription.topic,
            "hub.secret": subscription.secret,
            "hub.lease_seconds": int(LEASE.total_seconds()),
        }
    ).encode()


def asked(subscription: Subscription, now: datetime, error: str | None) -> Subscription:
    """After asking; `error`: what the hub did not like, None when it took the request."""
    wait = min(AGAIN * 2 ** min(subscription.attempts, 8), REFUSED)
    return replace(subscription, ask_at=now + wait, attempts=subscription.attempts + 1, error=error)


def confirmed(subscription: Subscription, query: Mapping[str, str], now: datetime) -> Subscription | None:
    """After the hub asked whether we meant it (5.3), or said that it refuses (5.2); None: we did not ask for this."""
    mode, topic = query.get("hub.mode"), query.get("hub.topic")
    if topic != subscription.topic:
        return None
    if mode == "denied":
        reason = " ".join(query.get("hub.reason", "no reason given").split())[:200]
        return replace(subscription, ask_at=now + REFUSED, lease_until=None, error=f"the hub refused: {reason}")
    seconds = query.get("hub.lease_seconds", "")
    if mode != "subscribe" or not query.get("hub.challenge"):
        return None
    granted = timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 9 else LEASE
    lease = min(max(granted, timedelta(minutes=5)), LONGEST)
    return replace(subscription, ask_at=now + lease * RENEW_SHARE, lease_until=now + lease, attempts=0, error=None)


def genuine(subscription: Subscription, signature: str | None, body: bytes) -> bool:
    """Whether a push bears the signature of our secret (7.1): ``X-Hub-Signature: sha256=…``."""
    method, _, given = (signature or "").strip().partition("=")
    hash_ = _METHODS.get(method.lower())
    if hash_ is None:
        return False
    expected = hmac.new(subscription.secret.encode(), body, hash_).hexdigest()
    return hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "replace"))
