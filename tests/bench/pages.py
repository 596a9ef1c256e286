"""Memory while a hundred thousand pages are read: the real pages over and over, each time with words of its own.

    python -m tests.bench.pages [--pages 100000] [--recycle 500]

Through the cage, as the daemon reads them. It prints, of this process, of the readers and of the fork server between
them: memory at ten points on the way (pages shared counted once), the most of any reader, and open file descriptors; it
asserts nothing. `--recycle 1000000` shows what a reader would grow to that is never replaced.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from monitor.adapters.workers import ProcessWorkers
from monitor.content.articles import Context, read_entry
from monitor.errors import WorkerDied
from monitor.model import Entry, Fetched
from tests.bench.processes import family, memory
from tests.corpus import DATA

POINTS = 10
AT_ONCE = 8
CONTEXT = Context(datetime(2026, 1, 1, tzinfo=UTC))


def pages() -> list[tuple[str, bytes]]:
    """URL and body of each real page."""
    told = json.loads((DATA / "pages/gold.json").read_text())
    return [
        (told[path.name[:-8]]["url"], gzip.decompress(path.read_bytes()))
        for path in sorted(DATA.glob("pages/*.html.gz"))
    ]


def varied(body: bytes, number: int) -> bytes:
    """The page with a paragraph that no other has: what a reader remembers of words and texts is never the same."""
    words = " ".join(f"harbour{number}x{place}" for place in range(30))
    return re.sub(rb"</p>", b"</p><p>" + words.encode() + b".</p>", body, count=1)


def largest(pids: list[int]) -> float:
    """MB resident, of the largest."""
    found = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in pids if alive(pid)]
    return max((int(one[1]) for one in found if one), default=0) / 1024


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/status").exists()


async def read(count: int, recycle: int) -> None:
    workers = ProcessWorkers(2, recycle=recycle)
    source, said, began, most = enumerate(islice(cycle(pages()), count)), Counter[str](), time.monotonic(), 0.0

    async def one() -> None:
        for number, (url, body) in source:
            entry = Entry(f"g{number}", url, f"Story {number}")
            try:
                reading = await workers.run(read_entry, entry, Fetched(url, 200, varied(body, number)), CONTEXT)
                said[reading.text_from] += 1
            except WorkerDied as error:
                said[str(error)] += 1
            if not (number + 1) % (count // POINTS):
                report(number + 1)

    def report(done: int) -> None:
        nonlocal most
        others = family(os.getpid())[1:]
        most = max(most, largest(others))
        print(
            f"{done:>8} pages {time.monotonic() - began:6.0f} s   this process {memory([os.getpid()]):5.0f} MB"
            f"   others {memory(others):5.0f} MB in {len(others)}, the largest {largest(others):4.0f}"
            f"   {len(os.listdir('/proc/self/fd'))} descriptors",
            flush=True,
        )

    async def watch() -> None:
        nonlocal most
        while True:
            await asyncio.sleep(1)
            most = max(most, largest(family(os.getpid())[1:]))

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    watching.cancel()
    workers.close()
    print(f"the most of any reader: {most:.0f} MB; {dict(said)}")


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--pages", type=int, default=100_000)
    wanted.add_argument("--recycle", type=int, default=500)
    options = wanted.parse_args()
    if not DATA.exists():
        sys.exit("the real pages are not there: ../shared/data")
    asyncio.run(read(options.pages, options.recycle))


if __name__ == "__main__":
    main()
