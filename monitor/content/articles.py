"""An entry, and its page where there is one, read into one article: text, title, language, fingerprint.

Everything here is pure and runs in a worker process, many entries a call where no page is involved. What takes long to
import is imported where it is used: the process that asks needs the names of these functions alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.core.bounds import bounded_text
from monitor.core.copies import fingerprint
from monitor.core.dates import clamp, lately
from monitor.core.identity import canonical_url, plain_link
from monitor.core.query import index_text
from monitor.core.text import words_of
from monitor.core.watching import Watching
from monitor.errors import PageElsewhere, PageWalled, ReadError
from monitor.model import Entry, Fetched, FetchMode, LimitsPolicy, PageText, Reading, TextFrom

WORTH_A_PAGE = 0.5
"""A page whose text is shorter than this part of the feed's own was misread (a consent wall, a login): the feed's is kept."""
SHORTER = "the page's text is shorter than the feed's own"
GUESS_FRESH = timedelta(days=2)
"""Within what alerts by default (`[alerts] max_age`)."""
MAX_IMPORTED = 50_000_000
"""Characters of an imported document, which is its user's own: a whole book has under five million."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the entry itself."""

    now: datetime
    languages: tuple[str, ...] = ()
    """Declared: the user's hint, the feed's word."""
    past: dict[str, int] = field(default_factory=dict)
    """How many of the feed's items were in each language."""
    limits: LimitsPolicy = field(default_factory=LimitsPolicy)
    watching: Watching | None = None
    """The watchlists to match what is read; None: they are matched later."""


@dataclass(frozen=True, slots=True)
class Document:
    """An imported document."""

    key: str
    """What makes it the same document when imported again."""
    title: str
    text: str
    url: str | None = None
    id: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    feed: str | None = None


class Said(NamedTuple):
    """What a feed itself says of an article, as plain texts."""

    own: str
    """The article as far as the feed carries it: the longer of its texts."""
    above: tuple[str, ...] = ()
    """What an editor wrote over it."""
    below: tuple[str, ...] = ()
    """An image's description."""


def said_of(entry: Entry) -> Said:
    """An entry's texts."""
    from monitor.content.htmltext import headline_alone, to_text

    if line := headline_alone(entry.summary, entry.title):
        return Said(line)
    summary, content = to_text(entry.summary), to_text(entry.content)
    if len(content) < len(summary):
        return Said(summary, (summary,), (content,))
    return Said(content, (summary, content))


def triage(entries: Sequence[Entry], mode: FetchMode) -> list[bool]:
    """For each entry, whether its page is wanted."""
    if mode != "auto":
        return [mode == "always" and _has_page(entry) for entry in entries]
    from monitor.content.htmltext import looks_cut

    return [_has_page(entry) and looks_cut(said_of(entry).own, content=bool(entry.content)) for entry in entries]


def _has_page(entry: Entry) -> bool:
    return entry.url is not None and entry.own_page


def say_more(entries: Sequence[Entry], known: Sequence[tuple[str, str]]) -> list[frozenset[int] | None]:
    """For each entry, keys of the lines that say what the stored article does not, numbers aside; None where its headline is
    another one. `known`: their titles and texts."""
    from monitor.content.leads import added_words

    return [
        added_words(text, title, said_of(entry).above) if words_of(entry.title) == words_of(title) else None
        for entry, (title, text) in zip(entries, known, strict=True)
    ]


def are_others(entries: Sequence[Entry], items: Sequence[tuple[str, str, str]]) -> list[bool]:
    """For each entry, whether it is another text than the stored article, and no edit of it; `items`: their titles, texts and
    languages."""
    from monitor.core.copies import compare, digest

    more = say_more(entries, [(title, text) for title, text, _ in items])
    return [
        new != frozenset()
        and compare(digest(entry.title, said_of(entry).own, language), digest(title, text, language), same_host=True)
        is None
        for new, entry, (title, text, language) in zip(more, entries, items, strict=True)
    ]


