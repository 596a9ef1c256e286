"""All that `compare` needs to know of one text, worked out once."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from monitor.core.boilerplate import paragraphs_of, strip
from monitor.core.copies.units import is_mostly_spaceless, sampled
from monitor.core.text import tokenize, words_of

RUN = 3
"""Words in a shingle (Broder 1997; measured against 2 and 4 on set A)."""
RUN_OF_CHARACTERS = 5
STRETCH, STRETCH_OF_CHARACTERS = 20, 40
"""Words in a row, or characters in scripts without spaces, that are no quotation of a name or a formula."""
MOST_WORDS = 12_000
"""Words read of a text, some 70 kB: a digest of that takes 3 MB."""
DIGITS = 5
"""Of a document's number; a plane's, a disease's, a summit's (F-16, COVID-19, COP-2026) has fewer, and the same text may
stand under a headline without it."""
_REGISTER = re.compile(r"[A-Z]{2,}|\d-[a-z]{2}-\d")
_PUNCTUATION = ".,:;()[]{}\"'“”„«»‘’!?"
_NAME_LETTERS = 3
_SENTENCE_ENDS = ".!?…:;•\n\"'“”„«»‘’(-–—·|/"
"""After these (and one blank) a capital may only mean a new sentence, so it makes no name."""
NOUN_CAPITALS = frozenset({"de", "lb"})
CAPITALISED = 0.24
"""Where more words bear a capital, every noun or headline word does; news prose in other languages stays below (1 in
100 texts of set B in English, French and Icelandic above .22; German has .33)."""
_NUMBER = re.compile("\\d+(?:[.,'’]\\d+|[ \u00a0\u202f]\\d{3}(?!\\d))*")
_GEORGIAN = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"
"""Unicode knows capitals of these, which are not written."""
_KANA = range(0x3041, 0x3100)
_HAN_FROM = 0x3400


@dataclass(frozen=True)
class Digest:
    """A text cut into what is compared. `words` are those of title and body in order, boilerplate left out.

    `body_from` is the index of the body's first word. What most comparisons end without is worked out when asked for.
    """

    words: tuple[str, ...]
    body_from: int
    language: str
    spaceless: bool
    texts: tuple[str, str]
    """Title and body as they were written."""
    lost: tuple[str, ...] = ()
    """The words of a body that is nothing but boilerplate: with other numbers it may be another one."""

    @cached_property
    def facts(self) -> tuple[bool, ...]:
        """Whether a word is a number or, by its capital inside a sentence, a name; for each of `words`."""
        return tuple(fact for text in self.texts for fact in _facts(text))[:MOST_WORDS]

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Digits alone, separators left out: 26.469,89 and 26 469.89 are one number."""
        return frozenset(re.sub(r"\D", "", match) for match in _NUMBER.findall("\n".join(self.texts)))

    @cached_property
    def capitals_tell(self) -> bool:
        """Whether a capital marks a name here, and not every noun or every headline word."""
        return self.language not in NOUN_CAPITALS and sum(self.facts) <= CAPITALISED * len(self.words)

    @cached_property
    def bears_capitals(self) -> bool:
        """Whether its script has any: Arabic, Hebrew, Devanagari, Han and others have none."""
        sample = [word[0] for word in sampled(self.words)]
        return sum(letter.upper() != letter and letter not in _GEORGIAN for letter in sample) * 2 >= len(sample)

    @cached_property
    def runs(self) -> dict[tuple[str, ...], int]:
        """Every shingle to the index of its first occurrence."""
        length = RUN_OF_CHARACTERS if self.spaceless else RUN
        shifted = [self.words[i:] for i in range(length)]
        places: dict[tuple[str, ...], int] = {}
        for place, run in enumerate(zip(*shifted, strict=False)):
            places.setdefault(run, place)
        return places

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Distinct words; in scripts without spaces runs of characters in their stead."""
        return self.vocabulary_of(self.words)

    def vocabulary_of(self, words: Sequence[str]) -> frozenset[str]:
        """`vocabulary` of some of them."""
        return frozenset(_character_words(words) if self.spaceless else words)

    @cached_property
    def title(self) -> frozenset[str]:
        return frozenset(self.words[: self.body_from])

    @cached_property
    def numbered(self) -> frozenset[str]:
        """What the headline names as registers do (CVE-2026-1234, 1:26-cv-00123, USN-7123-1): never one for two documents."""
        words = (word.strip(_PUNCTUATION) for word in self.texts[0].split())
        return frozenset(word.casefold() for word in words if len(word) > DIGITS and _is_numbered(word))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(w for w, fact in zip(self.words, self.facts, strict=True) if fact and not w[0].isdigit())

    def __len__(self) -> int:
        return len(self.words)

    def beginning(self, words: int) -> Digest:
        """Of so many words, title and all."""
        starts = tokenize(self.texts[1]).starts
        cut = max(0, words - self.body_from)
        return digest(
            self.texts[0], self.texts[1][: starts[cut]] if cut < len(starts) else self.texts[1], self.language
        )

    def parted(self, common: AbstractSet[tuple[str, ...]]) -> tuple[list[Sequence[str]], list[str]]:
        """The stretches of `runs` that are in `common`, and the words of the body beside them."""
        run, least = (RUN_OF_CHARACTERS, STRETCH_OF_CHARACTERS) if self.spaceless else (RUN, STRETCH)
        spans: list[list[int]] = []
        for place in sorted(place for shingle, place in self.runs.items() if shingle in common):
            if spans and place <= spans[-1][1]:
                spans[-1][1] = place + run
            else:
                spans.append([place, place + run])
        spans = [span for span in spans if span[1] - span[0] >= least]
        rest: list[str] = []
        after = self.body_from
        for begin, end in spans:
            rest += self.words[after:begin]
            after = max(after, end)
        return [self.words[begin:end] for begin, end in spans], [*rest, *self.words[after:]]


def digest(title: str, text: str, language: str, learnt: Container[int] = ()) -> Digest:
    """Read a title and a body; paragraphs whose key is in `learnt` (`core.boilerplate`) are left out."""
    body = "\n".join(strip(paragraphs_of(text), learnt)) if learnt else text
    lost = tuple(words_of(text)) if learnt and not body else ()
    headline = words_of(title)
    words = [*headline, *words_of(body)][:MOST_WORDS]
    return Digest(
        words=tuple(words),
        body_from=min(len(headline), MOST_WORDS),
        language=language,
        spaceless=is_mostly_spaceless(words),
        texts=(title, body),
        lost=lost,
    )


def _is_numbered(word: str) -> bool:
    return sum(map(str.isdigit, word)) >= DIGITS and not word.isalnum() and _REGISTER.search(word) is not None


def _facts(text: str) -> list[bool]:
    tokens = tokenize(text)
    return [
        word[0].isdigit() or (text[start].isupper() and len(word) >= _NAME_LETTERS and _inside_sentence(text, start))
        for word, start in zip(tokens.words, tokens.starts, strict=True)
    ]


def _inside_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start]
    return len(before) == 2 and before[1] not in _SENTENCE_ENDS and before[0] not in _SENTENCE_ENDS


def _character_words(words: Sequence[str]) -> list[str]:
    """Runs about as telling as words: two characters of Han (kana-only pairs, mostly grammar, left out), four of Thai
    and its neighbours, whose characters are letters; words of other scripts as they are."""
    found = [word for word in words if len(word) > 1 and ord(word[0]) < 0x0E00]
    for place in range(len(words) - 1):
        first, second = words[place], words[place + 1]
        if ord(first[0]) in _KANA and ord(second[0]) in _KANA:
            continue
        if ord(first[0]) >= _HAN_FROM or ord(second[0]) >= _HAN_FROM:
            found.append(first + second)
        elif ord(first[0]) >= 0x0E00:
            found.append("".join(words[place : place + 4]))
    return found
