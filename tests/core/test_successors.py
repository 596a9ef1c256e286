"""Which entries follow on one whose guid or address they bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from monitor.core.plan import Identified, Known, identify, kind_of
from monitor.core.successors import apart, follows, succeeding
from monitor.model import Entry, IdentityCounts
from tests.builders import HOUR, NOON, an_item

FRESH = IdentityCounts()
PORTAL = "https://example.org/warnings"


def warning(number: int, url: str = PORTAL, *, guid: str = "", at: datetime | None = NOON, title: str = "") -> Entry:
    return Entry(guid or f"w{number}", url, title or f"Warning {number}", f"Words of {number}.", published_at=at)


def others(count: int) -> list[Entry]:
    return [warning(100 + number, f"https://example.org/{number}", at=NOON - HOUR) for number in range(count)]


def stored(*entries: Entry) -> Known:
    return {key: (one.entry.title, hash_) for one in identify("a", entries) for key, hash_ in one.keys.items()}


def found(document: list[Entry], known: Known, counts: IdentityCounts = FRESH) -> dict[int, str]:
    places = succeeding([counts], identify("a", document), len(document), known)
    return {place: known[key][0] for place, key in places.items()}


def test_a_known_address_under_a_new_guid_and_a_known_guid_at_a_new_address() -> None:
    before = stored(warning(1))
    assert found([warning(2)], before) == {0: "Warning 1"}
    assert found([warning(2, "https://example.org/2", guid="w1")], before) == {0: "Warning 1"}


@pytest.mark.parametrize(
    "entry",
    [
        warning(1),
        warning(2, "https://example.org/2"),
        warning(2, guid="w1"),
        replace(warning(1), guid="w2"),
        replace(warning(2), title="Warning 1"),
        replace(warning(2), guid=None),
    ],
    ids=["the same", "all new", "both known", "in the same words", "by title and date", "without a guid"],
)
def test_what_is_known_by_more_or_by_nothing_follows_on_none(entry: Entry) -> None:
    assert found([entry], stored(warning(1))) == {}


@pytest.mark.parametrize(("new", "old", "expected"), [(1, 3, 1), (2, 2, 2), (3, 2, 0), (2, 0, 2), (3, 0, 0), (1, 1, 1)])
def test_more_than_half_of_a_document_at_once_under_known_addresses_are_pages_made_anew(
    new: int, old: int, expected: int
) -> None:
    places = [f"https://example.org/p{number}" for number in range(new)]
    before = stored(*(warning(number, url) for number, url in enumerate(places)), *others(old))
    document = [warning(50 + number, url) for number, url in enumerate(places)] + others(old)
    assert len(found(document, before)) == expected
    guids = [warning(50 + number, f"{url}/next", guid=f"w{number}") for number, url in enumerate(places)]
    assert len(found(guids + others(old), before)) == new


@pytest.mark.parametrize(
    "counts", [IdentityCounts(guid_changed=9), IdentityCounts(url_changed=9), IdentityCounts(guid_moved=9)]
)
def test_keys_that_are_known_to_say_nothing_show_nothing(counts: IdentityCounts) -> None:
    assert found([warning(2)], stored(warning(1)), counts) == {}


@pytest.mark.parametrize("guid", ["w1", "w2"])
@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (NOON, NOON + HOUR, True),
        (NOON, NOON, False),
        (NOON, NOON - HOUR, False),
        (None, NOON, None),
        (NOON, None, None),
    ],
)
def test_a_later_date_follows_and_without_one_a_new_guid(
    guid: str, before: datetime | None, now: datetime | None, expected: bool | None
) -> None:
    (one,) = identify("a", [warning(2, guid=guid, at=now)])
    key = next(key for key in one.keys if key in stored(warning(1)))
    assert follows(one, key, an_item(published_at=before)) is (guid == "w2" if expected is None else expected)
    assert not follows(one, key, None)


def test_what_follows_leaves_the_key_that_it_bears() -> None:
    def kinds(one: Identified) -> set[str]:
        return set(map(kind_of, one.keys))

    (post,) = identify("a", [warning(2)])
    (bulletin,) = identify("a", [warning(2, "https://example.org/2", guid="w1")])
    moved = apart(post, f"link:a:{PORTAL}", "Warning 1")
    assert (kinds(moved), moved.entry.own_page, moved.after) == ({"guid", "text"}, False, "Warning 1")
    moved = apart(bulletin, "guid:a:w1", "Warning 1")
    assert (kinds(moved), moved.entry.own_page) == ({"url", "link", "text"}, True)
