"""The jsonl channel on real files."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from monitor.adapters.jsonl import JsonlSender
from monitor.model import Deferred, Delivered, JsonlChannel
from tests.messages import a_message


def ids(path: Path) -> list[str]:
    return [json.loads(line)["data"]["alert"] for line in path.read_text(encoding="utf-8").splitlines()]


async def test_each_message_is_a_line_of_the_webhooks_json(tmp_path: Path) -> None:
    path = tmp_path / "new" / "alerts.jsonl"
    sender = JsonlSender(JsonlChannel("file", path))
    for number in range(3):
        assert await sender.send(a_message(f"alert-{number}", title="Line\nbreak")) == Delivered()
    assert ids(path) == ["alert-0", "alert-1", "alert-2"]
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_torn_line_is_cut_off_and_the_whole_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    sender = JsonlSender(JsonlChannel("file", path))
    await sender.send(a_message("alert-1"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])  # killed while it wrote
    await sender.send(a_message("alert-2"))
    assert ids(path) == ["alert-1", "alert-2"]
    path.write_bytes(whole[:10])  # nothing whole at all
    await sender.send(a_message("alert-3"))
    assert ids(path) == ["alert-3"]


@pytest.mark.parametrize(("keep", "names"), [(2, ["a.jsonl", "a.jsonl.1", "a.jsonl.2"]), (0, ["a.jsonl"])])
async def test_a_full_file_is_put_aside_and_the_oldest_dropped(tmp_path: Path, keep: int, names: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    sender = JsonlSender(JsonlChannel("file", path, max_bytes=2_000, keep=keep))
    for number in range(9):
        await sender.send(a_message(f"alert-{number}"))
    assert sorted(os.listdir(tmp_path)) == names
    assert all(file.stat().st_size <= 2_000 for file in tmp_path.iterdir())
    kept = [one for name in names[::-1] for one in ids(tmp_path / name)]
    assert kept == [f"alert-{number}" for number in range(9)][-len(kept) :]
    assert ids(path)[-1] == "alert-8"


def _many(path: str, start: int) -> None:
    async def send() -> None:
        sender = JsonlSender(JsonlChannel("file", Path(path), max_bytes=5_000, keep=1_000))
        for number in range(start, start + 40):
            assert await sender.send(a_message(f"alert-{number}")) == Delivered()

    asyncio.run(send())


def test_two_processes_lose_nothing_beside_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_many, args=(str(tmp_path / "a.jsonl"), start)) for start in (0, 40)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    kept = [one for file in tmp_path.iterdir() for one in ids(file)]
    assert sorted(kept) == sorted(f"alert-{number}" for number in range(80))


async def test_a_place_that_cannot_be_written_defers() -> None:
    outcome = await JsonlSender(JsonlChannel("file", Path("/proc/nowhere/a.jsonl"))).send(a_message())
    assert isinstance(outcome, Deferred)


async def test_an_error_while_writing_takes_the_half_line_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    sender = JsonlSender(JsonlChannel("file", path))
    await sender.send(a_message("alert-1"))
    before = path.read_bytes()
    real = os.write

    def half(file: int, data: bytes) -> int:
        real(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    assert await sender.send(a_message("alert-2")) == Deferred(f"{path}: no space left on device")
    monkeypatch.undo()
    assert path.read_bytes() == before
