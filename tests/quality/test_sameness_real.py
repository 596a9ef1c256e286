"""72 real feeds whose publishers take to renaming: what the title and date can still tell apart."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.content.feeds import parse_feed
from monitor.core.gaps import continuity, window
from monitor.core.plan import Identified, identify, plan
from monitor.core.sameness import observe, overview, policy
from monitor.model import Entry, IdentityCounts

FEEDS = sorted((Path(__file__).parents[2] / "../shared/data/feeds").resolve().glob("*.gz"))
FLOOR = 0.995
"""Share of entries known again after guid and link have both changed."""

Rename = Callable[[int, Entry], Entry]


def renamed_guid(number: int, entry: Entry) -> Entry:
    return replace(entry, guid=f"new-{number}")


def session(number: int, entry: Entry) -> Entry:
    url = (entry.url or "").partition("#")[0]
    return replace(entry, url=f"{url}{'&' if '?' in url else '?'}visit={number}9f")


def both(number: int, entry: Entry) -> Entry:
    return session(number, renamed_guid(number, entry))


def remember(identified: tuple[Identified, ...]) -> dict[str, tuple[str, str]]:
    return {key: (f"item-{number}", hash_) for number, one in enumerate(identified) for key, hash_ in one.keys.items()}


def again(entries: tuple[Entry, ...], rename: Rename) -> tuple[int, str, str]:
    """How many entries a second poll takes for new, the continuity, and what the feed is then known by."""
    known = remember(identify("feed", entries))
    second = identify("feed", [rename(number, entry) for number, entry in enumerate(entries)])
    found = policy(observe(IdentityCounts(), overview({tuple(one.keys): one.entry for one in second}), second, known))
    planned = plan([found.restrict(one) for one in second], known)
    judged = continuity(window([one.entry.published_at for one in second], planned.seen), len(entries), None)
    return len(planned.fresh), judged, found.by


@pytest.mark.skipif(not FEEDS, reason="the real feeds of ../shared/data are not here")
def test_real_feeds_are_known_again_whatever_is_renamed() -> None:
    total, lost = 0, 0
    for path in FEEDS:
        entries = parse_feed(gzip.decompress(path.read_bytes()), "https://feed.example/rss", {}).entries
        entries = tuple(one.entry for one in identify("feed", entries))
        for rename in (lambda _, entry: entry, renamed_guid, session):
            assert again(entries, rename)[:2] == (0, "contiguous"), (path.stem, rename)
        fresh, judged, by = again(entries, both)
        assert by == "title" or len(entries) < 3, path.stem
        assert judged == "contiguous" or len(entries) < 3, path.stem
        total, lost = total + len(entries), lost + fresh
    print(f"{len(FEEDS)} feeds, {total} entries, {lost} taken for new after guid and link had changed")
    assert lost <= (1 - FLOOR) * total
