"""What `monitor init` and `monitor feeds import` write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.core.identity import canonical_url, slug
from monitor.model import Config, Feed
from monitor.settings.values import is_slug

IMPORTED = "feeds/imported.toml"


def init(directory: Path) -> list[Path]:
    """Write the starter configuration; a file that is there already is left as it is. Returns what was written."""
    return list(_copy(files("monitor.settings") / "starter", directory))


def _copy(source: Traversable, target: Path) -> list[Path]:
    written: list[Path] = []
    target.mkdir(parents=True, exist_ok=True)
    for one in sorted(source.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            written += _copy(one, target / one.name)
        elif not (target / one.name).exists() and one.name.endswith((".toml", ".txt")):
            (target / one.name).write_bytes(one.read_bytes())
            written.append(target / one.name)
    return written


def add_feeds(directory: Path, config: Config, feeds: Sequence[Feed]) -> tuple[Path, int]:
    """Add to `feeds/imported.toml` the feeds whose URL is not configured yet; returns the file and how many. A feed keeps
    its id where that is free; without one it gets the one made from its URL."""
    path = directory / IMPORTED
    known = {_address(feed.url) for feed in config.feeds}
    ids = {feed.id for feed in config.feeds} | {slug(feed.url) for feed in feeds}
    added: list[str] = []
    for feed in feeds:
        address = _address(feed.url)
        if address in known:
            continue
        known.add(address)
        name = ""
        if is_slug(feed.id) and feed.id not in ids:
            ids.add(feed.id)
            name = f"id = {json.dumps(feed.id)}\n"
        tags = f"tags = {json.dumps(list(feed.tags), ensure_ascii=False)}\n" if feed.tags else ""
        added.append(f"\n[[feed]]\n{name}url = {json.dumps(feed.url)}\n{tags}")
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(added))
    return path, len(added)


def _address(url: str) -> str:
    """What is the same for the feeds that lists give now by http and now by https, now with www and now without."""
    return (canonical_url(url) or url).partition("://")[2].removeprefix("www.")
