"""What `monitor status` says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.service.health import examine
from tests.builders import NOON, a_feed


@pytest.mark.parametrize(("minutes", "told"), [(9, []), (11, ["1 feeds are polled late, by 11 minutes at most"])])
def test_feeds_that_wait_for_long_are_told_of(tmp_path: Path, minutes: int, told: list[str]) -> None:
    store = SqliteStore(tmp_path / "m.db")
    store.sync_feeds([a_feed()], NOON)
    now = NOON + timedelta(minutes=minutes)
    assert examine(store, (), now).warnings == (), "nobody runs"
    store.note("daemon.tick", "running", now)
    health = examine(store, (), now)
    assert [warning.partition(":")[0] for warning in health.warnings] == told
    assert health.well
    store.close()
