"""Compiled inner nodes, and how any compiled node is asked: `test`, `hits`, `spans` among words, `ranges` of text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.core.query.about import MetaLeaf
from monitor.core.query.atoms import Cover
from monitor.core.query.document import Document, Field, Span
from monitor.core.query.nodes import And, AtLeast, InField, Named, Near, Not, Or, Stem, TextField
from monitor.core.query.places import apart, near
from monitor.core.query.terms import RegexLeaf, WordsLeaf
from monitor.model import Match


@dataclass(frozen=True, slots=True)
class AllOf:
    """`asked` are the children in the order of asking: the one that woke the query is most likely there, so it is last."""

    node: And
    children: tuple[Compiled, ...]
    cover: Cover | None
    asked: tuple[Compiled, ...]

    def test(self, document: Document) -> bool:
        for child in self.asked:  # noqa: SIM110  loops, not all() and any(): a fifth of a large configuration's time
            if not child.test(document):
                return False
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`words` are those of its children that are one plain word in the default fields: asked all at once."""

    node: Or
    children: tuple[Compiled, ...]
    words: frozenset[str]
    rest: tuple[Compiled, ...]

    def test(self, document: Document) -> bool:
        if not self.words.isdisjoint(document.default_words):
            return True
        for child in self.rest:  # noqa: SIM110
            if child.test(document):
                return True
        return False

    def spans(self, document: Document, field: Field) -> Sequence[Span]:
        return sorted({span for child in self.children for span in spans(child, document, field)})

    def ranges(self, document: Document, field: Field) -> list[tuple[int, int]]:
        return sorted({found for child in self.children for found in ranges(child, document, field)})


@dataclass(frozen=True, slots=True)
class NoneOf:
    node: Not
    child: Compiled

    def test(self, document: Document) -> bool:
        return not self.child.test(document)


@dataclass(frozen=True, slots=True)
class Beside:
    """NEAR and ONEAR."""

    node: Near
    left: Compiled
    right: Compiled
    fields: tuple[TextField, ...]

    def spans(self, document: Document, field: Field) -> Sequence[Span]:
        if field.name not in self.fields:
            return ()
        left = spans(self.left, document, field)
        if not left:
            return ()
        return near(left, spans(self.right, document, field), self.node.distance, self.node.ordered)

    def ranges(self, document: Document, field: Field) -> list[tuple[int, int]]:
        return [field.characters_of(span) for span in self.spans(document, field)]

    def test(self, document: Document) -> bool:
        return any(self.spans(document, field) for field in document.fields)


@dataclass(frozen=True, slots=True)
class CountOf:
    """atleast."""

    node: AtLeast
    child: Compiled

    def count(self, document: Document) -> int:
        return sum(apart(ranges(self.child, document, field)) for field in document.fields)

    def test(self, document: Document) -> bool:
        return self.count(document) >= self.node.count


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What only changes how its child was compiled: a field, word forms, a name."""

    node: InField | Stem | Named
    child: Compiled

    def test(self, document: Document) -> bool:
        return self.child.test(document)

    def spans(self, document: Document, field: Field) -> Sequence[Span]:
        return spans(self.child, document, field)

    def ranges(self, document: Document, field: Field) -> list[tuple[int, int]]:
        return ranges(self.child, document, field)


Leaf = WordsLeaf | RegexLeaf | MetaLeaf
Compiled = Leaf | AllOf | AnyOf | NoneOf | Beside | CountOf | Wrapped


def spans(node: Compiled, document: Document, field: Field) -> Sequence[Span]:
    """Where a node that has places among words hits in a field; the compiler let no other stand where this is asked."""
    assert not isinstance(node, RegexLeaf | MetaLeaf | AllOf | NoneOf | CountOf)
    return node.spans(document, field)


def ranges(node: Compiled, document: Document, field: Field) -> list[tuple[int, int]]:
    """The same as offsets into the field's text, half-open; regular expressions have these too."""
    assert not isinstance(node, MetaLeaf | AllOf | NoneOf | CountOf)
    return node.ranges(document, field)


def operands(node: Compiled) -> tuple[Compiled, ...]:
    """The node's children, in the order written."""
    match node:
        case AllOf() | AnyOf():
            return node.children
        case Beside():
            return (node.left, node.right)
        case NoneOf() | CountOf() | Wrapped():
            return (node.child,)
        case _:
            return ()


def leaf_hits(node: Leaf, document: Document) -> Iterator[Match]:
    """Every hit of one leaf."""
    if isinstance(node, MetaLeaf):
        if found := node.found(document):
            yield found
        return
    for field in document.fields:
        for start, end in node.ranges(document, field):
            yield Match(node.label, field.name, field.text[start:end], start, end)


def hits(node: Compiled, document: Document) -> Iterator[Match]:
    """The hits that make a matching node match: of its leaves not under NOT, and under NEAR only those near."""
    match node:
        case NoneOf():
            return
        case Beside():
            yield from _near_hits(node, document)
        case WordsLeaf() | RegexLeaf() | MetaLeaf():
            yield from leaf_hits(node, document)
        case _:
            for child in operands(node):
                if child.test(document):
                    yield from hits(child, document)


def _near_hits(node: Beside, document: Document) -> Iterator[Match]:
    for field in document.fields:
        windows = sorted(field.characters_of(span) for span in node.spans(document, field))
        starts = [start for start, _ in windows]
        reach = list(accumulate((end for _, end in windows), max))
        for child in operands(node):
            for hit in _leaves_in(child, document, field):
                before = bisect_right(starts, hit.start) - 1
                if before >= 0 and hit.end <= reach[before]:  # inside some window
                    yield hit


def _leaves_in(node: Compiled, document: Document, field: Field) -> Iterator[Match]:
    if isinstance(node, WordsLeaf):
        for start, end in node.ranges(document, field):
            yield Match(node.label, field.name, field.text[start:end], start, end)
    for child in operands(node):
        yield from _leaves_in(child, document, field)
