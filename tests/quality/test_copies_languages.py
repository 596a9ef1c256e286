"""Copies in scripts and languages of all kinds, and under boilerplate that no host explains.

Articles are made of the labelled sentences (../shared/data, languages): no threshold was chosen on them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from tests.quality.copies import DATA, Document, Stories
from tests.quality.copies_edits import cut_to_half, reordered, second_half

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")

LANGUAGES = ("ar", "en", "fi", "hi", "ko", "ru", "th", "tr", "zh")
SENTENCES = 12


@cache
def sentences(language: str) -> tuple[str, ...]:
    with gzip.open(DATA / "languages.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return tuple(row["text"] for row in rows if row["lang"] == language)


def articles(language: str, how_many: int = 20) -> list[Document]:
    said = sentences(language)
    made = []
    for first in range(0, how_many * SENTENCES, SENTENCES):
        title, *rest = said[first : first + SENTENCES]
        text = "\n".join(" ".join(rest[place : place + 2]) for place in range(0, len(rest), 2))
        made.append(Document(f"{language}-{first}", f"{language}-{first}", title[:80], text, language))
    return made


def teaser(article: Document) -> Document:
    return replace(article, text=article.text[:180] + "…")


def in_another_sites_dress(article: Document) -> Document:
    """Half of it under the site's one headline, between the site's own lines, which stand around every article."""
    title, above, below, more = sentences(article.language)[-4:]
    half = cut_to_half(article)
    return replace(half, title=title[:60], text=f"{above}\n{half.text}\n{below} {more}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("edit", "floor"), [(second_half, 20), (teaser, 20), (reordered, 20), (in_another_sites_dress, 19)]
)
def test_edits_are_found_and_no_two_articles_are_one(
    language: str, edit: Callable[[Document], Document], floor: int
) -> None:
    stories = Stories()
    made = articles(language)
    assert [stories.take(article) for article in made] == [None] * len(made)
    found = [stories.take(replace(edit(article), id=f"{article.id} again")) for article in made]
    right = [evidence for article, evidence in zip(made, found, strict=True) if evidence and evidence.of == article.id]
    assert len(right) >= floor
    assert len(right) == len([evidence for evidence in found if evidence]), "an edit was taken for another article"
