"""What can still be told of a configuration that has mistakes: where its store is, so that `status` can look into it."""

from __future__ import annotations

from pathlib import Path

from monitor.model import Config
from monitor.settings.documents import read_document
from monitor.settings.mistakes import Mistakes


def salvage(directory: Path) -> Config | None:
    """Defaults with the store that monitor.toml names; None when that file is there and cannot be read."""
    path = directory / "monitor.toml"
    if not path.exists():
        return Config(directory=directory)
    document = read_document(path, Mistakes())
    if document is None:
        return None
    store = document.data.get("store", Config().store)
    return Config(store=store, directory=directory) if isinstance(store, str) else None
