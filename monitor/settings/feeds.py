"""`feeds.toml`, `feeds/*.toml` and the OPML files they name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from monitor.core.identity import slug
from monitor.core.urls import BadUrlError, mask_url, target
from monitor.errors import ReadError
from monitor.model import Feed
from monitor.settings import values
from monitor.settings.documents import MAX_FILE, beginning, read_document
from monitor.settings.mistakes import Document, reason, shown
from monitor.settings.run import Run, may_hold, raw
from monitor.settings.schema import FeedsFile, FeedTable
from monitor.settings.secrets import Secrets
from monitor.settings.validate import validate
from monitor.settings.values import is_slug


@dataclass(slots=True)
class Feeds:
    """All that can be known of the feeds, those with mistakes included, so that references to them are no second mistake."""

    right: list[Feed] = field(default_factory=list)
    ids: dict[str, object] = field(default_factory=dict)
    """Id to what gives it, whose `str` is its place."""
    tags: set[str] = field(default_factory=set)
    urls: dict[str, object] = field(default_factory=dict)
    """A URL, as it is dialled, to what gives it, likewise."""
    unread: list[str] = field(default_factory=list)
    """The text of files that have mistakes: what they name may exist."""
    remarks: list[str] = field(default_factory=list)
    """What was left out of OPML lists."""

    def known(self, name: str, among: Collection[str]) -> bool:
        """Whether an id or a tag is one of these, or may be."""
        return name in among or any(may_hold(text, name) for text in self.unread)


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """One `[[feed]]`, as far as it is right."""

    document: Document
    number: int
    table: FeedTable
    url: str
    """One URL for its spellings: host in lower case, no fragment, no default port."""
    address: str
    """As it is written, here or where `url_env` or `url_file` says."""

    def __str__(self) -> str:
        """Its place; told only in mistakes, for all places of a document are looked for at the first."""
        return f"{self.document.name}:{self.document.places.key_line(('feed', self.number))}"

    def feed(self, feed_id: str) -> Feed:
        table = self.table
        secret = self.address != table.url
        return Feed(feed_id, self.address, table.every, table.language, tuple(table.tags), table.fetch, secret)


def read_feeds(run: Run) -> Feeds:
    """All feeds: those written by hand, then what OPML files add."""
    feeds = Feeds()
    documents = _documents(run, feeds)
    lists: list[tuple[Document, list[str]]] = []
    drafts: list[_Draft] = []
    for document in documents:
        before = len(run.mistakes.found)
        file = validate(FeedsFile, document, run.mistakes)
        lists.append((document, file.table.opml))
        drafts += [draft for n, data in enumerate(file.table.feed) if (draft := _draft(run, document, n, data))]
        if len(run.mistakes.found) > before:
            feeds.unread.append(document.places.text)
    for draft in drafts:
        _add(run, feeds, draft)
    for draft in drafts:
        if not draft.table.id and draft.url and feeds.urls[draft.url] is draft:
            made = _made_id(draft.address, feeds)  # those that say their id took it first
            feeds.ids[made] = draft
            feeds.right.append(draft.feed(made))
    for document, names in lists:
        for number, name in enumerate(names):
            _add_opml(run, feeds, document, number, name)
    return feeds


def _documents(run: Run, feeds: Feeds) -> list[Document]:
    first = run.directory / "feeds.toml"
    found: list[Document] = []
    for path in [*([first] if first.exists() or first.is_symlink() else []), *run.documents(run.directory / "feeds")]:
        document = read_document(path, run.mistakes)
        if document is None:
            feeds.unread.append(raw(path))
        else:
            found.append(document)
    return found


def _draft(run: Run, document: Document, number: int, data: Any) -> _Draft | None:
    if not isinstance(data, dict):
        run.mistakes.at_value(document, ("feed",), "write each feed as [[feed]] with its keys below")
        return None
    path = ("feed", number)
    checked = validate(FeedTable, document, run.mistakes, data, path)
    table, address = checked.table, checked.table.url or ""
    if not address or table.url_env is not None or table.url_file is not None:
        found = Secrets(run, document, path, table, checked.bad).required("url", values.http_url)
        address = found.reveal() if found else ""
        if found and table.id is None and "id" not in checked.bad:
            run.mistakes.at_key(document, path, '"id" is missing: none is made from a URL that is kept secret')
            return None
    if "id" in checked.bad:
        return None
    return _Draft(document, number, table, _dialled(address) if address else "", address)


def _dialled(url: str) -> str:
    try:
        return target(url).url
    except BadUrlError:
        return url


def _add(run: Run, feeds: Feeds, draft: _Draft) -> None:
    """Take a feed's id, tags and URL; the feed itself when it says its id."""
    table, path = draft.table, ("feed", draft.number)
    feeds.tags.update(table.tags)
    fresh = True
    if table.id and (taken := feeds.ids.setdefault(table.id, draft)) is not draft:
        run.mistakes.at_value(draft.document, (*path, "id"), f'the id "{table.id}" is taken by {taken}')
        fresh = False
    if draft.url and (taken := feeds.urls.setdefault(draft.url, draft)) is not draft:
        written = next(key for key in ("url", "url_env", "url_file") if getattr(table, key) is not None)
        run.mistakes.at_value(draft.document, (*path, written), f"the same URL as {taken}")
        fresh = False
    if fresh and table.id and draft.url:
        feeds.right.append(draft.feed(table.id))


def _made_id(url: str, feeds: Feeds) -> str:
    """The URL's slug; where another feed has it (``a.b`` and ``a-b``), with six letters of the URL's hash."""
    made = slug(url)
    if made in feeds.ids:
        made = f"{made[:53]}-{hashlib.blake2b(url.encode(), digest_size=3).hexdigest()}"
    return made


def _add_opml(run: Run, feeds: Feeds, document: Document, number: int, name: str) -> None:
    """OPML adds what is not configured by hand; the same feed in both is no mistake."""
    from monitor.content.opml import read_opml  # lxml: for those who have such a file

    path = run.use(run.directory / name)
    try:
        body = beginning(path, MAX_FILE + 1)
        if len(body) > MAX_FILE:
            raise ReadError(f"larger than {MAX_FILE // 1_000_000} MB")
        read = read_opml(body)
        if read.damage:
            raise ReadError(f"line {read.damage[0]}: not well-formed XML: {read.damage[1]}; mend it or write it anew")
    except (OSError, ReadError) as error:
        feeds.unread.append(raw(path))
        said = f"cannot be read: {reason(error)}" if isinstance(error, OSError) else str(error)
        run.mistakes.at_value(document, ("opml", number), f"{shown(path)}: {said}")
        return
    feeds.remarks += [f"{shown(path)}: left out, no http or https URL: {mask_url(url)}" for url in read.left_out]
    for one in read.feeds:
        url = _dialled(one.url)
        if url not in feeds.urls:
            made = one.id if is_slug(one.id) and one.id not in feeds.ids else _made_id(one.url, feeds)
            feeds.ids[made] = feeds.urls[url] = shown(path)
            feeds.tags.update(one.tags)
            feeds.right.append(Feed(made, one.url, tags=tuple(one.tags)))
