"""Does it help to weigh shared words by their rarity? Labelled texts in other words, with each language's own idf.

    python tests/quality/rarity.py

Similarity is Jaccard of the vocabularies, every word weighing one, its idf, or the idf's root; a word's frequency is
counted in stories, as a stream would count it. The table shows recall at one false pair in 100,000, and the best F1, by
the halves of `held_out`. Nothing is tuned by it: see `docs/design.md` for what follows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.core.text import words_of
from tests.quality.copies import Document, held_out, words

Array = np.ndarray[Any, Any]
FALSE = 1e-5
WEIGHTS: dict[str, Callable[[Array, int], Array]] = {
    "every word one": lambda spread, stories: np.ones_like(spread),
    "idf": lambda spread, stories: np.log((stories + 1) / (spread + 1)) + 0.01,
    "root of idf": lambda spread, stories: np.sqrt(np.log((stories + 1) / (spread + 1)) + 0.01),
}


def incidence(documents: list[Document]) -> Array:
    """Documents by words, 1 where one has the other."""
    number: dict[str, int] = {}
    rows = [{number.setdefault(w, len(number)) for w in words_of(f"{d.title}\n{d.text}")} for d in documents]
    table = np.zeros((len(documents), len(number)), np.float32)
    for place, row in enumerate(rows):
        table[place, list(row)] = 1
    return table


def similarities(documents: list[Document], table: Array, weigh: Callable[[Array, int], Array]) -> Array:
    """Of each pair in one language; 0 across languages."""
    found = np.zeros((len(documents), len(documents)), np.float32)
    for language in {d.language for d in documents}:
        places = np.array([place for place, d in enumerate(documents) if d.language == language])
        labels = np.array([documents[place].label for place in places])
        has = table[places]
        stories = np.stack([has[labels == label].max(axis=0) for label in sorted(set(labels))])
        weighed = has * weigh(stories.sum(axis=0), len(stories)).astype(np.float32)
        common, total = weighed @ has.T, weighed.sum(axis=1)
        found[np.ix_(places, places)] = common / np.maximum(total[:, None] + total[None, :] - common, 1e-9)
    return found


def line(values: Array, same: Array) -> str:
    others = np.sort(values[~same])[::-1]
    recall = (values[same] > others[int(len(others) * FALSE)]).mean()
    ranked = np.cumsum(same[np.argsort(-values)])
    best = (2 * ranked / (np.arange(len(ranked)) + 1 + same.sum())).max()
    return f"R {recall:.4f} F1 {best:.4f}"


def main() -> None:
    documents = words()
    table, pairs = incidence(documents), np.triu_indices(len(documents), 1)
    kind = np.array([hash((d.label, d.language)) for d in documents])
    held = np.array([held_out(d.label) for d in documents])
    same = (kind[:, None] == kind[None, :])[pairs]
    halves = {"tuned on": (~held[:, None] & ~held[None, :])[pairs], "held out": (held[:, None] & held[None, :])[pairs]}
    for name, weigh in WEIGHTS.items():
        values = similarities(documents, table, weigh)[pairs]
        parts = [f"{half} {line(values[part], same[part])}" for half, part in halves.items()]
        print(f"{name:15}", *parts, f"all {line(values, same)}", sep="   ")


if __name__ == "__main__":
    main()
