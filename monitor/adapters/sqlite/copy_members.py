"""The stored texts that a new one is compared with, and each pair as decisions need it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from monitor.adapters.sqlite.copy_rows import host_key, unpack
from monitor.adapters.sqlite.paragraphs import MEMBERS_TRIED, Paragraphs
from monitor.adapters.sqlite.rows import to_ms
from monitor.core.copies import Features, Pair, digest
from monitor.model import Reading

MEMBERS_SEEN = 64
"""Members of a story, newest first, whose features are looked at to find the nearest."""
DIGESTS_KEPT = 48
"""Texts kept analysed between look-ups, 0.1 MB each for usual articles: a burst asks for the same stories again."""
SAME_DAYS = timedelta(days=7)
"""Between the dates of a text and its retelling: wires are translated within hours, magazines' pieces within a week."""
SAME_HOURS = timedelta(hours=12)
"""Between two articles under one headline; a column that bears the same one each day comes after 24."""
MILLISECOND = timedelta(milliseconds=1)

_digest = lru_cache(DIGESTS_KEPT)(digest)


class Member(NamedTuple):
    """A row of `items` as decisions need it."""

    id: str
    url: str | None
    title: str
    text: str
    language: str
    published_at: int | None
    is_first: bool


def members_of(db: sqlite3.Connection, story: int, wanted: Features, since: int, exclude: str | None) -> list[Member]:
    """The members of a story that share most with these features, among the first and the newest ones."""
    rows = db.execute(
        "SELECT entries.item, entries.features FROM items"
        " JOIN copy_entries AS entries ON entries.item = items.number"
        " WHERE items.story = (SELECT story FROM items WHERE number = ?) AND items.first_seen_at > ?"
        " AND items.id IS NOT ? ORDER BY items.number = ? DESC, items.number DESC LIMIT ?",
        (story, since, exclude, story, MEMBERS_SEEN),
    ).fetchall()
    own = set(wanted.all)
    shares = [(len(own.intersection(unpack(packed))), number) for number, packed in rows]
    near = sorted((share for share in shares if share[0]), key=lambda share: (-share[0], share[1]))
    sql = "SELECT id, url, title, text, language, published_at, id = story FROM items WHERE number = ?"
    return [Member(*db.execute(sql, (number,)).fetchone()) for _, number in near[:MEMBERS_TRIED]]


def pair(reading: Reading, member: Member, story: int, learnt: Paragraphs, everybodys: frozenset[int]) -> Pair:
    """The new text and a member of this story, without what either's host or everybody says."""
    here, there = host_key(reading.url), host_key(member.url)
    apart = (
        None
        if reading.published_at is None or member.published_at is None
        else abs(to_ms(reading.published_at) - member.published_at)
    )
    known = learnt.boilerplate(here, story) | learnt.boilerplate(there, story) | everybodys
    return Pair(
        _digest(reading.title, reading.text, reading.language, known),
        _digest(member.title, member.text, member.language, known),
        same_host=here is not None and here == there,
        is_first=bool(member.is_first),
        same_days=apart is None or apart <= SAME_DAYS // MILLISECOND,
        same_hours=apart is not None and apart <= SAME_HOURS // MILLISECOND,
    )
