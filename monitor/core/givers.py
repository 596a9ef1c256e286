"""Which sites give articles: a page of theirs that holds none for now is worth asking for again, while such pages pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.dates import lately
from monitor.core.identity import site_of

GIVES = timedelta(days=1)
"""So long after its last article a site is one that gives them; for so long it is remembered what its walls did."""
MOST = 10_000
"""Sites that are remembered; each is a line of memory."""
IN_VAIN = 12
"""Attempts in a row at pages of a site that were walls each time: two pages' six. What stands before its videos stays there."""


@dataclass(slots=True)
class _Site:
    gave_at: datetime | None = None
    in_vain: int = 0
    stood_at: datetime | None = None


class Givers:
    """The sites whose pages were read last, for as long as the process lives."""

    def __init__(self) -> None:
        self._sites: dict[str, _Site] = {}

    def gave(self, url: str, now: datetime, *, again: bool) -> None:
        """This page held its article; `again`: when it was asked for once more."""
        site = self._site(url)
        site.gave_at = now
        if again:
            site.in_vain = 0

    def stood(self, url: str, now: datetime) -> None:
        """This page was asked for again, and was a wall again, or refused."""
        site = self._site(url)
        site.in_vain = site.in_vain + 1 if lately(site.stood_at, now, GIVES) else 1
        site.stood_at = now

    def gives(self, url: str, now: datetime) -> bool:
        """Whether a page of this one's site held its article, lately."""
        return lately(self._sites.get(site_of(url), _Site()).gave_at, now, GIVES)

    def lets_pass(self, url: str, now: datetime) -> bool:
        """Whether it gives articles, and a wall of it may pass."""
        site = self._sites.get(site_of(url), _Site())
        return self.gives(url, now) and not (site.in_vain >= IN_VAIN and lately(site.stood_at, now, GIVES))

    def _site(self, url: str) -> _Site:
        name = site_of(url)
        site = self._sites.pop(name, _Site())
        self._sites[name] = site
        if len(self._sites) > MOST:
            del self._sites[next(iter(self._sites))]
        return site
