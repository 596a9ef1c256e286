"""What a query is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Item


@dataclass(frozen=True, slots=True)
class Subject:
    """The parts of an item that a query can name."""

    title: str
    text: str
    authors: tuple[str, ...] = ()
    url: str | None = None
    feeds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "und"

    @classmethod
    def of(cls, item: Item, tags: tuple[str, ...] | None = None) -> Subject:
        """The subject a stored item is, with other tags where they are given: live and history ask the same."""
        seen = item.tags if tags is None else tags
        return cls(item.title, item.text, item.authors, item.url, item.feeds, seen, item.language)
