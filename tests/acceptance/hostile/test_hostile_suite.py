"""The suite of hostile cases against the real daemon, all in one run, with five healthy feeds beside them.

127.0.0.0/9 plays the public internet (it is allowed), 127.128.0.0/9 the private network, whose service nobody may reach.
Names of ``.test`` are resolved, and faults are made, by `hooked/sitecustomize.py` in the daemon's own processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.hostile import hostile_feeds, hostile_pages
from tests.servers import Answer, Received, Site
from tests.wires import CASES as WIRES

HOOKED = Path(__file__).parent / "hooked"
MONITOR = [sys.executable, "-m", "monitor"]
PRIVATE = "127.200.0.1"
TIMEOUT = 3  # seconds: [poll] timeout
EVERY = 8.0  # seconds: the healthy feeds' interval
HEALTHY = 5
PEAK_MB = 300
pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("hostile")]

MALFORMED = {  # B49: as redirects; `monitor check` refuses each in a configuration
    "label": "http://" + "a" * 64 + ".test/",
    "dots": "http://a..b/",
    "no-host": "http:///feed",
    "port-0": "http://127.0.0.1:0/",
    "port-65536": "http://127.0.0.1:65536/",
    "zone": "http://[fe80::1%25lo]/",
}


@dataclass
class World:
    """The daemon's surroundings, and what it left behind."""

    directory: Path
    private: Site
    sites: dict[str, Site] = field(default_factory=dict)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    peak_mb: float = 0.0
    log: str = ""
    expected: dict[str, str] = field(default_factory=dict)

    def polls(self, feed: str) -> list[float]:
        """When a feed was asked for."""
        return [request.at for request in self.sites[feed].requests if request.path == "/feed"]

    def of(self, feed: str) -> list[dict[str, Any]]:
        return [item for item in self.items if feed in item["feeds"]]


def healthy(number: int) -> Any:
    """A feed with one more entry at each request."""
    count = 0

    def handler(_: Received) -> Answer:
        nonlocal count
        count += 1
        entries = "".join(
            f"<item><title>Healthy {number} news {n}</title><guid>h{number}-{n}</guid></item>" for n in range(count)
        )
        return Answer(body=f"<rss><channel><title>Healthy</title>{entries}</channel></rss>".encode())

    return handler


def rotating(_: Received) -> Answer:
    """A23: every poll the same links under other guids."""
    entries = "".join(
        f"<item><title>Rotating story {n}</title><link>http://rotating.example/{n}</link><guid>{os.urandom(8).hex()}</guid></item>"
        for n in range(10)
    )
    return Answer(
        body=f"<rss><channel>{entries}</channel></rss>".encode(), headers={"ETag": f'"{os.urandom(4).hex()}"'}
    )


class Stage:
    """Builds the world: a site at an address of its own for every case."""

    def __init__(self, stack: ExitStack, world: World) -> None:
        self.stack, self.world = stack, world
        self.feeds: list[str] = []
        self.number = 0

    def site(self, host: str = "") -> Site:
        self.number += 1
        return self.stack.enter_context(Site(host or f"127.1.{self.number // 250}.{self.number % 250 + 1}"))

    def feed(self, feed_id: str, url: str, error: str | None = None, **keys: str) -> None:
        more = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
        self.feeds.append(f'[[feed]]\nid = "{feed_id}"\nurl = {json.dumps(url)}\n{more}')
        if error is not None:
            self.world.expected[feed_id] = error

    def answering(self, feed_id: str, *script: Any, error: str | None = None, **keys: str) -> Site:
        site = self.world.sites[feed_id] = self.site()
        site.answer("/feed", *script)
        self.feed(feed_id, site.url("/feed"), error, **keys)
        return site


def set_up(stage: Stage) -> None:
    private = stage.world.private
    for name, case in hostile_feeds.CASES.items():
        body = case.body().replace(b"{private}", str(private.port).encode())
        stage.answering(name, Answer(body=body, headers={"Content-Type": case.kind, "ETag": '"1"'}), error=case.error)
    reasons = {"timeout": "timed out", "too_large": "more than"}
    for number, (name, (make, reason)) in enumerate(WIRES.items()):
        site = stage.answering(
            f"b{number}-{name.replace(' ', '-').replace(',', '')}", make(), error=reasons.get(reason, "")
        )
        site.answer("*", make())
    addresses(stage)
    for number in range(HEALTHY):
        stage.answering(f"healthy-{number}", healthy(number), every=f"{EVERY:g}s")
    stage.answering("a23-rotating", rotating, every="3s")
    many = "".join(f"<item><title>Mass {n}</title><guid>m{n}</guid></item>" for n in range(500))
    stage.answering("a24-mass", Answer(body=f"<rss><channel>{many}</channel></rss>".encode()), every="2s")
    stage.answering("b51-later", Answer(429, headers={"Retry-After": "3600"}), error="429")
    stage.answering("b51-negative", Answer(429, headers={"Retry-After": "-1"}), error="429")
    stage.answering("b51-endless", Answer(429, headers={"Retry-After": "9e99"}), error="429")
    stage.answering("b52-unasked", Answer(304), error="304")
    stage.answering("b53-gone", Answer(410), error="410")
    pages = stage.answering("c-pages", Answer(404), fetch="always")
    pages.answer("/feed", Answer(body=hostile_pages.feed(pages.url("")).replace(b"\xff", b"")))
    for path, answer in hostile_pages.PAGES.items():
        pages.answer(path, answer)


