"""Whether a site may be asked as often as its feeds are to be polled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from monitor.core.urls import configured_site
from monitor.model import Feed, NetworkPolicy, PollPolicy


class Crowded(NamedTuple):
    """A registrable domain with more polls to make than `host_delay` lets through. Rates: requests a second."""

    site: str
    feeds: int
    wanted: float
    allowed: float

    @property
    def remark(self) -> str:
        """One line for the user."""
        seconds = self.feeds / self.allowed
        best = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
        return (
            f"{self.site}: its {self.feeds} feeds ask for {self.wanted:.2g} requests a second, host_delay allows"
            f" {self.allowed:.2g}: each is polled every {best} at best; let `every` be longer, or give"
            f' [sites."{self.site}"] a host_delay of its own, where you may'
        )


def crowded(feeds: Iterable[Feed], policy: PollPolicy, network: NetworkPolicy) -> list[Crowded]:
    """Sites whose feeds will be late even when nothing else is asked of them, the most crowded first."""
    rates: defaultdict[str, list[float]] = defaultdict(list)
    for feed in feeds:
        rates[configured_site(feed.url)].append(1 / (feed.every or policy.every).total_seconds())
    found = [
        Crowded(site, len(of_site), sum(of_site), 1 / delay)
        for site, of_site in rates.items()
        if (delay := network.host_delay(site, policy.host_delay).total_seconds())
    ]
    return sorted((one for one in found if one.wanted > one.allowed), key=lambda one: -one.wanted)
