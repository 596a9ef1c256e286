"""JSON Feed 1.1 and 1.0, whole, cut and wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.content.feeds import parse_feed
from monitor.content.jsonfeed import read_json_feed
from monitor.errors import ReadError
from monitor.model import Entry, ParsedFeed

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Example &amp; Co",
    "home_page_url": "https://news.example/",
    "language": "en-US",
    "authors": [{"name": "The Owner"}],
    "items": [
        {
            "id": "1",
            "url": "/a",
            "title": "First <b>one</b>",
            "content_html": "<p>Text</p>",
            "summary": "Short & sweet",
            "date_published": "2024-10-24T10:00:00-04:00",
            "date_modified": "2024-10-24T15:00:00Z",
            "authors": [{"name": "Anna Rossi"}, {"name": "By Jean Petit"}],
            "tags": ["NATO", "NATO", "war"],
            "language": "fr",
        },
        {"id": 2, "external_url": "https://other.example/x", "content_text": "a < b\nc"},
        {"id": "https://news.example/3"},
    ],
}


def read(document: object) -> ParsedFeed:
    text = document if isinstance(document, str) else json.dumps(document)
    return parse_feed(text.encode(), "https://news.example/feed.json", {"content-type": "application/feed+json"})


def test_a_feed_in_full() -> None:
    feed = read(FEED)
    assert (feed.title, feed.link, feed.language, feed.complete) == (
        "Example & Co",
        "https://news.example/",
        "en",
        True,
    )
    first, second, third = feed.entries
    assert first == Entry(
        guid="1",
        url="https://news.example/a",
        title="First one",
        summary="Short &amp; sweet",
        content="<p>Text</p>",
        authors=("Anna Rossi", "Jean Petit"),
        published_at=datetime(2024, 10, 24, 14, tzinfo=UTC),
        updated_at=datetime(2024, 10, 24, 15, tzinfo=UTC),
        language="fr",
        tags=("NATO", "war"),
    )
    assert (second.guid, second.url, second.authors) == ("2", "https://other.example/x", ("The Owner",))
    assert second.content == "a &lt; b<br>\nc"
    assert third.url == "https://news.example/3"


def test_version_1_0_has_one_author() -> None:
    feed = read({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "author": {"name": "Anna Rossi"}}]})
    assert feed.entries[0].authors == ("Anna Rossi",)


def test_cut_in_the_middle_gives_the_items_before() -> None:
    text = json.dumps(FEED)
    feed = read(text[: text.index('"external_url"')])
    assert [entry.guid for entry in feed.entries] == ["1"]
    assert not feed.complete
    assert "cut" in (feed.problem or "")


def test_items_that_are_none_are_passed_over_and_told() -> None:
    feed = read(
        {"items": ["x", 3, None, {"id": "1", "tags": "no", "authors": [3], "title": 5, "date_published": "soon"}]}
    )
    assert [entry.guid for entry in feed.entries] == ["1"]
    assert not feed.complete


@pytest.mark.parametrize("text", ['{"items": 3}', "[]", "{", '{"a": NaN}', "[" * 100_000, '{"items":' + "[" * 100_000])
def test_what_is_no_feed(text: str) -> None:
    with pytest.raises(ReadError):
        read(text)


def test_what_is_not_quite_json_or_json_feed_is_read() -> None:
    text = """{"items": [{"id": 1, "title": "A	B", "content_html": "<p>a
        b</p>", "authors": ["Anna"], "date_published": 1795975542},
        {"id": 2, "author": "Bruno", "date_published": 1795975542.5}, {"id": 3, "authors": [7, null], "date_published": NaN}]}"""
    feed = read_json_feed(text, "https://example.org/feed.json")
    assert feed.complete
    assert [entry.title for entry in feed.entries] == ["A B", "", ""]
    assert [entry.authors for entry in feed.entries] == [("Anna",), ("Bruno",), ()]
    when = datetime(2026, 11, 29, 18, 5, 42, tzinfo=UTC)
    assert [entry.published_at for entry in feed.entries] == [when, when, None]


def test_an_episode_without_a_page_has_its_recording_for_a_link() -> None:
    sound = {"url": "/e1.mp3", "mime_type": "audio/mpeg"}
    episodes = [
        {"id": "1", "attachments": [{"url": "/cover.png", "mime_type": "image/png"}, sound]},
        {"id": "2", "url": "/e2", "attachments": [sound]},
        {"id": "3", "attachments": ["?", {"url": 3, "mime_type": "audio/mpeg"}, {"mime_type": "audio/mpeg"}]},
    ]
    feed = read({"items": episodes})
    assert [(entry.url, entry.own_page) for entry in feed.entries] == [
        ("https://news.example/e1.mp3", False),
        ("https://news.example/e2", True),
        (None, True),
    ]