def addresses(stage: Stage) -> None:
    """B41 to B50: redirects and names that lead to the private network, URLs that are none."""
    port = stage.world.private.port
    hosts = [PRIVATE, "2143813633", "[::ffff:127.200.0.1]", "127-200-0-1.test", "①②⑦.200.0.1", "100.100.100.200",
             "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[::]", "0", "mixed.test", "169.254.169.254"]  # fmt: skip
    for number, host in enumerate(hosts):
        stage.feed(f"b48-direct-{number}", f"http://{host}:{port}/feed{number}", "refused")
        away = f"http://{host}:{port}/feed".encode().decode("latin-1")
        stage.answering(f"b43-away-{number}", Answer(302, headers={"Location": away}), error="refused")
    rebinding = stage.stack.enter_context(Site("127.0.0.1", port=port))
    rebinding.answer("*", Answer(body=hostile_feeds.rss(""), close=True))
    stage.feed("b44-rebinding", f"http://rebinding.test:{port}/feed", every="2s")
    for name, url in MALFORMED.items():
        stage.answering(f"b49-{name}", Answer(302, headers={"Location": url}), error="redirect")
    backslash = stage.answering(
        "b47-backslash", Answer(302, headers={"Location": f"http://{PRIVATE}:{port}\\@x/"}), error=""
    )
    echo = stage.site()
    echo.answer("*", Answer(body=hostile_feeds.rss("")))
    stage.world.sites["echo"] = echo
    secret = stage.site()
    secret.answer("*", Answer(302, headers={"Location": echo.url("/feed")}))
    stage.feed("b50-credentials", secret.url("/feed").replace("http://", "http://joe:s3cret-canary@"))
    assert backslash.port


def configure(stage: Stage, directory: Path) -> None:
    config = directory / "config"
    config.mkdir()
    (config / "monitor.toml").write_text(
        f'[poll]\nmin = "1s"\nadaptive = false\ntimeout = "{TIMEOUT}s"\nhost_delay = "0s"\nmax_bytes = "10MB"\n'
        '[network]\nallow = ["127.0.0.0/9"]\n[web]\nlisten = ""\n[limits]\nentries = 200\nmemory = "300MB"\n'
    )
    (config / "feeds.toml").write_text("\n".join(stage.feeds))


def environment(directory: Path, proxy: str) -> dict[str, str]:
    return {
        **os.environ, "PYTHONPATH": f"{HOOKED}{os.pathsep}{Path(__file__).parents[3]}", "WATCH": str(directory),
        "http_proxy": proxy, "HTTP_PROXY": proxy, "https_proxy": proxy, "ALL_PROXY": proxy, "NO_PROXY": "",
    }  # fmt: skip


def peak_mb(process: int) -> float:
    with contextlib.suppress(OSError), open(f"/proc/{process}/status") as status:
        return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0.0)
    return 0.0


