"""What hosts' and stories' stored texts have in common, by the keys of their paragraphs in `copy_entries`."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence

from monitor.core.boilerplate import LEARNT_FROM, paragraph_key, paragraphs_of, shared_by_stories

HOST_ITEMS = 40
"""A host's newest items, from which its boilerplate is learnt."""
MEMBERS_TRIED = 5
"""Members of a story whose texts, or paragraphs, are read in one look-up."""
MOST_KEYS = 200
"""Paragraphs kept of a text, from its beginning: 1.6 kB; articles have five to fifty."""


class Paragraphs:
    """What each host's newest stories share, read once and kept; and what the stories of one look-up do."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._hosts: dict[int, dict[int, set[int]]] = {}

    def boilerplate(self, host: int | None, story: int) -> frozenset[int]:
        """Keys of paragraphs that enough stories of the host have, `story` not counted."""
        shared = self._shared(host)
        return frozenset(key for key, stories in shared.items() if len(stories) - (story in stories) >= LEARNT_FROM)

    def spread(self, host: int | None) -> dict[int, int]:
        """How many stories of the host have a paragraph of this key, from `LEARNT_FROM` on."""
        return {key: len(stories) for key, stories in self._shared(host).items()}

    def everybodys(self, text: str, stories: Sequence[int]) -> frozenset[int]:
        """Keys of the paragraphs that the text has in common with enough of these stories."""
        if len(stories) < LEARNT_FROM:  # as most look-ups bring
            return frozenset()
        return shared_by_stories(text, [self._of_story(story) for story in stories])

    def _shared(self, host: int | None) -> dict[int, set[int]]:
        if host is None:
            return {}
        if host not in self._hosts:
            self._hosts[host] = self._stories_by_paragraph(host)
        return self._hosts[host]

    def _stories_by_paragraph(self, host: int) -> dict[int, set[int]]:
        rows = self._db.execute(
            "SELECT item, story, paragraphs FROM copy_entries WHERE host = ? ORDER BY item DESC LIMIT ?",
            (host, HOST_ITEMS),
        ).fetchall()
        found: dict[int, set[int]] = {}
        for item, story, packed in rows:
            for key in self._keys(item, packed):
                found.setdefault(key, set()).add(story)
        return {key: stories for key, stories in found.items() if len(stories) >= LEARNT_FROM}

    def _of_story(self, story: int) -> frozenset[int]:
        """Keys of the paragraphs of a story's first and newest members."""
        rows = self._db.execute(
            "SELECT entries.item, entries.paragraphs FROM items"
            " JOIN copy_entries AS entries ON entries.item = items.number"
            " WHERE items.story = (SELECT story FROM items WHERE number = ?)"
            " ORDER BY items.number = ? DESC, items.number DESC LIMIT ?",
            (story, story, MEMBERS_TRIED),
        ).fetchall()
        return frozenset(key for item, packed in rows for key in self._keys(item, packed))

    def _keys(self, item: int, packed: bytes | None) -> Sequence[int]:
        """None of an item from before they were kept: made from its text."""
        if packed is not None:
            return struct.unpack(f"<{len(packed) // 8}Q", packed)
        text = self._db.execute("SELECT text FROM items WHERE number = ?", (item,)).fetchone()[0]
        return [key for paragraph in paragraphs_of(text) if (key := paragraph_key(paragraph))]


def packed_keys(keys: Sequence[int]) -> bytes:
    """For `copy_entries.paragraphs`."""
    return struct.pack(f"<{len(keys[:MOST_KEYS])}Q", *keys[:MOST_KEYS])
