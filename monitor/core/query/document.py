"""A subject made ready to be asked: tokens, where each word stands, which terms of a vocabulary it holds.

Everything is made at the first question that needs it and kept for the next, so a document belongs to one thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property

from monitor.core.query import forms
from monitor.core.query.nodes import DEFAULT_FIELDS, TextField
from monitor.core.query.subject import Subject
from monitor.core.query.vocabulary import Vocabulary
from monitor.core.text import is_spaceless, tokenize
from monitor.core.text_tables import ZERO_WIDTH

Span = tuple[int, int]
"""First and last token of a hit, both inclusive."""


class Field:
    """One text of a subject: its title, its body, or one author."""

    def __init__(self, name: TextField, text: str) -> None:
        self.name = name
        self.text = text
        self._tokens = tokenize(text)
        self.words = self._tokens.words

    @property
    def starts(self) -> Sequence[int]:
        """Each token's first character."""
        return self._tokens.starts

    @property
    def ends(self) -> Sequence[int]:
        """Each token's end."""
        return self._tokens.ends

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Each word's places, ascending."""
        index: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self.words):
            index[word].append(place)
        return dict(index)

    @cached_property
    def spellings(self) -> dict[str, list[int]]:
        """Each spelling's places, ascending."""
        index: defaultdict[str, list[int]] = defaultdict(list)
        for place, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            index[self.text[start:end]].append(place)
        return dict(index)

    @cached_property
    def characters(self) -> list[int]:
        """The places of tokens that are one character: of a spaceless script, or a word of one letter."""
        return [place for place, word in enumerate(self.words) if len(word) == 1 or is_spaceless(word)]

    @cached_property
    def pairs(self) -> set[str]:
        """Neighbours in a spaceless script, joined: what wakes a term of several characters."""
        alone = [is_spaceless(word) for word in self.words]
        return {self.words[n] + self.words[n + 1] for n in range(len(self.words) - 1) if alone[n] and alone[n + 1]}

    def touches(self, place: int) -> bool:
        """Whether nothing that prints parts a token from the one before it."""
        before, start = self.ends[place - 1], self.starts[place]
        return before == start or not self.text[before:start].strip(ZERO_WIDTH)

    def characters_of(self, span: Span) -> tuple[int, int]:
        """A span's offsets into the text."""
        return self.starts[span[0]], self.ends[span[1]]


class Document:
    """A subject's fields, and the places of a vocabulary's terms in them."""

    def __init__(self, subject: Subject, vocabulary: Vocabulary) -> None:
        self.subject = subject
        self._vocabulary = vocabulary
        self.fields = (
            Field("title", subject.title),
            Field("body", subject.text),
            *(Field("author", author) for author in subject.authors),
        )
        self._wild: dict[tuple[int, str], list[int]] = {}

    def tagged(self, tags: tuple[str, ...]) -> Document:
        """The same document with other tags; nothing is read again that has been."""
        other = copy(self)
        other.subject = replace(self.subject, tags=tags)
        return other

    @cached_property
    def words(self) -> set[str]:
        """Every word of every field."""
        return set().union(*(field.words for field in self.fields))

    @cached_property
    def default_words(self) -> set[str]:
        """Every word of title and body, where a term that names no field is looked for."""
        if not self.subject.authors:
            return self.words
        return set().union(*(field.words for field in self.fields if field.name in DEFAULT_FIELDS))

    @cached_property
    def patterns(self) -> dict[str, list[str]]:
        """Each wildcard pattern the subject fits, with the words that fit it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        if self._vocabulary.patterns:
            fitting = self._vocabulary.fitting
            for word in self.words:
                for pattern in fitting(word):
                    found[pattern].append(word)
        return dict(found)

    @cached_property
    def stems(self) -> dict[str, list[tuple[Field, list[int]]]]:
        """Each `stem` term the subject holds a form of, with the places by field, each list ascending."""
        found: defaultdict[str, list[tuple[Field, list[int]]]] = defaultdict(list)
        language = self.subject.language
        if self._vocabulary.stems and forms.knows(language):
            for field in self.fields:
                places: defaultdict[str, list[int]] = defaultdict(list)
                for spelling, where in field.spellings.items():
                    for term in self._vocabulary.stemming(spelling, language):
                        places[term].extend(where)
                for term, where in places.items():
                    found[term].append((field, sorted(where)))
        return dict(found)

    def wild_places(self, field: Field, pattern: str) -> Sequence[int]:
        """Where a field's words fit a wildcard pattern, ascending."""
        if pattern == "?":
            return field.characters
        key = (id(field), pattern)
        if key not in self._wild:
            words = self.patterns.get(pattern, ())
            self._wild[key] = sorted(place for word in words for place in field.index.get(word, ()))
        return self._wild[key]

    def stem_places(self, field: Field, term: str) -> Sequence[int]:
        """Where a field holds a form of a term or the term itself, ascending."""
        for known, places in self.stems.get(term, ()):
            if known is field:
                return places
        return ()
