"""72 real feeds and half of feedparser's own corpus: nothing escapes but ReadError, and no entry that feedparser finds is lost."""

from __future__ import annotations

import gzip
import io
import warnings
from pathlib import Path

import feedparser
import pytest

from monitor.content.feeds import parse_feed
from monitor.content.htmltext import title_text
from tests.corpus import CORPUS, FEEDS, corpus


def plain(body: bytes, headers: dict[str, str]) -> list[dict[str, object]] | None:
    """feedparser's own entries, over BytesIO; None when it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(feedparser.parse(io.BytesIO(body), response_headers=headers).entries)  # noqa: TID251
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RuntimeError):
            return None


@pytest.mark.skipif(not FEEDS, reason="the real feeds of ../shared/data are not here")
@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem[:8])
def test_real_feeds_lose_no_entry(path: Path) -> None:
    body = gzip.decompress(path.read_bytes())
    feed = parse_feed(body, "https://feed.example/rss", {})
    reference = plain(body, {}) or []
    assert len(feed.entries) == len(reference)
    assert feed.entries
    for ours, theirs in zip(feed.entries, reference, strict=True):
        assert ours.url
        assert ours.title == title_text(str(dict.get(theirs, "title") or ""))
        assert ours.published_at or ours.updated_at
        assert ours.guid == dict.get(theirs, "id") or not dict.get(theirs, "id")


@pytest.mark.skipif(not CORPUS.exists(), reason="feedparser's corpus of ../shared/data is not here")
def test_feedparsers_corpus_loses_no_entry() -> None:
    files = lost = 0
    for _, body, headers in corpus():
        files += 1
        found = len(parse_feed(body, "https://feed.example/rss", headers).entries)
        lost += found < len(plain(body, headers) or [])
    assert files == 1001
    assert lost == 0
