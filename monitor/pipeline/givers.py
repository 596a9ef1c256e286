"""Which sites give articles: a page of theirs that holds none for now is worth asking for again."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.dates import lately
from monitor.core.identity import site_of

GIVES = timedelta(days=1)
"""So long after its last article a site is one that gives them."""
MOST = 10_000
"""Sites that are remembered; each is a line of memory."""


class Givers:
    """The sites whose pages were read last, for as long as the process lives."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}

    def gave(self, url: str, now: datetime) -> None:
        """This page held its article."""
        site = site_of(url)
        self._at.pop(site, None)
        self._at[site] = now
        if len(self._at) > MOST:
            del self._at[next(iter(self._at))]

    def gives(self, url: str, now: datetime) -> bool:
        """Whether a page of this one's site did, lately."""
        return lately(self._at.get(site_of(url)), now, GIVES)
