"""A message as a webhook's body: JSON, the same at every attempt, under the 20 kB that Standard Webhooks advises."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.content.wording import clean, cut, excerpt, one_line, web_link
from monitor.model import NEW, OPERATOR, Alert, Item, Match, Message, Sighting

MAX_BYTES = 20_000

Part = tuple[Alert, Item, tuple[Sighting, ...]]
_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much of each thing is told. `words`: characters of titles, names, tags; `link`: bytes of an address, which
    is left out when it is longer, for half an address is none.
    """

    excerpt: int
    matches: int
    also_at: int
    tags: int
    words: int
    link: int = MAX_BYTES

    @property
    def differences(self) -> int:
        """Of an edit; each is as long as an excerpt."""
        return min(self.matches // 3, 5)


_MEASURES = (
    _Measure(excerpt=500, matches=50, also_at=50, tags=50, words=500),
    _Measure(excerpt=500, matches=20, also_at=20, tags=20, words=300),
    _Measure(excerpt=300, matches=10, also_at=5, tags=10, words=200),
    _Measure(excerpt=150, matches=5, also_at=2, tags=5, words=120),
    _Measure(excerpt=0, matches=3, also_at=0, tags=3, words=80),
    _Measure(excerpt=0, matches=1, also_at=0, tags=1, words=40),
    _Measure(excerpt=0, matches=1, also_at=0, tags=1, words=40, link=600),
    _Measure(excerpt=0, matches=1, also_at=0, tags=1, words=16, link=200),
)
"""Tried in order until the body is small enough. An alert alone keeps its address in all but the last two: the longest
address (`wording.MAX_URL`), escaped, leaves it room.
"""

_KINDS = {"revised": "watchlist.revised", "sites": "watchlist.followed", "language": "watchlist.followed"}
"""Of an alert that is not the first about its story, by its occasion."""

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def webhook_body(message: Message) -> bytes:
    """CONTRACT's JSON in UTF-8: ``watchlist.matched``, ``watchlist.revised`` (an edit) and ``watchlist.followed`` (its story
    went further), ``watchlist.digest``, or ``watchlist.test`` for a test;
    ``operator.notice`` (``operator.digest``) for what the operator is told of feeds and channels in trouble.

    `timestamp` is when the (last) alert arose, so a repeated attempt bears the same bytes. Text is cut, and the lists
    of matches and copies shortened, until the body is under `MAX_BYTES`. Angle brackets and ampersands are escaped: the
    body may be shown in a page as it is.
    """
    body = b""
    for measure in _MEASURES:
        body = _encoded(_envelope(message, measure))
        if len(body) <= MAX_BYTES:
            break
    return body


def is_notice(message: Message) -> bool:
    """Whether a message tells the operator of troubles, and of no story."""
    return all(alert.watchlist == OPERATOR for alert, _, _ in message.parts)


def _envelope(message: Message, measure: _Measure) -> _Json:
    datas = [_data(part, measure) for part in message.parts]
    kind = "watchlist.digest" if message.digest else "watchlist.matched"
    data = {"digest": message.id, "alerts": datas} if message.digest else datas[0]
    if not message.digest:
        kind = _KINDS.get(message.parts[0][0].occasion.partition(":")[0], kind)
    if is_notice(message):
        kind = "operator.notice" if not message.digest else "operator.digest"
    if message.test:
        kind, data = "watchlist.test", {**data, "test": True}
    return {"type": kind, "timestamp": _time(max(alert.created_at for alert, _, _ in message.parts)), "data": data}


def _data(part: Part, measure: _Measure) -> _Json:
    alert, item, also_at = part
    return {
        "alert": alert.id,
        "watchlist": {
            "id": alert.watchlist,
            "name": cut(one_line(alert.watchlist_name), measure.words),
            "tags": _words(alert.watchlist_tags, measure),
        },
        "story": alert.story,
        "item": _item(item, alert.matches, measure),
        "matches": [_match(match, measure) for match in alert.matches[: measure.matches]],
        "also_at": [
            {"url": _link(sighting.url, measure), "feed": sighting.feed} for sighting in also_at[: measure.also_at]
        ],
        **_occasion(alert, measure),
    }


def _occasion(alert: Alert, measure: _Measure) -> _Json:
    """What an alert is about that is not the first about its story."""
    if alert.occasion == NEW:
        return {}
    shown = alert.differences[: measure.differences]
    limit = max(measure.excerpt, 40)
    changes = [{"before": cut(clean(old), limit), "after": cut(clean(new), limit)} for old, new in shown]
    return {"occasion": alert.occasion, **({"changes": changes} if alert.differences else {})}


def _item(item: Item, matches: Sequence[Match], measure: _Measure) -> _Json:
    first = next((match.start for match in matches if match.field == "body"), 0)
    return {
        "id": item.id,
        "url": _link(item.url, measure),
        "title": cut(one_line(item.title), measure.words),
        "language": item.language,
        "published_at": _time(item.published_at),
        "feeds": list(item.feeds[: measure.tags]),
        "tags": _words(item.tags, measure),
        "excerpt": excerpt(item.text, first, measure.excerpt) if measure.excerpt else "",
    }


def _link(url: str | None, measure: _Measure) -> str | None:
    link = web_link(url)
    return None if link is None or len(_escaped(link).encode()) > measure.link else link


def _match(match: Match, measure: _Measure) -> _Json:
    return {
        "term": cut(clean(match.term), measure.words),
        "field": match.field,
        "text": cut(clean(match.text), measure.words),
        "start": match.start,
        "end": match.end,
    }


def _words(words: Sequence[str], measure: _Measure) -> list[str]:
    return [cut(one_line(word), measure.words) for word in words[: measure.tags]]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _encoded(value: _Json) -> bytes:
    return _escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()


def _escaped(text: str) -> str:
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return text
