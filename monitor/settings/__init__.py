"""The configuration: TOML to validated frozen values, every mistake in one run. Nothing else reads these files."""

from monitor.settings.load import find_directory, load
from monitor.settings.salvage import salvage
from monitor.settings.starting import add_feeds, init
from monitor.settings.watching import watch

__all__ = ["add_feeds", "find_directory", "init", "load", "salvage", "watch"]
