"""Entries × what is known -> what is fresh, what was revised, what was seen elsewhere.

A key is scoped to the feed (its guid, its link as this feed wrote it) or global (its canonical URL). The hash of what
the publisher wrote is compared only under the feed's own keys: two feeds word the same article's summary differently,
and that is no revision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.core.identity import entry_hash, feed_keys, said_keys, shared_texts, text_key
from monitor.model import Entry, Reading

Known = Mapping[str, tuple[str, str]]
"""Key to the id of its item and the entry's hash when last seen."""


@dataclass(frozen=True, slots=True)
class Identified:
    """An entry with its keys: `keys` maps every key to the hash to keep under it. `weak` ones are kept, and do not decide:
    they are what the entry is known by when the others turn out to change (`core.sameness`)."""

    entry: Entry
    keys: Mapping[str, str]
    weak: frozenset[str] = field(default=frozenset(), kw_only=True)
    reading: Reading | None = field(default=None, kw_only=True, compare=False)
    """Its text, where it was read with the document."""
    after: str | None = field(default=None, kw_only=True)
    """The item whose guid or address it bears though it seems to be another (`core.successors`)."""

    @property
    def published_at(self) -> datetime | None:
        """The entry's."""
        return self.entry.published_at

    @property
    def sure(self) -> tuple[str, ...]:
        """The keys that decide."""
        return tuple(key for key in self.keys if key not in self.weak) if self.weak else tuple(self.keys)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An entry that stood word for word in the feed's last document: nothing is to be done about it. `keys`: its keys that
    decide, the surest first, by which the store says whether it knows it too."""

    keys: tuple[str, ...]
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fresh(Identified):
    """Never seen: to be read."""


@dataclass(frozen=True, slots=True)
class Revised(Identified):
    """Seen in this feed, worded differently since: to be read again."""

    item: str


@dataclass(frozen=True, slots=True)
class SeenElsewhere(Identified):
    """A known article that this feed shows for the first time; it may have more of its text."""

    item: str


Planned = Fresh | Revised | SeenElsewhere


@dataclass(frozen=True, slots=True)
class Plan:
    """What a poll has to do, oldest entry first."""

    work: tuple[Planned, ...]
    seen: tuple[bool, ...]
    """Of each entry, in the document's order, whether this feed had shown it before."""

    @property
    def fresh(self) -> tuple[Entry, ...]:
        """What this feed shows for the first time, in the document's order."""
        return tuple(one.entry for one in reversed(self.work) if not isinstance(one, Revised))


NOTHING_TO_DO = Plan((), ())


def keyed(feed: str, entries: Sequence[Entry]) -> dict[tuple[str, ...], Entry]:
    """Every entry by its keys, in the document's order; an entry repeated in the document counts once."""
    found: dict[tuple[str, ...], Entry] = {}
    for entry, keys in zip(entries, feed_keys(feed, entries), strict=True):
        found.setdefault(keys, entry)
    return found


def identify(feed: str, entries: Iterable[Entry]) -> tuple[Identified, ...]:
    """The entries, in the document's order, with all their keys; without those that are remembered."""
    entries = tuple(entries)
    found = recognised(feed, entries, keyed(feed, entries))
    return tuple(one for one in found if isinstance(one, Identified))


def recognised(
    feed: str, entries: Sequence[Entry], found: Mapping[tuple[str, ...], Entry]
) -> tuple[Identified | Remembered, ...]:
    """As `identify`, with those that are remembered; `found` are the entries `keyed`."""
    repeated = shared_texts(entries)
    return tuple(
        Remembered(keys, entry.published_at)
        if entry.text_hash is not None
        else _identified(feed, entry, keys, with_text=not repeated(entry))
        for keys, entry in found.items()
    )


def _identified(feed: str, entry: Entry, keys: Sequence[str], *, with_text: bool) -> Identified:
    text = text_key(feed, entry) if with_text else None
    own = [f"link:{feed}:{key.removeprefix('url:')}" for key in keys if key.startswith("url:")]
    weak = [text] if text is not None and text not in keys else []
    return Identified(entry, dict.fromkeys([*keys, *own, *weak], entry_hash(entry)), weak=frozenset(weak))


def by_words(feed: str, entries: Sequence[Identified]) -> tuple[Identified, ...]:
    """The entries with one key more, of all that was written, where no other of them says the same: of a feed whose guids, links
    and dates are others at every poll it is what is left."""
    said = said_keys(feed, [one.entry for one in entries])
    return tuple(
        replace(one, keys={**one.keys, key: entry_hash(one.entry)}) if key else one
        for one, key in zip(entries, said, strict=True)
    )


def plan(entries: Iterable[Identified | Remembered], known: Known) -> Plan:
    """Decide for every entry. Feeds list their newest first, so the work is turned round: originals before copies."""
    decided = [decide(one, known) if isinstance(one, Identified) else None for one in entries]
    return Plan(
        work=tuple(planned for planned in reversed(decided) if planned is not None),
        seen=tuple(planned is None or isinstance(planned, Revised) for planned in decided),
    )


def decide(one: Identified, known: Known) -> Planned | None:
    """None when the entry is known in this feed, word for word."""
    found = [key for key in one.sure if key in known]
    if any(map(is_scoped, found)):
        witness = [key for key in one.weak if kind_of(key) == "text" and key in known]
        key = _decisive(one, [*filter(is_scoped, found), *witness], known)
        item, written = known[key]
        if written == one.keys[key]:
            return None
        return Revised(one.entry, one.keys, item, weak=one.weak, reading=one.reading)
    if found:
        return SeenElsewhere(one.entry, one.keys, known[found[0]][0], weak=one.weak, reading=one.reading)
    return Fresh(one.entry, one.keys, weak=one.weak, reading=one.reading, after=one.after)


def _decisive(one: Identified, keys: Sequence[str], known: Known) -> str:
    """The surest key of the item that most of these name, or where that cannot be said, of the one with the entry's words, or
    of all."""
    votes = Counter(known[key][0] for key in keys)
    most = [key for key in keys if votes[known[key][0]] == max(votes.values())]
    item = known[next((key for key in most if known[key][1] == one.keys[key]), most[0])][0]
    return next(key for key in keys if known[key][0] == item)


def kind_of(key: str) -> str:
    """``guid``, ``url``, ``link``, ``text`` …"""
    return key.partition(":")[0]


def is_scoped(key: str) -> bool:
    """Whether a key belongs to one feed alone."""
    return not key.startswith(("url:", "canonical:"))
