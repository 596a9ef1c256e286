"""The table of queries, texts, verdicts and hits: `tests/golden/queries.tsv`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.core.query import Subject
from monitor.core.watch import compile_query, compile_watchlists
from monitor.model import Watchlist

TABLE = Path(__file__).parents[1] / "golden" / "queries.tsv"
ROWS = [tuple(line.split("\t")) for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
SCRIPTS = {
    "Latin": "a-z", "Cyrillic": "а-я", "Greek": "α-ω", "Arabic": "ء-ي", "Hebrew": "א-ת", "Devanagari": "अ-ह", "Han": "一-龥",
    "kana": "ァ-ン", "Hangul": "가-힣", "Thai": "ก-ฮ",
}  # fmt: skip


def unmark(marked: str) -> tuple[str, set[tuple[int, int]]]:
    """The text without its marks, and the offsets they stood at."""
    spans: set[tuple[int, int]] = set()
    text, start = "", 0
    for piece in re.split("([⟦⟧])", marked):
        if piece == "⟦":
            start = len(text)
        elif piece == "⟧":
            spans.add((start, len(text)))
        else:
            text += piece
    return text, spans


@pytest.mark.parametrize(("language", "query", "marked"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)])
def test_a_row(language: str, query: str, marked: str) -> None:
    bare = marked.startswith("+")
    title, _, body = marked.removeprefix("+").rpartition(" ¶ ")
    (title, in_title), (body, in_body) = unmark(title), unmark(body)
    subject = Subject(title, body, language=language)
    verdict = compile_query(query).match(subject)
    assert {(m.start, m.end) for m in verdict.matches if m.field == "title"} == in_title
    assert {(m.start, m.end) for m in verdict.matches if m.field == "body"} == in_body
    assert verdict.matched == bool(bare or in_title or in_body)
    woken = compile_watchlists([Watchlist("w", "w", query)]).match(subject)
    assert [v.matches for v in woken] == ([verdict.matches] if verdict.matched else [])


def test_the_table_is_wide_enough() -> None:
    assert len(ROWS) >= 300
    assert len({language for language, *_ in ROWS}) >= 15
    written = "".join(text for _, _, text in ROWS).lower()
    assert all(re.search(f"[{letters}]", written) for letters in SCRIPTS.values())
    assert sum("⟦" not in text for _, _, text in ROWS) >= 50
