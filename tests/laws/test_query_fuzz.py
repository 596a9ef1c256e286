"""Queries that nobody would write: an answer or a mistake with its place, never anything else, and soon."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import ask, golden_queries

PIECES = [
    " AND ", " OR ", " NOT ", "(", ")", '"', "~3", " NEAR/2 ", " ONEAR/9999999999 ", "title:", "lang:", "=", "@x", "*", "?", "/",
    "atleast(2, ", "stem(", "#", "\n", "\\", "\u201c", "\u00ab", "\ud800", "\x00", "\u202e", "東", "é", "e\u0301", "~", ":", "-", ",",
]  # fmt: skip
SECONDS = 2.0
"""Far beyond what any of these takes (milliseconds), far below what a blow-up takes."""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A query of the golden table with pieces put in, cut out and doubled."""
    text = draw(st.sampled_from(golden_queries()))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 3)):
            case 0:
                text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
            case 1:
                text = text[:at] + text[at + draw(st.integers(1, 5)) :]
            case 2:
                text += text[at:]
            case _:
                text = text[:at] + draw(st.text(max_size=4)) + text[at:]
    return text


@settings(max_examples=400, deadline=None)
@given(mutated() | st.text(max_size=60) | st.lists(st.sampled_from([*PIECES, "nato"]), max_size=25).map("".join))
def test_any_text_is_a_query_or_a_mistake_with_its_place(source: str) -> None:
    started = time.process_time()
    ask(source)
    assert time.process_time() - started < SECONDS
