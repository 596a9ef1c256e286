"""What a publisher says about polling, and where older entries are."""

from __future__ import annotations

import json

import pytest

from monitor.content.feeds import parse_feed
from monitor.model import ParsedFeed

URL = "https://news.example/section/feed.xml"


def rss(channel: str) -> ParsedFeed:
    body = f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>{channel}</channel></rss>'
    return parse_feed(body.encode(), URL, {})


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("<skipHours><hour>0</hour><hour> 3 </hour><hour>23</hour></skipHours>", (0, 3, 23)),
        ("<skipHours><hour>24</hour></skipHours>", (0,)),
        ("<skipHours><hour>25</hour><hour>x</hour></skipHours>", ()),
        ("<skipHours></skipHours>", ()),
        ("<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>", ()),
        ("<skipHours><hour>1</hour>", (1,)),
    ],
)
def test_hours_to_skip(written: str, hours: tuple[int, ...]) -> None:
    assert rss(written).skip_hours == hours


def test_days_to_skip() -> None:
    assert rss("<skipDays><day>Sunday</day><day>saturday</day><day>Noday</day></skipDays>").skip_days == (5, 6)


def test_where_older_entries_are() -> None:
    assert rss('<atom:link rel="next" href="/feed?page=2"/>').older == "https://news.example/feed?page=2"
    both = '<atom:link rel="next" href="/n"/><atom:link rel="prev-archive" href="/2026-01.xml"/>'
    assert rss(both).older == "https://news.example/2026-01.xml"
    assert rss('<atom:link rel="next" href="javascript:x"/>').older is None


def test_the_hub_and_the_generator() -> None:
    feed = rss(
        '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://news.example/rss"/>'
        "<generator>https://wordpress.org/?v=6.5</generator>"
    )
    assert (feed.hub, feed.itself) == ("https://hub.example/", "https://news.example/rss")
    assert "wordpress" in feed.generator


def test_a_json_feed_says_the_same_in_its_own_words() -> None:
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "next_url": "https://news.example/2.json",
        "feed_url": "https://news.example/1.json",
        "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
        "items": [],
    }
    feed = parse_feed(json.dumps(told).encode(), URL, {})
    assert (feed.older, feed.itself) == ("https://news.example/2.json", "https://news.example/1.json")
    assert feed.hub == "https://hub.example/"
