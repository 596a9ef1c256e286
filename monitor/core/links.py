"""The ``Link`` header (RFC 8288), as far as feeds, hubs and archives use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LINK = re.compile(r"<([^<>]{1,2000})>\s*((?:;(?:[^,<\"]|\"[^\"]*\"){0,500})*)")
_PARAMETER = re.compile(r";\s*(rel|type|title)\s*=\s*(?:\"([^\"]*)\"|([^\s;,]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A target as written (it may be relative), its relations in lower case, its media type and title ("" when none)."""

    target: str
    rels: tuple[str, ...]
    type: str = ""
    title: str = ""


def links(headers: Mapping[str, str]) -> Iterator[Link]:
    """In the header's order; its first 8,000 characters."""
    for target, written in _LINK.findall(headers.get("link", "")[:8_000]):
        said: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(written):
            said.setdefault(name.lower(), quoted or plain)  # RFC 8288, 3.3: the first counts
        yield Link(target, tuple(said.get("rel", "").lower().split()), said.get("type", ""), said.get("title", ""))
