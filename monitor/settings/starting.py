"""What `monitor init` and `monitor feeds import` write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.core.identity import canonical_url, slug
from monitor.model import Config, Feed

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
    """Add to `feeds/imported.toml` the feeds whose URL is not configured yet; returns the file and how many."""
    path = directory / IMPORTED
    known = {canonical_url(feed.url) for feed in config.feeds}
    ids = {feed.id for feed in config.feeds}
    added: list[str] = []
    for feed in feeds:
        if canonical_url(feed.url) in known or slug(feed.url) in ids:
            continue
        known.add(canonical_url(feed.url))
        ids.add(slug(feed.url))
        tags = f"tags = {json.dumps(list(feed.tags), ensure_ascii=False)}\n" if feed.tags else ""
        added.append(f"\n[[feed]]\nurl = {json.dumps(feed.url)}\n{tags}")
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(added))
    return path, len(added)
