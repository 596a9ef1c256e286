"""Every exception that crosses a layer.

    MonitorError
    ├── ConfigError          the configuration has mistakes; carries all of them          exit 78
    ├── QueryError           a query has a mistake; carries its place
    ├── ReadError            bytes could not be read as what they were said to be
    │   ├── PageWalled       in the article's place stands what passes: a check for robots, a page of an error
    │   ├── PageElsewhere    in the article's place stands a page that leads on to another
    │   └── WorkerDied       the process reading them crashed or overran its deadline
    ├── StoreError           the store cannot take or give data now (locked, corrupt, wrong version)
    │   └── StoreFull        no room on the disk: polling pauses, nothing advances
    ├── AlreadyRunning       another daemon holds this store
    └── UsageError           the command line names something that does not exist         exit 2

Outcomes of fetching and of delivering are values (`model.net`, `model.alerts`), not exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class MonitorError(Exception):
    """The root: whatever derives from it is printed as one line, without a traceback."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in the configuration, printed as ``FILE:LINE: WHERE: WHAT``."""

    file: str
    line: int
    where: str
    what: str
    excerpt: str = ""
    """For a mistake in a query: its line and, below it, a caret under the place."""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}: {self.where}: {self.what}"
        return f"{text}\n{self.excerpt}" if self.excerpt else text


class ConfigError(MonitorError):
    """All mistakes of a configuration, sorted by file and line.

    `outside` are the files it reads, or would read, that do not lie in its directory: a change there may mend it.
    """

    def __init__(self, mistakes: list[Mistake], outside: tuple[Path, ...] = ()) -> None:
        self.mistakes = tuple(sorted(mistakes))
        self.outside = outside
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class QueryError(MonitorError):
    """A query that cannot be read, or that can never match.

    `position` is a character offset into the query's source, `expected` what could have stood there.
    """

    def __init__(self, what: str, position: int = 0, expected: tuple[str, ...] = ()) -> None:
        self.what = what
        self.position = position
        self.expected = expected
        super().__init__(what)


class ReadError(MonitorError):
    """Bytes that are not what they were said to be; the message names the reason in one line."""


class PageWalled(ReadError):
    """A page that holds no article for now, though it answers well: sites that guard themselves against bursts, or are being
    mended, do so. The others, consent and login, stay."""


class PageElsewhere(ReadError):
    """A page that sends its visitor on to `url` by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"no article: the page leads on to {url[:120]}")


class NoNews(ReadError):
    """A sitemap of pages that are no news."""


class WorkerDied(ReadError):
    """The worker process that read this input crashed, ran out of memory or overran its deadline."""


class StoreError(MonitorError):
    """The store cannot take or give data now."""


class StoreFull(StoreError):
    """The disk is full; what was committed before is safe."""


class StoreBusy(StoreError):
    """Another process writes, and did not end in the time that is waited for it."""


class AlreadyRunning(MonitorError):
    """Another daemon holds this store."""


class UsageError(MonitorError):
    """The command line names a feed, item, watchlist, channel or alert that does not exist."""
