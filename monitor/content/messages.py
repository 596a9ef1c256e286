"""A message as people read it: a mail with text and HTML, or a title and a text for other services.

Rendered by `content.look`, HTML autoescaped; nothing remote in it. Webhook bodies are in `content.payloads`.
"""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from itertools import groupby
from typing import Any

from monitor.content.look import Look
from monitor.content.payloads import is_notice, webhook_body
from monitor.content.wording import (
    Segments,
    Sentence,
    clean,
    cut,
    header_text,
    headline,
    one_line,
    segments,
    sentences,
    site,
    web_link,
)
from monitor.model import Alert, EmailChannel, Item, Match, Message, Sighting

__all__ = ["StoryView", "email_of", "text_of", "view", "webhook_body"]

SENTENCES = 4
"""Shown of an article in an alert of its own; a digest shows `DIGEST_SENTENCES`."""
DIGEST_SENTENCES = 1
COPIES = 10
"""Other addresses listed; the rest is counted."""
DIGEST_COPIES = 2
"""The same in a digest, which is to be read through: some mail services show about 100 kB of a mail."""
NAME_CHARS = 60
"""Of a watchlist's name in a subject, so that the title has room."""
PREVIEW_CHARS = 140
"""About what mail clients show of a mail in their lists."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """What the templates show of one alert."""

    title: Segments
    headline: str
    link: str | None
    source: str
    code: str
    """The text's language (BCP 47), for the page to say; empty when unknown."""
    language: str
    """The same in the reader's words."""
    published: str
    seen: str
    sentences: tuple[Segments, ...]
    opening: str
    """The text's first words, when no sentence of it matched."""
    terms: tuple[str, ...]
    tags: tuple[str, ...]
    copies: int
    first_copy: str
    also_at: tuple[str, ...]
    more: int
    alert: str
    occasion: str
    """Why there is one more alert about a story, in the reader's words; empty for the first."""
    differences: tuple[tuple[str, str], ...]
    """Of an edit: what stood there before, what stands there now."""


@dataclass(frozen=True, slots=True)
class Group:
    """One watchlist of a digest, its stories in order."""

    name: str
    stories: tuple[StoryView, ...]


PLAIN = Look()


