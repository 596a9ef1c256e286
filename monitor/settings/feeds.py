"""`feeds.toml`, `feeds/*.toml` and the OPML files they name."""

from __future__ import annotations

from pathlib import Path

from monitor.content.opml import read_opml
from monitor.core.identity import slug
from monitor.errors import ReadError
from monitor.model import Feed
from monitor.settings.documents import read_document
from monitor.settings.mistakes import Document, Mistakes, reason, shown
from monitor.settings.schema import FeedsFile, FeedTable
from monitor.settings.validate import validate


def feed_files(directory: Path) -> list[Path]:
    """The files that may hold feeds, in the order they are read."""
    return [path for path in (directory / "feeds.toml", *sorted((directory / "feeds").glob("*.toml"))) if path.exists()]


class _Feeds:
    """Feeds collected so far: ids and URLs each once."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.feeds: list[Feed] = []
        self.ids: dict[str, str] = {}
        self.urls: dict[str, str] = {}

    def take(self, document: Document) -> None:
        tables = document.data.get("feed")
        for number, data in enumerate(tables if isinstance(tables, list) else ()):
            table = (
                validate(FeedTable, document, self.mistakes, data, ("feed", number)) if isinstance(data, dict) else None
            )
            if table is not None:
                self.add(document, number, table)

    def add(self, document: Document, number: int, table: FeedTable) -> None:
        place = f"{document.name}:{document.places.key_line(('feed', number))}"
        feed_id = table.id or slug(table.url)
        if feed_id in self.ids:
            key = ("feed", number, "id" if table.id else "url")
            self.mistakes.at_value(document, key, f'the id "{feed_id}" is taken by {self.ids[feed_id]}')
        elif table.url in self.urls:
            self.mistakes.at_value(document, ("feed", number, "url"), f"the same URL as {self.urls[table.url]}")
        else:
            self.ids[feed_id] = self.urls[table.url] = place
            self.feeds.append(Feed(feed_id, table.url, table.every, table.language, tuple(table.tags), table.fetch))

    def take_opml(self, document: Document, number: int, path: Path) -> None:
        """OPML adds what is not configured by hand; the same feed in both is no mistake."""
        place = ("opml", number)
        try:
            found = read_opml(path.read_bytes())
        except OSError as error:
            self.mistakes.at_value(document, place, f"{shown(path)}: cannot be read: {reason(error)}")
            return
        except ReadError as error:
            self.mistakes.at_value(document, place, f"{shown(path)}: {error}")
            return
        for one in found:
            if one.url not in self.urls:
                feed_id = slug(one.url)
                self.ids[feed_id] = self.urls[one.url] = shown(path)
                self.feeds.append(Feed(feed_id, one.url, tags=tuple(one.tags)))


def read_feeds(directory: Path, mistakes: Mistakes) -> list[Feed]:
    """All feeds that are right, those written by hand before those of OPML files."""
    documents = [document for path in feed_files(directory) if (document := read_document(path, mistakes))]
    feeds = _Feeds(mistakes)
    for document in documents:
        without = {key: value for key, value in document.data.items() if key != "feed"}
        tables = document.data.get("feed", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            mistakes.at_value(document, ("feed",), "write each feed as [[feed]] with its keys below")
        validate(FeedsFile, document, mistakes, without)
        feeds.take(document)
    for document in documents:
        names = document.data.get("opml")
        for number, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str):
                feeds.take_opml(document, number, directory / name)
    return feeds.feeds
