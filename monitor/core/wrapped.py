"""Addresses that only lead on to another one which they name: Google Alerts' links, Bing's, those that networks put before
what people post. The article is at the other: its own site is asked for it, its own address is known again, shown and sent.

Only addresses known to do nothing else are taken so: one in the query of any other is what a page is about, or a login's return.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

DEEPEST = 3
"""Such addresses inside one another that are opened."""

_GOOGLE = re.compile(r"(?:(?:www|news|alerts)\.)?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_AMP_CACHE = re.compile(r"[a-z0-9-]+\.cdn\.ampproject\.org")
_SAFE_LINKS = re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com")
_BY_PARAMETER: dict[str, tuple[str, tuple[str, ...]]] = {
    "google": (r"/url|/news/url", ("url", "q")),
    "safelinks": (r"/.*", ("url",)),
    "bing.com": (r"/news/apiclick\.aspx", ("url",)),
    "duckduckgo.com": (r"/l/?", ("uddg",)),
    "l.facebook.com": (r"/l\.php", ("u",)),
    "lm.facebook.com": (r"/l\.php", ("u",)),
    "facebook.com": (r"/l\.php", ("u",)),
    "l.instagram.com": (r"/?", ("u",)),
    "l.messenger.com": (r"/l\.php", ("u",)),
    "l.threads.net": (r"/?", ("u",)),
    "linkedin.com": (r"/redir/redirect|/safety/go", ("url",)),
    "out.reddit.com": (r"/.*", ("url",)),
    "slack-redir.net": (r"/link", ("url",)),
    "t.umblr.com": (r"/redirect", ("z",)),
    "vk.com": (r"/away\.php", ("to",)),
    "away.vk.com": (r"/away\.php|/?", ("to",)),
    "youtube.com": (r"/redirect", ("q",)),
    "getpocket.com": (r"/redirect", ("url",)),
}
"""The host without ``www.``: its paths, and the parameters that name the target, the surest first."""
_IN_PATH: dict[str, re.Pattern[str]] = {
    "google": re.compile(r"/amp/(?P<s>s/)?(?P<rest>[^/]+\.[^/]+/.*)"),
    "amp": re.compile(r"/[cvr]/(?P<s>s/)?(?P<rest>[^/]+\.[^/]+/.*)"),
}
"""AMP caches, as their documentation says: ``s/`` before a host that is asked by https."""
_YAHOO = re.compile(r"/RU=([^/]+)/")


def unwrapped(url: str) -> str:
    """The http or https URL that such an address leads to, however many of them it stands in; any other as it is."""
    for _ in range(DEEPEST):
        onward = _target(url)
        if onward is None:
            break
        url = onward
    return url


def _target(url: str) -> str | None:
    if not ("?" in url or "/amp/" in url or ".ampproject.org/" in url or "/RU=" in url):
        return None  # nearly every address
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    kind = _kind(host)
    if (found := _IN_PATH[kind].fullmatch(parts.path) if kind in _IN_PATH else None) is not None:
        query = f"?{parts.query}" if parts.query and kind == "amp" else ""
        return f"http{'s' if found['s'] else ''}://{found['rest']}{query}"
    if host == "r.search.yahoo.com" and (named := _YAHOO.search(parts.path)):
        return _web(unquote(named[1]))
    path, names = _BY_PARAMETER.get(kind, ("", ()))
    if not names or not re.fullmatch(path, parts.path):
        return None
    said = dict(reversed(parse_qsl(parts.query)))  # the first of a name counts
    return next((target for name in names if (target := _web(said.get(name, "")))), None)


def _kind(host: str) -> str:
    if _GOOGLE.fullmatch(host):
        return "google"
    if _AMP_CACHE.fullmatch(host):
        return "amp"
    return "safelinks" if _SAFE_LINKS.fullmatch(host) else host


def _web(target: str) -> str | None:
    return target if target.lower().startswith(("http://", "https://")) else None
