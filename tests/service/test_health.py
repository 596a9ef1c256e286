"""What `monitor status` says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.model import AlertDraft
from monitor.service.health import examine
from tests.builders import NOON, a_feed, an_item


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


def test_alerts_for_a_channel_that_is_gone_are_told_of(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "m.db")
    with store.transaction() as tx:
        tx.add_item(an_item(), {"k": ""})
        draft = AlertDraft("ships", "Ships", (), "desk", ())
        tx.add_alerts(an_item(), [draft], NOON, lambda _: ("pending", NOON))
    assert examine(store, ("desk",), NOON).warnings == ()
    assert examine(store, ("ops",), NOON).warnings == ("channel desk is not in the configuration: 1 alerts wait",)
    (alert,) = store.alerts()
    store.settle_alert(alert.id, "delivered", NOON)
    assert examine(store, ("ops",), NOON).warnings == ()
    store.close()
