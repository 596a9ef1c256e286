"""What a poll has to do, decided from entries and what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.core.plan import Fresh, Known, Revised, SeenElsewhere, identify, plan
from monitor.model import Entry


def entry(number: int, *, title: str = "", guid: str | None = None, url: str | None = None) -> Entry:
    return Entry(
        guid=guid if guid is not None else f"guid-{number}",
        url=url or f"https://example.org/news/{number}",
        title=title or f"Title {number}",
        summary=f"Summary {number}",
    )


def remembered(feed: str, entries: list[Entry], *, item: str = "item") -> Known:
    return {
        key: (f"{item}-{index}", written)
        for index, one in enumerate(identify(feed, entries))
        for key, written in one.keys.items()
    }


def test_unknown_entries_are_fresh_and_come_oldest_first() -> None:
    entries = [entry(2), entry(1)]
    work = plan(identify("a", entries), {}).work
    assert [type(one) for one in work] == [Fresh, Fresh]
    assert [one.entry for one in work] == [entry(1), entry(2)]


def test_the_same_document_again_needs_nothing() -> None:
    entries = [entry(2), entry(1)]
    assert plan(identify("a", entries), remembered("a", entries)).work == ()


def test_a_changed_title_is_a_revision() -> None:
    known = remembered("a", [entry(1)])
    (one,) = plan(identify("a", [entry(1, title="Another title")]), known).work
    assert isinstance(one, Revised)
    assert one.item == "item-0"


def test_the_same_link_in_another_feed_is_a_sighting_whatever_that_feed_writes() -> None:
    known = remembered("a", [entry(1)])
    (one,) = plan(identify("b", [entry(1, title="Worded otherwise", guid="b-1")]), known).work
    assert isinstance(one, SeenElsewhere)
    assert one.item == "item-0"


def test_rotating_guids_bring_nothing_new() -> None:
    known = remembered("a", [entry(1), entry(2)])
    rotated = [entry(1, guid="x"), entry(2, guid="y")]
    assert plan(identify("a", rotated), known).work == ()


def test_a_moved_link_under_the_same_guid_is_no_new_entry() -> None:
    entries = [entry(1), entry(2)]
    moved = [entry(1, url="https://example.org/news/1-better-title"), entry(2)]
    work = plan(identify("a", moved), remembered("a", entries)).work
    assert not [one for one in work if isinstance(one, Fresh)]


def test_one_guid_for_all_falls_to_the_links() -> None:
    entries = [entry(number, guid="same") for number in range(100)]
    assert len(plan(identify("a", entries), {}).work) == 100


def test_an_entry_repeated_in_a_document_counts_once() -> None:
    assert len(plan(identify("a", [entry(1), entry(1)]), {}).work) == 1


def test_entries_without_names_that_all_bear_the_date_of_a_build_are_known_by_their_words() -> None:
    def built(hour: int) -> list[Entry]:
        at = datetime(2026, 3, 1, hour, tzinfo=UTC)
        return [Entry(None, None, f"Report {number}", f"Words of {number}.", published_at=at) for number in range(3)]

    assert plan(identify("a", built(9)), remembered("a", built(8))).work == ()
    edited = [replace(built(8)[0], summary="Other words."), *built(9)[1:]]
    (one,) = plan(identify("a", edited), remembered("a", built(8))).work
    assert isinstance(one, Revised), "of the date that it had"


def test_an_edit_that_is_taken_back_is_one_more() -> None:
    before = [Entry(None, None, "Report", "Words.", published_at=datetime(2026, 3, 1, tzinfo=UTC))]
    after = [replace(before[0], summary="Other words.")]
    known = {**remembered("a", before), **remembered("a", after)}
    (one,) = plan(identify("a", before), known).work
    assert isinstance(one, Revised)


def test_an_entry_is_the_item_that_most_of_its_keys_name() -> None:
    """A guid that was another's is one key of three."""
    entries = [entry(1), entry(2)]
    swapped = [entry(1, guid="guid-2"), entry(2, guid="guid-1")]
    dated = [replace(one, published_at=datetime(2026, 3, 1, tzinfo=UTC)) for one in entries]
    again = [replace(one, published_at=datetime(2026, 3, 1, tzinfo=UTC)) for one in swapped]
    assert plan(identify("a", again), remembered("a", dated)).work == ()


def test_where_guid_and_address_name_two_items_it_is_the_one_with_its_words() -> None:
    """A guid that is a place in the list, of an entry that was put on top anew, made another item say what it says."""
    swapped = [entry(1, guid="guid-2"), entry(2, guid="guid-1")]
    anew = [replace(one, published_at=datetime(2026, 3, 2, tzinfo=UTC)) for one in swapped]
    assert plan(identify("a", anew), remembered("a", [entry(1), entry(2)])).work == ()


def test_entries_without_names_in_the_same_words_are_told_apart_by_their_dates() -> None:
    siren = [
        Entry(None, None, "Siren", "Take cover.", published_at=datetime(2026, 3, 1, hour, tzinfo=UTC))
        for hour in (8, 9)
    ]
    assert len(plan(identify("a", siren), {}).work) == 2
    assert plan(identify("a", siren), remembered("a", siren)).work == ()
