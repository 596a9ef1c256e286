"""How long the publisher says its answer stays fresh (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """`Cache-Control: max-age`, else `Expires` less `Date` (4.2.1), less the answer's `Age`; None when there is neither,
    when it says not to cache, or when it is stale already."""
    control = headers.get("cache-control", "")
    if "no-cache" in control.lower() or "no-store" in control.lower():
        return None
    found = _MAX_AGE.search(control)
    lifetime = timedelta(seconds=int(found[1])) if found else _expires(headers)
    age = headers.get("age", "").strip()
    if lifetime is not None and age.isdecimal() and len(age) < 10:
        lifetime -= timedelta(seconds=int(age))
    return lifetime if lifetime is not None and lifetime > timedelta() else None


def _expires(headers: Mapping[str, str]) -> timedelta | None:
    expires, date = _date(headers.get("expires")), _date(headers.get("date"))
    return expires - date if expires and date else None


def _date(written: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(written) if written else None
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found and found.tzinfo else None
