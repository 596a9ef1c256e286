"""The query language of CONTRACT: grammar, compiler, matcher, explanation.

    source ─parse─> Node ─compile─> Compiled ─test, hits, explain─> on a Document made of a Subject
                      └─prefilter─> an FTS5 expression for history

The same compiled query judges a new item and a stored one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from monitor.core.query.analysis import check_matchable
from monitor.core.query.compiler import Compiler
from monitor.core.query.explain import Explanation
from monitor.core.query.nodes import Meta, Node, walk
from monitor.core.query.parse import Parser
from monitor.core.query.prefilter import FTS_TOKENIZER, index_text, prefilter
from monitor.core.query.printer import print_query
from monitor.core.query.subject import Subject
from monitor.errors import QueryError

__all__ = [
    "FTS_TOKENIZER", "Explanation", "Meta", "Node", "QueryError", "Subject", "check", "excerpt", "index_text",
    "parse", "prefilter", "print_query", "walk",
]  # fmt: skip


def parse(source: str, terms: Mapping[str, str] | None = None) -> Node:
    """The tree of a query; `terms` are the named queries it may use.

    Raises:
        QueryError: it cannot be read; with the character's offset in `source` and what was expected there.
    """
    return Parser(terms).parse(source)


def check(source: str, terms: Mapping[str, str] | None = None) -> None:
    """Refuse also what can be read and never match.

    Raises:
        QueryError: as `parse`; and NOTs alone, contradictions, wildcards with too few letters, regular expressions that
            RE2 does not take, operands that NEAR or atleast cannot have.
    """
    node = parse(source, terms)
    Compiler().compile(node)
    check_matchable(node)


def excerpt(source: str, position: int) -> str:
    """The line of an offset and, below it, a caret under the place."""
    position = min(max(position, 0), len(source))
    start = source.rfind("\n", 0, position) + 1
    end = source.find("\n", position)
    line = source[start:] if end < 0 else source[start:end]
    return f"{line}\n{''.join(map(_blank, source[start:position]))}^"


def _blank(character: str) -> str:
    """As much space as a character takes in a terminal."""
    if character == "\t":
        return "\t"
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
