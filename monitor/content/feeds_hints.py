"""What a feed's publisher says about polling it, and where its older entries are.

``skipHours`` and ``skipDays`` (RSS 2.0 specification, optional channel elements), RFC 5005's ``next`` and
``prev-archive`` links, WebSub's ``hub`` and ``self`` links (W3C Recommendation, 4).
"""

from __future__ import annotations

import re
from typing import Any

from monitor.content.clean import MAX_NAME, one_line, web_url

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>")
_DAY = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>")
_MOST = 4_000
"""Characters of one such element that are looked at: 24 hours take a tenth."""


def skip_hours(document: str) -> tuple[int, ...]:
    """Hours (0 to 23, UTC) in which the publisher has nothing new; empty when it names none, or all of them.

    Early versions of RSS counted 1 to 24: 24 is midnight.
    """
    named = {int(hour) % 24 for hour in _NUMBER.findall(_element(document, "skipHours")) if int(hour) <= 24}
    return tuple(sorted(named)) if len(named) < 24 else ()


def skip_days(document: str) -> tuple[int, ...]:
    """Days of the week (0 is Monday, UTC) likewise."""
    named = {day.lower() for day in _DAY.findall(_element(document, "skipDays"))}
    found = tuple(number for number, day in enumerate(_DAYS) if day in named)
    return found if len(found) < 7 else ()


def _element(document: str, name: str) -> str:
    start = document.find(f"<{name}>")
    if start < 0:
        return ""
    text = document[start : start + _MOST]
    return text.partition(f"</{name}>")[0]


def older(channel: dict[str, Any], base: str) -> str | None:
    """The document with the entries before these: the archive's, else the next page's (RFC 5005, 3 and 4)."""
    return link(channel, "prev-archive", base) or link(channel, "next", base)


def link(channel: dict[str, Any], rel: str, base: str) -> str | None:
    """The first link of that relation to a web address."""
    for found in records(channel, "links"):
        if str(found.get("rel") or "").lower() == rel and (target := web_url(found.get("href"), base)):
            return target
    return None


def records(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """What feedparser put under a key as records: an element of such a name (``<links>``) is stored there as text."""
    value = dict.get(record, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def generator(channel: dict[str, Any]) -> str:
    """The program that made the feed, in its own words."""
    said = dict.get(channel, "generator")
    return one_line(said, MAX_NAME) if isinstance(said, str) else ""
