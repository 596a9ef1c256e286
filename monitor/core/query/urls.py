"""Hosts of URLs, as ``site:`` compares them."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

MAX_REMEMBERED = 10_000
"""Hosts kept in their readable form."""


def host_of(url: str) -> str:
    """The host of a URL, with or without a scheme: lower case, Unicode, no port, no ``www.``; "" when there is none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return _readable(host)


@lru_cache(maxsize=MAX_REMEMBERED)
def _readable(host: str) -> str:
    host = host.casefold().rstrip(".").removeprefix("www.")
    labels = [_decoded(label) if label.startswith("xn--") else label for label in host.split(".")]
    return ".".join(labels)


def _decoded(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def is_under(host: str, site: str) -> bool:
    """Whether a host is a site or a subdomain of it; "" is under nothing."""
    return host != "" and (host == site or host.endswith(f".{site}"))


def parents(host: str) -> list[str]:
    """The host and every domain it is under, longest first."""
    labels = host.split(".")
    return [".".join(labels[n:]) for n in range(len(labels))] if host else []
