"""Whom the program may dial, by what way, and what single sites are asked with: `[network]` and `[sites]`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from monitor.model.secret import Secret


class Origin(Protocol):
    """Whom a URL addresses (RFC 6454), as of `core.urls.Target`."""

    @property
    def scheme(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """`[sites."NAME"]`: what one site is asked with, and nobody else, wherever a redirect or a feed's link leads."""

    host: str
    """ASCII, lower-case. Without a `port`: over https at any port, its subdomains too."""
    scheme: str = "https"
    port: int | None = None
    """Then this scheme, host and port alone."""
    user: str | None = None
    """HTTP Basic (RFC 7617), with `password`; credentials in a URL of its own go before them."""
    password: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    """In the place of ours of that name. Cookies are sent beside those that the site gives."""
    certificates: str | None = None
    """PEM: whom it may be vouched for by, beside those whom the system trusts."""
    old_tls: bool = False
    """Whether it may speak what nobody should speak any more: TLS 1.0 and 1.1, short keys, renegotiation without proof."""
    robots: bool = True
    """Whether its robots.txt is obeyed, where all are."""
    proxy: Secret | None = None
    """As of `NetworkPolicy`, for this site alone."""
    timeout: timedelta | None = None
    """As of `PollPolicy`, for what begins here."""
    host_delay: timedelta | None = None
    """As of `PollPolicy`; `host` is a registrable domain then, and all of it is asked so, whatever the scheme and port."""
    per_host: int | None = None
    """Likewise."""

    def covers(self, at: Origin) -> bool:
        """Whether this origin is asked so."""
        if self.port is not None:
            return (at.scheme, at.host, at.port) == (self.scheme, self.host, self.port)
        return at.scheme == "https" and self.has(at.host)

    def has(self, host: str) -> bool:
        """Whether this is its host, or a subdomain of it."""
        return host == self.host or host.endswith(f".{self.host}")

    def header(self, name: str) -> str | None:
        """The value of one of `headers`, whose names have no case."""
        return next((value.reveal() for one, value in self.headers if one.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """`[network]`: private networks that may be dialled: `allow` at any port, `allow_at` at one; and by what way."""

    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    allow_at: tuple[tuple[IPv4Network | IPv6Network, int], ...] = ()
    proxy: Secret | None = None
    """A proxy's URL (HTTP or SOCKS5), with its credentials: it is dialled in the place of sites and receivers of webhooks."""
    direct: tuple[str, ...] = ()
    """Hosts that are dialled all the same, with their subdomains."""
    sites: tuple[SitePolicy, ...] = ()
    """`[sites]`, whatever says more first."""

    def site(self, at: Origin) -> SitePolicy | None:
        """What an origin is asked with; None: like everybody."""
        return next((one for one in self.sites if one.covers(at)), None)

    def host_delay(self, site: str, usual: timedelta) -> timedelta:
        """Between two requests to a registrable domain; `usual`: to most."""
        own = (one.host_delay for one in self.sites if one.host == site and one.host_delay is not None)
        return next(own, usual)

    def per_host(self, site: str, usual: int) -> int:
        """Requests to a registrable domain at once; `usual`: to most."""
        return next((one.per_host for one in self.sites if one.host == site and one.per_host), usual)

    def open_at(self, port: int | None) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that may be dialled at this port; None: at any."""
        return (*self.allow, *(network for network, at in self.allow_at if at == port))


PUBLIC = NetworkPolicy()
"""Public addresses alone, dialled directly, and all of them asked alike."""
