"""`[limits]` on what a feed or an article says: the rest is cut, and it is told.

What was cut makes a document incomplete, so no validators are kept of it and the cut shows as the feed's remark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from monitor.core.portions import Portion
from monitor.model import Entry, LimitsPolicy, ParsedFeed

T = TypeVar("T")


def bounded_feed(feed: ParsedFeed, limits: LimitsPolicy) -> ParsedFeed:
    """The document within its limits; unchanged, the very same object, when it is."""
    problems = [feed.problem] if feed.problem else []
    cut = [_bounded_entry(entry, limits) for entry in feed.entries]
    touched = sum(new is not old for new, old in zip(cut, feed.entries, strict=True))
    if not touched:
        return feed
    problems.append(f"{touched} entries had a field or tags beyond [limits], which were cut")
    return replace(feed, entries=tuple(cut), complete=False, problem="; ".join(problems)[:300])


def portion_of(feed: ParsedFeed, begin: int, limits: LimitsPolicy) -> ParsedFeed:
    """A whole document's entries from this one on, as many as are read at once."""
    entries, left = Portion(begin, limits.document).of(feed.entries)
    return replace(feed, entries=tuple(entries), left=left)


def bounded_text(title: str, text: str, limits: LimitsPolicy) -> tuple[str, str, str | None]:
    """An article's title and text within their limits, and what was cut, in a line."""
    cut = [
        f"{name} cut at {most} of {len(said)} characters (limits.{name})"
        for name, said, most in (("title", title, limits.title), ("text", text, limits.text))
        if len(said) > most
    ]
    return title[: limits.title].rstrip(), text[: limits.text].rstrip(), "; ".join(cut) or None


def postponed(work: Sequence[T], limits: LimitsPolicy) -> tuple[Sequence[T], int]:
    """What one poll takes in, and how many entries wait for the next.

    The document's order is kept: the newest mostly stand first, and what waits is asked for again soon.
    """
    return work[: limits.entries], max(len(work) - limits.entries, 0)


def _bounded_entry(entry: Entry, limits: LimitsPolicy) -> Entry:
    over = (
        len(entry.title) > limits.title
        or max(len(entry.summary), len(entry.content)) > limits.field
        or len(entry.tags) > limits.tags
    )
    if not over:
        return entry
    return replace(
        entry,
        title=entry.title[: limits.title].rstrip(),
        summary=entry.summary[: limits.field],
        content=entry.content[: limits.field],
        tags=entry.tags[: limits.tags],
    )
