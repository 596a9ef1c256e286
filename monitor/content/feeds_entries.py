"""feedparser's dictionaries to our values."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from monitor.content import feeds_hints as hints
from monitor.content.bylines import names
from monitor.content.clean import MAX_NAME, MAX_TAGS, MAX_URL, article_link, markup, one_line, web_url
from monitor.content.dates import written_date
from monitor.content.htmltext import title_text
from monitor.core.urls import bare_host
from monitor.model import Entry, ParsedFeed

Record = dict[str, Any]
"""feedparser's dictionary: a `dict`, with aliases for keys it lacks."""
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_MAX_TTL_MINUTES = 60 * 24 * 365

# feedparser's dictionary answers for keys it does not have (`updated` for `published`) and warns: only `dict.get`
# asks plainly.
_get = dict.get


def to_feed(parsed: Record, url: str) -> ParsedFeed:
    """A whole feedparser result; relative URLs are joined to `url`."""
    channel = parsed["feed"]
    around = surroundings(parsed, url)
    return ParsedFeed(
        entries=to_entries(parsed["entries"], around),
        title=title_text(_text(channel, "title")),
        language=language_code(_text(channel, "language")),
        link=web_url(_text(channel, "link"), url),
        ttl=_ttl(channel),
        older=hints.older(channel, url),
        hub=hints.link(channel, "hub", url),
        itself=hints.link(channel, "self", url),
        generator=hints.generator(channel),
    )


class Surroundings(NamedTuple):
    """All outside an entry's own element, but for the attributes above it, that its reading depends on."""

    url: str = ""
    version: str = ""
    """feedparser's name for the kind of document."""
    base: str = ""
    """What relative links are joined to."""
    declared: str = ""
    """The channel's language, as written."""
    scope: str | None = None
    """The language in scope where the entries stand; only a document with a probe tells."""
    authors: tuple[str, ...] = ()
    """Of an entry that names none."""

    @property
    def atom(self) -> bool:
        return self.version.startswith("atom")


def surroundings(parsed: Record, url: str, probe: Record | None = None) -> Surroundings:
    """Of a feedparser result; `probe` is an entry of it that says nothing of itself."""
    channel = parsed["feed"]
    version = str(parsed.get("version", ""))
    base = _base(version, url, web_url(_text(channel, "link"), url))
    authors = _authors(channel) if version.startswith("atom") else ()
    scope = _record(probe, "title_detail").get("language") if probe else None
    return Surroundings(url, version, base, _text(channel, "language"), scope, authors)


def to_entries(records: Iterable[Record], around: Surroundings) -> tuple[Entry, ...]:
    """feedparser's entries as ours."""
    language = language_code(around.declared)
    return tuple(_entry(record, around.base, around.authors, language) for record in records)


def language_code(written: str | None) -> str | None:
    """A language tag's primary subtag, lower-case: ``it`` of ``it-IT``; None when it is none."""
    primary = (written or "").strip().replace("_", "-").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 and primary != "und" else None


def _base(version: str, url: str, site: str | None) -> str:
    """What relative links are joined to: the document (RFC 3986), but in RSS served from elsewhere (FeedBurner) the
    site."""
    if site and not version.startswith("atom") and urlsplit(site).hostname != urlsplit(url).hostname:
        return site
    return url


def _entry(entry: Record, base: str, feed_authors: tuple[str, ...], language: str | None) -> Entry:
    page = _link(entry, base)
    heard = None if page else _recording(entry, base)
    return Entry(
        guid=_guid(entry),
        url=page or heard,
        own_page=heard is None,
        title=_title(entry),
        summary=markup(_text(entry, "summary")),
        content=markup(_content(entry)),
        authors=_authors(entry) or feed_authors,
        published_at=_date(entry, language, "published", "created"),
        updated_at=_date(entry, language, "updated"),
        language=_language(entry),
        tags=_tags(entry),
    )


def _text(record: Record, key: str) -> str:
    value = _get(record, key)
    return value if isinstance(value, str) else ""


def _record(record: Record, key: str) -> Record:
    value = _get(record, key)
    return value if isinstance(value, dict) else {}


