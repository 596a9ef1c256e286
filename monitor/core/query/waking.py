"""The presearch: which of many queries an article may match, by a few look-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from monitor.core.query.cover import cover
from monitor.core.query.document import Document
from monitor.core.query.operators import Compiled
from monitor.core.query.urls import host_of, parents


class Waking:
    """Which queries an article may match: registered under something it holds, or having no term they require."""

    def __init__(self, matchers: Iterable[Compiled]) -> None:
        registered: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._always: list[int] = []
        for number, matcher in enumerate(matchers):
            found = cover(matcher)
            if found is None:
                self._always.append(number)
                continue
            for kind, key in found.atoms:
                registered[kind][key].append(number)
        self._by: dict[str, dict[str, list[int]]] = {kind: dict(keys) for kind, keys in registered.items()}
        self._keys = {kind: frozenset(keys) for kind, keys in self._by.items()}

    def woken(self, document: Document) -> set[int]:
        """Their numbers, counted as the matchers were given."""
        numbers = set(self._always)
        for kind, keys in self._by.items():
            for key in self._keys[kind] & _present(kind, document):
                numbers.update(keys[key])
        return numbers


def _present(kind: str, document: Document) -> AbstractSet[str]:
    """What a document holds of one kind of atom."""
    subject = document.subject
    match kind:
        case "word":
            return document.words
        case "wild":
            return document.patterns.keys()
        case "stem":
            return document.stems.keys()
        case "pair":
            return set[str]().union(*(text.pairs for text in document.fields))
        case "site":
            return set(parents(host_of(subject.url or "")))
        case "lang":
            return {subject.language.casefold(), subject.language.partition("-")[0].casefold()}
        case "feed":
            return set(subject.feeds)
        case _:
            return {tag.casefold() for tag in subject.tags}
