"""JSON Feed 1.1 and 1.0 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
import json
from datetime import datetime
from math import isfinite
from typing import Any

from monitor.content.bylines import names
from monitor.content.clean import (
    MAX_LIST,
    MAX_NAME,
    MAX_TAGS,
    MAX_URL,
    article_link,
    drop_controls,
    markup,
    one_line,
    web_url,
)
from monitor.content.dates import written_date
from monitor.content.feeds_entries import language_code, recording
from monitor.content.htmltext import title_text
from monitor.core.portions import FIRST, Portion
from monitor.errors import ReadError
from monitor.model import Entry, ParsedFeed


def read_json_feed(text: str, url: str, portion: Portion = FIRST) -> ParsedFeed:
    """Read a portion of a JSON Feed's text. Cut off in the middle, the items before the cut are read and `complete` is False.

    Raises `ReadError` when it is JSON but no feed, or no JSON at all.
    """
    problem = None
    try:
        document = json.loads(text, strict=False)  # a line break within a text breaks no other
    except (ValueError, RecursionError) as error:
        document = _salvage(text, portion.begin + portion.most)
        if document is None:
            raise ReadError(f"neither XML nor JSON that can be read: {one_line(str(error), 120)}") from None
        problem = f"cut or broken JSON: {one_line(str(error), 120)}"
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ReadError("JSON, but not a JSON Feed: it has no list of items")
    items, left = portion.of(document["items"])
    usable = [item for item in items if isinstance(item, dict)]
    if len(usable) < len(items):
        problem = problem or f"{len(items) - len(usable)} items could not be read"
    language = language_code(_string(document, "language"))
    feed_authors = _authors(document)
    link = web_url(_string(document, "home_page_url"), url)
    return ParsedFeed(
        entries=tuple(_entry(item, url, feed_authors) for item in usable),
        title=title_text(_string(document, "title")),
        language=language,
        link=link,
        older=web_url(_string(document, "next_url"), url),
        hub=_hub(document),
        itself=web_url(_string(document, "feed_url"), url),
        complete=problem is None,
        problem=problem,
        left=left,
    )


def _hub(document: dict[str, Any]) -> str | None:
    """`hubs` that speak WebSub."""
    hubs = document.get("hubs")
    found = [hub for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return next((web_url(_string(hub, "url")) for hub in found if _string(hub, "type").lower() == "websub"), None)


def _salvage(text: str, most: int) -> dict[str, Any] | None:
    """The items before the place where the JSON breaks; of more than `most`, one more."""
    start = text.find('"items"')
    opening = text.find("[", start) if start >= 0 else -1
    if opening < 0:
        return None
    decoder, position = json.JSONDecoder(strict=False), opening + 1
    items: list[Any] = []
    while len(items) <= most:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        items.append(item)
    return {"items": items} if items else None


def _entry(item: dict[str, Any], base: str, feed_authors: tuple[str, ...]) -> Entry:
    guid = item.get("id")
    content = _string(item, "content_html") or html.escape(_string(item, "content_text"), quote=False).replace(
        "\n", "<br>\n"
    )
    tags = item.get("tags")
    links = (article_link(_string(item, name), base) for name in ("url", "external_url"))
    page = next(filter(None, links), None) or _url_guid(guid)
    heard = None if page else recording(_media(item), base)
    return Entry(
        guid=one_line(str(guid), MAX_URL) or None if isinstance(guid, str | int | float) else None,
        url=page or heard,
        own_page=heard is None,
        title=title_text(_string(item, "title"), is_html=False),
        summary=html.escape(drop_controls(_string(item, "summary")), quote=False),
        content=markup(content),
        authors=_authors(item) or feed_authors,
        published_at=_date(item.get("date_published")),
        updated_at=_date(item.get("date_modified")),
        language=language_code(_string(item, "language")),
        tags=tuple(
            dict.fromkeys(name for tag in tags[:MAX_TAGS] if isinstance(tag, str) and (name := one_line(tag, MAX_NAME)))
        )
        if isinstance(tags, list)
        else (),
    )


def _media(item: dict[str, Any]) -> list[tuple[object, object]]:
    attached = item.get("attachments")
    files = [file for file in attached if isinstance(file, dict)] if isinstance(attached, list) else []
    return [(file.get("url"), file.get("mime_type")) for file in files]


def _date(value: object) -> datetime | None:
    if isinstance(value, float):
        return written_date(str(int(value))) if isfinite(value) else None
    return written_date(str(value)) if isinstance(value, str | int) else None


def _url_guid(guid: object) -> str | None:
    return article_link(guid) if isinstance(guid, str) and guid.startswith(("http://", "https://")) else None


def _string(record: object, key: str) -> str:
    value = record.get(key) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ""


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    """`authors` of 1.1, else `author` of 1.0; some write the name alone."""
    listed = record.get("authors")
    people = listed if isinstance(listed, list) else [record.get("author")]
    written = (person if isinstance(person, str) else _string(person, "name") for person in people[:MAX_LIST] if person)
    return names(written)