def _guid(entry: Record) -> str | None:
    return one_line(_text(entry, "id"), MAX_URL) or None


def _title(entry: Record) -> str:
    title = title_text(_text(entry, "title"), is_html=_record(entry, "title_detail").get("type") != "text/plain")
    source = title_text(_text(_record(entry, "source"), "title"))  # Google News ends each headline with it
    return title.removesuffix(f" - {source}") or title if source else title


def _content(entry: Record) -> str:
    """The longest text among the content elements; Atom content may also be an image or a link to one."""
    values = [
        part.get("value") or ""
        for part in hints.records(entry, "content")
        if str(part.get("type") or "text/html").startswith(("text/", "application/xhtml", "html"))
    ]
    return max(values, key=len, default="")


def _link(entry: Record, base: str) -> str | None:
    for href in _hrefs(entry):
        href = html.unescape(href) if "&amp;" in href else href
        if href.split("/")[0].removeprefix("www.") in _hosts(base):
            href = "//" + href  # the scheme was forgotten
        url = article_link(href, base)
        if url:
            return url
    guid = _text(entry, "id")
    return article_link(guid) if guid.lower().startswith(("http://", "https://")) else None


def _recording(entry: Record, base: str) -> str | None:
    """What is to be heard or seen of an entry that names no page, as many podcasts' episodes."""
    links = [link for link in hints.records(entry, "links") if link.get("rel") == "enclosure"]
    return recording(((link.get("href"), link.get("type")) for link in links), base)


def recording(media: Iterable[tuple[object, object]], base: str) -> str | None:
    """The first of these addresses, each with its media type, that is of sound or moving pictures."""
    of_them = (href for href, kind in media if str(kind).lower().startswith(("audio/", "video/")))
    return next((url for href in of_them if isinstance(href, str) and (url := web_url(href, base))), None)


def _hosts(base: str) -> tuple[str, ...]:
    host = bare_host(base)
    return (host,) if host else ()


def _hrefs(entry: Record) -> Iterator[str]:
    """Links in order of trust: the original behind FeedBurner, the link, alternates that are pages, then any that is
    no media or feed."""
    yield _text(entry, "feedburner_origlink")
    yield _text(entry, "link")
    links = hints.records(entry, "links")
    for link in links:
        if link.get("rel") in (None, "alternate") and "html" in (link.get("type") or "html"):
            yield link.get("href") or ""
    for link in links:
        if link.get("rel") in ("related", "via", "canonical"):
            yield link.get("href") or ""


def _authors(record: Record) -> tuple[str, ...]:
    written = [str(author.get("name") or "") for author in hints.records(record, "authors")]
    if not any(written):
        written = [_text(record, "author")]
    return names(written)


def _date(entry: Record, language: str | None, *keys: str) -> datetime | None:
    for key in keys:
        if date := written_date(_text(entry, key), _get(entry, f"{key}_parsed"), language):
            return date
    return None


def _language(entry: Record) -> str | None:
    """The entry's own word (``dc:language``), else ``xml:lang`` in scope of its text."""
    own = language_code(_text(entry, "language"))
    if own:
        return own
    details = [*hints.records(entry, "content"), _record(entry, "title_detail"), _record(entry, "summary_detail")]
    return next((code for detail in details if (code := language_code(detail.get("language")))), None)


def _tags(entry: Record) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for tag in hints.records(entry, "tags")[: MAX_TAGS * 4]:
        name = title_text(str(tag.get("term") or tag.get("label") or ""))[:MAX_NAME]
        if name:
            found[name] = None
    return tuple(found)[:MAX_TAGS]


def _ttl(channel: Record) -> timedelta | None:
    """RSS ``ttl`` in minutes, else ``sy:updatePeriod`` divided by ``sy:updateFrequency``."""
    minutes = _text(channel, "ttl").strip()
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 and 0 < int(minutes) <= _MAX_TTL_MINUTES:
        return timedelta(minutes=int(minutes))
    period = _PERIODS.get(_text(channel, "sy_updateperiod").strip().lower())
    times = _text(channel, "sy_updatefrequency").strip() or "1"
    if period and times.isascii() and times.isdigit() and len(times) < 6 and int(times) > 0:
        return period / int(times)
    return None
