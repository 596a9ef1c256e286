"""Few files that a process may have open: a shell's bound is raised, an administrator's is kept to."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.test_end import PROGRAM
from tests.servers import Answer, Site

FEEDS = 80
FEED = (
    b"<rss version='2.0'><channel><title>T</title><item><title>A long enough title</title>"
    b"<link>http://t.example/1</link></item></channel></rss>"
)


@pytest.fixture
def everywhere(new_site: Callable[..., Site]) -> Iterator[Site]:
    """One server under the addresses of many sites."""
    site = new_site("0.0.0.0")
    site.answer("*", Answer(body=FEED, delay=0.3))
    yield site


@pytest.mark.parametrize(("bound", "most", "at_once"), [(60, 4_096, 61), (70, 70, 2)], ids=["raised", "kept to"])
def test_all_feeds_are_read(everywhere: Site, tmp_path: Path, bound: int, most: int, at_once: int) -> None:
    port = everywhere.url().rpartition(":")[2].rstrip("/")
    (tmp_path / "monitor.toml").write_text(
        f'store = "sqlite:{tmp_path}/m.db"\n[network]\nallow = ["127.0.0.0/8"]\n[article]\nfetch = "never"\n'
        f'[poll]\nhost_delay = "0s"\nconcurrency = {FEEDS}\n'
    )
    urls = [f"http://127.0.2.{number}:{port}/" for number in range(1, FEEDS + 1)]
    (tmp_path / "feeds.toml").write_text("\n".join(f'[[feed]]\nurl = "{url}"' for url in urls))
    done = subprocess.run(
        [*PROGRAM, "poll", "--json", "--config", str(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (bound, most)),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    statuses = [feed["status"] for feed in json.loads(done.stdout)["feeds"]]
    assert (statuses.count("ok"), everywhere.most_in_flight >= at_once) == (FEEDS, True)
    assert ("few_open_files" in done.stderr) == (bound == most)
