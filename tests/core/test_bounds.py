"""What is beyond a limit is cut, and told; what is within is left alone."""

from __future__ import annotations

from monitor.core.bounds import bounded_feed, bounded_text, portion_of, postponed
from monitor.model import Entry, LimitsPolicy, ParsedFeed

LIMITS = LimitsPolicy(document=3, entries=2, field=100, title=20, text=100, tags=2)


def an_entry(title: str = "Tide", **more: object) -> Entry:
    return Entry(guid="1", url=None, title=title, **more)  # type: ignore[arg-type]


def test_a_document_within_its_limits_is_the_same_object() -> None:
    feed = ParsedFeed((an_entry("x" * 20, summary="s" * 100, content="c" * 100, tags=("a", "b")),) * 3)
    assert bounded_feed(feed, LIMITS) is feed


def test_of_a_long_document_a_portion_is_read_and_what_is_left_is_counted() -> None:
    whole = ParsedFeed(tuple(an_entry(str(n)) for n in range(7)))
    portions = [portion_of(whole, begin, LIMITS) for begin in (0, 3, 6, 9)]
    assert [[entry.title for entry in feed.entries] for feed in portions] == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6"],
        [],
    ]
    assert [feed.left for feed in portions] == [4, 1, 0, 0]


def test_fields_and_tags_are_cut_and_told() -> None:
    for long in (
        an_entry("x" * 21),
        an_entry(summary="s" * 101),
        an_entry(content="c" * 101),
        an_entry(tags=("a", "b", "c")),
    ):
        feed = bounded_feed(ParsedFeed((an_entry(), long)), LIMITS)
        cut = feed.entries[1]
        assert (len(cut.title) <= 20, len(cut.summary) <= 100, len(cut.content) <= 100, len(cut.tags) <= 2) == (
            True,
        ) * 4
        assert not feed.complete
        assert feed.problem == "1 entries had a field or tags beyond [limits], which were cut"


def test_an_articles_text_is_cut_and_told() -> None:
    assert bounded_text("Tide", "text", LIMITS) == ("Tide", "text", None)
    title, text, cut = bounded_text("t" * 30, "x" * 200, LIMITS)
    assert (len(title), len(text)) == (20, 100)
    assert cut == "title cut at 20 of 30 characters (limits.title); text cut at 100 of 200 characters (limits.text)"


def test_what_one_poll_does_not_take_waits() -> None:
    assert postponed([1, 2, 3], LIMITS) == ([1, 2], 1)
    assert postponed([1, 2], LIMITS) == ([1, 2], 0)
