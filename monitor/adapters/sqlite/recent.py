"""The newest postings of the copy index, in memory on their way to `copy_postings`.

Forty features of an item lie on forty pages of a large index; written for each item, they were most of what a store
wrote to the disk. So they stand here at first, and `copy_entries` says what to put here again (as the log does for the
memory of a log-structured merge tree, O'Neil et al. 1996): with each item one slice of all features moves on, and a
page of `copy_postings` is written for many items together. What an item posts here has moved on `SWEEP` items later.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from monitor.adapters.sqlite.copy_rows import ITEM_BITS, unpack
from monitor.core.copies import FEATURES

SCHEMA = """
ALTER TABLE copy_entries ADD COLUMN posted BLOB;
CREATE TABLE copy_taken_out (times INTEGER NOT NULL) STRICT;
INSERT INTO copy_taken_out VALUES (0);
INSERT OR IGNORE INTO copy_postings SELECT feature, item FROM copy_recent;
DROP TABLE copy_recent
"""
"""`posted`: what an item posted when it came: empty, all its features; null: nothing that could stand here.
`copy_taken_out` counts what was taken out since: whoever added up what came only would be wrong."""

SWEEP = 1 << 12
"""Items in which all features' postings move on, a slice at each: of an index of 100,000 items, three pages are then
written with each. What waits meanwhile takes 6 MB."""

_HALF = FEATURES // 2

_POSTED = """SELECT item, coalesce(nullif(posted, x''), features) FROM copy_entries
WHERE item > ? AND posted IS NOT NULL ORDER BY item"""
_IDIOMS = "SELECT feature FROM copy_idioms WHERE feature IN (SELECT value FROM json_each(?))"
_MOVE = "INSERT OR IGNORE INTO copy_postings SELECT value >> 32, value & 4294967295 FROM json_each(?)"


class RecentPostings:
    """One for each connection. It may have postings that have moved on already, and none too few.

    `follow` inside a transaction, before anything else; `forget` after one that was rolled back.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What stands here may not be what the store says: it is read anew when it is asked for."""
        self._items: dict[int, tuple[int, ...]] = {}  # of each feature
        self._slices: defaultdict[int, array[int]] = defaultdict(_no_features)  # of the features, some of them gone
        self._newest = 0
        self._taken_out = 0
        self._version: int | None = None

    def follow(self, db: sqlite3.Connection) -> None:
        """Take over what other connections wrote since, or all there is."""
        version = db.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return
        taken_out = db.execute("SELECT times FROM copy_taken_out").fetchone()[0]
        if self._version is None or taken_out != self._taken_out:
            self._read(db)
        else:
            self._add_what_came(db)
        self._version, self._taken_out = version, taken_out

    def _read(self, db: sqlite3.Connection) -> None:
        self._items.clear()
        self._slices.clear()
        self._newest = newest = db.execute("SELECT ifnull(max(item), 0) FROM copy_entries").fetchone()[0]
        for item, packed in db.execute(_POSTED, (newest - SWEEP,)):
            moved = newest - item  # so many slices have moved on since it came, that of its own number first
            self.post(item, [feature for feature in unpack(packed) if (_slice(feature) - item) % SWEEP > moved])
        self._leave_idioms(db, self._items)

    def _add_what_came(self, db: sqlite3.Connection) -> None:
        came: set[int] = set()
        for item, packed in db.execute(_POSTED, (self._newest,)):
            features = unpack(packed)
            self.post(item, features)
            self._newest = item  # what has moved on with it stays here too, until its turn comes again
            came.update(features)
        self._leave_idioms(db, came)

    def _leave_idioms(self, db: sqlite3.Connection, features: Iterable[int]) -> None:
        """Of what an item has, an idiom is not posted."""
        for (feature,) in db.execute(_IDIOMS, (str(list(features)),)):
            self.take_out_all(feature)

    def find(self, wanted: Iterable[int]) -> list[tuple[int, int]]:
        """(feature, item) of every posting of these features."""
        items = self._items.get
        return [(feature, item) for feature in wanted for item in items(feature, ())]

    def post(self, item: int, wanted: Iterable[int]) -> None:
        """Of an item newer than all there are."""
        items, alone = self._items, (item,)
        for feature in wanted:
            if feature in items:
                items[feature] += alone
            else:
                items[feature] = alone
                self._slices[_slice(feature)].append(feature)

    def take_out(self, db: sqlite3.Connection, item: int, wanted: Iterable[int]) -> None:
        """An item's postings; what it posts instead goes to `copy_postings`. Other connections may still have them when all of
        them have moved on."""
        for feature in wanted:
            if feature in self._items:
                self._items[feature] = tuple(other for other in self._items[feature] if other != item)
        db.execute("UPDATE copy_taken_out SET times = times + 1")
        self._taken_out += 1

    def take_out_all(self, feature: int) -> None:
        """The postings of a feature that became an idiom."""
        self._items.pop(feature, None)

    def move_on(self, db: sqlite3.Connection, item: int) -> None:
        """Write the slices whose turn it is with the items up to this one."""
        turns = range(max(self._newest, item - SWEEP) + 1, item + 1)
        features = chain.from_iterable(self._slices.pop(turn % SWEEP, ()) for turn in turns)
        moved = [feature << ITEM_BITS | one for feature in features for one in self._items.pop(feature, ())]
        if moved:
            db.execute(_MOVE, (str(sorted(moved)),))
        self._newest = max(self._newest, item)


def _slice(feature: int) -> int:
    return (feature + _HALF) * SWEEP // FEATURES


def _no_features() -> array[int]:
    return array("i")
