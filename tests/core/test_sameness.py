"""What a feed's entries, seen again, say of its guids and links."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.core.plan import Known, identify
from monitor.core.sameness import Policy, observe, policy, touches
from monitor.model import Entry, IdentityCounts

DAY = datetime(2026, 3, 1, tzinfo=UTC)
BLANK = IdentityCounts()


def entry(number: int, **how: object) -> Entry:
    made = Entry(f"g{number}", f"https://example.org/{number}", f"Title {number}", f"Text {number}", published_at=DAY)
    return replace(made, **how)  # type: ignore[arg-type]


def known(*entries: Entry) -> Known:
    return {
        key: (one.entry.title.split()[1], written)
        for one in identify("a", entries)
        for key, written in one.keys.items()
    }


def seen(*entries: Entry, before: tuple[Entry, ...] = (entry(1), entry(2))) -> IdentityCounts:
    return observe(BLANK, {}, identify("a", entries), known(*before))


def test_an_entry_never_seen_says_nothing() -> None:
    assert seen(entry(3)) == BLANK


def test_an_entry_seen_again_keeps_its_names() -> None:
    assert seen(entry(1)) == IdentityCounts(again=1, guid_kept=1, url_kept=1)


def test_an_edit_keeps_them_too() -> None:
    assert seen(entry(1, summary="Another text")) == IdentityCounts(again=1, edited=1, guid_kept=1, url_kept=1)


def test_new_names_are_known_by_title_and_date() -> None:
    counts = seen(entry(1, guid="new", url="https://example.org/new"))
    assert counts == IdentityCounts(again=1, guid_changed=1, url_changed=1)
    assert seen(entry(1, guid=None)) == IdentityCounts(again=1, guid_missing=1, url_kept=1)
    assert seen(entry(1, url=None)) == IdentityCounts(again=1, url_missing=1, guid_kept=1)


def test_a_known_guid_under_a_new_headline_and_link_says_nothing() -> None:
    assert seen(entry(3, guid="g1")) == BLANK


@pytest.mark.parametrize("date", [DAY, DAY.replace(hour=5)], ids=["its date", "dated anew"])
def test_a_guid_that_was_anothers_is_told_by_the_date_or_by_the_words(date: datetime) -> None:
    counts = seen(entry(1, guid="g2", published_at=date))
    assert counts == IdentityCounts(again=1, guid_moved=1, url_kept=1)


def test_words_that_both_items_have_tell_nothing() -> None:
    twins = (entry(1, title="Siren 1", summary=""), entry(2, title="Siren 1", summary=""))
    written = {key: (str(place), "same") for place, one in enumerate(identify("a", twins)) for key in one.keys}
    again = identify("a", [replace(twins[0], guid="g2", published_at=DAY.replace(hour=5))])
    counts = observe(BLANK, {}, [replace(one, keys=dict.fromkeys(one.keys, "same")) for one in again], written)
    assert (counts.guid_moved, counts.guid_kept) == (0, 1)


def test_counts_fade() -> None:
    counts = observe(IdentityCounts(again=401, guid_kept=300, guid_changed=100), {}, (), {})
    assert counts == IdentityCounts(again=200, guid_kept=150, guid_changed=50)


@pytest.mark.parametrize(
    ("counts", "edits", "touched"),
    [
        (IdentityCounts(again=2, edited=2), "unknown", False),
        (IdentityCounts(again=3), "seldom", False),
        (IdentityCounts(again=100, edited=4), "seldom", False),
        (IdentityCounts(again=100, edited=5), "seldom", True),
        (IdentityCounts(again=100, edited=20), "often", True),
    ],
)
def test_how_often_entries_are_worded_anew(counts: IdentityCounts, edits: str, touched: bool) -> None:
    assert (policy(counts).edits, touches(counts)) == (edits, touched)


@pytest.mark.parametrize(
    ("verdicts", "weak"),
    [
        (Policy(), {"text"}),
        (Policy("rotate"), {"guid", "text"}),
        (Policy("stable", "rotate"), {"url", "link", "text"}),
        (Policy("reused", "rotate"), {"guid", "url", "link"}),
    ],
)
def test_keys_that_say_nothing_are_kept_and_decide_nothing(verdicts: Policy, weak: set[str]) -> None:
    (one,) = map(verdicts.restrict, identify("a", [entry(1)]))
    assert {key.partition(":")[0] for key in one.weak} == weak
    assert len(one.keys) == 4
