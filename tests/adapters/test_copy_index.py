"""The index of texts in the store: its window, what a revision, a split and an expiry leave, and what boilerplate costs."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore, copies, recent
from monitor.adapters.sqlite.transaction import SqliteTransaction
from monitor.core.copies import features, fingerprint
from monitor.core.copies.choose import Judgement
from monitor.core.stories import split
from monitor.model import CopyEvidence, Reading
from monitor.ports import Transaction
from tests.builders import NOON, a_reading, an_item
from tests.laws.test_copies_laws import article

DAY = timedelta(days=1)
WINDOW = 30 * DAY


class Index:
    """Articles taken as the pipeline takes them."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)

    def take(self, name: str, reading: Reading, at: datetime = NOON) -> CopyEvidence | None:
        with self.store.transaction() as tx:
            return self.put(tx, name, reading, at)

    @staticmethod
    def put(tx: Transaction, name: str, reading: Reading, at: datetime) -> CopyEvidence | None:
        found = tx.copies.find(reading, at - WINDOW)
        original = tx.item(found.of) if found else None
        item = an_item(
            name,
            url=reading.url,
            title=reading.title,
            text=reading.text,
            language=reading.language,
            first_seen_at=at,
            story=original.story if original else name,
            copy_of=found.of if found else None,
            similarity=found.similarity if found else None,
        )
        tx.add_item(item, {name: ""})
        tx.copies.add(name, reading, at)
        return found

    def ask(self, reading: Reading, at: datetime = NOON, exclude: str | None = None) -> str | None:
        with self.store.transaction() as tx:
            found = tx.copies.find(reading, at - WINDOW, exclude=exclude)
        return found.of if found else None

    def revise(self, name: str, reading: Reading) -> None:
        with self.store.transaction() as tx:
            tx.revise_item(an_item(name, title=reading.title, text=reading.text, language="it"), NOON)
            tx.copies.add(name, reading, NOON)

    def rows(self) -> int:
        with self.store.transaction() as tx:
            return len(visible(tx))


def visible(tx: Transaction) -> set[tuple[int, int]]:
    """(feature, item) of every posting that a look-up of this store would find."""
    assert isinstance(tx, SqliteTransaction)
    assert tx.copies
    stored = set(tx._db.conn.execute("SELECT feature, item FROM copy_postings"))
    return stored | {(feature, item) for feature, items in tx._recent._items.items() for item in items}