def command(directory: Path, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*MONITOR, *arguments, "--json", "--config", str(directory / "config")],
        capture_output=True, text=True, cwd=directory, timeout=60,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def settled(directory: Path, world: World) -> bool:
    """Whether every case has been polled, the healthy ones four times, the mass has been taken."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(directory / "var" / "monitor.db")) as db,
    ):
        if db.execute("SELECT count(*) FROM feeds WHERE polls = 0").fetchone()[0]:
            return False
        (mass,) = db.execute("SELECT count(*) FROM items WHERE feeds = '[\"a24-mass\"]'").fetchone()
        return mass >= 500 and all(len(world.polls(f"healthy-{n}")) >= 4 for n in range(HEALTHY))
    return False


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("hostile")
    with ExitStack() as stack:
        private = stack.enter_context(Site(PRIVATE))
        private.answer("*", Answer(body=hostile_feeds.rss("")))
        world = World(directory, private)
        stage = Stage(stack, world)
        set_up(stage)
        configure(stage, directory)
        proxy = world.sites["proxy"] = stage.site()
        with (directory / "log").open("w") as log:
            process = subprocess.Popen(
                [*MONITOR, "run", "--config", str(directory / "config")],
                cwd=directory, stderr=log, env=environment(directory, proxy.url()),
            )  # fmt: skip
            try:
                end = time.monotonic() + 120
                while not settled(directory, world):
                    assert process.poll() is None, (directory / "log").read_text()[-3000:]
                    assert time.monotonic() < end, [
                        feed["id"] for feed in command(directory, "feeds", "list") if feed["status"] == "new"
                    ]
                    threading.Event().wait(0.3)
                world.peak_mb = peak_mb(process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
        world.log = (directory / "log").read_text()
        world.feeds = {feed["id"]: feed for feed in command(directory, "feeds", "list")}
        world.items = command(directory, "items")
        yield world


def test_every_case_ends_as_expected(world: World) -> None:
    wrong = {}
    for feed, error in world.expected.items():
        said = world.feeds[feed]["last_error"]
        if error not in (said or "") or (said and not said.isprintable()) or (said and len(said) > 400):
            wrong[feed] = (error, said)
    assert not wrong
    failed = {name for name, case in hostile_feeds.CASES.items() if case.failed}
    assert {name for name in hostile_feeds.CASES if world.feeds[name]["status"] == "failed"} == failed


def test_every_case_leaves_the_items_it_should(world: World) -> None:
    left = {name: len(world.of(name)) for name in hostile_feeds.CASES if name != "a15-million"}
    assert left == {name: case.entries for name, case in hostile_feeds.CASES.items() if name != "a15-million"}


def test_the_private_network_and_the_proxy_got_no_connection_and_all_went_through_the_guard(world: World) -> None:
    assert world.private.connections == 0
    assert world.sites["proxy"].connections == 0
    assert (world.directory / "connected").read_text().count("\n") > 50
    assert not (world.directory / "unguarded").exists(), (world.directory / "unguarded").read_text()


def test_healthy_feeds_stay_on_time(world: World) -> None:
    for number in range(HEALTHY):
        at = world.polls(f"healthy-{number}")
        gaps = [after - before for before, after in zip(at, at[1:], strict=False)]
        took = [float(took) for took in re.findall(rf"feed=healthy-{number} .*took=([\d.]+)", world.log)]
        # All 130 feeds start at the same instant, each with CPU for seconds: an interval begins when a poll has ended.
        late = [gap - spent - EVERY for gap, spent in zip(gaps, took, strict=False)]
        assert max(late) <= EVERY / 2 + 1, (gaps, took)  # the tick is a second
        assert max(took) < 20, took
        assert len(world.of(f"healthy-{number}")) >= 3


def test_the_main_process_stays_small(world: World) -> None:
    assert 20 < world.peak_mb < PEAK_MB


def test_nothing_was_an_internal_error_and_lines_are_lines(world: World) -> None:
    assert "internal error" not in world.log
    assert "Traceback" not in world.log
    assert "\x1b" not in world.log
    assert all(line.startswith("at=") for line in world.log.splitlines()), [
        line for line in world.log.splitlines() if not line.startswith("at=")
    ]
    assert "s3cret-canary" not in world.log + json.dumps(world.feeds)


def test_guids_that_rotate_bring_nothing_twice(world: World) -> None:
    assert len(world.polls("a23-rotating")) >= 2
    assert len(world.of("a23-rotating")) == 10


def test_a_mass_of_entries_is_taken_over_several_polls_and_none_is_lost(world: World) -> None:
    assert len(world.polls("a24-mass")) >= 3
    assert len(world.of("a24-mass")) == 500


def test_credentials_stay_with_their_origin(world: World) -> None:
    assert world.sites["echo"].requests
    for request in world.sites["echo"].requests:
        assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("feed", "least", "most"), [("b51-later", 3500, 86400), ("b51-negative", 1, 86400), ("b51-endless", 1, 86400)]
)
def test_retry_after_is_honoured_within_bounds(world: World, feed: str, least: int, most: int) -> None:
    from datetime import datetime

    state = world.feeds[feed]
    wait = (
        datetime.fromisoformat(state["next_poll_at"]) - datetime.fromisoformat(state["last_poll_at"])
    ).total_seconds()
    assert least <= wait <= most * 1.2


def test_no_validators_are_kept_of_what_was_not_whole(world: World) -> None:
    with contextlib.closing(sqlite3.connect(world.directory / "var" / "monitor.db")) as db:
        kept = {row[0] for row in db.execute("SELECT id FROM feeds WHERE etag IS NOT NULL OR body_hash IS NOT NULL")}
    incomplete = {name for name in hostile_feeds.CASES if world.feeds[name]["last_error"]}
    assert "a19-truncated" in incomplete
    assert not kept & incomplete
    assert "a08-blank-lines" in kept


def test_a_page_that_cannot_be_read_leaves_the_feeds_own_text(world: World) -> None:
    items = {item["title"]: item for item in world.of("c-pages")}
    assert len(items) == len(hostile_pages.PAGES)
    for path in ("/c56-large", "/c58-image", "/c58-zip", "/c59-consent", "/c60-crash", "/c60-memory", "/c60-gone"):
        item = items[f"Story of {path[1:]}"]
        assert item["text_from"] == "feed", item
        assert hostile_pages.SUMMARY in item["text"]


def test_stored_text_steers_no_terminal_and_turns_nothing_around(world: World) -> None:
    for item in world.items:
        for value in (item["title"], *item["tags"], *item["authors"]):
            assert not set(value) & set(
                map(chr, [*range(32), 127, *range(0x80, 0xA0), 0x202A, 0x202B, 0x202D, 0x202E])
            ), value
            assert len(value) <= 1_000
    assert all(1990 <= int(item["published_at"][:4]) <= 2100 for item in world.items if item["published_at"])
