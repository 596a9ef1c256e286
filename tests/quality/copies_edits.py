"""What sites do to a text, by rule: each edit of an article is still that article; round-ups are not.

Deterministic: what is drawn is drawn from the article's own words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tests.quality.copies import Document

SEED = (Path(__file__).parents[2] / "seeds" / "000_2e1b82d66ab051ba.txt").resolve()

BOILERPLATE = (
    "Iscriviti al nostro canale per non perdere nessuna notizia della giornata\nCondividi su Facebook\nCondividi su X",
    "Sostieni il giornalismo indipendente con una donazione, bastano pochi secondi\nRegistrati gratis\n"
    "Testata registrata presso il tribunale, direttore responsabile, partita iva, privacy e cookie",
)


def seed() -> Document:
    """The example that the program ships with."""
    title, _, text = SEED.read_text(encoding="utf-8").partition("\n")
    return Document("seed", "seed", title, text, "it")


def cut_to_half(article: Document) -> Document:
    paragraphs = article.text.split("\n")
    return replace(article, text="\n".join(paragraphs[: (len(paragraphs) + 1) // 2]))


def second_half(article: Document) -> Document:
    paragraphs = article.text.split("\n")
    return replace(article, text="\n".join(paragraphs[len(paragraphs) // 2 :]))


def two_paragraphs(article: Document) -> Document:
    """The first two paragraphs that are more than a line."""
    long = [paragraph for paragraph in article.text.split("\n") if len(paragraph.split()) > 6]
    return replace(article, text="\n".join(long[:2]))


def teaser(article: Document) -> Document:
    """Headline and the first 30 words."""
    return replace(article, text=" ".join(article.text.split()[:30]) + " […]")


def with_note(article: Document) -> Document:
    note = (
        "Nota della redazione: questo articolo è stato corretto, una versione precedente riportava un nome sbagliato."
    )
    return replace(article, text=f"{article.text}\n{note}")


def other_boilerplate(article: Document) -> Document:
    return replace(article, text=f"{BOILERPLATE[0]}\n{article.text}\n{BOILERPLATE[1]}")


def other_headline(article: Document) -> Document:
    return replace(article, title="Tutto quello che c'è da sapere oggi")


def reordered(article: Document) -> Document:
    paragraphs = article.text.split("\n")
    random.Random(article.id).shuffle(paragraphs)
    return replace(article, text="\n".join(paragraphs))


def words_changed(article: Document) -> Document:
    """Every eighth longer lower-case word is another one of the text's."""
    words = re.findall(r"\b[^\W\d_]{4,}\b", article.text)
    plain = [word for word in words if word.islower()] or words
    draw = random.Random(article.id)

    def change(match: re.Match[str]) -> str:
        return draw.choice(plain) if match[0].islower() and draw.random() < 1 / 8 else match[0]

    return replace(article, text=re.sub(r"\b[^\W\d_]{4,}\b", change, article.text))


def wrapped(article: Document, other: Document) -> Document:
    """In the middle of a page twice as long."""
    words = other.text.split()
    while len(words) < len(article.text.split()):
        words += words
    words = words[: len(article.text.split())]
    half = len(words) // 2
    return replace(article, text=" ".join(words[:half]) + f"\n{article.text}\n" + " ".join(words[half:]))


def round_up(parts: Sequence[Document], title: str = "Le notizie della sera") -> Document:
    """Several whole stories under one headline."""
    text = "\n".join(f"{part.title}\n{part.text}" for part in parts)
    return Document("round-up of " + " ".join(part.id for part in parts), "round-up", title, text, parts[0].language)


def live_blog(article: Document, states: int = 3) -> list[Document]:
    """The same page as it grows, newest paragraph on top."""
    paragraphs = article.text.split("\n")
    steps = [max(1, len(paragraphs) * (n + 1) // states) for n in range(states)]
    return [
        replace(article, id=f"{article.id} state {n}", text="\n".join(reversed(paragraphs[:step])))
        for n, step in enumerate(steps)
    ]


EDITS: dict[str, Callable[[Document], Document]] = {
    "cut to half": cut_to_half,
    "second half": second_half,
    "first two paragraphs": two_paragraphs,
    "teaser": teaser,
    "editor's note": with_note,
    "other boilerplate": other_boilerplate,
    "other headline": other_headline,
    "reordered": reordered,
    "words changed": words_changed,
}
