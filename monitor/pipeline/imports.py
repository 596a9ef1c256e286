"""`monitor import`: documents taken in as known items. They are compared and tagged as any item is, and never alert."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from monitor.content.articles import Document, read_documents
from monitor.core.dates import parse_iso
from monitor.errors import MonitorError, ReadError, WorkerDied
from monitor.model import Feed, PageText, Reading
from monitor.pipeline.intake import Intake, Taken
from monitor.pipeline.rules import Rules
from monitor.ports import Clock, Store, Workers, Write

CHUNK = 64
"""Documents read in one worker call and stored in one transaction."""
PAGES_AT_ONCE = 4
"""HTML files held in memory, each up to `MAX_FILE`."""
AHEAD = 8
"""Chunks being read while others are stored: the workers are never without one, and no more than these wait in memory."""
TOGETHER = 4
"""Chunks stored in one transaction where they wait for it: of a page that many documents touch one copy is written."""

MAX_FILE = 50_000_000  # bytes of one .txt or .html: a whole book; a .jsonl is read line by line and may be any size

_KNOWN_ENDINGS = (".txt", ".html", ".htm", ".jsonl")


class UnreadableDocument(MonitorError):
    """A document that was left out; the message names file, line and reason."""


def documents_in(paths: Iterable[Path]) -> Iterator[Document | Page | UnreadableDocument]:
    """Every document below these paths, files in a folder in the order of their names.

    What cannot be read comes as a value in its place, and the others follow.
    """
    for path in paths:
        if path.is_dir():
            inside = sorted(_inside(path))
            if not inside:
                yield UnreadableDocument(f"{path}: no .txt, .html or .jsonl file in this folder")
            yield from documents_in(inside)
            continue
        try:
            yield from _documents_of(path)
        except OSError as error:
            yield UnreadableDocument(f"{path}: {error.strerror or error}")


def _inside(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.suffix in _KNOWN_ENDINGS and one.is_file())


def count_documents(paths: Iterable[Path]) -> int:
    """How many `documents_in` will give, by a file's lines without reading them: for a progress bar."""
    return sum(map(_count, paths))


def _count(path: Path) -> int:
    try:
        if path.is_dir():
            return count_documents(_inside(path))
        if path.suffix != ".jsonl":
            return 1
        with path.open("rb") as lines:
            return sum(not line.isspace() for line in lines)
    except OSError:
        return 1


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML file, to be read as a page."""

    path: Path


def _documents_of(path: Path) -> Iterator[Document | Page | UnreadableDocument]:
    if path.suffix == ".jsonl":
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _of_json(path, number, line)
    elif path.suffix not in _KNOWN_ENDINGS:
        yield UnreadableDocument(f"{path}: expected a .txt, .html or .jsonl file, or a folder of them")
    elif path.stat().st_size > MAX_FILE:
        yield UnreadableDocument(f"{path}: larger than {MAX_FILE // 1_000_000} MB")
    elif path.suffix == ".txt":
        yield _of_text(path, path.read_bytes())
    else:
        yield Page(path)


def _of_text(path: Path, body: bytes) -> Document | UnreadableDocument:
    """A title on the first line, the text below it."""
    try:
        content = body.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").strip()
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        return UnreadableDocument(f"{path}:{line}: not UTF-8 (byte {error.start}): save it as UTF-8")
    title, _, text = content.partition("\n")
    if not title:
        return UnreadableDocument(f"{path}:1: empty: expected a title on the first line and the text below")
    return Document(key=_hash(title, text), title=title.strip(), text=text.strip())


def _of_json(path: Path, number: int, line: bytes) -> Document | UnreadableDocument:
    where = f"{path}:{number}"
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return UnreadableDocument(f"{where}: not JSON: {error}")
    if not isinstance(record, dict):
        return UnreadableDocument(f"{where}: expected an object with title and text")
    for name in ("title", "text", "url", "published_at", "language", "feed", "id"):
        if record.get(name) is not None and not isinstance(record[name], str):
            return UnreadableDocument(f"{where}: {name}: expected a string, got {json.dumps(record[name])[:40]}")
    title, text = (_clean(record.get(name)) for name in ("title", "text"))
    if not title and not text:
        return UnreadableDocument(f"{where}: neither title nor text")
    published_at = None
    if record.get("published_at"):
        published_at = parse_iso(record["published_at"])
        if published_at is None:
            return UnreadableDocument(f"{where}: published_at: {record['published_at']!r} is no date (RFC 3339)")
    own_id = record.get("id")
    key = f"import:{own_id}" if own_id else (f"url+{record['url']}" if record.get("url") else _hash(title, text))
    return Document(
        key=key,
        title=title,
        text=text,
        url=record.get("url"),
        id=own_id,
        published_at=published_at,
        language=record.get("language"),
        feed=record.get("feed"),
    )


def _clean(text: str | None) -> str:
    """Lone surrogates and NUL cannot be stored."""
    return (text or "").encode("utf-8", "replace").decode().replace("\0", "").strip()


def _hash(title: str, text: str) -> str:
    return "import:text:" + hashlib.blake2b(f"{title}\n{text}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Imported:
    """What one chunk did."""

    documents: int
    taken: tuple[Taken, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A chunk's readings, and what of it could not be read."""

    documents: int
    readings: list[tuple[Document, Reading]]
    unreadable: list[str]


