"""A simulated week of 200 feeds: entries missed, requests, notices.

python -m tests.bench.week [--feeds 200] [--days 7] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

import structlog

from tests.week import Week, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as directory:
        week = Week(Path(directory) / "m.db", wanted.feeds, wanted.days, wanted.seed)
        began = time.process_time()
        result = asyncio.run(week.run())
        print(table(result, week.sources, wanted.days, time.process_time() - began))
        for line in result.missed[:20]:
            print("missed", line)


if __name__ == "__main__":
    main()
