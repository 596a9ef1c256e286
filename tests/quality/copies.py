"""Scoring copies: documents through the real index in order of arrival, then pairs (same story against same label).

Run it for the table by set and half: `python tests/quality/copies.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.adapters.sqlite import copies, recent
from monitor.adapters.sqlite.copies import SqliteCopyIndex
from monitor.adapters.sqlite.recent import RecentPostings
from monitor.core.copies import fingerprint
from monitor.model import CopyEvidence, Reading

DATA = (Path(__file__).parents[2] / "../shared/data").resolve()
START = datetime(2026, 1, 1, tzinfo=UTC)
ITEMS = """CREATE TABLE items (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, url TEXT, title TEXT NOT NULL,
    text TEXT NOT NULL, language TEXT NOT NULL, story TEXT NOT NULL, copy_of TEXT, first_seen_at INTEGER NOT NULL,
    published_at INTEGER)"""


@dataclass(frozen=True)
class Document:
    """A labelled text: documents of one `label` are copies."""

    id: str
    label: str
    title: str
    text: str
    language: str = "und"
    url: str | None = None


@dataclass(frozen=True)
class Score:
    """Counted over pairs."""

    right: int
    wrong: int
    missed: int
    apart: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def false_rate(self) -> float:
        """Wrong pairs among pairs that are apart."""
        return self.wrong / max(1, self.apart)

    def __str__(self) -> str:
        return (
            f"P {self.precision:.5f}  R {self.recall:.4f}  F1 {self.f1:.4f}  "
            f"false {self.wrong} of {self.apart} ({self.false_rate * 1e5:.2f} in 100,000)"
        )


class Stories:
    """The real index over a bare `items` table: documents come in, each gets a story."""

    def __init__(self, path: str = ":memory:") -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute(ITEMS)
        self.db.execute("CREATE INDEX items_story ON items (story)")
        self.db.executescript(";".join((copies.SCHEMA, copies.RECENT, copies.PARAGRAPHS, recent.SCHEMA)))
        self.recent = RecentPostings()
        self.now = START

    def take(self, document: Document, *, since: datetime = START - timedelta(days=30)) -> CopyEvidence | None:
        """One transaction, as the pipeline does it: find, store, add."""
        self.now += timedelta(seconds=1)
        reading = self.reading(document)
        self.db.execute("BEGIN IMMEDIATE")
        index = SqliteCopyIndex(self.db, self.recent)
        evidence = index.find(reading, since)
        index.added(document.id, self.store(document, evidence), first=evidence is None)
        index.add(document.id, reading, self.now)
        index.finish()
        self.db.execute("COMMIT")
        return evidence

    @staticmethod
    def reading(document: Document) -> Reading:
        made = fingerprint(document.title, document.text, document.language)
        return Reading(
            document.url, None, document.title, document.text, "import", document.language, 1.0, fingerprint=made
        )

    def store(self, document: Document, evidence: CopyEvidence | None) -> int:
        """The row of `items`, with its story; its number."""
        story = document.id if evidence is None else self.story_of(evidence.of)
        return self.db.execute(
            "INSERT INTO items (id, url, title, text, language, story, copy_of, first_seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (document.id, document.url, document.title, document.text, document.language, story,
             None if evidence is None else evidence.of, int(self.now.timestamp() * 1000)),
        ).lastrowid or 0  # fmt: skip

    def story_of(self, item: str) -> str:
        story: str = self.db.execute("SELECT story FROM items WHERE id = ?", (item,)).fetchone()[0]
        return story


def import_all(documents: Iterable[Document]) -> dict[str, str]:
    """Each document's id to its story's, after taking all in order."""
    stories = Stories()
    ids = []
    for document in documents:
        stories.take(document)
        ids.append(document.id)
    return {item: stories.story_of(item) for item in ids}


def score(documents: Sequence[Document], story: Callable[[str], str]) -> Score:
    """Pairs of one label against pairs of one story."""

    def pairs(counts: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    same = pairs(Counter((d.label, d.language) for d in documents))
    called = pairs(Counter(story(d.id) for d in documents))
    right = pairs(Counter((d.label, d.language, story(d.id)) for d in documents))
    everything = len(documents) * (len(documents) - 1) // 2
    return Score(right, called - right, same - right, everything - same)


def held_out(label: str) -> bool:
    """Half of the clusters, by hash: thresholds were chosen on the others."""
    return hashlib.sha256(label.encode()).digest()[0] % 2 == 1


def dress() -> list[Document]:
    """Set A: one page as several extractors saw it."""
    return [Document(row["id"], row["cluster"], "", row["text"]) for row in _rows("copies-dress")]


def words() -> list[Document]:
    """Set B: translations of one text into one language."""
    names = ("de-fr", "fr-de", "is-en")
    return [
        Document(row["id"], row["cluster"], row["title"], row["text"], row["lang"])
        for name in names
        for row in _rows(f"copies-words-{name}")
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    """Print the table."""
    for name, documents in (("A dress", dress()), ("B words", words()), ("A and B", dress() + words())):
        parts = (
            ("tuned on", [d for d in documents if not held_out(d.label)]),
            ("held out", [d for d in documents if held_out(d.label)]),
            ("all", documents),
        )
        for part, chosen in parts:
            print(f"{name:8} {part:9} {len(chosen):5} {score(chosen, import_all(chosen).__getitem__)}")


if __name__ == "__main__":
    main()
