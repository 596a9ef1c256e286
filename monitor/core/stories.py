"""What a story's items tell together: who had it first, who took it, how late, what they changed; and its undoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.core.boilerplate import paragraph_key, paragraphs_of
from monitor.core.copies import ARTICLE, Decision, compare, digest
from monitor.core.text import words_of
from monitor.core.urls import bare_host
from monitor.model import CopyEvidence, Item

CHANGED = 0.5
"""Words (Jaccard) two paragraphs must share for one to be the other reworded; less is one removed and one added."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A copy's paragraphs against the first item's, each as written. `changed` holds (before, after)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    title: tuple[str, str] | None = None
    """Both headlines, when their words differ."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.title)


@dataclass(frozen=True, slots=True)
class Appearance:
    """One item of a story. `late` is counted from the first one seen; `published_late` from the earliest date that any
    of them claims, None where the item claims none."""

    item: Item
    site: str
    late: timedelta
    published_late: timedelta | None
    changes: Changes


@dataclass(frozen=True, slots=True)
class StoryTold:
    """`appearances` by when we saw them. `first_published`: the item with the earliest claimed date, if any has one;
    another than the first seen when a slower feed had the source."""

    appearances: tuple[Appearance, ...]
    first_published: str | None

    @property
    def first(self) -> Appearance:
        return self.appearances[0]


def tell(items: Sequence[Item]) -> StoryTold:
    """Tell a story from all its items, in any order. Raises ValueError for none."""
    if not items:
        raise ValueError("a story has at least one item")
    ordered = sorted(items, key=lambda item: (item.first_seen_at, item.copy_of is not None, item.id))
    first = ordered[0]
    dated = [(item.published_at, item.id) for item in ordered if item.published_at is not None]
    earliest = min(dated) if dated else None
    return StoryTold(
        tuple(
            Appearance(
                item=item,
                site=site_of(item),
                late=item.first_seen_at - first.first_seen_at,
                published_late=item.published_at - earliest[0] if item.published_at and earliest else None,
                changes=changes(first, item),
            )
            for item in ordered
        ),
        earliest[1] if earliest else None,
    )


def says_more(item: Item, others: Iterable[Item]) -> bool:
    """Whether an item is to all these as an article is to its teaser. What was imported is known, and tells nobody."""
    return item.text_from != "import" and all(
        one.text_from != "import" and len(item.text) >= ARTICLE * len(one.text) for one in others
    )


def is_teaser(item: Item, length: int) -> bool:
    """Whether an item has but its feed's teaser, beside a text of the same article of so many characters."""
    return item.text_from == "feed" and length > 0 and length >= ARTICLE * len(item.text)


def is_beginning(text: str, whole: str) -> bool:
    """Whether a text is what another one begins with, as its teaser does, or empty."""
    if len(whole) < ARTICLE * len(text):
        return False
    words = words_of(text)
    return words == words_of(whole[: 2 * len(text)])[: len(words)]


def site_of(item: Item) -> str:
    """The host without ``www.``; a feed's id, or where the text is from, when there is no URL."""
    return bare_host(item.url) or (item.feeds[0] if item.feeds else item.text_from)


def changes(first: Item, copy: Item) -> Changes:
    """What a copy's text has that the first one's has not, and the other way round. The order of paragraphs and numbers
    in lines that are else the same (“12 comments”) do not count."""
    before, after = paragraphs_of(first.text), paragraphs_of(copy.text)
    removed = _without(before, after)
    added = _without(after, before)
    changed: list[tuple[str, str]] = []
    for paragraph in list(added):
        nearest = max(removed, key=lambda old: _likeness(old, paragraph), default=None)
        if nearest is not None and _likeness(nearest, paragraph) >= CHANGED:
            changed.append((nearest, paragraph))
            removed.remove(nearest)
            added.remove(paragraph)
    same_title = words_of(first.title) == words_of(copy.title)
    return Changes(tuple(added), tuple(removed), tuple(changed), None if same_title else (first.title, copy.title))


def split(items: Sequence[Item], item_id: str) -> Mapping[str, CopyEvidence]:
    """Who leaves with an item when its merge is undone: its copies, and the items whose text its own says while the first one's
    does not, each with why. Raises ValueError when the item is not of this story, or is its first."""
    ordered = sorted(
        items, key=lambda item: (item.id != item.story, item.copy_of is not None, item.first_seen_at, item.id)
    )
    leaving = next((item for item in ordered if item.id == item_id), None)
    if leaving is None:
        raise ValueError(f"no item {item_id} in this story")
    first = ordered[0]
    if leaving is first:
        raise ValueError(f"{item_id} is the first of its story: there is nothing to split it from")
    going: dict[str, CopyEvidence] = {}
    for item in ordered[1:]:
        decision = _decide(item, leaving) if item is not leaving else None
        if decision is not None and (item.copy_of == leaving.id or _decide(item, first) is None):
            going[item.id] = CopyEvidence(leaving.id, decision.similarity, decision.test, decision.shared)
    return going


def _decide(a: Item, b: Item) -> Decision | None:
    return compare(digest(a.title, a.text, a.language), digest(b.title, b.text, b.language))


def _without(paragraphs: Sequence[str], others: Sequence[str]) -> list[str]:
    known = {paragraph_key(paragraph) for paragraph in others} | {0}
    return [paragraph for paragraph in paragraphs if paragraph_key(paragraph) not in known]


def _likeness(a: str, b: str) -> float:
    words_a, words_b = set(words_of(a)), set(words_of(b))
    return len(words_a & words_b) / max(1, len(words_a | words_b))
