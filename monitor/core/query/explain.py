"""Why a query matched or did not: its tree with each node's verdict, its hits and a note."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.query.about import MetaLeaf
from monitor.core.query.document import Document
from monitor.core.query.nodes import Named
from monitor.core.query.operators import Beside, Compiled, CountOf, Wrapped, hits, leaf_hits, operands, spans
from monitor.core.query.printer import print_query
from monitor.core.query.terms import RegexLeaf, WordsLeaf
from monitor.model import Match


@dataclass(frozen=True, slots=True)
class Explanation:
    """One node: `text` as the query writes it, whether it holds, where, and what is worth saying."""

    text: str
    matched: bool
    matches: tuple[Match, ...] = ()
    note: str = ""
    children: tuple[Explanation, ...] = ()


def explain(node: Compiled, document: Document) -> Explanation:
    """The explanation of a compiled query on a document."""
    matched = node.test(document)
    if isinstance(node, WordsLeaf | RegexLeaf | MetaLeaf):
        return Explanation(node.label, matched, tuple(leaf_hits(node, document)), node.note(document))
    found = tuple(hits(node, document)) if matched and isinstance(node, Beside) else ()
    below = tuple(explain(child, document) for child in operands(node))
    return Explanation(print_query(node.node), matched, found, _note(node, document), below)


def _note(node: Compiled, document: Document) -> str:
    if isinstance(node, CountOf):
        count = node.count(document)
        return f"{count} hit{'' if count == 1 else 's'}"
    if isinstance(node, Wrapped) and isinstance(node.node, Named):
        return f"@{node.node.name} = {print_query(node.node.child)}"
    if isinstance(node, Beside) and not node.test(document):
        between = _closest(node, document)
        return "" if between is None else f"at the closest, {between} words between"
    return ""


def _closest(node: Beside, document: Document) -> int | None:
    """The fewest words between the two sides, in the order asked for."""
    gaps: list[int] = []
    for field in document.fields:
        if field.name not in node.fields:
            continue
        left, right = spans(node.left, document, field), spans(node.right, document, field)
        pairs = [(a, b) for a in left[:_LOOKED_AT] for b in right[:_LOOKED_AT]]
        if not node.node.ordered:
            pairs += [(b, a) for a, b in pairs]
        gaps += [b[0] - a[1] - 1 for a, b in pairs if b[0] > a[1]]
    return min(gaps, default=None)


_LOOKED_AT = 100
"""Hits of each side compared for the note: enough for an article."""
