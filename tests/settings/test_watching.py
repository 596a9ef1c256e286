"""A change of the configuration is taken, whatever way it was made; a mistake is told once."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.model import Config
from monitor.settings import load, watch
from monitor.settings.watching import Files

ENOUGH = 10
"""Seconds after which a change counts as not taken; it takes one and a half at most."""
LOOKS = 2.5
"""Seconds in which two looks fall: there is one every second."""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    config = tmp_path / "config"
    (config / "watchlists").mkdir(parents=True)
    (config / "watchlists" / "ships.toml").write_text('query = "freighter"\n')
    return config


class Watched:
    """A watch that is asked for its next word."""

    def __init__(self, changes: AsyncIterator[Config | ConfigError]) -> None:
        self._changes = changes

    async def next(self) -> Config | ConfigError:
        async with asyncio.timeout(ENOUGH):
            return await anext(self._changes)

    async def config(self) -> Config:
        found = await self.next()
        assert isinstance(found, Config), found
        return found


def watching(directory: Path) -> Watched:
    return Watched(watch(directory, {}, load(directory, {})))


def query(config: Config) -> str:
    return config.watchlists[0].query


async def test_a_written_file_is_taken(directory: Path) -> None:
    watched = watching(directory)
    (directory / "watchlists" / "ships.toml").write_text('query = "ferry"\n')
    assert query(await watched.config()) == "ferry"
    (directory / "watchlists" / "trains.toml").write_text('query = "train"\n')
    assert len((await watched.config()).watchlists) == 2


async def no_more(*_: object, **__: object) -> AsyncIterator[set[object]]:
    raise RuntimeError("Too many open files (os error 24)")
    yield set()


async def none_come(*_: object, **__: object) -> AsyncIterator[set[object]]:
    """As a network's disk."""
    while True:
        await asyncio.sleep(0.1)
        yield set()


