"""Store calls that wait together are stored together, and each is still all or nothing by itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.clock import SystemClock
from monitor.adapters.sqlite import SqliteStore
from monitor.errors import StoreBusy, StoreError
from monitor.service.writing import BUSY, Writing
from tests.builders import NOON, an_item


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "m.db")
    yield opened
    opened.close()


@pytest.fixture
def writing(store: SqliteStore) -> Iterator[Writing]:
    made = Writing(store, SystemClock())
    yield made
    made.close()


def add(store: SqliteStore, item_id: str, text: str = "A short report.", fails: bool = False) -> str:
    item = an_item(item_id, text=text)
    with store.transaction() as tx:
        tx.add_item(item, {item_id: ""})
        if fails:
            raise LookupError(item_id)
    return item_id


def stored(path: Path) -> set[str]:
    """As another process sees it."""
    with sqlite3.connect(path) as other:
        return {row[0] for row in other.execute("SELECT id FROM items")}


async def test_what_is_answered_is_stored_and_a_failing_call_costs_itself_alone(
    store: SqliteStore, writing: Writing
) -> None:
    calls = [writing(add, store, f"item-{n}", "A short report.", n % 5 == 3) for n in range(60)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(answer, LookupError) for answer in answers] == [n % 5 == 3 for n in range(60)]
    assert stored(store.path) == {f"item-{n}" for n in range(60) if n % 5 != 3}


async def test_a_call_that_the_store_refuses_costs_itself_alone(store: SqliteStore, writing: Writing) -> None:
    def refused() -> None:
        with store.transaction() as tx:
            tx.add_item(an_item("refused"), {})
            raise StoreError("a page of the file is broken")

    calls = [writing(refused) if n == 2 else writing(add, store, f"item-{n}") for n in range(5)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(answer, StoreError) for answer in answers] == [n == 2 for n in range(5)]
    assert stored(store.path) == {f"item-{n}" for n in (0, 1, 3, 4)}


async def test_what_is_urgent_waits_for_nothing_that_is_not(store: SqliteStore, writing: Writing) -> None:
    all_wait, order = threading.Event(), list[str]()
    calls = [asyncio.ensure_future(writing(all_wait.wait))]
    calls += [asyncio.ensure_future(writing(order.append, f"poll {n}")) for n in range(300)]
    calls += [asyncio.ensure_future(writing.urgent(order.append, f"alert {n}")) for n in range(2)]
    await asyncio.sleep(0)
    all_wait.set()
    await asyncio.gather(*calls)
    assert order == ["alert 0", "alert 1", *(f"poll {n}" for n in range(300))]


async def test_a_store_that_another_process_holds_is_waited_for_once(store: SqliteStore, writing: Writing) -> None:
    tries = 0

    def begins() -> None:
        nonlocal tries
        tries += 1
        raise StoreBusy("another process has held the store")

    both_wait = threading.Event()
    first = asyncio.ensure_future(writing(both_wait.wait))
    others = [asyncio.ensure_future(writing(call)) for call in (store.notes, begins)]
    await asyncio.sleep(0)
    both_wait.set()
    answers = await asyncio.gather(*others, return_exceptions=True)
    await asyncio.gather(first, return_exceptions=True)
    assert all(isinstance(answer, StoreBusy) for answer in answers)
    assert tries == 1


async def test_calls_see_what_earlier_ones_wrote_and_notes_are_stored_between(
    store: SqliteStore, writing: Writing
) -> None:
    first = writing(add, store, "item-1")
    note = writing(store.note, "key", "value", NOON)
    found = writing(store.item, "item-1")
    await asyncio.gather(first, note)
    assert (await found) is not None
    assert store.notes() == {"key": ("value", NOON)}


async def test_a_full_disk_answers_nobody_wrongly(store: SqliteStore, writing: Writing) -> None:
    await writing(add, store, "before")
    pages = store._db.conn.execute("PRAGMA page_count").fetchone()[0]
    store._db.conn.execute(f"PRAGMA max_page_count = {pages + 8}")
    calls = [writing(add, store, f"item-{n}", f"Report {n}. " * (20_000 if n == 6 else 10)) for n in range(12)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert any(isinstance(answer, StoreError) for answer in answers)
    assert all(isinstance(answer, str | StoreError) for answer in answers)
    assert stored(store.path) == {"before", *(answer for answer in answers if isinstance(answer, str))}
    store._db.conn.execute("PRAGMA max_page_count = 1000000")
    assert await writing(add, store, "after") == "after"


async def test_a_transaction_that_cannot_begin_is_told_to_whoever_asked_and_the_next_one_goes_on(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def broken() -> Iterator[Any]:
        raise StoreError("gone")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(store, "batch", broken)
        answers = await asyncio.gather(*(writing(add, store, f"item-{n}") for n in range(3)), return_exceptions=True)
        assert [str(answer) for answer in answers] == ["gone"] * 3
    assert await writing(add, store, "after") == "after"


async def test_a_call_that_is_taken_back_in_time_is_not_made(store: SqliteStore, writing: Writing) -> None:
    with store.batch():  # holds the store: nothing begins
        running = asyncio.create_task(writing(add, store, "first"))
        waiting = asyncio.create_task(writing(add, store, "second"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await running
    assert stored(store.path) == {"first"}


async def test_what_was_asked_for_before_the_end_is_stored(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.service.writing.MOST", 2)
    calls = [asyncio.create_task(writing(add, store, f"item-{n}", "A short report.", n == 1)) for n in range(5)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writing.close)
    await asyncio.gather(*calls, return_exceptions=True)
    assert stored(store.path) == {f"item-{n}" for n in (0, 2, 3, 4)}


async def that_waits_for_more(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> asyncio.Future[None]:
    """A call that has written, in a transaction that waits for the next one."""
    monkeypatch.setattr("monitor.service.writing.HOLD", 30.0)
    monkeypatch.setattr("monitor.service.writing.GAP", 0.5)
    await asyncio.gather(*(writing(store.item, "none") for _ in range(BUSY)))
    made = threading.Event()

    def first() -> None:
        add(store, "first")
        made.set()

    one = asyncio.ensure_future(writing(first))
    await asyncio.to_thread(made.wait)
    return one


async def test_where_many_come_a_transaction_waits_for_the_next(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await that_waits_for_more(store, writing, monkeypatch)
    assert await writing(stored, store.path) == set(), "the second is asked in the transaction of the first"
    await one
    assert stored(store.path) == {"first"}


async def test_a_call_alone_waits_for_no_other(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.service.writing.GAP", 1_000.0)
    await writing(add, store, "alone")
    assert stored(store.path) == {"alone"}


async def test_what_is_only_read_waits_for_no_commit(
    store: SqliteStore, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await that_waits_for_more(store, writing, monkeypatch)
    assert await writing.read(store.notes) == {}
    assert not one.done()
    assert stored(store.path) == set()
    await one


async def test_a_read_that_fails_is_told_to_whoever_asked_and_to_nobody_else(
    store: SqliteStore, writing: Writing
) -> None:
    def broken() -> None:
        raise LookupError("broken")

    answers = await asyncio.gather(
        writing.read(broken), writing.read(store.notes), writing(add, store, "item"), return_exceptions=True
    )
    assert isinstance(answers[0], LookupError)
    assert answers[1:] == [{}, "item"]


@pytest.mark.parametrize("loop", range(20))
async def test_what_was_asked_for_is_done_before_the_end_and_nothing_after_it(store: SqliteStore, loop: int) -> None:
    writing = Writing(store, SystemClock())
    calls = [asyncio.ensure_future(writing(add, store, f"item-{n}")) for n in range(BUSY + loop)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writing.close)
    assert sorted(await asyncio.gather(*calls)) == sorted(stored(store.path))
    with pytest.raises(RuntimeError, match="ended"):
        await writing(store.notes)
