"""Laws of folding and of tokens."""

from __future__ import annotations

import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.core.text import fold, tokenize, words_of
from monitor.core.text_tables import tables

# Half plain, half from the places where folding does something.
_TRICKY = "".join(
    chr(c)
    for first, last in (
        (0x20, 0x7E), (0xA0, 0x17F), (0x300, 0x345), (0x370, 0x3FF), (0x400, 0x4FF), (0x591, 0x5F4), (0x610, 0x6FF),
        (0x900, 0x97F), (0xE01, 0xE4E), (0xE81, 0xECD), (0x1000, 0x1049), (0x1780, 0x17D2), (0x1F00, 0x1FFF),
        (0x2018, 0x201F), (0x200B, 0x200F), (0x3040, 0x30FF), (0x4E00, 0x4E20), (0xAC00, 0xAC20), (0xFB00, 0xFB4F),
        (0xFE70, 0xFEFC), (0xFF01, 0xFF9F), (0x1D400, 0x1D420),
    )
    for c in range(first, last + 1)
)  # fmt: skip
texts = st.one_of(st.text(st.sampled_from(_TRICKY), max_size=40), st.text(max_size=40))


@settings(max_examples=400)
@given(texts)
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=400)
@given(texts)
@example("ゟヿໜ")
def test_every_word_is_one_token_of_itself(text: str) -> None:
    for word in tokenize(text).words:
        assert fold(word) == word
        assert list(tokenize(word).words) == [word]


@settings(max_examples=400)
@given(texts)
def test_offsets_are_in_order_and_give_the_word_back(text: str) -> None:
    tokens = tokenize(text)
    assert len(tokens.words) == len(tokens.starts) == len(tokens.ends)
    last = 0
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert last <= start < end <= len(text)
        assert list(tokenize(text[start:end]).words) == [word]
        last = end


@settings(max_examples=400)
@given(texts | st.text(st.characters(max_codepoint=127), max_size=40))
@example("it's 5 o'clock, p.m. _A_ 3,5")
@example("об'єкт, 5 ת\"א")
def test_a_texts_words_are_its_tokens_words(text: str) -> None:
    assert words_of(text) == [word for token in tables().token.findall(text) for word in words_of(token)]


@given(texts, texts)
def test_a_line_break_parts_texts(one: str, other: str) -> None:
    assert list(tokenize(f"{one}\n{other}").words) == [*tokenize(one).words, *tokenize(other).words]


def test_every_character_folds_for_good() -> None:
    for code in range(sys.maxunicode + 1):
        folded = fold(chr(code))
        assert fold(folded) == folded, hex(code)
