"""`SqliteCopyIndex`: the CopyIndex port over two tables beside `items`, always inside the caller's transaction.

`copy_postings` is an inverted index of sampled features (`core.copies`). A feature is posted once a story: a copy adds
only what its story does not have yet, so a wire taken by five hundred sites costs little more than one set of rows, and
a feature's number of postings counts stories. One that too many stories share is an idiom or boilerplate: its postings
give way to a single one, of item 0, so that look-ups pass over it at the price of a row; `copy_idioms` says since when.
The newest postings wait in memory (`recent`). `copy_entries` keeps every item's features, to tell the near members of a
story from the far ones, to post again what a leaving member had posted for the others, and what waits in memory.

Candidates are decided on from their stored text (`items`), never from the sample.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from monitor.adapters.sqlite.copy_members import MEMBERS_SEEN, members_of, pair
from monitor.adapters.sqlite.copy_rows import ITEM_BITS, ITEM_MASK, host_key, in_parts, pack, unpack
from monitor.adapters.sqlite.paragraphs import Paragraphs, packed_keys
from monitor.adapters.sqlite.recent import RecentPostings
from monitor.adapters.sqlite.rows import to_ms
from monitor.core.copies import Features, choose, features, fingerprint
from monitor.model import CopyEvidence, Reading

SCHEMA = """
CREATE TABLE IF NOT EXISTS copy_postings (
  feature INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (feature, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copy_idioms (feature INTEGER PRIMARY KEY, item INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS copy_entries (
  item INTEGER PRIMARY KEY, story INTEGER NOT NULL, host INTEGER, seen_at INTEGER NOT NULL, features BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS copy_entries_host ON copy_entries (host) WHERE host IS NOT NULL;
CREATE INDEX IF NOT EXISTS copy_entries_seen ON copy_entries (seen_at);
"""

RECENT = """
CREATE TABLE IF NOT EXISTS copy_recent (
  feature INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (feature, item)
) STRICT, WITHOUT ROWID
"""
"""The newest postings, until `recent` took their place."""

PARAGRAPHS = "ALTER TABLE copy_entries ADD COLUMN paragraphs BLOB"
"""Keys of each text's paragraphs (`core.boilerplate`); null: of an item from before they were kept."""

MOST_POSTINGS = 16
"""Stories that may share a feature; one more, and it is an idiom or boilerplate. Twice as many cost a look-up in an index
of 100,000 items a tenth more, and find no copy more of the labelled ones."""
IDIOM = 0
"""Stands for all items in an idiom's posting."""
LEAST_SHARED = 3
"""Sampled features a candidate must share (reference, section 1.2)."""
TITLES = 4
"""Stories whose equal headline alone makes them candidates; with more it names a column (“Weather”), not a story."""
SHARED_PART = 0.12
"""Of the smaller one's features, the part a story must share before its texts are read: 99.9 % of the copies in other
words have .125 and more, and of the candidates that are none only one in four."""
STORIES_TRIED = 8
"""The nearest stories whose texts are read in one look-up; of each, the nearest `MEMBERS_TRIED`."""

_POSTINGS = """SELECT json_group_array(feature << 32 | item) FROM json_each(?) AS wanted
CROSS JOIN copy_postings ON feature = wanted.value"""
"""An eighth quicker than a list of placeholders, for which SQLite makes a table at each look-up; and one row for all, because
the interpreter is given away, and waited for, at each."""
_POST = "INSERT OR IGNORE INTO copy_postings (feature, item) SELECT value, ?2 FROM json_each(?1)"
"""Twice as quick as row by row."""


class SqliteCopyIndex:
    """Implements ports.CopyIndex over a connection in autocommit mode (`isolation_level=None`); never commits.

    Cheap to make: one for each transaction, in it, before whose end it is to `finish`. `recent`: the connection's.
    """

    def __init__(self, conn: sqlite3.Connection, recent: RecentPostings) -> None:
        self._db = conn
        self._recent = recent
        recent.follow(conn)
        self._last: tuple[bytes, _Postings] | None = None
        self._added = ("", 0, False)
        self._mistaken: tuple[str, ...] = ()
        self._newest = 0  # of the items that came
        self._hosts = Paragraphs(conn)
        self._features = lru_cache(2)(features)  # of one reading, asked for by `find` and by `add`

    def find(self, reading: Reading, since: datetime, *, exclude: str | None = None) -> CopyEvidence | None:
        """See ports.CopyIndex. The nearest members of the nearest stories are decided on by their texts."""
        self._mistaken = ()
        made = reading.fingerprint or fingerprint(reading.title, reading.text, reading.language)
        wanted = self._features(made)
        stories = self._stories(wanted, self._postings(made.data, wanted))
        if not stories:
            return None
        members = [(story, members_of(self._db, story, wanted, to_ms(since), exclude)) for story in stories]
        learnt = Paragraphs(self._db)
        everybodys = learnt.everybodys(reading.text, [story for story, found in members if found])
        pairs = [[pair(reading, member, story, learnt, everybodys) for member in found] for story, found in members]
        judged = choose(pairs)
        self._mistaken = tuple(members[number][1][place].id for number, place in judged.mistaken)
        choice = judged.choice
        if choice is None:
            return None
        original = self._original(members[choice.story][1][choice.member].id)
        return CopyEvidence(original, choice.decision.similarity, choice.decision.test, choice.decision.shared)

    @property
    def mistaken(self) -> Sequence[str]:
        """See ports.CopyIndex."""
        return self._mistaken

    def boilerplate(self, url: str | None) -> Mapping[int, int]:
        """See ports.CopyIndex."""
        return self._hosts.spread(host_key(url))

    def add(self, item: str, reading: Reading, seen_at: datetime) -> None:
        """See ports.CopyIndex. The item's row in `items` is there already, with its story."""
        made = reading.fingerprint or fingerprint(reading.title, reading.text, reading.language)
        comes = self._added[0] == item
        number, story = self._place(item)
        wanted = self._features(made)
        own = self._own(number, story, wanted.all, self._postings(made.data, wanted))
        posted = None
        if comes:
            posted = b"" if number == story else pack(own) or None
            self._recent.post(number, own)
            self._newest = number
        else:
            self._store(number, own)
        self._db.execute(
            "INSERT INTO copy_entries (item, story, host, seen_at, features, paragraphs, posted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                story,
                host_key(reading.url),
                to_ms(seen_at),
                pack(wanted.all),
                packed_keys(made.paragraphs),
                posted,
            ),
        )
        self._last = None

    def added(self, item: str, number: int, *, first: bool) -> None:
        """Tell that an item was stored just now, so that nothing of it is in the index; `first`: of its story."""
        self._added = (item, number, first)

    def _place(self, item: str) -> tuple[int, int]:
        """An item's number and that of its story; what the index has of it is taken out."""
        (added, number, first), self._added = self._added, ("", 0, False)
        if added == item and first:
            return number, number
        number, story = self._db.execute(
            "SELECT items.number, coalesce(firsts.number, items.number) FROM items"
            " LEFT JOIN items AS firsts ON firsts.id = items.story WHERE items.id = ?",
            (item,),
        ).fetchone()
        if added != item:
            self._drop(number)
        return number, story

    def moved(self, item: str) -> None:
        """Tell that an item changed its story (a split): both stories then post all that they need."""
        row = self._db.execute(
            "SELECT entries.item, coalesce(firsts.number, items.number), entries.features, entries.story"
            " FROM items JOIN copy_entries AS entries ON entries.item = items.number"
            " LEFT JOIN items AS firsts ON firsts.id = items.story WHERE items.id = ?",
            (item,),
        ).fetchone()
        if row is None:
            return
        number, story, packed, old_story = row
        wanted = unpack(packed)
        self._last = None
        self._unpost(number, wanted)
        self._db.execute("UPDATE copy_entries SET story = ?, posted = NULL WHERE item = ?", (story, number))
        self._post(number, story, wanted)
        self._post_again(old_story)

    def forget(self, before: datetime, limit: int) -> int:
        """See ports.CopyIndex. What leaving items had posted for a story's younger members is posted for those."""
        leaving = self._db.execute(
            "SELECT item, story, features FROM copy_entries WHERE seen_at < ? ORDER BY seen_at LIMIT ?",
            (to_ms(before), limit),
        ).fetchall()
        self._last = None
        for item, _, packed in leaving:
            self._delete(item, packed)
        for story in {story for _, story, _ in leaving}:
            self._post_again(story)
        past = self._db.execute(
            "DELETE FROM copy_idioms WHERE item < (SELECT ifnull(min(item), 1 << 62) FROM copy_entries)"
            " RETURNING feature"
        ).fetchall()
        self._remove(past, f" AND item = {IDIOM}")
        return len(leaving)

    def _postings(self, data: bytes, wanted: Features) -> _Postings:
        """Every posting of these features. Remembered for the `add` that follows a `find`."""
        if self._last is not None and self._last[0] == data:
            return self._last[1]
        self._last = (data, self._read_postings(wanted.all))
        return self._last[1]

    def _read_postings(self, wanted: Sequence[int]) -> _Postings:
        stored: list[int] = json.loads(self._db.execute(_POSTINGS, (str(list(wanted)),)).fetchone()[0])
        found = [(posting >> ITEM_BITS, posting & ITEM_MASK) for posting in stored]
        rows = list(dict.fromkeys(found + self._recent.find(wanted)))  # what moved on may stand in both
        spread = Counter(map(itemgetter(0), rows))
        return _Postings(
            rows,
            spread,
            {feature for feature, item in rows if item == IDIOM},
            {feature for feature, count in spread.items() if count >= MOST_POSTINGS},
        )

    def _stories(self, wanted: Features, postings: _Postings) -> list[int]:
        """Stories that share enough features, the nearest first. One with an equal text or title always counts."""
        if not postings.rows:
            return []
        shared = Counter([item for _, item in postings.rows])
        del shared[IDIOM]
        shared.update(dict.fromkeys(self._same(wanted, postings), len(wanted.all)))
        near = [item for item, count in shared.items() if count >= LEAST_SHARED]
        own = len(wanted.all) - len(postings.idioms)
        weights: Counter[int] = Counter()
        needed: dict[int, float] = {}
        story_of: dict[int, int] = {}
        sql = "SELECT item, story, length(features) / 4 FROM copy_entries WHERE item IN ({})"
        for part, marks in in_parts(near):
            for item, story, size in self._db.execute(sql.format(marks), part):
                story_of[item] = story
                weights[story] += shared[item]
                needed[story] = min(needed.get(story, own), SHARED_PART * min(own, size))
        near_stories = {story: float(weight) for story, weight in weights.items() if weight >= needed[story]}
        if len(near_stories) > STORIES_TRIED:
            near_stories = _by_rarity(postings, story_of, near_stories)
        return sorted(near_stories, key=lambda story: (-near_stories[story], story))[:STORIES_TRIED]

    def _same(self, wanted: Features, postings: _Postings) -> set[int]:
        """Items with an equal text, or with an equal title that few have. Of a million items, one or two bear the number of
        any text or title as another of their features: those are not it."""
        asked = (wanted.whole, wanted.title)
        found = [item for feature, item in postings.rows if feature in asked and item != IDIOM]
        texts: set[int] = set()
        titles: set[int] = set()
        sql = "SELECT item, substr(features, 1, 8) FROM copy_entries WHERE item IN ({})"
        for part, marks in in_parts(found):
            for item, head in self._db.execute(sql.format(marks), part):
                whole, title, *_ = (*unpack(head), None)
                if whole == wanted.whole:
                    texts.add(item)
                if title == wanted.title:
                    titles.add(item)
        return texts | titles if len(titles) <= TITLES else texts

    def _original(self, item: str) -> str:
        """The end of an item's chain of copies."""
        seen = {item}
        while True:
            row = self._db.execute("SELECT copy_of FROM items WHERE id = ?", (item,)).fetchone()
            if row is None or row[0] is None or row[0] in seen:
                return item
            item = row[0]
            seen.add(item)

    def _post(self, number: int, story: int, wanted: Sequence[int]) -> None:
        """Post an older item's features that its story has not."""
        self._store(number, self._own(number, story, wanted, self._read_postings(wanted)))

    def _store(self, number: int, own: Sequence[int]) -> None:
        """Post what does not wait in memory."""
        self._db.execute(_POST, (str(own), number))

    def _own(self, number: int, story: int, wanted: Iterable[int], postings: _Postings) -> list[int]:
        """Those features that the story has not posted and that are not everybody's."""
        posted: set[int] = set()
        past = postings.idioms | postings.full
        if number != story:  # the first item posts all it has
            holders: dict[int, list[int]] = {}
            for feature, item in postings.rows:
                holders.setdefault(item, []).append(feature)
            for part, marks in in_parts([item for item in holders if item != number]):
                sql = f"SELECT item FROM copy_entries WHERE item IN ({marks}) AND story = ?"  # noqa: S608 (marks are ours)
                for (item,) in self._db.execute(sql, (*part, story)):
                    posted.update(holders[item])
        if idioms := postings.full.difference(posted):
            self._make_idioms(idioms, number)
        return [feature for feature in wanted if feature not in posted and feature not in past]

    def _make_idioms(self, those: Iterable[int], number: int) -> None:
        """Let one posting of each of these features stand for those of all items; `number`: of the one too many."""
        self._remove([(feature,) for feature in those])
        for feature in those:
            self._recent.take_out_all(feature)
        self._db.executemany("INSERT INTO copy_postings VALUES (?, ?)", [(feature, IDIOM) for feature in those])
        self._db.executemany(
            "INSERT OR REPLACE INTO copy_idioms VALUES (?, ?)", [(feature, number) for feature in those]
        )

    def _drop(self, number: int) -> None:
        """Take an item out, if it is in; its old story keeps what it needs."""
        row = self._db.execute("SELECT story, features FROM copy_entries WHERE item = ?", (number,)).fetchone()
        if row is not None:
            self._last = None
            self._delete(number, row[1])
            self._post_again(row[0])

    def _delete(self, number: int, packed: bytes) -> None:
        self._db.execute("DELETE FROM copy_entries WHERE item = ?", (number,))
        self._unpost(number, unpack(packed))

    def _unpost(self, number: int, wanted: Sequence[int]) -> None:
        self._remove([(feature, number) for feature in wanted], " AND item = ?")
        self._recent.take_out(self._db, number, wanted)

    def _remove(self, of: Sequence[tuple[int, ...]], which: str = "") -> None:
        """Postings of these features, those alone that `which` names."""
        self._db.executemany(f"DELETE FROM copy_postings WHERE feature = ?{which}", of)  # noqa: S608 (all of it ours)

    def finish(self) -> None:
        """Let the recent postings move on whose turn it is with the items that came."""
        if self._newest:
            self._recent.move_on(self._db, self._newest)

    def _post_again(self, story: int) -> None:
        """Post, for the members a story still has, what nobody posts for it any longer."""
        rows = self._db.execute(
            "SELECT entries.item, entries.features FROM items"
            " JOIN copy_entries AS entries ON entries.item = items.number"
            " WHERE items.story = (SELECT story FROM items WHERE number = ?) AND entries.story = ?"
            " ORDER BY items.number DESC LIMIT ?",
            (story, story, MEMBERS_SEEN),
        ).fetchall()
        for number, packed in rows:
            self._post(number, story, unpack(packed))


def _by_rarity(postings: _Postings, story_of: Mapping[int, int], stories: Iterable[int]) -> dict[int, float]:
    """What each story shares, each feature weighing less the more items have it: many stories that are near by their
    boilerplate do not crowd out the one that is near by its text."""
    weights = dict.fromkeys(stories, 0.0)
    for feature, item in postings.rows:
        story = story_of.get(item)
        if story in weights:
            weights[story] += 1 / postings.spread[feature]
    return weights


class _Postings(NamedTuple):
    """(feature, item) pairs, how many of each feature; those that are idioms, and those that one more story makes so."""

    rows: list[tuple[int, int]]
    spread: Counter[int]
    idioms: set[int]
    full: set[int]
