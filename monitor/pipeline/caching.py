"""How long the publisher says its answer stays fresh (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """`Cache-Control: max-age`, less the answer's `Age`; None when there is none, or when it says not to cache."""
    control = headers.get("cache-control", "")
    found = _MAX_AGE.search(control)
    if found is None or "no-cache" in control.lower() or "no-store" in control.lower():
        return None
    age = headers.get("age", "").strip()
    seconds = int(found[1]) - (int(age) if age.isdecimal() and len(age) < 10 else 0)
    return timedelta(seconds=seconds) if seconds > 0 else None
