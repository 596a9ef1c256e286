"""Files that nothing reads: a misspelt name must not make a feed or a watchlist vanish."""

from __future__ import annotations

from pathlib import Path

from monitor.settings.mistakes import nearest, shown
from monitor.settings.run import Run

FILES = ("monitor.toml", "feeds.toml", "terms.toml")
FOLDERS = ("feeds", "watchlists", "templates")


def note_strays(run: Run) -> None:
    """Note every TOML file and folder of TOML files at a place where none is read. Comes after all reading."""
    for path in run.entries(run.directory):
        if path.is_dir():
            if path.name not in FOLDERS and _holds_toml(run, path):
                what = f"no folder of this name is read{nearest(path.name, FOLDERS)} (there are: {', '.join(FOLDERS)})"
                run.mistakes.add(shown(path), 0, "folder", what)
        elif path.name not in FILES and (path.suffix.lower() == ".toml" or _almost(path.name)):
            what = f"no file of this name is read{nearest(path.name, FILES)} (there are: {', '.join(FILES)})"
            run.mistakes.add(shown(path), 0, "file", what)
    for name, kind in (("watchlists", "a keywords_file"), ("feeds", "an OPML file")):
        for path in run.entries(run.directory / name):
            _inside(run, path, kind)


def _almost(name: str) -> bool:
    """``feeds.tml``, ``monitor.yaml``: meant to be read, and not; an OPML list or a secret is not."""
    stem = name.partition(".")[0].casefold()
    return stem in {known.partition(".")[0] for known in FILES} and not name.endswith(".opml")


def _inside(run: Run, path: Path, kind: str) -> None:
    if path.is_dir():
        if _holds_toml(run, path):
            run.mistakes.add(shown(path), 0, "folder", f"folders inside {path.parent.name}/ are not read")
    elif path.suffix != ".toml" and path.resolve() not in run.used and not path.name.upper().startswith("README"):
        what = f"neither a .toml file nor {kind} that one names; rename it or move it away"
        run.mistakes.add(shown(path), 0, "file", what)


def _holds_toml(run: Run, folder: Path) -> bool:
    return any(path.suffix == ".toml" for path in run.entries(folder))
