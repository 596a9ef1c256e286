"""What an edit changed, and what of it is trivial."""

from __future__ import annotations

import time

import pytest

from monitor.core.revisions import differences

TEXT = "Freighters left the basin on Tuesday. Tugs worked through the night. Pilots expect normal traffic."


def test_a_changed_sentence_is_told_before_and_after() -> None:
    after = TEXT.replace("Tugs worked through the night.", "Three tugs sank in the night.")
    assert differences(("Harbour", TEXT), ("Harbour", after)) == (
        ("Tugs worked through the night.", "Three tugs sank in the night."),
    )


def test_the_title_comes_first_and_additions_and_cuts_are_told() -> None:
    after = "Freighters left the basin on Tuesday.\nA pilot died.\nPilots expect normal traffic."
    assert differences(("12 killed", TEXT), ("15 killed", after)) == (
        ("12 killed", "15 killed"),
        ("Tugs worked through the night.", "A pilot died."),
    )
    assert differences(("T", "One. Two."), ("T", "One. Two. Three.")) == (("", "Three."),)
    assert differences(("T", "One. Two."), ("T", "Two.")) == (("One.", ""),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TEXT, TEXT.replace(". ", ".\n\n").upper()),
        (TEXT, TEXT.replace("Tugs worked", "«Tugs» – worked!")),
        (TEXT + "\nUpdated 12:40", TEXT + "\nUpdated 13:05"),
        (TEXT, TEXT + "\nUpdated 12:40"),
        (TEXT + "\nAggiornato 5 minuti fa", TEXT + "\nAggiornato 25 minuti fa"),
        (TEXT + "\nOpublikowano, zaktualizowano 12:40", TEXT + "\nOpublikowano, zaktualizowano 12:59"),
    ],
)
def test_blanks_punctuation_case_and_time_stamps_are_trivial(before: str, after: str) -> None:
    assert differences(("Harbour", before), ("HARBOUR!", after)) == ()


def test_numbers_in_the_news_are_none_of_a_stamp() -> None:
    before = TEXT + " Twelve people, 12 of them sailors, died."
    assert differences(("T", before), ("T", before.replace("12", "15")))
    assert differences(("T", "12 died. " + TEXT), ("T", "15 died. " + TEXT)) == (("12 died.", "15 died."),)


def test_a_hostile_text_costs_little() -> None:
    started = time.process_time()
    differences(("T", "a. " * 100_000), ("T", "a. b. " * 60_000))
    assert time.process_time() - started < 5
