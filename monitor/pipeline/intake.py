"""Taking readings in: inside one transaction, what is known, what is a copy, what matches, who is alerted.

Everything is asked again under the write lock, so two feeds that bring one article at the same instant make one item.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.core.boilerplate import cut_learnt, own_lines
from monitor.core.copies import fingerprint
from monitor.core.identity import canonical_keys, item_id, plain_link, site_of
from monitor.core.plan import Fresh, Known, Planned, Revised, SeenElsewhere
from monitor.core.rereading import first_wait
from monitor.core.revisions import differences
from monitor.core.stories import is_beginning, is_teaser, says_more
from monitor.core.text import words_of
from monitor.model import CopyEvidence, Feed, Item, OwedPage, Reading, Sighting, Verdict
from monitor.pipeline.rules import Rules
from monitor.pipeline.telling import Telling
from monitor.ports import Transaction

Kind = Literal["new", "copy", "revised", "seen"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one reading."""

    kind: Kind
    item: str
    alerts: int = 0
    renamed: bool = False
    """A copy of an item of its own feed, under the same headline."""
    page: str | None = None
    """Of a new article whose page was wanted: "" where it was had, else why not."""


@dataclass(frozen=True, slots=True)
class Intake:
    """One transaction's view: where the reading came from, under which rules, when."""

    tx: Transaction
    rules: Rules
    now: datetime
    feed: Feed | None
    first_poll: bool = False
    _asked: dict[str, tuple[str, str] | None] = field(default_factory=dict, init=False)
    """What the store knows of keys that were asked for, and what was written since; None: nothing."""

    @property
    def _telling(self) -> Telling:
        return Telling(self.tx, self.rules, self.now)

    def _alert(self, item: Item, verdicts: tuple[Verdict, ...], already: Collection[str] = ()) -> int:
        return self._telling.first(item, verdicts, already, first_poll=self.first_poll)

    def expect(self, planned: Iterable[tuple[Planned, Reading | None]]) -> None:
        """Ask for all keys of what is to be taken at once, which is cheaper than for those of each."""
        keys = [key for one, _ in planned for key in one.sure]
        self._known([*keys, *(name for _, one in planned if one for name in canonical_keys(one.canonical_url))])

    def take(self, planned: Planned, reading: Reading) -> Taken:
        """Store what one entry brought."""
        if isinstance(planned, Fresh):
            return self._fresh(planned, reading)
        if isinstance(planned, Revised):
            return self._revised(planned, reading)
        return self._elsewhere(planned.item, planned.keys, reading.url, reading)

    def seen_elsewhere(self, planned: SeenElsewhere, reading: Reading | None = None) -> Taken:
        """A known article in another feed; `reading`: that feed's text of it, where there may be more."""
        url = planned.entry.url
        return self._elsewhere(planned.item, planned.keys, plain_link(url) if url else None, reading)

    def document(self, reading: Reading, key: str, wanted_id: str | None) -> Taken:
        """An imported document; the same key again changes nothing."""
        known = self._known([key])
        if key in known:
            return Taken("seen", known[key][0])
        names = canonical_keys(reading.canonical_url)[:1]
        same_url = self._known(names)
        if same_url and wanted_id is None:
            item = next(iter(same_url.values()))[0]
            self._add_keys(item, {key: ""})
            return Taken("seen", item)
        evidence = None
        if same_url:
            evidence = self._same_url(next(iter(same_url.values()))[0])
        keys = {key: "", **(dict.fromkeys(names, "") if not same_url else {})}
        return self._new(keys, reading, evidence, wanted_id)

    def _known(self, keys: Sequence[str]) -> Known:
        """What the store knows of these keys, in the midst of this transaction."""
        if new := [key for key in keys if key not in self._asked]:
            self._asked.update({**dict.fromkeys(new), **self.tx.known(new)})
        return {key: known for key in keys if (known := self._asked[key])}

    def _add_keys(self, item: str, keys: Mapping[str, str]) -> None:
        self.tx.add_keys(item, keys)
        self._keep(item, keys)

    def _keep(self, item: str, keys: Mapping[str, str]) -> None:
        """A key that the store has stays with its item."""
        for key, hash_ in keys.items():
            if key in self._asked:
                known = self._asked[key]
                self._asked[key] = (known[0] if known else item, hash_)

    def _fresh(self, planned: Planned, reading: Reading) -> Taken:
        keys, names = planned.keys, canonical_keys(reading.canonical_url)
        if names and names[0] not in keys and names == canonical_keys(planned.entry.url):
            names = ()  # others of its document have the address too: it tells nothing apart
        known = self._known([*planned.sure, *names])
        for key in planned.sure:
            if key in known:
                return self._elsewhere(known[key][0], keys, reading.url, reading)
        for name in names:
            if name in known and name not in keys:
                return self._same_canonical(known[name][0], keys, reading)
        if names and names[0] not in keys:
            keys = {**keys, names[reading.canonical_claimed]: next(iter(keys.values()))}
        return self._new(keys, reading, None, None, after=planned.after)

    def _same_after_all(self, before: str, evidence: CopyEvidence) -> Item | None:
        """The item on which an entry seemed to follow, where all that it says, read in full, is a copy of it."""
        item, of = self.tx.item(before), self.tx.item(evidence.of)
        return item if item and of and of.story == item.story else None

    def _same_canonical(self, known: str, keys: Mapping[str, str], reading: Reading) -> Taken:
        """A page that names a stored article's URL as its own, or one that a stored page had named: another road to it, or
        another site's copy of it.

        Pages are believed only when the titles agree: some sites give all their pages one canonical link, and some name
        the article of which theirs is a translation.
        """
        item = self.tx.item(known)
        if item is None or _words(item.title) != _words(reading.title) or self._is_its_next(item, reading):
            return self._new(keys, reading, None, None)
        if item.url and reading.url and site_of(item.url) != site_of(reading.url):
            return self._new(keys, reading, self._same_url(known), None)
        return self._elsewhere(known, keys, reading.url, reading)

    def _is_its_next(self, item: Item, reading: Reading) -> bool:
        """Whether a feed that shows the item has this beside it, of another date: a column's next, behind one login for all."""
        before, now = item.published_at, reading.published_at
        return self.feed is not None and self.feed.id in item.feeds and bool(before and now) and before != now

    def _same_url(self, of: str) -> CopyEvidence | None:
        item = self.tx.item(of)
        return None if item is None else CopyEvidence(item.copy_of or item.id, 1.0, "url")

    def _cut(self, reading: Reading) -> Reading:
        """The reading without what its host is known to add to its articles; of a page that says little else, what the feed
        says. An article of one paragraph has nothing to lose."""
        made = reading.fingerprint
        if made is None or (len(made.paragraphs) < 2 and not reading.feed_text):
            return reading
        spread = self.tx.copies.boilerplate(reading.url)
        if spread.keys().isdisjoint(made.paragraphs):
            return reading
        own = own_lines(reading.text, spread) if reading.feed_text else None
        if own is not None and len(own) <= len(reading.feed_text):
            text, problem = reading.feed_text, "the page says little but what its site says under other headlines"
            reading = replace(reading, text_from="feed", problem=problem)
        else:
            text = cut_learnt(reading.text, spread)
        if text == reading.text:
            return reading
        # What follows from the text is made anew.
        made = fingerprint(reading.title, text, reading.language)
        return replace(reading, text=text, fingerprint=made, words=None, verdicts=None)

    def _new(
        self,
        keys: Mapping[str, str],
        reading: Reading,
        evidence: CopyEvidence | None,
        wanted_id: str | None,
        *,
        after: str | None = None,
    ) -> Taken:
        """`after`: as in `Identified`."""
        new_id = wanted_id or item_id(next(iter(keys)))
        if self.tx.item(new_id) is not None:
            new_id = item_id("\0".join(keys))
        reading = self._cut(reading)
        given = 0
        if evidence is None:
            evidence = self.tx.copies.find(reading, self.now - self.rules.config.dedup.window)
            if evidence and after and (same := self._same_after_all(after, evidence)):
                self._add_keys(same.id, keys)
                return self._edited(same, reading)
            given = sum(self._part(copy) for copy in self.tx.copies.mistaken)
        item = self._item(new_id, reading, evidence)
        item, verdicts = self.rules.match(item, self.rules.alerting, reading.verdicts)
        item, met = self._told_more(item, verdicts)
        self.tx.add_item(item, keys, reading.words)
        self._keep(item.id, keys)
        self.tx.copies.add(item.id, reading, self.now)
        self._owe(item.id, reading)
        told = given + self._alert(item, verdicts, met or ())
        told += self._telling.further(item) if evidence else 0
        return Taken("copy" if item.copy_of else "new", item.id, told, self._is_renamed(item))

    def _is_renamed(self, item: Item) -> bool:
        of = self.tx.item(item.copy_of) if item.copy_of else None
        return of is not None and not {*item.feeds}.isdisjoint(of.feeds) and _words(item.title) == _words(of.title)

    def _told_more(self, item: Item, verdicts: tuple[Verdict, ...]) -> tuple[Item, Collection[str] | None]:
        """A copy that says much more than its story did, and that a watchlist matches which nothing of the story had matched,
        is none: nobody has been told of what it says. With the watchlists that its story had met; None for any other."""
        alerting = {verdict.watchlist for verdict in verdicts} & self.rules.alerting
        first = self.tx.item(item.story) if item.copy_of and alerting else None
        if first is None or self._is_old(first) or not says_more(item, [first]):
            return item, None
        met = self.tx.met(item.story, besides=item.id)
        if alerting <= met or not says_more(item, [one for one in self.tx.story(item.story) if one.id != item.id]):
            return item, None
        return replace(item, copy_of=None, similarity=None, copy_test=None, copy_shared=()), met

    def _is_old(self, item: Item) -> bool:
        """Whether what it says is no news any more; its text may have been dropped."""
        return self.now - item.first_seen_at > self.rules.config.dedup.window

    def _part(self, copy: str) -> int:
        """Undo that an article was taken for a copy, and alert as it should have. Whether it came with its feed's first poll is
        not known any more, so what that forbids is forbidden."""
        self.tx.split_item(copy, {})
        found = self.tx.item(copy)
        if found is None:
            raise AssertionError(f"the index knows item {copy}, the store does not")
        return self._telling.first(*self.rules.match(found, self.rules.alerting), first_poll=True)

    def _owe(self, item: str, reading: Reading) -> None:
        """Have a page that could not be had asked for again."""
        if reading.page_after is not None and self.feed is not None:
            least = timedelta() if reading.page_in_line else self.rules.config.poll.min
            pause = first_wait(least, reading.page_after)
            self.tx.owe_page(OwedPage(item, self.feed.id, 0, self.first_poll), self.now + pause)

    def _item(self, new_id: str, reading: Reading, evidence: CopyEvidence | None) -> Item:
        item = Item(
            id=new_id,
            url=reading.url,
            title=reading.title,
            text=reading.text,
            language=reading.language,
            language_confidence=reading.language_confidence,
            first_seen_at=self.now,
            story=new_id,
            authors=reading.authors,
            published_at=reading.published_at,
            feeds=(self.feed.id,) if self.feed else (),
            text_from=reading.text_from,
            problem=reading.problem,
        )
        return self._as_copy(item, evidence) if evidence else item

    def _as_copy(self, item: Item, evidence: CopyEvidence) -> Item:
        original = self.tx.item(evidence.of)
        return replace(
            item,
            story=original.story if original else item.id,
            copy_of=evidence.of,
            similarity=round(evidence.similarity, 4),
            copy_test=evidence.test,
            copy_shared=evidence.shared,
        )

    def _revised(self, planned: Revised, reading: Reading) -> Taken:
        old = self.tx.item(planned.item)
        if old is None:
            return self._fresh(planned, reading)
        self._add_keys(old.id, planned.keys)
        self._owe(old.id, reading)
        return self._edited(old, self._cut(reading))

    def reread(self, known: str, reading: Reading) -> Taken:
        """The page of an item that could not be had when it was stored. Where the item had only its feed's text it is
        read for the first time now, which is no edit of its publisher's; whether it is a copy shows only now."""
        old = self.tx.item(known)
        if old is None:
            return Taken("seen", known)
        reading = self._cut(reading)
        if reading.text_from != "page":
            if old.text_from == "feed":
                self.tx.revise_item(replace(old, problem=reading.problem), None)
            return Taken("seen", known)
        if old.text_from != "feed":
            return self._edited(old, reading)
        return self._in_full(old, reading)

    def _in_full(self, old: Item, reading: Reading) -> Taken:
        """An item that had but a feed's text of it, read in full."""
        evidence = self._other(old, reading)
        item = replace(_reworded(old, reading), text_from=reading.text_from)
        joins = evidence is not None and self._stands_alone(old)
        if evidence and joins:
            item = self._as_copy(item, evidence)
        item, verdicts = self.rules.match(item, self.rules.alerting)
        item, met = self._told_more(item, verdicts)
        self.tx.revise_item(item, None)
        self.tx.copies.add(item.id, reading, old.first_seen_at)
        if met is None and (evidence or item.copy_of):  # a copy raises no alert, whatever had become of its stub
            return Taken("copy", item.id, self._telling.further(item) if joins else 0)
        return Taken("new", item.id, self._alert(item, verdicts, {*old.watchlists, *(met or ())}))

    def _other(self, old: Item, reading: Reading) -> CopyEvidence | None:
        """An item of another story that says the same, by the page's own URL or by its text."""
        names = canonical_keys(reading.canonical_url)
        found = list(self._known(names).values())
        if names and not found:
            self._add_keys(old.id, {names[reading.canonical_claimed]: ""})
        named = self.tx.item(found[0][0]) if found else None
        if named is not None and named.story != old.story and _words(named.title) == _words(reading.title):
            return self._same_url(named.id)
        evidence = self.tx.copies.find(reading, self.now - self.rules.config.dedup.window, exclude=old.id)
        first = self.tx.item(evidence.of) if evidence else None
        return None if first and first.story == old.story else evidence

    def _stands_alone(self, item: Item) -> bool:
        """Whether its story is nothing but it, and nobody has been told of it."""
        return (
            item.copy_of is None
            and len(self.tx.spread(item.story).languages) == 1
            and not self.tx.alerts_about(item.story)
        )

    def _edited(self, old: Item, reading: Reading) -> Taken:
        elsewhere = len(old.feeds) > 1 and says_more(old, [replace(old, text=reading.text)])
        # What has been learnt since is no edit: the old text is taken without it too.
        known = cut_learnt(old.text, self.tx.copies.boilerplate(reading.url))
        fuller = old.text_from == "page" or elsewhere or is_beginning(reading.text, known)
        reading = replace(reading, title=reading.title or old.title)
        if reading.text_from == "feed" and fuller:  # an edited teaser
            from monitor.content.leads import with_leads

            # What was made of the text goes with it. A text that is not kept any more does not come back.
            said = [reading.text] if known else []
            reading = replace(
                reading,
                text=with_leads(known, reading.title, said)[: self.rules.config.limits.text],
                text_from=old.text_from,
                language=old.language,
                fingerprint=None,
                words=None,
                verdicts=None,
            )
        changed = differences((old.title, known), (reading.title, reading.text))
        if not changed:
            return Taken("seen", old.id)
        item, verdicts = self.rules.match(
            replace(
                _reworded(old, reading),
                text_from=old.text_from if old.text_from == "import" else reading.text_from,
                revisions=old.revisions + 1,
            ),
            self.rules.alerting,
        )
        item, met = self._told_more(item, verdicts)
        self.tx.revise_item(item, self.now)
        self.tx.copies.add(item.id, reading, old.first_seen_at)
        told = self._alert(item, verdicts, {*old.watchlists, *(met or ())})
        return Taken("revised", item.id, told + self._telling.edit(item, verdicts, old, changed))

    def _elsewhere(self, known: str, keys: Mapping[str, str], url: str | None, reading: Reading | None) -> Taken:
        old = self.tx.item(known)
        if old is None:
            raise AssertionError(f"a key of item {known} outlived it")
        self._add_keys(known, keys)
        if self.feed is None or self.feed.id in old.feeds:
            return Taken("seen", known)
        self.tx.add_sighting(known, Sighting(url, self.feed.id, self.now))
        item, verdicts = self.rules.match(replace(old, feeds=(*old.feeds, self.feed.id)), self.rules.alerting)
        self.tx.retag_item(item)
        told = self._alert(item, verdicts, old.watchlists) + self._telling.further(item)
        if reading is not None and is_teaser(item, len(reading.text)) and not self._is_old(item):
            told += self._in_full(item, self._cut(reading)).alerts
        return Taken("seen", known, told)


def _reworded(old: Item, reading: Reading) -> Item:
    return replace(
        old,
        title=reading.title,
        text=reading.text,
        language=reading.language,
        language_confidence=reading.language_confidence,
        authors=reading.authors or old.authors,
        published_at=old.published_at or reading.published_at,
        problem=reading.problem,
    )


def _words(text: str) -> list[str]:
    return words_of(text)
