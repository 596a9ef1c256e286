"""A story told: who had it first, how late the others were, what they changed; and who leaves when a merge is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.stories import changes, split, tell
from monitor.model import Item
from tests.builders import HOUR, NOON, an_item

WIRE = "\n".join(
    (
        "Freighters left the northern basin on Tuesday after eleven days at anchor, the harbour authority said in a note.",
        "Tugs worked through the night and pilots expect that normal traffic will be back by the end of this week.",
        "Insurers put the cost of the closure at forty million, a broker in Rotterdam told the agency by telephone.",
        "The ministry of transport will hear the owners of the stranded grain carriers on Thursday in the capital.",
    )
)
OTHER = "\n".join(
    (
        "A museum in Lisbon opens its restored tile collection, with two hundred panels from four demolished convents.",
        "Visitors may watch the restorers at work behind glass, said the director, who had asked for it since spring.",
        "The oldest panel shows a hunt; its blue was analysed in Porto and comes from cobalt mined in the Erzgebirge.",
    )
)


def item(name: str, text: str, title: str = "Harbour reopens", after: timedelta = timedelta(), **other: object) -> Item:
    first = name == "first"
    defaults: dict[str, object] = {
        "story": "first",
        "copy_of": None if first else "first",
        "url": f"https://www.{name}.example/1",
    }
    return an_item(
        name, text=text, title=title, first_seen_at=NOON + after, **{"published_at": None, **defaults, **other}
    )


def test_the_first_seen_is_first_and_the_others_are_late() -> None:
    told = tell([item("late", WIRE, after=3 * HOUR), item("first", WIRE)])
    assert [(one.item.id, one.site, one.late) for one in told.appearances] == [
        ("first", "first.example", timedelta()),
        ("late", "late.example", 3 * HOUR),
    ]


def test_the_earliest_date_may_be_anothers_than_the_first_seen() -> None:
    story = [
        item("first", WIRE, published_at=NOON - HOUR),
        item("source", WIRE, after=HOUR, published_at=NOON - 5 * HOUR),
        item("undated", WIRE, after=HOUR),
    ]
    told = tell(story)
    assert told.first_published == "source"
    assert [one.published_late for one in told.appearances] == [4 * HOUR, timedelta(0), None]


def test_what_a_copy_changed_is_told_by_paragraphs() -> None:
    lines = WIRE.split("\n")
    reworded = lines[1].replace("Tugs worked", "Tug boats laboured")
    copy = item(
        "copy",
        "\n".join([lines[2], reworded, lines[0], "Subscribe to our newsletter about ports."]),
        "Ships sail again",
    )
    found = changes(item("first", WIRE), copy)
    assert found.title == ("Harbour reopens", "Ships sail again")
    assert found.added == ("Subscribe to our newsletter about ports.",)
    assert found.removed == (lines[3],)
    assert found.changed == ((lines[1], reworded),)
    assert not changes(item("first", WIRE), item("copy", "\n".join(reversed(lines))))


def test_undoing_a_merge_takes_the_items_own_copies_along() -> None:
    story = [
        item("first", WIRE),
        item("right", "An editor's note stands here. " + WIRE, after=HOUR),
        item("wrong", OTHER, "Tiles", after=2 * HOUR),
        item("wrong-copy", "Reported from Lisbon. " + OTHER, "Tiles restored", after=3 * HOUR),
    ]
    going = split(story, "wrong")
    assert set(going) == {"wrong-copy"}
    assert going["wrong-copy"].of == "wrong"
    assert going["wrong-copy"].similarity > 0.5


@pytest.mark.parametrize("name", ["first", "elsewhere"])
def test_only_a_copy_of_the_story_can_leave(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        split([item("first", WIRE), item("copy", WIRE)], name)


def test_a_story_without_items_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        tell([])
