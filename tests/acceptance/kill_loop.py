"""The kill loop: the daemon killed with SIGKILL again and again while feeds grow and receivers misbehave.

    python -m tests.acceptance.kill_loop --kills 200

A rehearsal's clock runs 300 times as fast, so retries after hours come within the run. What must hold at the end, when
the receivers are well again: every story that any feed showed is stored once and alerted once a channel; every message that a
receiver saw, in whatever attempt, is one of these, under one id; the file channel has each at least once and no torn line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers import Answer, Received, Site

POINTS = ("claimed", "sending", "sent", "settled")
RATE = "300"
FEEDS = 3
WORDS = 90
"""Of an article; made up, so that no two of different stories are copies."""


@dataclass
class World:
    """Feeds that grow, receivers with moods, and what they saw."""

    random: random.Random
    growing: bool = True
    wild: bool = True
    stories: int = 0
    shown: dict[int, list[int]] = field(default_factory=lambda: {number: [] for number in range(FEEDS)})
    attempts: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    told: dict[str, set[str]] = field(default_factory=dict)
    """Message id to the stories' titles it told: one, whatever the attempt."""
    moods: Counter[str] = field(default_factory=Counter)

    def feed(self, number: int) -> Answer:
        """A feed's document: one or two stories more each time, now and then a copy of another feed's."""
        mine = self.shown[number]
        if self.growing and self.stories < 600:
            for _ in range(self.random.randint(0, 2)):
                if self.stories and self.random.random() < 0.2:
                    story = self.random.randrange(self.stories)
                else:
                    story, self.stories = self.stories, self.stories + 1
                if story not in mine:
                    mine.append(story)
        items = "".join(_item(number, story) for story in mine[-60:][::-1])
        document = (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'
        )
        return Answer(body=document.encode(), headers={"Content-Type": "application/rss+xml"})

    def hook(self, received: Received) -> Answer:
        """The webhook's receiver: three of ten calls go wrong, in all the ways there are."""
        body = json.loads(received.body)
        identity = received.headers["webhook-id"]
        self.attempts[identity] += 1
        self.told.setdefault(identity, set()).add(body["data"]["item"]["title"])
        mood = self.random.choice(("500", "429", "close", "hang", "slow")) if self._cross() else "well"
        self.moods[mood] += 1
        match mood:
            case "500":
                return Answer(500)
            case "429":
                return Answer(429, headers={"Retry-After": str(self.random.randint(1, 60))})
            case "close":
                return Answer(wire=_close)
            case "hang":
                return Answer(wire=_hang)
            case "slow":  # it takes the message, and the daemon may be dead before it hears so
                self.taken[identity] += 1
                return Answer(204, delay=0.3)
        self.taken[identity] += 1
        return Answer(204)

    def _cross(self) -> bool:
        return self.wild and self.random.random() < 0.3


async def _close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1.0)
    writer.transport.abort()


def title(story: int) -> str:
    return f"Story {story}: {' '.join(_words(story, 3))}"


def _words(story: int, count: int) -> list[str]:
    made = random.Random(story)
    return ["".join(made.choices("bdfgklmnprst", k=1) + made.choices("aeiou", k=1)) * 2 + made.choice("xyz") for _ in range(count)]  # fmt: skip


def _item(feed: int, story: int) -> str:
    text = " ".join(["freighter", *_words(story + 10_000, WORDS)])
    link = f"https://site{feed}.example.org/{story}"
    return f"<item><title>{title(story)}</title><link>{link}</link><guid>{link}</guid><description>{text}</description></item>"