@pytest.mark.parametrize("notices", [no_more, none_come])
async def test_a_change_of_which_the_system_gives_no_notice_is_taken(
    directory: Path, notices: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.settings.watching.awatch", notices)
    watched = watching(directory)
    for word in ("ferry", "tug"):
        (directory / "watchlists" / "ships.toml").write_text(f'query = "{word}"\n')
        assert query(await watched.config()) == word
    (directory / "watchlists" / "trains.toml").write_text('query = "train"\n')
    assert len((await watched.config()).watchlists) == 2
    (directory / "watchlists" / "trains.toml").unlink()
    (directory / "watchlists" / ".ships.toml.swp").touch()
    assert len((await watched.config()).watchlists) == 1


def test_a_file_that_is_being_written_is_waited_for(directory: Path) -> None:
    files, ships = Files(), directory / "watchlists" / "ships.toml"
    assert not files.look(directory)
    ships.write_text("query = ")
    assert not files.look(directory)
    ships.write_text('query = "ferry"\n')
    (directory / "feeds").mkdir()
    (directory / "feeds" / "more.toml").touch()
    assert not files.look(directory)
    assert files.look(directory)
    files.taken()
    assert not files.look(directory)
    (directory / "watchlists" / ".ships.toml.swp").touch()
    (directory / "m.db-wal").touch()
    assert [files.look(directory), files.look(directory)] == [False, False]


async def test_a_file_that_was_written_beside_and_renamed_is_taken(directory: Path) -> None:
    watched = watching(directory)
    draft = directory / "watchlists" / ".ships.toml.swp"
    draft.write_text('query = "ferry"\n')
    draft.replace(directory / "watchlists" / "ships.toml")
    assert query(await watched.config()) == "ferry"


async def test_a_mistake_is_told_once_and_its_mending_is_taken(directory: Path) -> None:
    watched = watching(directory)
    ships = directory / "watchlists" / "ships.toml"
    ships.write_text('query = "NOT"\n')
    assert isinstance(await watched.next(), ConfigError)
    ships.write_text('query = "NOT"\n\n')  # the same mistake
    (directory / "watchlists" / "trains.toml").write_text('query = "train AND"\n')
    second = await watched.next()
    assert isinstance(second, ConfigError)
    assert len(second.mistakes) == 2
    (directory / "watchlists" / "trains.toml").unlink()
    ships.write_text('query = "freighter"\n')
    while isinstance(found := await watched.next(), ConfigError):
        pass
    assert query(found) == "freighter"


async def test_a_list_outside_the_directory_is_watched(directory: Path, tmp_path: Path) -> None:
    opml = tmp_path / "subscriptions.opml"
    outline = '<outline type="rss" text="x" xmlUrl="https://{}.example.org/feed"/>'
    opml.write_text(f'<opml version="2.0"><body>{outline.format("one")}</body></opml>')
    (directory / "feeds.toml").write_text(f'opml = ["{opml}"]\n')
    watched = watching(directory)
    two = outline.format("one") + outline.format("two")
    opml.write_text(f'<opml version="2.0">\n<body>{two}\n')
    damaged = await watched.next()
    assert isinstance(damaged, ConfigError), "a list that was cut short drops no feed in silence"
    assert "subscriptions.opml: line 3: not well-formed XML" in str(damaged)
    opml.write_text(f'<opml version="2.0"><body>{two}</body></opml>')
    assert len((await watched.config()).feeds) == 2


async def test_a_secret_that_appears_outside_the_directory_mends_it(directory: Path, tmp_path: Path) -> None:
    watched = watching(directory)
    (directory / "monitor.toml").write_text(
        '[channels.ops]\ntype = "webhook"\nurl = "https://ops.example.org/"\nsecret_file = "../ops.secret"\n'
    )
    assert isinstance(await watched.next(), ConfigError)
    (tmp_path / "ops.secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    assert set((await watched.config()).channels) == {"ops"}


async def test_a_directory_that_is_replaced_is_taken(directory: Path, tmp_path: Path) -> None:
    watched = watching(directory)
    after = tmp_path / "after"
    shutil.copytree(directory, after)
    (after / "watchlists" / "ships.toml").write_text('query = "ferry"\n')
    directory.rename(tmp_path / "before")
    after.rename(directory)
    while isinstance(found := await watched.next(), ConfigError):
        pass  # the instant without a directory may be seen
    assert query(found) == "ferry"
    (directory / "watchlists" / "ships.toml").write_text('query = "tug"\n')
    assert query(await watched.config()) == "tug"


async def test_a_link_that_is_turned_to_another_directory_is_taken(directory: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(directory, other)
    (other / "watchlists" / "ships.toml").write_text('query = "ferry"\n')
    link = tmp_path / "link"
    link.symlink_to(directory)
    watched = watching(link)
    turned = tmp_path / "turned"
    turned.symlink_to(other)
    turned.replace(link)
    assert query(await watched.config()) == "ferry"


async def test_what_changed_before_the_watch_began_is_a_change(directory: Path) -> None:
    before = load(directory, {})
    (directory / "watchlists" / "ships.toml").write_text('query = "ferry"\n')
    watched = Watched(watch(directory, {}, before))
    assert query(await watched.config()) == "ferry"


async def test_what_did_not_change_is_not_read_again(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (directory, *directory.rglob("*")):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    readings: list[Path] = []

    def counted(directory: Path, environ: Mapping[str, str]) -> Config:
        readings.append(directory)
        return load(directory, environ)

    monkeypatch.setattr("monitor.settings.watching.load", counted)
    watched = watching(directory)
    first = asyncio.create_task(watched.next())
    await asyncio.sleep(LOOKS)  # nothing is to happen, and that cannot be waited for otherwise
    (directory / "watchlists" / "ships.toml").write_text('query = "ferry"\n')
    found = await first
    assert isinstance(found, Config)
    assert query(found) == "ferry"
    assert len(readings) == 1


async def test_what_was_written_just_before_it_was_read_is_read_again(directory: Path) -> None:
    """A second writing of the same size within one step of the file system's clock leaves no trace."""
    ships = directory / "watchlists" / "ships.toml"
    before = load(directory, {})
    was = ships.stat()
    ships.write_text('query = "steamship"\n')
    os.utime(ships, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert query(await Watched(watch(directory, {}, before)).config()) == "steamship"


async def test_a_file_that_came_and_one_that_went_before_the_watch_began_are_changes(directory: Path) -> None:
    before = load(directory, {})
    (directory / "watchlists" / "trains.toml").write_text('query = "train"\n')
    assert len((await Watched(watch(directory, {}, before)).config()).watchlists) == 2
    both = load(directory, {})
    (directory / "watchlists" / "ships.toml").unlink()
    assert query(await Watched(watch(directory, {}, both)).config()) == "train"
