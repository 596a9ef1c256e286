"""What belongs to a site, or to nobody's story, and not to the article."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.boilerplate import hung_on, paragraph_key, shared_by_stories, strip

FOOTER = "Subscribe to our morning letter and never miss a story from the harbour again."
STORY = "\n".join(
    f"Paragraph {word} tells of freighters that left the northern basin." for word in ("one", "two", "three")
)


def keys(*paragraphs: str) -> set[int]:
    return {paragraph_key(paragraph) for paragraph in paragraphs}


def test_numbers_case_and_marks_do_not_part_paragraphs() -> None:
    assert paragraph_key("12 comments – Share!") == paragraph_key("7 Comments, share")
    assert paragraph_key("Share this") != paragraph_key("Share that")
    assert paragraph_key("***") == 0


@given(st.lists(st.text(max_size=20)), st.sets(st.integers(0, 3)))
def test_only_learnt_paragraphs_are_left_out(paragraphs: list[str], chosen: set[int]) -> None:
    learnt = {paragraph_key(paragraph) for number, paragraph in enumerate(paragraphs) if number in chosen} - {0}
    kept = strip(paragraphs, learnt)
    assert kept == [paragraph for paragraph in paragraphs if paragraph_key(paragraph) not in learnt]


def test_a_line_that_three_stories_have_is_nobodys() -> None:
    text = f"{STORY}\n{FOOTER}"
    assert shared_by_stories(text, [keys(FOOTER)] * 3) == keys(FOOTER)
    assert shared_by_stories(text, [keys(FOOTER)] * 2) == frozenset()


def test_a_wire_that_stands_in_many_round_ups_stays_a_story() -> None:
    assert shared_by_stories(f"{STORY}\n{FOOTER}", [keys(*STORY.split("\n"))] * 4) == frozenset()


def test_a_line_with_numbers_tells_stories_apart() -> None:
    line = "Today 14 degrees in the valleys."
    assert shared_by_stories(f"{STORY}\n{line}", [keys(line)] * 9) == frozenset()


def test_what_most_entries_get_at_once_is_hung_on_them() -> None:
    added = [keys(FOOTER)] * 5 + [keys("The barge sank.")]
    assert hung_on(added, 10) == keys(FOOTER)
    assert hung_on(added, 11) == frozenset(), "too few of all that stand there"
    assert hung_on(added[:4], 4) == frozenset(), "four articles may be edited alike"
