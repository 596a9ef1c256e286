"""How a command ends: with its code, with all it printed written, and at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-c", "import sys; sys.argv[0] = 'monitor'; from monitor.cli import main; main()")


def ended(*lines: str) -> subprocess.CompletedProcess[str]:
    """A process that does this within `ending_at_once`."""
    program = (
        "from monitor.cli.ending import ending_at_once",
        "with ending_at_once():",
        *(f"    {one}" for one in lines),
    )
    return subprocess.run([sys.executable, "-c", "\n".join(program)], capture_output=True, text=True)


@pytest.mark.parametrize(("code", "told"), [("", 0), ("0", 0), ("3", 3), ("78", 78), ("-1", 255), ("'gone'", 1)])
def test_a_process_ends_with_its_code_and_with_all_it_printed(code: str, told: int) -> None:
    done = ended("import sys", "print('x' * 100_000)", f"sys.exit({code})")
    assert (done.returncode, len(done.stdout)) == (told, 100_001)


def test_what_is_registered_for_the_end_is_done_and_other_threads_are_waited_for() -> None:
    later = "threading.Thread(target=lambda: (time.sleep(0.2), print('later')))"
    registered = "atexit.register(print, 'at the end')"
    assert ended("import atexit", registered, "raise SystemExit").stdout == "at the end\n"
    waited = ended("import atexit, threading, time", registered, f"{later}.start()", "raise SystemExit")
    assert waited.stdout == "later\nat the end\n"


def test_an_error_of_ours_is_told_as_any() -> None:
    done = ended("raise LookupError('of ours')")
    assert done.returncode == 1
    assert "LookupError: of ours" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("environment", [{"PYTHONUNBUFFERED": ""}, {"PYTHONUNBUFFERED": "1"}], ids=["late", "at once"])
def test_output_that_finds_no_room_is_told_in_one_line(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "monitor.toml").write_text(f'store = "sqlite:{tmp_path}/m.db"\n')
    with open("/dev/full", "w") as full:
        command = [*PROGRAM, "status", "--config", str(tmp_path)]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["monitor: [Errno 28] No space left on device"]


def test_output_that_nobody_reads_to_its_end_is_no_error_to_be_told() -> None:
    with subprocess.Popen([*PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_stop_nothing(closed: str, tmp_path: Path) -> None:
    program = " ".join(f"'{part}'" for part in (PROGRAM[0], "-c", PROGRAM[2].replace("'", '"')))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").touch()
    done = subprocess.run(
        f"{program} poll {closed}", shell=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert done.returncode == 0
    assert (tmp_path / "var" / "monitor.db").read_bytes()[:15] == b"SQLite format 3"


def test_a_terminal_without_signs_for_all_is_shown_what_it_has_signs_for(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").touch()
    (tmp_path / "news.txt").write_text("Війська КНДР у Курську – Città\n\nA long enough text of an article.\n", "utf-8")

    def said(*command: str, encoding: str = "latin-1") -> bytes:
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": encoding}
        done = subprocess.run([*PROGRAM, *command], cwd=tmp_path, env=environment, capture_output=True)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
        return done.stdout

    said("import", "news.txt")
    assert "? Città".encode("latin-1") in said("items")
    assert json.loads(said("items", "--json"))["title"] == "Війська КНДР у Курську – Città"
    assert said("items", "--json", encoding="utf-8").decode("utf-8").count("КНДР") == 1


def test_no_file_of_the_working_directory_is_run(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").touch()
    (tmp_path / "news.txt").write_text("A long enough title\n\nA long enough text of an article.\n")
    for module in ("selectors", "multiprocessing", "random", "lxml"):
        (tmp_path / f"{module}.py").write_text("open('run', 'w')\n")
    program = [Path(sys.executable).with_name("monitor")]
    done = subprocess.run([*program, "import", "news.txt"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr, (tmp_path / "run").exists()) == (0, "", False)


def test_a_user_whom_the_system_does_not_know_has_no_home_and_needs_none(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").touch()
    unknown = "import os, pwd; os.environ.pop('HOME', None); pwd.getpwuid = lambda uid: {}[uid]; "

    def said(*command: str) -> tuple[int, str]:
        done = subprocess.run(
            [PROGRAM[0], "-c", unknown + PROGRAM[2], *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    assert said("poll")[0] == 0
    (tmp_path / "config").rename(tmp_path / "other")
    code, told = said("poll")
    assert (code, "there is none (looked in" in told) == (78, True)


def test_a_store_in_ones_own_home(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text('store = "sqlite:~/news.db"\n')
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "HOME": str(tmp_path / "home")}
    done = subprocess.run([*PROGRAM, "poll"], cwd=tmp_path, env=environment)
    assert (done.returncode, (tmp_path / "home" / "news.db").exists()) == (0, True)
