"""Our copies beside datasketch's MinHashLSH and rensa's: quality, time and memory, in one run on the labelled sets.

    pip install -e '.[bench]'
    python tests/bench/rivals.py

Each takes the same documents in the same order and says for each which story it belongs to. The rivals get what their
manuals show: 128 permutations over the set of word 3-grams, the nearest of the candidates above the threshold. Every run is
a process of its own; memory is what it grew by. It asserts nothing.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.core.text import words_of
from tests.quality.copies import Document, Score, dress, import_all, score, words

PERMUTATIONS = 128
BANDS = 32
"""Of four rows each: finds more than the 25 that datasketch chooses for .5 (reference: .957 and .940)."""

Take = Callable[[Document], "str | None"]


def shingles(document: Document) -> list[str]:
    found = words_of(f"{document.title}\n{document.text}")
    return [" ".join(found[i : i + 3]) for i in range(max(1, len(found) - 2))]


def datasketch(threshold: float) -> Take:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    kept: dict[str, Any] = {}

    def take(document: Document) -> str | None:
        made = MinHash(num_perm=PERMUTATIONS)
        made.update_batch([one.encode() for one in shingles(document)])
        near = [(made.jaccard(kept[one]), one) for one in index.query(made)]
        index.insert(document.id, made)
        kept[document.id] = made
        best = max(near, default=(0.0, ""))
        return best[1] if best[0] >= threshold else None

    return take


def rensa(threshold: float) -> Take:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=BANDS)
    kept: list[tuple[str, Any]] = []

    def take(document: Document) -> str | None:
        made = RMinHash(num_perm=PERMUTATIONS, seed=42)
        made.update(shingles(document))
        near = [(made.jaccard(kept[number][1]), kept[number][0]) for number in index.query(made)]
        index.insert(len(kept), made)
        kept.append((document.id, made))
        best = max(near, default=(0.0, ""))
        return best[1] if best[0] >= threshold else None

    return take


def by(take: Take, documents: Sequence[Document]) -> dict[str, str]:
    """Each document's story: that of the one it was found to be a copy of."""
    stories: dict[str, str] = {}
    for document in documents:
        of = take(document)
        stories[document.id] = document.id if of is None else stories[of]
    return stories


ROWS: dict[str, Callable[[Sequence[Document]], dict[str, str]]] = {
    "monitor": import_all,
    "datasketch .8": lambda documents: by(datasketch(0.8), documents),
    "datasketch .5": lambda documents: by(datasketch(0.5), documents),
    "rensa .8": lambda documents: by(rensa(0.8), documents),
    "rensa .5": lambda documents: by(rensa(0.5), documents),
}


def run(row: str, documents: Sequence[Document], answer: Connection) -> None:
    """In a process of its own."""
    ROWS[row](documents[:5])  # imports and caches
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    stories = ROWS[row](documents)
    used = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    answer.send((score(documents, stories.__getitem__), used / len(documents) * 1e3, grown / 1024))


def main() -> None:
    for name, documents in (("same text, other dress", dress()), ("same text, other words", words())):
        print(f"{name}: {len(documents)} documents")
        for row in ROWS:
            here, there = multiprocessing.Pipe()
            process = multiprocessing.Process(target=run, args=(row, documents, there))
            process.start()
            there.close()
            try:
                result: tuple[Score, float, float] = here.recv()
                print(f"  {row:14} {result[0]}  {result[1]:6.2f} ms of CPU a document, {result[2]:4.0f} MB", flush=True)
            except EOFError:
                print(f"  {row:14} not installed: pip install -e '.[bench]'")
            process.join()


if __name__ == "__main__":
    main()
