"""What a feed's last document left spares reading, and is never believed against the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.model import LimitsPolicy
from monitor.pipeline.documents import Document
from tests.pipeline.test_poll import Bench, entry


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    yield made
    made.store.close()


def recorded(bench: Bench) -> list[tuple[str, object]]:
    """The names of the functions that workers run from now on, and what they answer."""
    called: list[tuple[str, object]] = []
    real = bench.workers.run

    async def run(function: Callable[..., Any], *args: object) -> Any:
        called.append((function.__name__, await real(function, *args)))
        return called[-1][1]

    bench.workers.run = run  # type: ignore[method-assign]
    return called


async def test_what_stood_in_the_last_document_is_known_and_what_is_new_is_read(bench: Bench) -> None:
    bench.serve(*map(entry, range(1, 6)))
    await bench.poll()
    assert bench.store.memory("harbour")
    bench.serve(*map(entry, range(5)))
    report = await bench.poll()
    assert (report.new + report.copies, report.revised, report.entries) == (1, 0, 5)
    assert len(bench.items()) == 6


async def test_what_is_new_is_read_with_its_document_and_what_is_known_is_not_carried_along(bench: Bench) -> None:
    bench.serve(*map(entry, range(1, 6)))
    await bench.poll()
    bench.serve(*map(entry, range(5)))
    called = recorded(bench)
    report = await bench.poll()
    assert report.new + report.copies == 1
    ((name, document),) = called
    assert name == "read_document"
    assert isinstance(document, Document)
    assert [one.reading is not None for one in document.unread] == [True]
    assert (document.count, len(document.remembered)) == (5, 4)


async def test_an_edited_entry_is_a_revision_and_its_return_another(bench: Bench) -> None:
    bench.serve(entry(1), entry(2))
    await bench.poll()
    for title in ("Freighters stay: the port is closed", ""):
        bench.serve(entry(1, title=title), entry(2))
        assert (await bench.poll()).revised == 1


async def test_what_the_memory_knows_and_the_store_does_not_is_read_with_its_text(bench: Bench, tmp_path: Path) -> None:
    bench.serve(entry(1), entry(2))
    await bench.poll()
    left = bench.store.memory("harbour")
    bench.store.close()
    bench.store = SqliteStore(tmp_path / "new.db")
    bench.poller = replace(bench.poller, store=bench.store)
    with bench.store.transaction() as tx:
        tx.keep_memory("harbour", left)
    bench.serve(entry(1), entry(2), entry(3))
    report = await bench.poll()
    assert report.new + report.copies == 3
    assert all("northern basin" in item.text for item in bench.items())


async def test_entries_that_wait_are_not_remembered(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(entries=2))
    bench.serve(*map(entry, range(3)))
    await bench.poll()
    assert bench.store.memory("harbour") == b""
    await bench.poll()
    assert bench.store.memory("harbour")
    assert len(bench.items()) == 3


async def test_an_entry_that_was_cut_is_told_of_at_every_poll(bench: Bench) -> None:
    bench.config = replace(bench.config, limits=LimitsPolicy(title=30))
    bench.serve(entry(1, title="Freighters " * 20), entry(2, title="Short"))
    reports = [await bench.poll() for _ in range(2)]
    assert {report.error for report in reports} == {"1 entries had a field or tags beyond [limits], which were cut"}


async def test_a_memory_is_believed_though_the_guids_tell_apart_now_what_they_did_not(bench: Bench) -> None:
    bench.serve(entry(1), entry(2).replace("g2", "g1"))
    await bench.poll()
    bench.serve(entry(1))
    called = recorded(bench)
    await bench.poll()
    assert [name for name, _ in called] == ["read_document"]
