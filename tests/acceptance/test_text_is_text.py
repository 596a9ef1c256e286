"""What a stranger writes stays text wherever it goes: terminal, JSON, log, mail, webhook, file, query. And no secret goes
anywhere."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import feedparser
import pytest

from monitor.adapters.clock import SystemClock
from monitor.demo.servers import Receivers, receivers
from monitor.demo.show import SECRET
from tests.servers import Answer, Site

CANARY = "c4n4ry-7f3a9d"
TITLES = [
    "Escape \x1b[31mred\x1b]0;owned\x07 freighter",
    "Nul \x00 inside \x01 and \x85 and \x9b31m freighter",
    "Lone \ud800 surrogate \udfff freighter",
    "Turned \u202egnp.exe\u2066 freighter",
    "Line\u2028paragraph\u2029next\r\nBcc: victim@example.org freighter",
    "=?UTF-8?Q?=0A?=Bcc: victim@example.org freighter",
    "<img src=x onerror=alert(1)> freighter </script><script>alert(2)</script>",
    "'; DROP TABLE items; -- \" OR * NEAR( freighter",
    "[bold red]markup[/] [link=file:///etc/passwd]freighter[/link]",
    "{{ 7 * 7 }} {% raw %} %(name)s {0} freighter",
    "Long " + "freighter " * 300_000,
]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\u2028\u2029\ud800-\udfff]")
ISOLATES = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Allowed in a paragraph, where Arabic and Hebrew need them and its end closes them; not in a line among others."""
STYLE = re.compile(r"\x1b\[[0-9;]*m")
HEADERS = {
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted", "x-auto-response-suppress",
    "references", "in-reply-to", "list-id", "precedence", "x-mailfrom", "x-rcptto", "x-peer",
}  # fmt: skip


class World:
    """One poll of the feed above through every channel, and commands to look at what it left."""

    def __init__(self, directory: Path, got: Receivers, site: Site) -> None:
        self.directory, self.got, self.site = directory, got, site
        self.log = ""
        self.said = ""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *arguments, "--config", "config"],
            capture_output=True,
            cwd=self.directory,
            env={**os.environ, "CANARY": CANARY, "CANARY_URL": f"json://user:{CANARY}@127.0.0.1:1/"},
            umask=0,
            timeout=100,
            check=False,
        )
        self.said += (done.stdout + done.stderr).decode(errors="replace")
        return done

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, "--json").stdout.splitlines()]

    def on_a_terminal(self, *arguments: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "monitor", *arguments, "--config", "config"]
        with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=self.directory) as process:
            os.close(theirs)
            written = b""
            try:
                while chunk := os.read(ours, 65_536):
                    written += chunk
            except OSError:  # the other end was closed
                pass
            process.wait()
        os.close(ours)
        return written.decode(errors="replace").replace("\r\n", "\n")


