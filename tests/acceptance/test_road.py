"""The main road through the command line: feeds and receivers on loopback, a real file, real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.servers import Receivers, receivers, site
from monitor.demo.show import SECRET, write_configuration
from monitor.demo.stories import COPIES, OTHER, TOPIC, outlets, seed_file
from tests.servers import Answer, Site
from tests.waiting import until

MONITOR = [sys.executable, "-m", "monitor"]


class World:
    """A configuration directory, the sites it names, the receivers it alerts."""

    def __init__(self, directory: Path, got: Receivers) -> None:
        self.directory = directory
        self.config = directory / "config"
        self.got = got

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*MONITOR, *arguments, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=100,
            cwd=self.directory,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in self.run(*arguments, "--json", code=code).splitlines() if line.startswith("{")
        ]

    def daemon(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*MONITOR, "run", "--config", str(self.config)], cwd=self.directory, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    from contextlib import ExitStack

    from monitor.adapters.clock import SystemClock

    with ExitStack() as stack:
        got = stack.enter_context(receivers(SECRET))
        sites = {one.id: stack.enter_context(site(one)) for one in outlets(SystemClock().now())}
        write_configuration(tmp_path / "config", sites, got)
        yield World(tmp_path, got)


def test_copies_alert_nobody_and_each_new_story_alerts_once(world: World) -> None:
    world.run("import", str(seed_file()))
    (report,) = world.json("poll")
    assert (report["new"], report["copies"], report["alerts"]) == (len(TOPIC) + len(OTHER), len(COPIES), 2 * len(TOPIC))
    items = world.json("items")
    (seed,) = [item for item in items if item["text_from"] == "import"]
    copies = [item for item in items if item["copy_of"]]
    assert {item["copy_of"] for item in copies} == {seed["id"]}
    assert len(copies) == len(COPIES)
    assert all(0 < item["similarity"] <= 1 for item in copies)
    assert {item["story"] for item in copies} == {seed["id"]}
    alerts = world.json("alerts")
    assert {alert["state"] for alert in alerts} == {"delivered"}
    assert len({(alert["story"], alert["channel"]) for alert in alerts}) == len(alerts) == 2 * len(TOPIC)
    (again,) = world.json("poll")
    assert (again["new"], again["copies"], again["alerts"]) == (0, 0, 0)
    assert {feed["status"] for feed in again["feeds"]} == {"unchanged"}
    assert (len(world.got.mails), len(world.got.webhooks), world.got.forged) == (3, 3, 0)


def test_the_daemon_polls_delivers_takes_a_new_watchlist_and_stops(world: World) -> None:
    process = world.daemon()
    try:
        until(lambda: len(world.got.webhooks) >= 4)  # the seed is not imported: its first copy is news too
        assert "daemon      running" in world.run("status")
        (world.config / "watchlists" / "broken.toml").write_text('querry = "x"\n')
        until(lambda: "the last good one is kept: config/watchlists/broken.toml:1" in subprocess.run(
            [*MONITOR, "status", "--config", str(world.config), "--json"], capture_output=True, text=True, cwd=world.directory
        ).stdout)  # fmt: skip
        (world.config / "watchlists" / "broken.toml").unlink()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=12)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "event=configuration_kept" in log
    assert "broken.toml:1: querry: unknown key" in log
    assert "event=stopped" in log


def test_a_killed_daemon_loses_nothing_and_tells_nobody_twice(world: World) -> None:
    for _ in range(3):
        process = world.daemon()
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = world.daemon()
    try:
        # Leases of a killed delivery end after their time; what was polled is delivered by the next daemon.
        until(lambda: len({mail["Message-ID"] for mail in world.got.mails}) >= 4, seconds=100)
    finally:
        process.terminate()
        process.communicate(timeout=12)
    alerts = world.json("alerts")
    assert {alert["state"] for alert in alerts} == {"delivered"}
    assert len(alerts) == len({(alert["story"], alert["channel"]) for alert in alerts}) == 8
    assert {alert["id"] for alert in alerts if alert["channel"] == "ops"} == {
        h["webhook-id"] for h, _ in world.got.webhooks
    }


def test_two_daemons_do_not_share_a_store(world: World) -> None:
    first = world.daemon()
    try:
        assert first.stderr is not None
        assert "event=started" in first.stderr.readline()
        assert "another `monitor run` holds this store" in world.run("run", code=1)
    finally:
        first.terminate()
        first.communicate(timeout=12)


def test_one_bad_feed_does_not_stop_the_others(world: World, new_site: Callable[..., Site]) -> None:
    bad = new_site()
    bad.answer("/html", Answer(body=b"<html><head><title>Welcome</title></head><body>no feed</body></html>"))
    with (world.config / "feeds.toml").open("a") as feeds:
        for name in ("html", "missing"):
            feeds.write(f'[[feed]]\nid = "{name}"\nurl = "{bad.url("/" + name)}"\n')
        feeds.write('[[feed]]\nid = "private"\nurl = "http://10.0.0.1/feed"\n')
    (report,) = world.json("poll")
    by_id = {feed["id"]: feed for feed in report["feeds"]}
    assert {name for name, feed in by_id.items() if feed["status"] == "failed"} == {"html", "missing", "private"}
    assert "HTML" in by_id["html"]["error"]
    assert "404" in by_id["missing"]["error"]
    assert "refused" in by_id["private"]["error"]
    assert "10.0.0.1" in by_id["private"]["error"]
    assert report["new"] > 0
    world.run("poll", "missing", code=1)


def test_a_receiver_that_fails_is_asked_again_with_the_same_id(world: World, new_site: Callable[..., Site]) -> None:
    hook = new_site()
    hook.answer("/hook", Answer(500))
    path = world.config / "monitor.toml"
    path.write_text(path.read_text().replace(world.got.webhook_url, hook.url("/hook")))
    world.run("poll", "gazzetta")
    waiting = [alert for alert in world.json("alerts") if alert["channel"] == "ops"]
    assert waiting
    assert all(alert["state"] == "pending" and "500" in alert["last_error"] for alert in waiting)
    assert all(alert["next_attempt_at"] > alert["created_at"] for alert in waiting)


def test_wrong_usage_and_bad_configuration_have_their_exit_codes(world: World) -> None:
    world.run("poll", "nosuchfeed", code=2)
    world.run("show", "nosuchitem", code=2)
    world.run("items", "NOT war", code=2)
    (world.config / "watchlists" / "x.toml").write_text('query = "(a OR"\nalert = ["dsk"]\n')
    said = world.run("check", code=78)
    assert "x.toml:1: query:" in said
    assert 'x.toml:2: alert[1]: no channel "dsk" is configured; did you mean "desk"?' in said