@dataclass
class Loop:
    """One run in a directory."""

    directory: Path
    world: World
    site: Site

    def configure(self) -> None:
        config = self.directory / "config"
        (config / "watchlists").mkdir(parents=True)
        feeds = "".join(
            f'[[feed]]\nid = "feed-{n}"\nurl = "{self.site.answer(f"/feed/{n}", lambda _, n=n: self.world.feed(n))}"\n'
            for n in range(FEEDS)
        )
        (config / "feeds.toml").write_text(feeds)
        hook = self.site.answer("/hook", self.world.hook)
        (config / "monitor.toml").write_text(
            '[network]\nallow = ["127.0.0.0/8"]\n[web]\nlisten = ""\n[article]\nfetch = "never"\n'
            '[poll]\nevery = "5m"\nmin = "5m"\nmax = "10m"\nadaptive = false\nhost_delay = "0s"\n'
            '[alerts]\nfirst_poll = "all"\nretry_for = "30d"\n'
            f'[channels.hook]\ntype = "webhook"\nurl = "{hook}"\n'
            f'[channels.file]\ntype = "jsonl"\npath = "{self.directory}/alerts.jsonl"\n'
        )
        (config / "watchlists" / "ships.toml").write_text('query = "freighter"\nalert = ["hook", "file"]\n')

    def monitor(self, *arguments: str, kill: str = "", out: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        environment = {**os.environ, "MONITOR_REHEARSAL_RATE": RATE, "MONITOR_REHEARSAL_KILL": kill}
        command = [sys.executable, "-m", "monitor", *arguments, "--config", str(self.directory / "config")]
        with (self.directory / "daemon.log").open("a") as log:
            return subprocess.Popen(command, env=environment, cwd=self.directory, stdout=out, stderr=log, text=True)

    def listed(self, what: str) -> list[dict[str, object]]:
        out, _ = self.monitor(what, "--json", out=subprocess.PIPE).communicate(timeout=60)
        return [json.loads(line) for line in out.splitlines()]

    def killed(self, number: int) -> str:
        """Run the daemon until it dies at a point, or is killed at some instant. Returns where."""
        chance = self.world.random
        kill = f"{chance.choice(POINTS)}:{chance.randint(1, 4)}" if number % 3 else ""
        daemon = self.monitor("run", kill=kill)
        try:
            daemon.wait(timeout=6.0 if kill else chance.uniform(0.5, 3.0))
        except subprocess.TimeoutExpired:
            kill = ""
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
        assert daemon.returncode == -signal.SIGKILL, (self.directory / "daemon.log").read_text()[-3000:]
        return kill.partition(":")[0] or "at random"

    def finish(self, seconds: float) -> None:
        """Everybody is well again: wait until nothing is pending."""
        self.world.growing = self.world.wild = False
        daemon = self.monitor("run")
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                time.sleep(1.0)
                shown = set().union(*self.world.shown.values())
                alerts = self.listed("alerts")
                if len(alerts) >= 2 * len(shown) and all(one["state"] == "delivered" for one in alerts):
                    break
        finally:
            daemon.terminate()
            daemon.wait(timeout=15)

    def check(self) -> dict[str, int]:
        """What must hold; the figures."""
        shown = {title(story) for stories in self.world.shown.values() for story in stories}
        items, alerts = self.listed("items"), self.listed("alerts")
        originals = [item for item in items if not item["copy_of"]]
        assert sorted(str(item["title"]) for item in originals) == sorted(shown), "a story was lost, or is there twice"
        assert {alert["state"] for alert in alerts} == {"delivered"}, Counter(alert["state"] for alert in alerts)
        for channel in ("hook", "file"):
            mine = [alert for alert in alerts if alert["channel"] == channel]
            assert len({alert["story"] for alert in mine}) == len(mine) == len(shown), "one alert a story and channel"
        ids = {str(alert["id"]) for alert in alerts if alert["channel"] == "hook"}
        assert set(self.world.taken) == ids, "an alert that the receiver never took, or one that should not exist"
        assert set(self.world.attempts) == ids
        assert all(len(titles) == 1 for titles in self.world.told.values()), "one id told two stories"
        lines = [
            json.loads(line)["data"]["alert"] for line in (self.directory / "alerts.jsonl").read_text().splitlines()
        ]
        assert set(lines) == {str(alert["id"]) for alert in alerts if alert["channel"] == "file"}
        taken = self.world.taken
        return {
            "stories": len(shown),
            "items": len(items),
            "calls": self.world.attempts.total(),
            "calls that went wrong": self.world.moods.total() - self.world.moods["well"] - self.world.moods["slow"],
            "taken": taken.total(),
            "taken more than once, same id": sum(count > 1 for count in taken.values()),
            "lines": len(lines),
            "lines twice, same id": len(lines) - len(set(lines)),
        }


def run(directory: Path, kills: int, seed: int, patience: float) -> dict[str, int]:
    """The whole loop. Returns its figures; fails with AssertionError."""
    world = World(random.Random(seed))
    with Site() as site:
        loop = Loop(directory, world, site)
        loop.configure()
        where = Counter(loop.killed(number) for number in range(kills))
        loop.finish(patience)
        figures = loop.check()
    return {**figures, **{f"killed {point}": count for point, count in sorted(where.items())}}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as directory:
        figures = run(Path(directory), options.kills, options.seed, patience=300)
    for name, figure in figures.items():
        print(f"{figure:>7}  {name}")


if __name__ == "__main__":
    main()