def write_config(directory: Path, got: Receivers, site: Site) -> None:
    (directory / "config/watchlists").mkdir(parents=True)
    (directory / "config/watchlists/ships.toml").write_text(
        'query = "freighter"\nalert = ["desk", "ops", "lines", "reader", "away", "phone", "locked"]\n'
    )
    (directory / "config/monitor.toml").write_text(f"""
store = "sqlite:m.db"
[poll]
host_delay = "0s"
[network]
allow = ["127.0.0.0/8"]
[channels.desk]
type = "email"
to = ["desk@example.org"]
from = "monitor@example.org"
smtp = "smtp://127.0.0.1:{got.smtp_port}"
[channels.ops]
type = "webhook"
url = "{got.webhook_url}"
secret = "{SECRET}"
[channels.lines]
type = "jsonl"
path = "lines.jsonl"
[channels.reader]
type = "feed"
directory = "atom"
[channels.away]
type = "webhook"
url = "http://user:{CANARY}@127.0.0.1:1/hook?token={CANARY}"
headers_env = {{ "X-Api-Key" = "CANARY" }}
[channels.phone]
type = "apprise"
url_env = "CANARY_URL"
[channels.locked]
type = "email"
to = ["desk@example.org"]
from = "monitor@example.org"
smtp = "smtp://user@127.0.0.1:{got.smtp_port}"
password_env = "CANARY"
""")
    (directory / "config/feeds.toml").write_text(
        f'[[feed]]\nid = "strange"\nurl = "{site.url("/feed")}"\n'
        f'[[feed]]\nid = "locked"\nurl = "{site.url("/gone").replace("://", f"://user:{CANARY}@")}"\n'
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("strange")
    with ExitStack() as stack:
        got, site = stack.enter_context(receivers(SECRET)), stack.enter_context(Site())
        write_config(directory, got, site)
        now = SystemClock().now().isoformat()
        items = [
            {
                "id": f"g{number}",
                "url": "javascript:alert(1)" if number % 2 else site.url(f"/a/{number}"),
                "title": title,
                "content_text": f"Report {number} of its own. {title[:200]} " + f"word{number} " * 20,
                "date_published": "0001-01-01T00:00:00Z" if number == 3 else now,
                "authors": [{"name": title[:100]}],
                "tags": [title[:60]],
            }
            for number, title in enumerate(TITLES)
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": TITLES[0], "items": items}
        site.answer("/feed", Answer(body=json.dumps(feed).encode(), headers={"Content-Type": "application/feed+json"}))
        running = World(directory, got, site)
        done = running.run("poll")
        running.log = done.stderr.decode()
        assert len(running.json("items", "--copies")) == len(TITLES), running.said
        yield running


LOOKS = [
    ["items", "--copies"],
    ["try", "freighter"],
    ["alerts"],
    ["feeds"],
    ["status"],
]


@pytest.mark.timeout(300)  # some fifty commands, each a process
def test_no_output_holds_what_steers_a_terminal(world: World) -> None:
    ids = [item["id"] for item in world.json("items", "--copies")]
    assert not any(ISOLATES.search(item["title"]) for item in world.json("items", "--copies"))
    looks = [*LOOKS, *(["show", one] for one in ids), *(["why", one, "ships"] for one in ids[:4])]
    for look in looks:
        plain = world.run(*look).stdout.decode()
        assert plain
        assert not CONTROL.search(plain), (look, CONTROL.search(plain))
        shown = STYLE.sub("", world.on_a_terminal(*look)) if look in LOOKS or look[-1] == ids[0] else ""
        assert not CONTROL.search(shown), (look, CONTROL.search(shown))
        for record in world.json(*look):
            assert not CONTROL.search(json.dumps(record, ensure_ascii=False)), look


def test_a_log_line_is_a_line(world: World) -> None:
    assert world.log
    for line in world.log.splitlines():
        assert re.match(r"at=\d{4}-\d\d-\d\dT|monitor: ", line), line
        assert not CONTROL.search(line)


def test_mails_have_the_headers_we_wrote_and_no_others(world: World) -> None:
    assert world.got.mails
    for mail in world.got.mails:
        assert {name.lower() for name in mail} <= HEADERS, mail.keys()
        assert mail["to"] == "desk@example.org"
        assert not CONTROL.search(str(mail["subject"]))
        html = mail.get_body(("html",))
        assert html is not None
        written = html.get_content()
        assert not re.search(r"<(?:img|script)|javascript:|href=\"(?!https?:)", written)
    assert sum("DROP TABLE" in str(mail["subject"]) for mail in world.got.mails) == 1


def test_webhooks_and_files_hold_plain_text_and_web_links(world: World) -> None:
    lines = [json.loads(line) for line in (world.directory / "lines.jsonl").read_text().splitlines()]
    bodies = [body for _, body in world.got.webhooks]
    assert len(bodies) == len(lines) > 0
    assert world.got.forged == 0
    for body in [*bodies, *lines]:
        assert not CONTROL.search(json.dumps(body, ensure_ascii=False))
        assert (body["data"]["item"]["url"] or "http").startswith("http")
    (atom,) = (world.directory / "atom").glob("*.atom")
    read = feedparser.parse(io.BytesIO(atom.read_bytes()))  # noqa: TID251  as a reader would
    assert not read.bozo
    assert len(read.entries) == len(lines)
    assert not CONTROL.search(atom.read_text())


def test_a_query_of_strange_words_finds_them_and_the_tables_stand(world: World) -> None:
    (found,) = world.json("items", '"DROP TABLE items"')
    assert found["title"].startswith("'; DROP TABLE")
    assert world.run("db", "check").returncode == 0
    assert all(
        item["published_at"] is None or item["published_at"] > "1990" for item in world.json("items", "--copies")
    )


def test_no_secret_goes_anywhere_and_files_are_their_users_own(world: World) -> None:
    for command in (
        ["status"],
        ["feeds"],
        ["alerts"],
        ["alerts", "test", "away"],
        ["alerts", "test", "phone"],
        ["check"],
    ):
        world.run(*command)
    assert CANARY not in world.log + world.said
    kept = [path for path in world.directory.rglob("*") if path.is_file() and "config" not in path.parts]
    assert {"m.db", "lines.jsonl"} <= {path.name for path in kept}
    for path in kept:
        assert CANARY.encode() not in path.read_bytes(), path
    private = [path for path in kept if path.name.startswith(("m.db", "lines.jsonl"))]
    assert [oct(path.stat().st_mode & 0o077) for path in private] == ["0o0"] * len(private)
