"""Search as a sieve: an FTS5 expression that lets every item through that a query could match.

The index holds our own tokens (`index_text`), so FTS5's tokenizer must not cut them again: its ``ascii`` tokenizer
takes every character beyond ASCII as part of a word, and of ASCII our tokens hold letters and digits alone. Each string
is quoted by us.
"""

from __future__ import annotations

from monitor.core.query.nodes import And, AtLeast, InField, Named, Near, Node, Or, Words
from monitor.core.query.patterns import Element, elements
from monitor.core.text import recent_words

FTS_TOKENIZER = "ascii"
"""For ``CREATE VIRTUAL TABLE … USING fts5(words, tokenize = 'ascii')``."""


def index_text(title: str, text: str) -> str:
    """What the FTS5 column holds of an item: its folded words, title first, joined with spaces."""
    return " ".join([*recent_words(title), *recent_words(text)])


def prefilter(node: Node, stem: bool = False) -> str | None:
    """An FTS5 expression that every matching item's `index_text` satisfies; None when nothing can be told from words.

    NOT, regular expressions, word forms, authors and conditions about the item tell nothing here; `stem`: plain terms
    stand for their forms.
    """
    match node:
        case Words():
            return _words(node, stem and not node.exact)
        case And():
            return _both([prefilter(child, stem) for child in node.children])
        case Near():
            return _both([prefilter(node.left, stem), prefilter(node.right, stem)])
        case Or():
            parts = [prefilter(child, stem) for child in node.children]
            known = [part for part in parts if part is not None]
            return f"({' OR '.join(known)})" if len(known) == len(parts) else None
        case AtLeast() | Named():
            return prefilter(node.child, stem)
        case InField():
            return None if node.field == "author" else prefilter(node.child, stem)
        case _:
            return None


def _both(parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    return f"({' AND '.join(known)})" if known else None


def _words(node: Words, stem: bool) -> str | None:
    places = elements(node.text, node.at)
    if stem:
        return _both([_word(element) for element in places if element.wild])
    if node.slop is not None:
        return _both([_word(element) for element in places])
    parts: list[str | None] = []
    row: list[str] = []
    for element in places:
        if not element.wild:
            row.append(element.word)
            continue
        if row:
            parts.append(_quoted(" ".join(row)))
            row = []
        parts.append(_word(element))
    if row:
        parts.append(_quoted(" ".join(row)))
    return parts[0] if len(parts) == 1 else _both(parts)


def _word(element: Element) -> str | None:
    """A word, or the beginning of a wildcard; None where a wildcard stands first."""
    if not element.wild:
        return _quoted(element.word)
    prefix = element.word.replace("?", "*").partition("*")[0]
    return f"{_quoted(prefix)}*" if prefix else None


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'
