"""The dates that publishers write: as the standards have them, or as their own software puts them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from time import struct_time
from typing import Any

from monitor.core.dates import parse_iso

_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, ?)?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{2,4} \d{1,2}:\d\d(?::\d\d)?"
    r" (?:GMT|UTC?|Z|[+-]\d\d:?\d\d|[ECMP][SD]T)|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"
)
"""RFC 822 and W3C-DTF, which feedparser reads well; of most others it takes the head alone (2026/11/29 for 1 November)."""
_AMBIGUOUS = re.compile(r"\D*(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b")
"""The day or the month first: as many do the one as the other."""
_COMMENT = re.compile(r" ?\([^()]*\)$")
"""RFC 822's; the zone's name, as browsers write it."""
_SHORT_ZONE = re.compile(r"(?<=[\d ])([+-])(\d):?(\d\d)?$")
_UNKNOWN_DAY = re.compile(r"[^\W\d]+\.?, ?")
"""Of the week, in a language beyond these."""
_NAMED = "en it uk ru de fr es pt pl nl cs tr ro el hu sv da nb fi bg sr hr sk sl lt lv et ja zh ko ar he fa id vi th hi ca be ka"
_LANGUAGES = tuple(_NAMED.split())
"""Whose names of months and days are known; those of all of dateparser's 200 would cost a reader 67 MB in place of 30."""
_SETTINGS: dict[str, Any] = {
    "RETURN_AS_TIMEZONE_AWARE": True,
    "TIMEZONE": "UTC",
    "STRICT_PARSING": True,
    "PARSERS": ["timestamp", "absolute-time"],
    "DATE_ORDER": "DMY",
}
_MAX_DATE = 80
"""Characters: the longest of the web's have 70, a time zone's name among them."""
_HOPELESS = 1_000
"""Shapes of what is no date that are remembered: each costs some milliseconds, and a feed's dates are all of one."""
_hopeless: set[tuple[str, str | None]] = set()


def written_date(written: str, parsed: object = None, language: str | None = None) -> datetime | None:
    """The instant that was written, in UTC; without a zone it is UTC's. None when it is none, or could as well be another: a
    wrong date may be too old for an alert, none is not. `parsed`: what feedparser made of it; `language`: of the feed."""
    text = _COMMENT.sub("", " ".join(written.split()))
    if (said := _moment(parsed)) and (not text or _USUAL.fullmatch(text)):
        return said
    text = text[:_MAX_DATE]
    return (parse_iso(text) or _by_words(text, language)) if text else None


def _moment(parsed: object) -> datetime | None:
    if not isinstance(parsed, struct_time):
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except ValueError:
        return None


def _is_ambiguous(text: str) -> bool:
    found = _AMBIGUOUS.match(text)
    return bool(found and found[1].lstrip("0") != found[2].lstrip("0") and int(found[1]) <= 12 and int(found[2]) <= 12)


def _by_words(text: str, language: str | None) -> datetime | None:
    """By dateparser, unless the like of it has been in vain."""
    shape = re.sub(r"\d", "0", text), language
    if shape in _hopeless or _is_ambiguous(text) or not any(char.isdigit() for char in text):
        return None
    text = _SHORT_ZONE.sub(lambda zone: f"{zone[1]}0{zone[2]}:{zone[3] or '00'}", text)
    moment = _parsed(text, language) or _parsed(_UNKNOWN_DAY.sub("", text), language)
    if moment is None:
        if len(_hopeless) >= _HOPELESS:
            _hopeless.clear()
        _hopeless.add(shape)
    return moment


def _parsed(text: str, language: str | None) -> datetime | None:
    try:
        found: datetime | None = _parser(language if language in _LANGUAGES else None).get_date_data(text).date_obj
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, TypeError, AttributeError, LookupError):
        return None


@lru_cache(maxsize=8)
def _parser(language: str | None) -> Any:
    from dateparser.date import DateDataParser  # 12 MB: few feeds need it

    first = (language,) if language else ()
    return DateDataParser(languages=[*dict.fromkeys((*first, *_LANGUAGES))], use_given_order=True, settings=_SETTINGS)
