"""Laws of the copy index's postings, whoever of two processes writes them, and whatever is undone: none too few, none too many."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.sqlite import SqliteStore, copies, recent
from monitor.adapters.sqlite.copy_rows import unpack
from monitor.core.stories import split
from monitor.model import Reading
from tests.adapters.test_copy_index import Index, text, visible
from tests.builders import NOON
from tests.laws.test_copies_laws import article

LINE = article(77, 1).text
"""Stands under some texts: more than three of them make an idiom of it."""
HOUR = timedelta(hours=1)

texts = st.tuples(st.integers(0, 5), st.booleans())
"""A seed, and whether the line is noted under the text: drawn as texts they would be 30 kB to print."""
names = st.integers(0, 12)
steps = st.one_of(
    st.tuples(st.just("take"), st.lists(texts, min_size=1, max_size=3)),
    st.tuples(st.just("take in vain"), texts),
    st.tuples(st.just("revise"), st.tuples(names, texts)),
    st.tuples(st.just("join"), st.tuples(names, texts, names)),
    st.tuples(st.just("split"), names),
    st.tuples(st.just("forget"), st.integers(1, 12)),
    st.tuples(st.just("start anew"), st.none()),
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file; to make its tables would take most of the time."""
    path = tmp_path_factory.mktemp("empty") / "m.db"
    SqliteStore(path).close()
    return path


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), steps), max_size=16), st.sampled_from([1, 3, 8]))
def test_every_story_is_posted_under_each_of_its_features_and_under_no_other(
    empty: Path, written: list[tuple[int, tuple[str, object]]], sweep: int
) -> None:
    with (
        tempfile.TemporaryDirectory() as where,
        patch.object(recent, "SWEEP", sweep),
        patch.object(copies, "MOST_POSTINGS", 3),
    ):
        world = World(Path(shutil.copy(empty, where)))
        for who, (what, about) in written:
            world.step(who, what, about)
        for index in (*world.processes, Index(world.path)):
            world.check(index)


def read(drawn: object) -> Reading:
    assert isinstance(drawn, tuple)
    seed, noted = drawn
    return text(seed, note=LINE if noted else "")


class World:
    """Two processes, each with its connection, and what they took."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.processes = [Index(path), Index(path)]
        self.taken = 0
        self.idioms: set[int] = set()

    def step(self, who: int, what: str, about: object) -> None:
        index = self.processes[who]
        match what, about:
            case "take", [*readings]:
                with index.store.transaction() as tx:
                    for drawn in readings:
                        index.put(tx, f"item-{self.taken}", read(drawn), NOON + self.taken * HOUR)
                        self.taken += 1
            case "take in vain", drawn:
                with suppress(Undone), index.store.batch():
                    index.take(f"item-{self.taken}", read(drawn), NOON + self.taken * HOUR)
                    raise Undone
            case "revise", (int(name), drawn) if name < self.taken:
                index.revise(f"item-{name}", read(drawn))
            case "join", (int(name), drawn, int(other)) if self.may_join(name, other):
                self.join(index, f"item-{name}", read(drawn), f"item-{other}")
            case "split", int(name) if name < self.taken and self.is_copy(f"item-{name}"):
                item = index.store.item(f"item-{name}")
                assert item is not None
                index.store.split(item.id, split(index.store.story(item.story), item.id))
            case "forget", int(hours):
                self.note_idioms()
                while index.store.forget_copies(NOON + hours * HOUR, 2):
                    pass
            case "start anew", None:
                index.store.close()
                self.processes[who] = Index(self.path)

    def may_join(self, name: int, other: int) -> bool:
        """Whether this item is all that its story has, and the other is of another."""
        if max(name, other) >= self.taken:
            return False
        store = self.processes[0].store
        item, another = store.item(f"item-{name}"), store.item(f"item-{other}")
        assert item is not None
        assert another is not None
        return item.copy_of is None and len(store.story(item.story)) == 1 and another.story != item.story

    def join(self, index: Index, name: str, reading: Reading, other: str) -> None:
        """An item that was read in full shows that it is a copy."""
        with index.store.transaction() as tx:
            item, another = tx.item(name), tx.item(other)
            assert item is not None
            assert another is not None
            item = replace(item, title=reading.title, text=reading.text, story=another.story, copy_of=another.id)
            tx.revise_item(item, None)
            tx.copies.add(name, reading, item.first_seen_at)

    def is_copy(self, name: str) -> bool:
        item = self.processes[0].store.item(name)
        return item is not None and item.copy_of is not None

    def note_idioms(self) -> None:
        """What became an idiom is looked for no more, even when it is none any longer."""
        with self.processes[0].store._reading as db:
            self.idioms.update(feature for (feature,) in db.execute("SELECT feature FROM copy_idioms"))

    def check(self, index: Index) -> None:
        with index.store.transaction() as tx:
            postings = visible(tx)
        self.note_idioms()
        with index.store._reading as db:
            rows = db.execute("SELECT item, story, features FROM copy_entries").fetchall()
        story_of = {item: story for item, story, _ in rows}
        has = {(feature, item) for item, _, packed in rows for feature in unpack(packed)}
        assert {posting for posting in postings if posting[1] != copies.IDIOM} <= has
        posted = {(feature, story_of[item]) for feature, item in postings if item in story_of}
        wanted = {(feature, story_of[item]) for feature, item in has if feature not in self.idioms}
        assert wanted <= posted


class Undone(Exception):
    """Raised to have a transaction rolled back."""
