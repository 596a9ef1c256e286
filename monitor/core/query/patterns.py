"""Terms to elements: what must stand at each place of a phrase.

Wildcards stay inside a word. In a script written without spaces, where a term is a run of characters anyway, a ``*`` at
its edge adds nothing and a ``?`` is any one character.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.text import is_spaceless, tokenize
from monitor.errors import QueryError

MIN_LETTERS = 2
"""Beside a wildcard: CONTRACT."""

# Letters that tokenize like any other and that nobody types (Linear A), standing in for wildcards while a term is cut.
_STAR, _ANY = "\U00010600", "\U00010601"
_STAND_IN = str.maketrans({"*": _STAR, "?": _ANY})
_BACK = str.maketrans({_STAR: "*", _ANY: "?"})


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a term. `word` is folded, with ``*`` and ``?`` if `wild`; `written` is as the user wrote it.

    `glued`: no character that prints may stand before it (scripts written without spaces).
    """

    word: str
    written: str
    wild: bool = False
    glued: bool = False


def elements(text: str, at: int = 0) -> tuple[Element, ...]:
    """The places of a term or phrase, at least one.

    Raises:
        QueryError: it holds no word, or a wildcard with fewer than two letters; placed at `at`.
    """
    if text.isascii() and text.isalnum():  # most terms: one plain word
        return (Element(text.lower(), text),)
    runs = [_checked(run, text, at) for run in _runs(text)]
    if not runs:
        raise QueryError(f"\u2018{text}\u2019 holds no word to look for", at, ("a term",))
    return tuple(
        Element(pattern, written, "*" in pattern or "?" in pattern, glued=place > 0)
        for run in runs
        for place, (pattern, written) in enumerate(run)
    )


def _runs(text: str) -> list[list[tuple[str, str]]]:
    """Patterns with their spellings; those that must touch (characters of a spaceless script) in one list."""
    tokens = tokenize(text.translate(_STAND_IN))
    runs: list[list[tuple[str, str]]] = []
    last = -1
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        pattern = word.translate(_BACK)
        pieces = [(pattern, text[start:end])] if pattern.strip("*?") else [(mark, mark) for mark in pattern]
        for piece in pieces:
            if runs and start == last and _touches(piece[0]) and _touches(runs[-1][-1][0]):
                runs[-1].append(piece)
            else:
                runs.append([piece])
            last = start
        last = end
    return runs


def _touches(pattern: str) -> bool:
    return is_spaceless(pattern) or pattern in ("*", "?")


def _checked(run: list[tuple[str, str]], text: str, at: int) -> list[tuple[str, str]]:
    """The run without idle stars at its edges.

    Raises:
        QueryError: too few letters beside a wildcard, or a star between characters.
    """
    patterns = [pattern for pattern, _ in run]
    letters = sum(len(pattern) - pattern.count("*") - pattern.count("?") for pattern in patterns)
    if any("*" in pattern or "?" in pattern for pattern in patterns) and letters < MIN_LETTERS:
        what = f"a wildcard needs at least {MIN_LETTERS} letters beside it: {text}"
        raise QueryError(what, at, ("a longer term",))
    first, last = 0, len(run)
    while patterns[first] == "*":
        first += 1
    while patterns[last - 1] == "*":
        last -= 1
    if "*" in patterns[first:last]:
        raise QueryError(f"a \u2018*\u2019 cannot stand between characters of this script: {text}", at, ("NEAR",))
    return run[first:last]


def glob(pattern: str, word: str) -> bool:
    """Whether a word fits a pattern: ``*`` is any letters or none, ``?`` any one. In time len(pattern) * len(word)."""
    at = place = 0
    star, retry = -1, 0
    while place < len(word):
        if at < len(pattern) and (pattern[at] == "?" or pattern[at] == word[place]):
            at += 1
            place += 1
        elif at < len(pattern) and pattern[at] == "*":
            star, retry = at, place
            at += 1
        elif star >= 0:
            at = star + 1
            retry += 1
            place = retry
        else:
            return False
    return not pattern[at:].strip("*")
