"""Queries that nobody would write: an answer or a mistake with its place, never anything else, and soon."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.query import Subject, parse, print_query
from monitor.core.watch import compile_query
from monitor.errors import QueryError

GOLDEN = Path(__file__).parents[1] / "golden" / "queries.tsv"
QUERIES = [line.split("\t")[1] for line in GOLDEN.read_text("utf-8").splitlines() if line and line[0] != "#"]
PIECES = [
    " AND ", " OR ", " NOT ", "(", ")", '"', "~3", " NEAR/2 ", " ONEAR/9999999999 ", "title:", "lang:", "=", "@x", "*", "?", "/",
    "atleast(2, ", "stem(", "#", "\n", "\\", "\u201c", "\u00ab", "\ud800", "\x00", "\u202e", "東", "é", "e\u0301", "~", ":", "-", ",",
]  # fmt: skip
SUBJECT = Subject("NATO in Kursk", "Soldati nordcoreani a Kursk, dice la NATO. 東京の株式市場 ''' \ud800 \x00")
SECONDS = 2.0
"""Far beyond what any of these takes (milliseconds), far below what a blow-up takes."""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A query of the golden table with pieces put in, cut out and doubled."""
    text = draw(st.sampled_from(QUERIES))
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
    try:
        query = compile_query(source)
    except QueryError as error:
        assert error.what
        assert 0 <= error.position <= len(source)
    else:
        query.match(SUBJECT)
        query.explain(SUBJECT)
        assert parse(print_query(query.node)) == query.node
    assert time.process_time() - started < SECONDS
