"""What an edit of an article changed, sentence by sentence, and what of it is worth telling.

An edit is trivial when it touches blanks, punctuation, case or accents alone, or only moves the time that a line such as
"Updated 12:40" tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from monitor.core.text import fold, words_of

Difference = tuple[str, str]
"""What stood there before and what stands there now; one of them is empty where something was added or taken out."""

MAX_SENTENCES = 500
"""Compared one by one; the rest of a longer text is compared as one. Comparing is quadratic where sentences repeat."""

_BETWEEN = re.compile(r"\n+|(?<=[.!?…])\s+|(?<=[。！？])")
_STAMP = re.compile(
    r"\d{1,2}[:.]\d{2}\b|\b(?:updated?|ago|aggiornat[oa]|aggiornamento|fa|actualizad[oa]|actualizacion|hace|mis a jour|"
    r"il y a|aktualisiert|stand|vor|atualizad[oa]|ha|bijgewerkt|geleden|uppdaterad|обновлено|назад|оновлено|тому|"
    r"zaktualizowano|temu|aktualizovano|guncellendi|once|تحديث|更新|업데이트)\b"
)
_STAMP_WORDS = 12
"""Words a line may have to be a time stamp and no news."""


def differences(before: tuple[str, str], after: tuple[str, str]) -> tuple[Difference, ...]:
    """What changed between two versions (title, text), the title first; empty for an edit that is trivial."""
    found = list(_between([before[0]], [after[0]]))
    old, new = _sentences(before[1]), _sentences(after[1])
    found += [one for one in _between(old, new) if not _only_a_stamp(*one)]
    return tuple(found)


def _sentences(text: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN.split(text)]
    parts = [part for part in parts if part]
    if len(parts) > MAX_SENTENCES:
        parts[MAX_SENTENCES - 1 :] = [" ".join(parts[MAX_SENTENCES - 1 :])]
    return parts


def _between(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """Runs of sentences that differ in words."""
    a, b = [_words(part) for part in old], [_words(part) for part in new]
    changes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    pairs = [(" ".join(old[i:j]), " ".join(new[k:n])) for kind, i, j, k, n in changes if kind != "equal"]
    return [(left, right) for left, right in pairs if _words(left) != _words(right)]


def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def _only_a_stamp(old: str, new: str) -> bool:
    """Whether both say nothing but a time, or one does and the other nothing."""
    told = [text for text in (old, new) if text]
    if any(len(_words(text)) > _STAMP_WORDS or not _STAMP.search(fold(text)) for text in told):
        return False
    bare = {tuple(word for word in _words(text) if not any(map(str.isdigit, word))) for text in told}
    return len(bare) == 1
