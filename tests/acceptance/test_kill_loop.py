"""A short kill loop; `kill_loop.py` runs a long one."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.kill_loop import run


def test_a_daemon_killed_anywhere_loses_no_alert_and_tells_none_twice(tmp_path: Path) -> None:
    figures = run(tmp_path, kills=6, seed=7, patience=60)
    assert figures["stories"] >= 3
    assert sum(count for name, count in figures.items() if name.startswith("killed")) == 6
