"""Standard Webhooks' symmetric signature, version 1 (its specification, "Signature scheme")."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes, as the specification demands."""


def signing_key(secret: str) -> bytes:
    """The key inside a secret: ``whsec_`` (which may be left out) and base64.

    Raises ValueError, which never shows the secret.
    """
    encoded = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # binascii.Error is one, and characters beyond ASCII raise it plainly
        raise ValueError("a webhook secret is whsec_ and base64") from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"a webhook secret has {SHORTEST_KEY} to {LONGEST_KEY} bytes, this one has {len(key)}")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``; `timestamp` in seconds since 1970."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
