"""robots.txt by protego (RFC 9309)."""

from __future__ import annotations

from protego import Protego

MAX_ROBOTS = 512_000
"""Characters that are read; RFC 9309 asks for at least 500 KiB."""


def may_fetch(robots_txt: str, user_agent: str, url: str) -> bool:
    """Whether `robots_txt` lets `user_agent` (its product token, or the whole header) fetch `url`.

    Longest match wins, ``Allow`` wins a tie, no rule allows. What cannot be parsed forbids nothing.
    """
    product = user_agent.split("/")[0].split()[0] if user_agent.split("/")[0].split() else "*"
    rules = Protego.parse(robots_txt[:MAX_ROBOTS].lstrip("\ufeff"))
    return bool(rules.can_fetch(url, product))
