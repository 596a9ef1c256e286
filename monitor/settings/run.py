"""One reading of the directory: what it reads from, what it found wrong, which files it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.settings.documents import MAX_FILE, beginning
from monitor.settings.mistakes import Mistakes, reason, shown
from monitor.settings.stamps import Stamp, settled

EXPLORERS = {"desktop.ini", "thumbs.db"}
"""Made by Windows in a folder that is looked into over the network, without being asked."""


@dataclass(slots=True)
class Run:
    """Passed from room to room. Files named in the configuration are `use`d, so that those no one named stand out."""

    directory: Path
    environ: Mapping[str, str]
    mistakes: Mistakes = field(default_factory=Mistakes)
    used: dict[Path, Stamp] = field(default_factory=dict)
    """With what told each apart before it was read."""

    def use(self, path: Path) -> Path:
        """The path itself, noted as read."""
        real = path.resolve()
        self.used.setdefault(real, settled(real))
        return path

    def outside(self) -> tuple[Path, ...]:
        """The used files that do not lie in the directory, to be watched beside it."""
        home = self.directory.resolve()
        return tuple(sorted(path for path in self.used if not path.is_relative_to(home)))

    def look(self) -> dict[Path, Stamp]:
        """Each folder and file that may be read, with its stamp."""
        inside = self.entries(self.directory)
        below = [path for folder in inside if folder.is_dir() for path in self.entries(folder)]
        return {path: settled(path) for path in (self.directory, *inside, *below)}

    def entries(self, folder: Path) -> list[Path]:
        """What lies in a folder, by name; nothing when it is not there. Editors' and version control's files do not count."""
        try:
            return sorted(path for path in folder.iterdir() if not passing(path.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            self.mistakes.add(shown(folder), 0, "folder", f"cannot be read: {reason(error)}")
            return []

    def documents(self, folder: Path) -> list[Path]:
        """The TOML files of a folder, by name; links that lead elsewhere are noted as used, where they lead."""
        return [self.use(path) for path in self.entries(self.use(folder)) if path.suffix == ".toml"]


def raw(path: Path) -> str:
    """What can be read of a file that is not TOML, for `may_hold`."""
    try:
        return beginning(path, MAX_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def may_hold(unread: str | None, name: str) -> bool:
    """Whether a file that is not TOML may define a name: the name stands in its text, or none of it could be read.

    So that a syntax error in one file makes no unknown names in the others. None: there is no such file.
    """
    return unread is not None and (not unread or name in unread)


def passing(name: str) -> bool:
    """Whether a file's name says it is not meant to be read: ``.swp``, ``#draft#``, ``feeds.toml~``, what Explorer leaves."""
    return name.startswith((".", "#")) or name.endswith("~") or name.casefold() in EXPLORERS
