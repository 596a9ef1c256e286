"""Laws of the copy decision, over texts drawn from a made-up vocabulary."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.copies import compare, digest, features, fingerprint
from monitor.core.copies.walls import shared
from monitor.core.text import words_of
from tests.quality.copies import Document, Stories

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sta", "ver", "zin", "tor", "mal", "ker")


def vocabulary(draw: random.Random) -> list[str]:
    return ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(900)]


def article(seed: int, paragraphs: int = 6) -> Document:
    """Prose of its own words; two seeds share next to no shingle."""
    draw = random.Random(seed)
    words = vocabulary(draw)
    lines = [" ".join(draw.choices(words, k=draw.randint(25, 45))).capitalize() + "." for _ in range(paragraphs)]
    return Document(f"d{seed}", f"d{seed}", " ".join(draw.choices(words, k=7)), "\n".join(lines), "it")


articles = st.builds(article, st.integers(0, 10_000), st.integers(4, 9))


def decide(a: Document, b: Document) -> float | None:
    found = compare(digest(a.title, a.text, a.language), digest(b.title, b.text, b.language))
    return None if found is None else found.similarity


@settings(max_examples=40)
@given(articles, articles)
def test_the_decision_is_symmetric_and_bounded(a: Document, b: Document) -> None:
    assert decide(a, b) == decide(b, a)
    assert decide(a, a) == 1.0
    similarity = decide(a, b)
    assert similarity is None or 0 < similarity <= 1


@settings(max_examples=40)
@given(articles, st.randoms(use_true_random=False))
def test_a_cut_a_reordered_and_a_wrapped_text_are_copies(a: Document, draw: random.Random) -> None:
    lines = a.text.split("\n")
    cut = replace(a, text="\n".join(lines[: (len(lines) + 1) // 2]))
    shuffled = replace(a, text="\n".join(draw.sample(lines, len(lines))))
    around = article(draw.randint(20_000, 30_000), len(lines) // 2)
    wrapped = replace(a, title=around.title, text=f"{around.text}\n{a.text}")
    for copy in (cut, shuffled, wrapped):
        assert decide(a, copy) is not None


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=6, unique=True))
def test_different_articles_stay_apart_and_do_not_change_each_others_verdicts(seeds: list[int]) -> None:
    made = [article(seed) for seed in seeds]
    stories = Stories()
    assert [stories.take(one) for one in made] == [None] * len(made)
    again = [stories.take(replace(one, id=f"{one.id} again", title="Another headline")) for one in made]
    assert [found and found.of for found in again] == [one.id for one in made]


@settings(max_examples=20)
@given(articles, st.booleans())
def test_in_whatever_order_two_copies_come_they_are_one_story(a: Document, cut_first: bool) -> None:
    half = replace(a, id="half", text="\n".join(a.text.split("\n")[:4]))
    order = [half, a] if cut_first else [a, half]
    stories = Stories()
    assert stories.take(order[0]) is None
    found = stories.take(order[1])
    assert found is not None
    assert stories.story_of(order[1].id) == order[0].id


@settings(max_examples=40)
@given(st.text(max_size=200), st.text(max_size=2_000), st.sampled_from(["it", "zh", "und"]))
def test_any_text_has_a_fingerprint_and_is_its_own_copy(title: str, text: str, language: str) -> None:
    made = fingerprint(title, text, language)
    assert made == fingerprint(title, text, language)
    assert len(set(features(made).all)) == len(features(made).all)
    one = digest(title, text, language)
    found = compare(one, one)
    assert found is None or found.similarity == 1.0


@given(st.text(max_size=300))
def test_words_end_with_their_line(text: str) -> None:
    """So a text's words are those of its paragraphs, which are tokenized once for both."""
    assert words_of(text) == [word for line in text.split("\n") for word in words_of(line)]


ALPHABETS = (
    "あいうえおかき",
    "アイウエオ",
    "北大西洋条約機構",
    "กองทัพเหนือ",
    "북한군 ",
    "الناتو ",
    "0123 ",
    "😀🚀 ",
    "NATO Kursk ",
)
POOLS = st.sampled_from(ALPHABETS).flatmap(
    lambda letters: st.lists(st.text(letters, min_size=10, max_size=70), min_size=3, max_size=3)
)


@settings(max_examples=200)
@given(POOLS, POOLS, st.sampled_from(["ja", "zh", "und", "en"]), st.booleans())
def test_any_texts_can_be_compared(pool: list[str], more: list[str], language: str, same_host: bool) -> None:
    """Of one script or two, with something in common."""
    one, other = (
        digest(more[0], "\n".join(texts), language) for texts in ((*pool, *more), (pool[1], pool[2][::-1], more[1]))
    )
    compare(one, other, same_host=same_host)
    shared(one, other)
