"""The cage: a call that crashes, hangs or eats memory costs only itself, and the next one finds a sound worker."""

from __future__ import annotations

import asyncio
import os
import pickle
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from multiprocessing.util import get_temp_dir
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.adapters.workers import ProcessWorkers
from monitor.core.text_tables import tables
from monitor.errors import WorkerDied


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    while True:
        pass


def eat() -> None:
    hoard = [bytearray(50_000_000)]
    while True:
        hoard.append(bytearray(len(hoard[-1]) * 2))


def fill(megabytes: int) -> int:
    return len(bytearray(megabytes * 1_000_000))


def answer(number: int) -> int:
    return number * 2


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def readied() -> tuple[bool, ...]:
    return "numpy" in sys.modules, "trafilatura" in sys.modules, tables.cache_info().currsize == 1


in_one_loop = pytest.mark.asyncio(loop_scope="module")
"""Workers live in the loop that started them."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[ProcessWorkers]:
    workers = ProcessWorkers(2, deadline=5.0, memory=300_000_000)
    yield workers
    await asyncio.to_thread(workers.close)


@in_one_loop
async def test_who_reads_is_behind_who_stores(workers: ProcessWorkers) -> None:
    assert await workers.run(priority) > priority()


@in_one_loop
async def test_what_is_slow_to_make_is_made_before_a_worker_is_forked(workers: ProcessWorkers) -> None:
    assert await workers.run(readied) == (True, True, True)


@pytest.mark.parametrize(
    ("trap", "says"), [(crash, "crashed"), (hang, "took longer than 5 s"), (eat, "too much memory")]
)
@in_one_loop
async def test_a_trap_costs_itself_alone(workers: ProcessWorkers, trap: object, says: str) -> None:
    async def trapped() -> None:
        with pytest.raises(WorkerDied, match=says):
            await workers.run(trap)  # type: ignore[arg-type]

    async def innocent(number: int) -> None:
        assert await workers.run(answer, number) == number * 2

    await asyncio.gather(trapped(), *(innocent(number) for number in range(30)), trapped())


@in_one_loop
async def test_after_a_call_that_ate_all_memory_there_is_memory_again(workers: ProcessWorkers) -> None:
    for _ in range(2):
        with pytest.raises(WorkerDied):
            await workers.run(eat)
        assert await asyncio.gather(*(workers.run(fill, 200) for _ in range(4))) == [200_000_000] * 4


async def test_quick_calls_do_not_wait_for_slow_ones_and_the_processes_stay_few() -> None:
    workers = ProcessWorkers(1, deadline=20.0)
    try:
        assert await workers.run(answer, 1) == 2
        slow = asyncio.create_task(workers.run(time.sleep, 3))
        assert await workers.run(answer, 2) == 4
        assert not slow.done()
        slower = asyncio.create_task(workers.run(time.sleep, 6))
        third = asyncio.create_task(workers.run(answer, 3))
        await slow
        assert not third.done()  # two processes, both slow
        assert await third == 6
        assert not slower.done()
        await slower
        assert len(workers._alive) == 1
    finally:
        workers.close()


def test_the_programs_main_module_is_not_imported_again(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, operator\n"
        "from monitor.adapters.workers import ProcessWorkers\n"
        f"print('here', file=open({str(told)!r}, 'a'))\n"
        "async def main():\n"
        "    workers = ProcessWorkers(1)\n"
        f"    print(await workers.run(operator.add, 1, 2), file=open({str(told)!r}, 'a'))\n"
        "    workers.close()\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, script], check=True, timeout=60)
    assert told.read_text() == "here\n3\n"


@contextmanager
def asked(machine: str = "", memory: int = 1 << 30) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    """A worker alone, on a machine made so, that was asked for a length; and our end of its socket."""
    code = f"import pathlib, resource, socket, sys; from monitor.adapters import worker\n{machine}\n"
    code += f"worker.serve(socket.socket(fileno=int(sys.argv[1])), {memory})"
    ours, theirs = socket.socketpair()
    with (
        ours,
        subprocess.Popen(
            [sys.executable, "-c", code, str(theirs.fileno())], pass_fds=[theirs.fileno()], stderr=subprocess.PIPE
        ) as worker,
    ):
        theirs.close()
        request = pickle.dumps((len, ("abc",)))
        ours.sendall(struct.pack("!Q", len(request)) + request)
        yield worker, ours
        ours.close()


def test_a_worker_whose_caller_went_away_ends_in_silence() -> None:
    """What it prints would stand between the daemon's lines."""
    with asked() as (worker, ours):
        select.select([ours], [], [], 30)
        ours.close()  # with its answer unread: the worker's next read fails
        _, said = worker.communicate(timeout=30)
    assert (worker.returncode, said) == (0, b"")


async def test_who_cleans_temporary_files_away_stops_nobody() -> None:
    workers = ProcessWorkers(1, recycle=1)
    try:
        assert await workers.run(answer, 1) == 2
        shutil.rmtree(get_temp_dir())
        assert [await workers.run(answer, number) for number in range(3)] == [0, 2, 4]
        assert os.path.exists(get_temp_dir())
    finally:
        workers.close()


@pytest.mark.parametrize(
    "machine",
    ["resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))", "worker.STATM = pathlib.Path('of no Mac')"],
    ids=["an administrator who allows less", "a system that does not tell what is mapped"],
)
def test_a_worker_reads_where_memory_cannot_be_bounded_as_it_should(machine: str) -> None:
    with asked(machine, memory=8 << 30) as (_, ours):
        assert b"K\x03" in ours.recv(1000)  # pickle's 3


async def test_what_carries_on_a_poll_goes_before_what_begins_another() -> None:
    workers, order = ProcessWorkers(1, deadline=20.0), list[int]()

    async def told(call: Awaitable[int]) -> None:
        order.append(await call)

    try:
        await workers.run(answer, 0)
        calls = [told(workers.run(answer, n)) for n in range(1, 5)] + [told(workers.urgent(answer, n)) for n in (5, 6)]
        await asyncio.gather(*calls)
        assert order == [2, 10, 12, 4, 6, 8]
    finally:
        workers.close()
