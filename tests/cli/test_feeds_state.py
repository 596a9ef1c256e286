"""What `feeds` and `status` tell of feeds that drop, lie, move, freeze and rename."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.adapters.clock import SystemClock
from monitor.adapters.sqlite import SqliteStore
from monitor.cli.root import monitor
from monitor.model import FeedState, IdentityCounts, Learnt, Outage, Subscription, Trouble

HOUR = timedelta(hours=1)
NOW = SystemClock().now()
STATES = {
    "gap": {"gap": True, "learnt": Learnt(gaps=2, gap_at=NOW - HOUR, gap_from=NOW - 9 * HOUR)},
    "gapped": {"learnt": Learnt(gaps=1, gap_at=NOW - 3 * HOUR, gap_from=NOW - 9 * HOUR)},
    "filled": {"learnt": Learnt(gaps=1, gap_at=NOW - HOUR, gap_from=NOW - 9 * HOUR, gap_filled=True)},
    "liar": {"learnt": Learnt(lied_at=NOW - HOUR)},
    "mover": {"learnt": Learnt(moved_to="https://new.example.org/feed", moved_times=3)},
    "frozen": {"frozen_since": NOW - 50 * HOUR},
    "renamer": {"learnt": Learnt(identity=IdentityCounts(guid_changed=40, url_kept=40, again=40))},
    "teasers": {"learnt": Learnt(pages_missed=6, pages_error="page: 403 Forbidden")},
    "few": {"learnt": Learnt(pages_missed=4, pages_error="page: 403 Forbidden")},
    "well": {},
}
Ask = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config"
    config.mkdir()
    feeds = "".join(f'[[feed]]\nid = "{name}"\nurl = "https://{name}.example.org/feed"\n' for name in STATES)
    (config / "feeds.toml").write_text(feeds)
    (tmp_path / "var").mkdir()
    store = SqliteStore(tmp_path / "var" / "monitor.db")
    with store.transaction() as tx:
        for name, values in STATES.items():
            url = f"https://{name}.example.org/feed"
            tx.save_feed(FeedState(name, url, last_success_at=NOW, next_poll_at=NOW + HOUR, **values))  # type: ignore[arg-type]
        trouble = Trouble("feed:frozen", "frozen", "it answers, but brings nothing new", NOW - 50 * HOUR)
        tx.begin_outage(Outage("outage-1", trouble, NOW - HOUR))
    store.save_subscription(
        Subscription("well", "https://hub.example.org/", "https://well.example.org/feed", "t", "s", NOW, 0, NOW + HOUR)
    )
    store.close()

    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(monitor, list(arguments))
        assert result.exit_code == code, result.output
        return result.stdout

    return call


def by_id(text: str) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in map(json.loads, text.splitlines())}


def test_feeds_json_tells_all_that_was_learnt(ask: Ask) -> None:
    feeds = by_id(ask("feeds", "--json"))
    assert {name for name, feed in feeds.items() if feed["gap"]} == {"gap"}
    assert (feeds["gap"]["gaps"], feeds["gapped"]["gap_filled"], feeds["filled"]["gap_filled"]) == (2, False, True)
    assert feeds["well"]["gap_filled"] is None
    assert {name for name, feed in feeds.items() if feed["validators"] == "lied"} == {"liar"}
    assert feeds["mover"]["moved_to"] == "https://new.example.org/feed"
    assert {name for name, feed in feeds.items() if feed["moved_to"]} == {"mover"}
    assert {name for name, feed in feeds.items() if feed["frozen_since"]} == {"frozen"}
    assert feeds["renamer"]["identity"] == {
        "by": "url",
        "guids": "rotate",
        "urls": "stable",
        "edits": "seldom",
        "dates": "believed",
    }
    assert {name for name, feed in feeds.items() if feed["pushed_until"]} == {"well"}
    assert (feeds["teasers"]["pages_missed"], feeds["teasers"]["pages_error"]) == (6, "page: 403 Forbidden")
    assert (feeds["well"]["pages_missed"], feeds["well"]["pages_error"]) == (0, None)


def test_feeds_tells_it_in_a_line_each(ask: Ask) -> None:
    lines = {line.split()[0]: line for line in ask("feeds").splitlines()}
    assert "gap: entries between" in lines["gap"]
    assert "may have dropped" not in lines["filled"]
    assert "frozen: nothing new since" in lines["frozen"]
    assert "moved to https://new.example.org/feed: change its url" in lines["mover"]
    assert "its validators lied" in lines["liar"]
    assert "articles are not read in full, the last 6 of them: page: 403 Forbidden; [sites] may" in lines["teasers"]
    assert "articles" not in lines["few"]


def test_status_names_silences_and_outages(ask: Ask) -> None:
    health = json.loads(ask("status", "--json", code=1))
    assert health["gaps"] == ["gap"]
    warned = {warning.split()[1].rstrip(":") for warning in health["warnings"]}
    assert warned == {"gap", "gapped", "frozen", "teasers"}
    (outage,) = health["outages"]
    assert (outage["subject"], outage["kind"], outage["ended_at"]) == ("feed:frozen", "frozen", None)
    assert "outage: feed:frozen frozen, since 2d ago" in ask("status", code=1)
