"""What a feed says of an article beside the article's own text: the line or two that an editor wrote over it.

A feed's readers see it, and a watchlist's words may stand nowhere else: 34 of 76 real pages' own descriptions, which feeds
carry, have words that neither headline nor article has, mostly a sentence of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from monitor.content.htmltext import SHORT, without_invitation
from monitor.content.phrases import cut_boilerplate, is_boilerplate
from monitor.core.boilerplate import paragraph_key
from monitor.core.text import is_spaceless, recent_words, words_of

LEAST = 5
"""Words of a lead; fewer are a byline, a credit, a section's name."""
LETTERS = 2
"""Of a word that may be missed: EU, AI, 북한."""
UNLIKE = 0.2
"""Of a lead's pairs of characters, in scripts without spaces, the part that is missed where the words are others."""

URLS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def with_leads(text: str, title: str, above: Iterable[str], below: Iterable[str] = ()) -> str:
    """An article's `text` with those paragraphs of what its feed says of it (plain texts) that have a word which neither `text`
    nor `title` has. What is too long for a teaser is another text of the article, and no lead."""
    over, under = (
        list(_leads(text, title, (one for one in said if len(one) < SHORT and one not in text)))
        for said in (above, below)
    )
    return "\n".join([*over, cut_boilerplate(text, title), *under]) if over or under else text


def added_words(text: str, title: str, said: Iterable[str]) -> frozenset[int]:
    """Keys (`core.boilerplate`) of those paragraphs of what is said, however long, that have a word which neither `text` nor
    `title` has."""
    return frozenset(map(paragraph_key, _leads(text, title, said)))


def _leads(text: str, title: str, said: Iterable[str]) -> Iterator[str]:
    known: set[str] = set()
    for one in filter(None, said):
        if not known:
            known.update(_parts([*words_of(title), *recent_words(text)]))
        for paragraph in cut_boilerplate(one, title).split("\n"):
            if _adds_words(paragraph, known):
                known.update(_parts(words_of(paragraph)))
                yield paragraph


def _adds_words(paragraph: str, known: Collection[str]) -> bool:
    """Whether a paragraph is a sentence with a word that is not among those `known` (`_parts`)."""
    if is_boilerplate(paragraph):
        return False
    words = words_of(URLS.sub(" ", without_invitation(paragraph)))
    spaced = [word for word in words if not is_spaceless(word)]
    pairs = pairs_of(words)
    if len(spaced) + len(pairs) < LEAST:
        return False
    if len(pairs) > len(spaced):
        return sum(pair not in known for pair in pairs) > UNLIKE * len(pairs)
    last = spaced[-1]
    if any(word.startswith(last) for word in known):  # a teaser is cut in the midst of a word
        spaced.pop()
    return any(
        len(word) >= LETTERS and not word.isdigit() and word not in known and not _is_glued(word, known)
        for word in spaced
    )


def _is_glued(word: str, known: Collection[str]) -> bool:
    """Two words, between which a publisher took the markup away."""
    return any(word[:cut] in known and word[cut:] in known for cut in range(2, len(word) - 1))


def _parts(words: Sequence[str]) -> set[str]:
    return {*words, *pairs_of(words)}


def pairs_of(words: Sequence[str]) -> list[str]:
    """Neighbours of a script without spaces, whose single characters stand in every text."""
    alone = [is_spaceless(word) for word in words]
    return [words[at] + words[at + 1] for at in range(len(words) - 1) if alone[at] and alone[at + 1]]
