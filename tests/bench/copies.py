"""Copies at scale: time and disk of the index with N items in the window, on one core.

    python tests/bench/copies.py [ITEMS]

Texts are drawn: words by Zipf's law from 60,000, two in three words from a phrase book of 30,000 phrases (so that runs
come back, as idioms do), a tenth of all items an edited copy of one of the last 2,000. Times are of the wall: let nothing else run. It prints figures and
asserts nothing: compare them within one run.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import sys
import tempfile
import time
from bisect import bisect
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from monitor.adapters.sqlite.copies import SqliteCopyIndex
from monitor.core.copies import fingerprint
from monitor.model import Reading
from tests.quality.copies import START, Document, Stories

SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "zo",
    "bra",
    "cle",
    "dri",
    "flo",
    "gru",
    "pla",
    "ste",
    "tri",
    "an",
    "en",
    "il",
    "or",
    "um",
]
BATCH = 500
LAST = 5_000


class Writer:
    """Draws articles of about 2 kB."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        words = ["".join(self.draw.choices(SYLLABLES, k=self.draw.randint(1, 4))) for _ in range(60_000)]
        self.words = sorted(set(words), key=len)
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.phrases = [self._words(self.draw.randint(3, 6)) for _ in range(30_000)]
        self.recent: list[str] = []

    def _words(self, count: int) -> list[str]:
        total = self.weights[-1]
        return [self.words[bisect(self.weights, self.draw.random() * total)] for _ in range(count)]

    def article(self) -> str:
        if self.recent and self.draw.random() < 0.1:
            paragraphs = self.draw.choice(self.recent).split("\n")
            return "\n".join([*paragraphs[: self.draw.randint(3, 6)], " ".join(self._words(20))])
        written: list[str] = []
        while len(written) < 320:
            if self.draw.random() < 1 / 3:
                index = int(len(self.phrases) * self.draw.random() ** 3)
                written += self.phrases[index]
            else:
                written += [*self._words(3), str(self.draw.randint(1, 3000)) if self.draw.random() < 0.05 else "x"]
        text = "\n".join(" ".join(written[i : i + 55]) for i in range(0, len(written), 55))
        self.recent = [*self.recent[-2000:], text]
        return text


def main(items: int) -> None:
    writer = Writer(1)
    with tempfile.TemporaryDirectory() as directory:
        stories = Stories(os.path.join(directory, "copies.db"))
        stories.db.execute("PRAGMA journal_mode=WAL")
        stories.db.execute("PRAGMA synchronous=OFF")
        stories.db.execute("PRAGMA cache_size=-65536")
        times: list[tuple[float, float, bool]] = []
        prints: list[float] = []
        copies = 0
        for number in range(items):
            text = writer.article()
            begun = time.perf_counter()
            made = fingerprint(text[:60], text, "xx")
            printed = time.perf_counter()
            reading = Reading(None, None, text[:60], text, "import", "xx", 1.0, fingerprint=made)
            if number % BATCH == 0:
                stories.db.execute("BEGIN IMMEDIATE")
            document = Document(f"item-{number}", "", text[:60], text, "xx")
            find, add, copy = _timed(stories, document, reading)
            if (number + 1) % BATCH == 0:
                stories.db.execute("COMMIT")
            copies += copy
            if number >= items - LAST:
                times.append((find, add, copy))
                prints.append(printed - begun)
            if number % 20_000 == 19_999:
                print(f"{number + 1} items", flush=True)
        if stories.db.in_transaction:
            stories.db.execute("COMMIT")
        _report(stories, times, prints, copies, items)


def _timed(stories: Stories, document: Document, reading: Reading) -> tuple[float, float, bool]:
    """Seconds of the look-up, seconds of the insert, and whether it was a copy."""
    stories.now += timedelta(seconds=1)
    index = SqliteCopyIndex(stories.db, stories.recent)
    begun = time.perf_counter()
    evidence = index.find(reading, START - timedelta(days=30))
    found = time.perf_counter()
    number = stories.store(document, evidence)
    stored = time.perf_counter()
    index.added(document.id, number, first=evidence is None)
    index.add(document.id, reading, stories.now)
    index.finish()
    return found - begun, time.perf_counter() - stored, evidence is not None


def _report(
    stories: Stories, times: list[tuple[float, float, bool]], prints: list[float], copies: int, items: int
) -> None:
    for name, chosen in (("news", [t for t in times if not t[2]]), ("copies", [t for t in times if t[2]])):
        both = sorted(find + add for find, add, _ in chosen)
        finds, adds = [t[0] for t in chosen], [t[1] for t in chosen]
        if len(both) > 1:
            print(
                f"{name:7} {len(both)}: look-up {statistics.median(finds) * 1e3:.3f} ms, insert "
                f"{statistics.median(adds) * 1e3:.3f} ms; together mean {statistics.fmean(both) * 1e3:.3f}, median "
                f"{both[len(both) // 2] * 1e3:.3f}, 99th percentile {both[int(len(both) * 0.99)] * 1e3:.3f} ms"
            )
    print(f"fingerprint: median {statistics.median(prints) * 1e3:.3f} ms")
    print(f"{copies} copies of {items}")
    size = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'copy_%' OR name LIKE 'sqlite_autoindex_copy_%'"
    try:
        disk = stories.db.execute(size).fetchone()[0]
        print(f"disk: {disk / items:.0f} bytes an item")
    except Exception as error:
        print(f"disk: not measured ({error})")
    rows = stories.db.execute("SELECT count(*) FROM copy_postings").fetchone()[0]
    print(f"postings: {rows / items:.1f} an item on the disk")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most, generator included")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
