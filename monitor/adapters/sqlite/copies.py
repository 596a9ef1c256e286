"""`SqliteCopyIndex`: the CopyIndex port over two tables beside `items`, always inside the caller's transaction.

`copy_postings` is an inverted index of sampled features (`core.copies`). A feature is posted once a story: a copy adds
only what its story does not have yet, so a wire taken by five hundred sites costs little more than one set of rows, and
a feature's number of postings counts stories. `copy_entries` keeps every item's features, to tell the near members of
a story from the far ones, and to post again what a leaving member had posted for the others.

Candidates are decided on from their stored text (`items`), never from the sample.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from xxhash import xxh3_64_intdigest

from monitor.adapters.sqlite.rows import to_ms
from monitor.core.boilerplate import learn, paragraph_key, paragraphs_of
from monitor.core.copies import Candidate, Digest, choose, digest, features, fingerprint, pack, unpack
from monitor.model import CopyEvidence, Fingerprint, Reading

SCHEMA = """
CREATE TABLE IF NOT EXISTS copy_postings (
  feature INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (feature, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copy_entries (
  item INTEGER PRIMARY KEY, story INTEGER NOT NULL, host INTEGER, seen_at INTEGER NOT NULL, features BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS copy_entries_host ON copy_entries (host) WHERE host IS NOT NULL;
CREATE INDEX IF NOT EXISTS copy_entries_seen ON copy_entries (seen_at);
"""

MOST_POSTINGS = 64
"""Stories that may share a feature; with more it is an idiom or boilerplate, neither posted nor looked at."""
LEAST_SHARED = 3
"""Sampled features a candidate must share (reference, section 1.2)."""
STORIES_TRIED = 8
MEMBERS_TRIED = 5
"""Bounds on the texts read in one look-up: the nearest stories, and the nearest members of each."""
MEMBERS_SEEN = 64
"""Members of a story, newest first, whose features are looked at to find the nearest."""
HOST_ITEMS = 40
"""A host's newest items, from which its boilerplate is learnt."""
DIGESTS_KEPT = 48
"""Texts kept analysed between look-ups, 0.1 MB each for usual articles: a burst asks for the same stories again."""
KEYS_KEPT = 1024
"""Texts whose paragraphs' keys are kept, under 1 kB each."""
PARAMETERS = 500
"""Of one statement; SQLite allows 32,766, but few and equal statements stay prepared."""

_digest = lru_cache(DIGESTS_KEPT)(digest)


class _Row(NamedTuple):
    number: int
    id: str
    url: str | None
    title: str
    text: str
    language: str
    story: str
    copy_of: str | None
    published_at: int | None


_COLUMNS = "number, id, url, title, text, language, story, copy_of, published_at"


class SqliteCopyIndex:
    """Implements ports.CopyIndex over a connection in autocommit mode (`isolation_level=None`); never commits.

    Cheap to make: one for each transaction.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._db = conn
        self._looked_up: tuple[bytes, list[tuple[int, int]]] | None = None

    def find(self, reading: Reading, since: datetime, *, exclude: str | None = None) -> CopyEvidence | None:
        """See ports.CopyIndex. The nearest stories are decided on by their members' texts; the best story wins."""
        made = _fingerprint(reading)
        postings = self._postings(made)
        stories = self._stories(made, postings, exclude)
        if not stories:
            return None
        candidates = list(self._candidates(made, stories, since, exclude))
        evidence = choose(self._new(reading, candidates), candidates)
        return None if evidence is None else evidence