def read_entries(entries: Sequence[Entry], context: Context) -> list[Reading]:
    """Entries whose feed text is all there is."""
    return [read_entry(entry, None, context) for entry in entries]


def read_entry(entry: Entry, page: Fetched | None, context: Context, problem: str | None = None) -> Reading:
    """One article. A page that cannot be read leaves the feed's text, and `problem` says so."""
    from monitor.content.leads import with_leads
    from monitor.content.relevance import speaks_of

    article, later, onward = PageText(text=""), None, None
    if page is not None:
        from monitor.content.pages import read_page

        try:
            lacks = not entry.authors or entry.published_at is None
            article = read_page(page.body, page.url, page.headers, metadata=lacks)
        except ReadError as error:
            problem, later = str(error), timedelta() if isinstance(error, PageWalled) else None
            onward = error.url if isinstance(error, PageElsewhere) else None
    own, above, below = said_of(entry)
    if article.text and not speaks_of(article, "\n".join((entry.title, own, *above))):
        problem, article = "the page has nothing of what the feed says", PageText(text="")
    used: TextFrom = "page" if len(article.text) > WORTH_A_PAGE * len(own) else "feed"
    if used == "feed" and page is not None and problem is None:
        problem = SHORTER
    title = entry.title or article.title
    text = with_leads(article.text if used == "page" else own, title, above, below)
    claimed = _first_canonical(article.canonical_url)
    # Where a redirect ends that brought no article, those of all the others may end: at a login, at the front page.
    found = _first_canonical(page.url if page and article.text else None, entry.url)
    priors = [*context.languages, *(word for word in (entry.language, article.language) if word)]
    return _finish(
        Reading(
            url=plain_link(entry.url) if entry.url else None,
            canonical_url=claimed or found,
            canonical_claimed=claimed not in (None, found),
            title=title,
            text=text,
            text_from=used,
            language="und",
            language_confidence=0.0,
            authors=entry.authors or article.authors,
            published_at=_published(entry, article, context.now),
            problem=problem,
            page_after=later,
            page_at=onward,
            feed_text=own[: context.limits.text] if used == "page" else "",
        ),
        priors,
        context,
    )


def read_documents(documents: Sequence[Document], now: datetime) -> list[Reading]:
    """Imported documents: text as it is but for boilerplate at its edges."""
    return [
        _finish(
            Reading(
                url=document.url,
                canonical_url=canonical_url(document.url) if document.url else None,
                title=document.title,
                text=document.text,
                text_from="import",
                language="und",
                language_confidence=0.0,
                published_at=clamp(document.published_at, now),
            ),
            [document.language] if document.language else [],
            Context(now, limits=LimitsPolicy(text=MAX_IMPORTED)),
        )
        for document in documents
    ]


def _finish(reading: Reading, priors: Sequence[str], context: Context) -> Reading:
    """What follows from title and text alone, within their limits."""
    from monitor.content.language import detect
    from monitor.content.phrases import cut_boilerplate

    title, text, cut = bounded_text(reading.title, cut_boilerplate(reading.text, reading.title), context.limits)
    language, confidence = detect(title, text, priors=priors, past=context.past)
    verdicts = words = None
    if context.watching:
        verdicts = context.watching.matched(title, text, language, reading.authors, reading.url)
        words = index_text(title, text)
    return replace(
        reading,
        title=title,
        text=text,
        language=language,
        language_confidence=round(confidence, 3),
        fingerprint=fingerprint(title, text, language),
        problem="; ".join(filter(None, (reading.problem, cut))) or None,
        words=words,
        verdicts=verdicts,
    )


def _published(entry: Entry, article: PageText, now: datetime) -> datetime | None:
    """What is guessed counts while it is fresh: an old guess is mostly of an article beside it, and would keep this from
    alerting."""
    said = entry.published_at or article.published_at or entry.updated_at
    guess = article.dated if lately(article.dated, now, GUESS_FRESH) else None
    return clamp(said or guess, now)


def _first_canonical(*urls: str | None) -> str | None:
    return next((canonical for url in urls if url and (canonical := canonical_url(url))), None)
