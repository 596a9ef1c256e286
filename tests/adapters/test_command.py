"""The command channel, with real programs."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.command import CommandSender
from monitor.model import CommandChannel, Deferred, Delivered, Refused
from tests.messages import a_message


def sender(code: str, seconds: float = 20, *arguments: str) -> CommandSender:
    command = (sys.executable, "-c", code, *arguments)
    return CommandSender(CommandChannel("script", command, timedelta(seconds=seconds)))


async def test_the_program_reads_the_webhooks_json_and_the_messages_id(tmp_path: Path) -> None:
    got = tmp_path / "got"
    code = f"import os, sys; open({str(got)!r}, 'w').write(os.environ['MONITOR_MESSAGE'] + '\\n' + sys.stdin.read())"
    assert await sender(code).send(a_message("alert-1", title="Piers $(reboot); `id`")) == Delivered()
    identity, _, body = got.read_text().partition("\n")
    assert identity == "alert-1"
    assert json.loads(body)["data"]["item"]["title"] == "Piers $(reboot); `id`"


@pytest.mark.parametrize(("code", "kind"), [(1, Deferred), (75, Deferred), (100, Refused)])
async def test_its_exit_code_is_the_answer(code: int, kind: type[Deferred | Refused]) -> None:
    outcome = await sender(f"import sys; print('no room', file=sys.stderr); sys.exit({code})").send(a_message())
    assert isinstance(outcome, kind)
    assert outcome.error.endswith(f"exit code {code}: no room")


async def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f" open({str(pid)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    )
    outcome = await sender(code, 1.5).send(a_message())
    assert isinstance(outcome, Deferred)
    assert "killed after 1.5 s" in outcome.error
    deadline = time.monotonic() + 10
    while alive(int(pid.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_it_need_not_read_and_may_say_much() -> None:
    code = "import sys; sys.stdin.close(); sys.stderr.write('x' * 3_000_000 + 'the end')"
    assert await sender(code).send(a_message(text="long " * 5000)) == Delivered()
    failing = await sender(code + "; sys.exit(1)").send(a_message())
    assert isinstance(failing, Deferred)
    assert len(failing.error) <= 300


async def test_it_sees_nothing_of_the_daemons_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK_SMTP_PASSWORD", "hunter2")
    got = tmp_path / "environment"
    await sender(f"import os; open({str(got)!r}, 'w').write(repr(dict(os.environ)))").send(a_message())
    assert "hunter2" not in got.read_text()
    assert os.environ["PATH"] in got.read_text()


async def test_a_program_that_is_gone_is_tried_again() -> None:
    outcome = await CommandSender(CommandChannel("script", ("/nowhere/notify",))).send(a_message())
    assert outcome == Deferred("notify: cannot be started: No such file or directory")


async def test_a_child_it_leaves_behind_holds_up_nothing() -> None:
    code = "import subprocess, sys; subprocess.Popen(['sleep', '30'])"
    started = time.monotonic()
    assert await sender(code).send(a_message()) == Delivered()
    assert time.monotonic() - started < 15