@pytest.fixture(params=[recent.SWEEP, 1, 3])
def index(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Whatever waits in memory and whatever has moved on: at once, or within three items."""
    monkeypatch.setattr(recent, "SWEEP", request.param)
    return Index(tmp_path / "m.db")


def test_recent_postings_move_on_to_the_disk(index: Index) -> None:
    for number in range(5):
        index.take(f"item-{number}", text(number))
    with index.store._reading as db:
        moved = db.execute("SELECT count(*) FROM copy_postings").fetchone()[0]
    assert {1: moved == index.rows(), 3: 0 < moved < index.rows()}.get(recent.SWEEP, moved == 0)


def test_what_a_store_had_posted_before_it_was_kept_in_memory_is_found(index: Index, tmp_path: Path) -> None:
    for number in range(4):
        index.take(f"item-{number}", text(number))
    with index.store.transaction() as tx:
        postings = visible(tx)
    index.store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "m.db")) as db:
        db.executescript(
            f"DELETE FROM copy_postings; {copies.RECENT}; ALTER TABLE copy_entries DROP COLUMN posted;"
            "DROP TABLE copy_taken_out; DELETE FROM _sqlite_migrations WHERE name = 'm015_recent_in_memory'"
        )
        db.executemany("INSERT INTO copy_recent VALUES (?, ?)", postings)
        db.commit()
    index = Index(tmp_path / "m.db")
    index.take("item-4", text(4))
    assert [index.ask(text(number)) for number in range(5)] == [f"item-{number}" for number in range(5)]
    assert index.rows() > len(postings)


def text(seed: int, *, note: str = "", host: str | None = None) -> Reading:
    made = article(seed)
    url = f"https://{host}/{seed}" if host else None
    return a_reading(made.title, f"{made.text}\n{note}" if note else made.text, url=url, language="it")


def test_a_copy_names_the_first_of_its_story_even_through_a_copy(index: Index) -> None:
    assert index.take("first", text(1)) is None
    long = text(1, note=article(90, 3).text)
    second = index.take("second", long)
    assert second is not None
    assert (second.of, second.test) == ("first", "containment")
    third = index.take("third", long)
    assert third is not None
    assert third.of == "first"
    assert third.similarity == 1.0


def test_what_left_the_window_is_not_found(index: Index) -> None:
    index.take("old", text(1))
    assert index.ask(text(1), NOON + WINDOW - DAY) == "old"
    assert index.ask(text(1), NOON + WINDOW + DAY) is None


def test_what_is_forgotten_leaves_no_rows_and_its_younger_copies_stay_known(index: Index) -> None:
    index.take("old", text(1))
    index.take("alone", text(2))
    index.take("young", text(1, note="A note of the editors stands below."), NOON + 20 * DAY)
    assert [index.store.forget_copies(NOON + DAY, 1) for _ in range(3)] == [1, 1, 0]
    assert index.ask(text(1), NOON + 40 * DAY) == "old"  # the story's first keeps its name when its text has left
    assert index.ask(text(2), NOON + 40 * DAY) is None
    assert index.store.forget_copies(NOON + 21 * DAY, 9) == 1
    assert index.rows() == 0


def test_an_item_is_no_copy_of_itself(index: Index) -> None:
    index.take("only", text(1))
    assert index.ask(text(1), exclude="only") is None


def test_a_revised_item_is_known_by_its_new_text(index: Index) -> None:
    index.take("item", text(1))
    item = index.store.item("item")
    assert item is not None
    index.revise("item", text(2))
    assert index.ask(text(2)) == "item"
    assert index.ask(text(1)) is None


def test_after_a_split_later_copies_join_the_right_story(index: Index) -> None:
    index.take("first", text(1))
    wrong = text(1, note=article(5, 12).text)
    assert index.take("wrong", wrong) is not None
    index.store.split("wrong", split(index.store.story("first"), "wrong"))
    assert index.ask(text(5, note="x")) is None or index.ask(wrong) == "wrong"
    assert index.ask(wrong) == "wrong"
    assert index.ask(text(1)) == "first"


def test_what_everybody_says_costs_one_row_and_hides_nothing(index: Index) -> None:
    line = article(77, 2).text  # two paragraphs that stand under every article
    for number in range(45):
        assert index.take(f"a{number}", text(number + 100, note=line)) is None
    before = index.rows()
    assert index.take("next", text(300, note=line)) is None
    alone = index.rows() - before
    before = index.rows()
    assert index.take("bare", text(301)) is None
    assert alone <= (index.rows() - before) * 1.6, "the line's features are posted no more"
    assert [index.ask(text(number + 100)) for number in (0, 20, 44)] == ["a0", "a20", "a44"]


def test_no_text_is_read_whose_feature_bears_a_titles_number_by_accident(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Features are 24 bits: in an index of a million items one or two share any number with a new title."""
    index.take("other", text(1))
    new = text(2)
    made = features(fingerprint(new.title, new.text, new.language))
    with index.store._writing() as db:
        number = db.execute("SELECT number FROM items WHERE id = 'other'").fetchone()[0]
        db.conn.executemany("INSERT INTO copy_postings VALUES (?, ?)", [(made.whole, number), (made.title, number)])
    asked: list[int] = []
    monkeypatch.setattr(copies, "choose", lambda pairs: asked.append(len(pairs)) or Judgement(None))
    assert index.ask(new) is None
    assert index.ask(text(1)) is None
    assert asked == [1], "its own text alone is read"


@pytest.mark.parametrize("old", [False, True], ids=["kept", "of an older store"])
def test_a_hosts_own_lines_do_not_make_its_articles_one(index: Index, old: bool) -> None:
    line = article(77, 3).text
    for number in range(6):
        assert index.take(f"a{number}", text(number + 100, note=line, host="daily.example")) is None
    if old:
        index.store._db.conn.execute("UPDATE copy_entries SET paragraphs = NULL")
    short = article(400, 1)
    reading = a_reading(short.title, f"{short.text}\n{line}", url="https://daily.example/short", language="it")
    assert index.take("short", reading) is None


HEADLINES = """Freighters leave northern harbour|Parliament debates pension reform|Earthquake shakes Aegean islands|Museum reopens after decade
Rail strike halts commuters|Glacier retreats beyond forecast|Central bank holds interest rates|Wolves return to alpine valleys
Court overturns mining permit|Orchestra names young conductor|Vaccine trial enters final stage|Drought empties river reservoirs""".replace(
    "\n", "|"
)


@pytest.mark.parametrize("paragraphs", [3, 5, 9], ids="{} paragraphs".format)
@pytest.mark.parametrize("lead", [0, 4, 12, 40], ids="{} words of its own".format)
def test_what_a_site_says_under_all_its_headlines_makes_them_no_story(index: Index, paragraphs: int, lead: int) -> None:
    """As before a paywall: the two first may be one article under two headlines, no third may."""
    wall = article(77, paragraphs).text
    copies = []
    for number, headline in enumerate(HEADLINES.split("|")):
        begins = " ".join(article(number + 100).text.split()[:lead])
        reading = a_reading(headline, f"{begins}\n{wall}", url=f"https://daily.example/{number}", language="it")
        copies.append(index.take(f"a{number}", reading) is not None)
    assert sum(copies) <= 1, copies
    assert not any(copies[2:]), copies


@pytest.mark.parametrize("hosts", [1, 5])
@pytest.mark.parametrize("paragraphs", [1, 3, 9], ids="{} paragraphs".format)
def test_articles_that_speak_of_their_headlines_before_the_same_lines_are_no_copies(
    index: Index, hosts: int, paragraphs: int
) -> None:
    """As on the sites of one group."""
    wall = article(77, paragraphs).text
    for number, headline in enumerate(HEADLINES.split("|")):
        lead = f"{' '.join(article(number + 100).text.split()[:12])} {headline.lower()}."
        url = f"https://paper{number % hosts}.example/{number}"
        assert index.take(f"a{number}", a_reading(headline, f"{lead}\n{wall}", url=url, language="it")) is None


def test_what_stands_around_a_copy_makes_it_no_article(index: Index) -> None:
    """Its own lines say nothing of its headline, which says what the article says, or anything."""
    made = article(77, 8)
    for number, headline in enumerate(["Anything at all", *HEADLINES.split("|"), " ".join(made.text.split()[:6])]):
        text = f"{article(number + 200, 1).text}\n{made.text}\n{article(number + 300, 1).text}"
        reading = a_reading(headline, text, url=f"https://site{number}.example/", language="it")
        assert (index.take(f"a{number}", reading) is not None) == (number > 0)


def test_an_article_under_many_headlines_of_its_own_words_stays_one(index: Index) -> None:
    made = article(77, 8)
    words = made.text.replace(".", "").split()
    for number in range(6):
        headline = " ".join(words[number * 30 : number * 30 + 7])
        reading = a_reading(headline, made.text, url=f"https://daily.example/{number}", language="it")
        assert (index.take(f"a{number}", reading) is not None) == (number > 0)


def test_what_other_sites_take_over_under_other_headlines_stays_a_copy(index: Index) -> None:
    for number in range(6):
        url = f"https://site{number}.example/"
        reading = a_reading(article(number + 100).title, article(77, 8).text, url=url, language="it")
        assert (index.take(f"a{number}", reading) is not None) == (number > 0)