def email_of(message: Message, channel: EmailChannel, now: datetime, look: Look = PLAIN) -> EmailMessage:
    """The mail for one alert or a digest. Message-ID is the message's id at the sender's domain, whatever the attempt.

    Every header is made of one cleaned line; recipients come from the channel alone.
    """
    mail = EmailMessage(policy=email.policy.SMTP)
    domain = _domain(channel.sender)
    mail["From"] = _ascii_domain(channel.sender)
    mail["To"] = ", ".join(_ascii_domain(address) for address in channel.to)
    mail["Subject"] = _subject(message, look)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = _message_id(message.id, domain)
    if message.thread is not None:
        mail["In-Reply-To"] = mail["References"] = _message_id(message.thread, domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies
    context = context_of(message, look)
    _set_body(mail, look.render("mail.txt.j2", context))
    html = EmailMessage(policy=email.policy.SMTP)
    _set_body(html, look.render("mail.html.j2", context), subtype="html")
    mail.make_alternative()
    mail.attach(html)
    mail.set_boundary(f"=_{_safe(message.id)}_=")  # not random: the same mail at every attempt
    return mail


def text_of(message: Message, look: Look = PLAIN) -> tuple[str, str]:
    """A title and a plain text, for services that take no more."""
    return _subject(message, look), look.render("mail.txt.j2", context_of(message, look))


def context_of(message: Message, look: Look) -> dict[str, Any]:
    """What the templates are given."""
    groups = tuple(_groups(message, look))
    return {
        "subject": _subject(message, look),
        "preview": _preview(groups[0].stories[0]),
        "digest": message.digest,
        "test": message.test,
        "notice": is_notice(message),
        "groups": groups,
        "count": len(message.parts),
        "reply": message.thread is not None,
    }


def _subject(message: Message, look: Look) -> str:
    names = list(dict.fromkeys(alert.watchlist_name or alert.watchlist for alert, _, _ in message.parts))
    name = cut(one_line(", ".join(names)), NAME_CHARS)
    title = headline(message.parts[0][1])
    if message.digest:
        title = f"{look.say('stories', len(message.parts))}: {title}"
    elif occasion := _occasion(message.parts[0][0], look):
        title = f"{occasion}: {title}"
    test = f"{look.say('test')}: " if message.test else ""
    return header_text(f"{test}[{name}] {title}")


def _preview(story: StoryView) -> str:
    """What a list of mails shows under the subject: why it matched, and the sentence that did."""
    said = "".join(text for text, _ in story.sentences[0]) if story.sentences else story.opening
    return cut(": ".join(part for part in (", ".join(story.terms[:5]), said) if part), PREVIEW_CHARS)


def _groups(message: Message, look: Look) -> Iterator[Group]:
    """By watchlist, in the order of their first alerts; within one by story, oldest first."""
    shown, copies = (DIGEST_SENTENCES, DIGEST_COPIES) if message.digest else (SENTENCES, COPIES)
    first: dict[str, int] = {}
    for place, (alert, _, _) in enumerate(message.parts):
        first.setdefault(alert.watchlist, place)
    parts = sorted(message.parts, key=lambda part: first[part[0].watchlist])
    for _, members in groupby(parts, key=lambda part: part[0].watchlist):
        found = list(members)
        name = one_line(found[0][0].watchlist_name) or found[0][0].watchlist
        yield Group(name, tuple(view(alert, item, also, shown, look, copies) for alert, item, also in found))


def view(
    alert: Alert, item: Item, also_at: tuple[Sighting, ...], shown: int, look: Look, copies: int = COPIES
) -> StoryView:
    """What is shown of one alert, with at most `shown` sentences that matched, and `copies` addresses of copies."""
    links = _links(item, also_at)
    marked = sentences(item.text, _in(alert.matches, "body"), shown)
    return StoryView(
        title=_marked_title(alert, item),
        headline=headline(item),
        link=web_link(item.url),
        source=site(item.url) or ", ".join(item.feeds),
        code="" if item.language == "und" else item.language,
        language=look.language_name(item.language),
        published=look.when(item.published_at),
        seen=look.when(item.first_seen_at),
        sentences=tuple(segments(item.text, part) for part in marked),
        opening="" if marked else cut(one_line(item.text[:600]), 300),
        terms=tuple(dict.fromkeys(one_line(match.term) for match in alert.matches))[:20],
        tags=tuple(one_line(tag) for tag in alert.watchlist_tags),
        copies=len({site(link) for link in links}),
        first_copy=site(links[0]) if links else "",
        also_at=tuple(links[:copies]),
        more=max(0, len(links) - copies),
        alert=alert.id,
        occasion=_occasion(alert, look),
        differences=tuple((one_line(old), one_line(new)) for old, new in alert.differences),
    )


def _occasion(alert: Alert, look: Look) -> str:
    kind, _, value = alert.occasion.partition(":")
    match kind:
        case "revised":
            return look.say("revised")
        case "sites":
            return look.say("on_sites", int(value))
        case "language":
            return look.say("in_language", language=look.language_name(value))
        case _:
            return ""


def _links(item: Item, also_at: tuple[Sighting, ...]) -> list[str]:
    """Other addresses of the story, each once."""
    links = (web_link(sighting.url) for sighting in also_at)
    return list(dict.fromkeys(link for link in links if link is not None and link != item.url))


def _marked_title(alert: Alert, item: Item) -> Segments:
    whole = sentences(item.title, _in(alert.matches, "title"), 10_000)
    marks = tuple(mark for sentence in whole for mark in sentence.marks)
    if not marks:
        return ((headline(item), False),)
    return segments(item.title, Sentence(0, len(item.title), marks))


def _in(matches: tuple[Match, ...], field: str) -> list[Match]:
    return [match for match in matches if match.field == field]


def _message_id(identity: str, domain: str) -> str:
    return f"<{_safe(identity)}@{domain}>"


def _safe(identity: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in identity)


def _domain(sender: str) -> str:
    """The sender's domain as it may stand in a Message-ID; ``localhost`` for an address without one."""
    domain = parseaddr(_ascii_domain(sender))[1].partition("@")[2].strip().lower()
    return domain if domain and domain.isascii() else "localhost"


def _ascii_domain(address: str) -> str:
    """The address as configured, an international domain in its ASCII form (RFC 5890): mail headers take no other."""
    local, at, rest = address.rpartition("@")
    domain = rest.rstrip("> ")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode()}{rest[len(domain) :]}"
    except UnicodeError:
        return address


def _set_body(mail: EmailMessage, text: str, subtype: str = "plain") -> None:
    """7-bit on the wire whatever the server can do; base64 where quoted-printable would triple the size."""
    text = clean(text)
    foreign = sum(not char.isascii() for char in text)
    cte = "base64" if foreign * 4 > len(text) else "quoted-printable"
    mail.set_content(text, subtype=subtype, charset="utf-8", cte=cte)
