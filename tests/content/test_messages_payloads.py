"""The webhook's body: CONTRACT's JSON, small enough, the same at every attempt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.content.messages import webhook_body
from monitor.content.payloads import MAX_BYTES
from monitor.content.wording import MAX_URL
from monitor.core.delivery import digest_size
from monitor.model import Alert, Item, Match, Message, Secret, Sighting, WebhookChannel

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
TEXT = "Una frase. " * 60 + "Le truppe nordcoreane sono a Kursk. " + "Altra frase. " * 60
AT = TEXT.index("nordcoreane")
ITEM = Item(
    "item-1", "https://www.example.com/a?b=1&c=2", "La NATO", TEXT, "it", 0.99, NOW, "item-1",
    published_at=NOW - timedelta(hours=1), feeds=("ukr",), tags=("agency", "dprk"),
)  # fmt: skip
ALERT = Alert(
    "alert-1", "dprk-troops", "North Korean troops", ("dprk",), "ops", "item-1", "item-1",
    (Match("nordcorean*", "body", "nordcoreane", AT, AT + 11),), "pending", 1, NOW,
)  # fmt: skip
ALSO = (Sighting("https://copy.example.net/x", "copy", NOW), Sighting("javascript:x", None, NOW))


def test_the_body_is_the_contracts() -> None:
    body = json.loads(webhook_body(Message("alert-1", ((ALERT, ITEM, ALSO),))))
    excerpt = body["data"]["item"].pop("excerpt")
    assert body == {
        "type": "watchlist.matched",
        "timestamp": "2026-01-01T08:00:00Z",
        "data": {
            "alert": "alert-1",
            "watchlist": {"id": "dprk-troops", "name": "North Korean troops", "tags": ["dprk"]},
            "story": "item-1",
            "item": {
                "id": "item-1",
                "url": "https://www.example.com/a?b=1&c=2",
                "title": "La NATO",
                "language": "it",
                "published_at": "2026-01-01T07:00:00Z",
                "feeds": ["ukr"],
                "tags": ["agency", "dprk"],
            },
            "matches": [{"term": "nordcorean*", "field": "body", "text": "nordcoreane", "start": AT, "end": AT + 11}],
            "also_at": [{"url": "https://copy.example.net/x", "feed": "copy"}, {"url": None, "feed": None}],
        },
    }
    assert "truppe nordcoreane sono a Kursk" in excerpt
    assert excerpt[0] == excerpt[-1] == "…"
    assert 400 < len(excerpt) <= 502


def test_a_later_attempt_sends_the_same_bytes() -> None:
    again = replace(ALERT, attempts=5, last_error="HTTP 500")
    first, second = (webhook_body(Message("alert-1", ((one, ITEM, ALSO),))) for one in (ALERT, again))
    assert first == second


def test_markup_is_escaped_and_line_separators_too() -> None:
    title = "<script>&\u2028\u2029\ud800\x00"
    body = webhook_body(Message("alert-1", ((ALERT, replace(ITEM, title=title), ()),)))
    assert not set(b"<>&") & set(body)
    assert json.loads(body)["data"]["item"]["title"] == "<script>& \ufffd"


def test_a_test_says_so() -> None:
    body = json.loads(webhook_body(Message("alert-1", ((ALERT, ITEM, ()),), test=True)))
    assert (body["type"], body["data"]["test"]) == ("watchlist.test", True)


def test_a_digest_holds_the_same_objects() -> None:
    later = replace(ALERT, id="alert-2", created_at=NOW + timedelta(hours=1))
    body = json.loads(webhook_body(Message("digest-1", ((ALERT, ITEM, ()), (later, ITEM, ())), digest=True)))
    alone = json.loads(webhook_body(Message("alert-1", ((ALERT, ITEM, ()),))))
    assert (body["type"], body["timestamp"]) == ("watchlist.digest", "2026-01-01T09:00:00Z")
    assert body["data"]["digest"] == "digest-1"
    assert body["data"]["alerts"][0] == alone["data"]
    assert [one["alert"] for one in body["data"]["alerts"]] == ["alert-1", "alert-2"]


words = st.text(st.sampled_from('aé漢<&"\\\n\u2028😀'), max_size=3000)


@given(words, words, st.integers(0, 400), st.integers(1, digest_size(WebhookChannel("w", Secret("https://x.example")))))
def test_every_body_is_under_20_kb(title: str, word: str, many: int, parts: int) -> None:
    matches = tuple(Match(word, "body", word, place, place + 1) for place in range(many))
    also = tuple(Sighting(f"https://example.net/{'x' * 900}/{place}", "f", NOW) for place in range(many))
    item = replace(ITEM, title=title, text=word * 3, tags=(word,) * many, url="https://example.com/" + "漢" * 100)
    alert = replace(ALERT, matches=matches, watchlist_name=title, watchlist_tags=(word,) * many)
    body = webhook_body(Message("m", ((alert, item, also),) * parts, digest=parts > 1))
    assert len(body) <= MAX_BYTES
    data = json.loads(body)["data"]
    assert len(data["alerts"] if parts > 1 else [data]) == parts


@pytest.mark.parametrize("parts", [1, 2, digest_size(WebhookChannel("w", Secret("https://x.example")))])
def test_with_all_of_it_as_long_as_it_can_be_it_is_under_20_kb(parts: int) -> None:
    link = "https://e.org/" + "&" * (MAX_URL - 14)  # each & takes six bytes
    sightings = tuple(Sighting(link, "f" * 80, NOW) for _ in range(99))
    item = replace(
        ITEM,
        title="<" * 5000,
        text="<" * 9000,
        url=link,
        feeds=tuple(f"{n:080}" for n in range(90)),
        tags=("<" * 900,) * 99,
    )
    matches = tuple(Match("<" * 3000, "body", "&" * 3000, place, place + 3000) for place in range(900))
    alert = replace(
        ALERT,
        matches=matches,
        watchlist="w" * 80,
        watchlist_name="<" * 5000,
        watchlist_tags=("&" * 900,) * 99,
        occasion="revised",
        differences=(("<" * 9000, "&" * 9000),) * 50,
    )
    body = webhook_body(Message("m", ((alert, item, sightings),) * parts, digest=parts > 1))
    assert len(body) <= MAX_BYTES
    data = json.loads(body)["data"]
    told = data["alerts"] if parts > 1 else [data]
    assert len(told) == parts
    assert {one["alert"] for one in told} == {alert.id}
    assert parts > 1 or data["item"]["url"] == link
