"""Few files that a process may have open: a shell's bound is raised, an administrator's is kept to."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_end import PROGRAM
from tests.servers import Answer, Site

FEEDS = 80
FEED = (
    b"<rss version='2.0'><channel><title>T</title><item><title>A long enough title</title>"
    b"<link>http://t.example/1</link></item></channel></rss>"
)


@pytest.mark.parametrize(("bound", "most", "at_once"), [(60, 4_096, 61), (70, 70, 2)], ids=["raised", "kept to"])
def test_all_feeds_are_read(site: Site, tmp_path: Path, bound: int, most: int, at_once: int) -> None:
    site.answer("*", Answer(body=FEED, delay=0.3))
    (tmp_path / "monitor.toml").write_text(
        f'store = "sqlite:{tmp_path}/m.db"\n[network]\nallow = ["127.0.0.0/8"]\n[article]\nfetch = "never"\n'
        f'[poll]\nhost_delay = "0s"\nconcurrency = {FEEDS}\nper_host = {FEEDS}\n'
    )
    listed = [f'[[feed]]\nurl = "{site.url(f"/{number}")}"' for number in range(FEEDS)]
    (tmp_path / "feeds.toml").write_text("\n".join(listed))
    done = subprocess.run(
        [*PROGRAM, "poll", "--json", "--config", str(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (bound, most)),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    statuses = [feed["status"] for feed in json.loads(done.stdout)["feeds"]]
    assert (statuses.count("ok"), site.most_in_flight >= at_once) == (FEEDS, True)
    assert ("few_open_files" in done.stderr) == (bound == most)