@dataclass(frozen=True, slots=True)
class Importer:
    """Takes documents in, a chunk at a time."""

    store: Store
    write: Write
    workers: Workers
    clock: Clock
    _pages: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))

    async def run(self, found: Iterable[Document | Page | UnreadableDocument], rules: Rules) -> AsyncIterator[Imported]:
        """Yields after each chunk, in the order given; what was yielded is stored. Later chunks are read meanwhile."""
        rest = iter(found)
        reading: deque[asyncio.Task[_Read]] = deque()
        try:
            while True:
                while len(reading) < AHEAD and (chunk := list(islice(rest, CHUNK))):
                    reading.append(asyncio.create_task(self._chunk(chunk)))
                if not reading:
                    return
                read = [await reading.popleft()]
                while reading and reading[0].done() and len(read) < TOGETHER:
                    read.append(reading.popleft().result())
                taken = await self.write(self._take, [pair for one in read for pair in one.readings], rules)
                unreadable = [line for one in read for line in one.unreadable]
                yield Imported(sum(one.documents for one in read), tuple(taken), tuple(unreadable))
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _chunk(self, chunk: Sequence[Document | Page | UnreadableDocument]) -> _Read:
        documents: list[Document] = []
        unreadable: list[str] = []
        for one in await asyncio.gather(*map(self._document, chunk)):
            if isinstance(one, Document):
                documents.append(one)
            else:
                unreadable.append(str(one))
        return _Read(len(chunk), await self._read(documents, unreadable), unreadable)

    async def _document(self, one: Document | Page | UnreadableDocument) -> Document | UnreadableDocument:
        if not isinstance(one, Page):
            return one
        try:
            async with self._pages:
                return await self._page(one)
        except ReadError as error:
            return UnreadableDocument(f"{one.path}: {error}")
        except OSError as error:
            return UnreadableDocument(f"{one.path}: {error.strerror or error}")

    async def _page(self, page: Page) -> Document:
        body = await asyncio.to_thread(page.path.read_bytes)
        article = await self.workers.run(_read_file, body, page.path.absolute().as_uri())
        return Document(
            key=_hash(article.title, article.text),
            title=article.title or page.path.stem,
            text=article.text,
            url=article.canonical_url,
            published_at=article.published_at or article.dated,
            language=article.language,
        )

    async def _read(self, documents: Sequence[Document], unreadable: list[str]) -> list[tuple[Document, Reading]]:
        """All in one call; when that dies, one by one, so that a single poisoned document costs only itself."""
        now = self.clock.now()
        if not documents:
            return []
        try:
            return list(zip(documents, await self.workers.run(read_documents, documents, now), strict=True))
        except WorkerDied as error:
            if len(documents) == 1:
                unreadable.append(f"{documents[0].id or documents[0].title[:60]!r}: {error}")
                return []
            return [pair for one in documents for pair in await self._read([one], unreadable)]

    def _take(self, readings: Sequence[tuple[Document, Reading]], rules: Rules) -> list[Taken]:
        """One transaction, on the store's thread."""
        taken = []
        with self.store.transaction() as tx:
            now = self.clock.now()
            for document, reading in readings:
                feed = rules.feeds.get(document.feed or "") or (Feed(document.feed, "") if document.feed else None)
                taken.append(Intake(tx, rules, now, feed).document(reading, document.key, document.id))
        return taken


def _read_file(body: bytes, url: str) -> PageText:
    """In a worker: an HTML file on disk, whose own word for its URL is all there is."""
    from monitor.content.pages import read_page  # see content.articles

    return read_page(body, url, {}, metadata=True)
