"""All terms of a set of queries that are more than a plain word, and which words of an article they find.

Which patterns a word fits is found once and remembered: most words of the next article have been seen.
"""

from __future__ import annotations

from collections import defaultdict

import ahocorasick_rs

from monitor.core.query.forms import forms, query_forms
from monitor.core.query.patterns import glob

MAX_REMEMBERED = 200_000
"""Words kept with the patterns they fit (about 20 MB); then the memory starts anew."""

MAX_WORD = 200
"""Letters of a word that wildcards and word forms look at; longer ones are encoded data."""


class Vocabulary:
    """Collected while queries are compiled; read-only, and safe for threads, from the first article on."""

    def __init__(self) -> None:
        self.patterns: set[str] = set()
        self.stems: set[str] = set()
        self._prefixes: dict[str, list[str]] | None = None
        self._lengths: list[int] = []
        self._others: list[str] = []
        self._literals: ahocorasick_rs.AhoCorasick | None = None
        self._fitting: dict[str, tuple[str, ...]] = {}
        self._stem_keys: dict[str, dict[str, list[str]]] = {}
        self._stemming: dict[str, dict[str, tuple[str, ...]]] = {}

    def fitting(self, word: str) -> tuple[str, ...]:
        """The patterns a folded word fits."""
        if len(word) > MAX_WORD:
            return ()
        known = self._fitting.get(word)
        if known is None:
            known = self._find_patterns(word)
            if len(self._fitting) >= MAX_REMEMBERED:
                self._fitting.clear()
            self._fitting[word] = known
        return known

    def stemming(self, spelling: str, language: str) -> tuple[str, ...]:
        """The terms of which a spelling, as the article writes it, is a form."""
        if len(spelling) > MAX_WORD:
            return ()
        memory = self._stemming.get(language)
        if memory is None:
            memory = self._stemming[language] = {}
        known = memory.get(spelling)
        if known is None:
            keys = self._keys(language)
            known = tuple(sorted({term for form in forms(spelling, language) for term in keys.get(form, ())}))
            if len(memory) >= MAX_REMEMBERED:
                memory.clear()
            memory[spelling] = known
        return known

    def _keys(self, language: str) -> dict[str, list[str]]:
        if language not in self._stem_keys:
            keys: defaultdict[str, list[str]] = defaultdict(list)
            for term in self.stems:
                for form in query_forms(term, language):
                    keys[form].append(term)
            self._stem_keys[language] = dict(keys)
        return self._stem_keys[language]

    def _find_patterns(self, word: str) -> tuple[str, ...]:
        if self._prefixes is None:
            self._build()
        assert self._prefixes is not None
        found: list[str] = []
        for length in self._lengths:
            if length > len(word):
                break
            found.extend(self._prefixes.get(word[:length], ()))
        if self._literals is not None:
            candidates = {n for n, _, _ in self._literals.find_matches_as_indexes(word, overlapping=True)}
            found.extend(self._others[n] for n in candidates if glob(self._others[n], word))
        return tuple(found)

    def _build(self) -> None:
        """Patterns of the form ``abc*`` by their prefix, the others by their longest literal in one automaton."""
        prefixes: defaultdict[str, list[str]] = defaultdict(list)
        others: list[str] = []
        for pattern in sorted(self.patterns):
            stem = pattern[:-1]
            if pattern.endswith("*") and "*" not in stem and "?" not in stem:
                prefixes[stem].append(pattern)
            else:
                others.append(pattern)
        self._lengths = sorted({len(prefix) for prefix in prefixes})
        self._others = others
        literals = [max(pattern.replace("?", "*").split("*"), key=len) for pattern in others]
        self._literals = ahocorasick_rs.AhoCorasick(literals) if literals and all(literals) else None
        self._prefixes = dict(prefixes)  # last: another thread that sees it sees all
