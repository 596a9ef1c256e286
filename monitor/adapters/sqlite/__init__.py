"""The Store port over one SQLite file."""

from monitor.adapters.sqlite.connection import path_of
from monitor.adapters.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "path_of"]
