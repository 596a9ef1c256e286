"""By what a feed's entries are known again: a policy for each feed, found from its own history.

A feed whose guids are new at every poll, or whose links carry sessions, is found out by entries that come back with the
same title and date under another guid or link. Such keys then decide nothing, and where nothing else is left the title and
the date do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

from monitor.core.identity import usable_guids
from monitor.core.plan import Identified, Known, is_scoped, kind_of
from monitor.model import Entry, IdentityCounts

EVIDENCE = 3
"""Entries that came back changed before a key is distrusted, if more did so than stayed."""
FADING = 400
"""Entries seen again after which all counts are halved."""
REUSED = 0.2
"""Times as often as a key stayed it must have been another entry's to be distrusted: of a list's places most stay while an
entry is put on top anew, and a key that was another's once makes one item of two."""
OFTEN = 0.2
"""Share of entries worded anew from poll to poll that is called often."""
TOUCHES = 0.05
"""The share from which on a feed is taken to count something in its entries."""

_COUNTED = {"guid": "guid", "link": "url"}
"""Of the keys, by their kind, those that are counted, and how."""

KeyVerdict = Literal["unknown", "stable", "rotate", "missing", "shared", "reused"]
"""`rotate`: new at every poll; `shared`: one for several entries of a document; `reused`: now this entry's, then that one's."""
_WORTHLESS = ("rotate", "shared", "reused")


@dataclass(frozen=True, slots=True)
class Policy:
    """What tells a feed's entries apart. `by`: the surest of what is left."""

    guids: KeyVerdict = "unknown"
    urls: KeyVerdict = "unknown"
    edits: Literal["unknown", "seldom", "often"] = "unknown"
    renamed: bool = False
    """Guids, links and dates are others at every poll."""

    @property
    def by(self) -> Literal["guid", "url", "title", "words"]:
        if self.renamed:
            return "words"
        if self.guids in ("unknown", "stable"):
            return "guid"
        return "url" if self.urls in ("unknown", "stable") else "title"

    @property
    def trusts_all(self) -> bool:
        """Whether none of the keys that entries have is known to say nothing."""
        return self.guids not in _WORTHLESS and self.urls not in _WORTHLESS and self.by in ("guid", "url")

    def restrict(self, one: Identified) -> Identified:
        """The entry with the keys that do not hold for this feed made weak: kept, so that a publisher who mends them is
        found out too. Title and date decide when nothing else is left."""
        if self.trusts_all and len(one.weak) < len(one.keys):
            return one
        weak = {key for key in one.keys if self._distrusts(key)} | one.weak
        if self.by in ("title", "words") or len(weak) == len(one.keys):
            weak -= {key for key in weak if kind_of(key) == "text"}
        return replace(one, weak=frozenset(weak) if len(weak) < len(one.keys) else frozenset())

    def _distrusts(self, key: str) -> bool:
        if key.startswith("guid:"):
            return self.guids in _WORTHLESS
        return key.startswith(("url:", "link:")) and self.urls in _WORTHLESS


def policy(counts: IdentityCounts) -> Policy:
    """The verdict of what was counted."""
    guids = _verdict(counts.guid_kept, counts.guid_changed, counts.guid_missing, counts.guid_moved)
    if counts.shared_guids > counts.own_guids:
        guids = "shared"
    edits: Literal["unknown", "seldom", "often"] = "unknown"
    if counts.again >= EVIDENCE:
        edits = "often" if counts.edited >= OFTEN * counts.again else "seldom"
    urls = _verdict(counts.url_kept, counts.url_changed, counts.url_missing, counts.url_moved)
    renamed = counts.renamed >= EVIDENCE and counts.renamed > counts.guid_kept + counts.url_kept
    return Policy(guids, urls, edits, renamed)


def touches(counts: IdentityCounts) -> bool:
    """Whether a feed words entries anew that nobody edited."""
    return counts.again >= EVIDENCE and counts.edited >= TOUCHES * counts.again


def overview(found: Mapping[tuple[str, ...], Entry]) -> Mapping[str, int]:
    """What a document's entries by their keys (`core.plan.keyed`) say together, and what those say that are remembered: of
    those all keys are known. For `observe`."""
    guids = [entry for entry in found.values() if _guid(entry)]
    said: Counter[str] = Counter()
    if len({_guid(entry) for entry in guids}) < len(guids) and not usable_guids(guids):
        said["shared_guids"] += 1
    elif len(guids) > 1:
        said["own_guids"] += 1
    for keys, entry in found.items():
        if entry.text_hash is not None:
            said.update(_remembered(entry, keys))
    return dict(said)


def observe(
    counts: IdentityCounts, said: Mapping[str, int], identified: Iterable[Identified], known: Known
) -> IdentityCounts:
    """The counts after a document that said so much (`overview`), and whose other entries bear all their keys here: what
    became of those seen before?"""
    found: Counter[str] = Counter({field.name: getattr(counts, field.name) for field in fields(counts)})
    found.update(said)
    for one in identified:
        found.update(_entry(one, known))
    if found["again"] > FADING:
        found = Counter({name: count // 2 for name, count in found.items()})
    return IdentityCounts(**found)


def _remembered(entry: Entry, keys: Iterable[str]) -> Iterable[str]:
    """As `_entry`, of one all of whose keys are known, and its text."""
    yield from _missing(entry)
    kinds = set(map(kind_of, keys))
    yield "again"
    if "guid" in kinds:
        yield "guid_kept"
    if "url" in kinds:
        yield "url_kept"


def _missing(entry: Entry) -> Iterable[str]:
    if not _guid(entry):
        yield "guid_missing"
    if not entry.url:
        yield "url_missing"


def _entry(one: Identified, known: Known) -> Iterable[str]:
    """What one entry says."""
    yield from _missing(one.entry)
    scoped = [key for key in one.keys if is_scoped(key)]
    found = [key for key in scoped if key in known]
    if not found:
        return
    seen, kinds = set(map(kind_of, found)), set(map(kind_of, scoped))
    told = next((known[key][0] for key in found if kind_of(key) == "text"), None)
    if told is None and "text" in kinds and kinds & _COUNTED.keys() - seen:
        return  # another entry under a known key, or a known one under another key and headline: it cannot be said
    in_its_words = {known[key][0] for key in found if known[key][1] == one.keys[key]}
    if told is None and len(in_its_words) == 1:  # its date is another now
        (told,) = in_its_words
    yield "again"
    if not in_its_words:
        yield "edited"
    for key in scoped:
        kind = kind_of(key)
        if name := _COUNTED.get(kind):
            moved = kind in seen and told is not None and known[key][0] != told
            yield f"{name}_moved" if moved else f"{name}_kept" if kind in seen else f"{name}_changed"


def _verdict(kept: int, changed: int, missing: int, moved: int) -> KeyVerdict:
    if moved >= EVIDENCE and moved > REUSED * kept:
        return "reused"
    if changed >= EVIDENCE and changed > kept:
        return "rotate"
    if missing > kept + changed:
        return "missing"
    return "stable" if kept else "unknown"


def _guid(entry: Entry) -> str:
    return (entry.guid or "").strip()
