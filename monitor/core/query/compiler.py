"""Tree to matcher. What the grammar lets pass and no matcher can do is refused here, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from monitor.core.query.about import MetaLeaf
from monitor.core.query.cover import rarest_last
from monitor.core.query.nodes import (
    DEFAULT_FIELDS,
    And,
    AtLeast,
    InField,
    Meta,
    Named,
    Near,
    Node,
    Not,
    Or,
    Regex,
    Stem,
    TextField,
    Words,
)
from monitor.core.query.operators import AllOf, AnyOf, Beside, Compiled, CountOf, NoneOf, Wrapped
from monitor.core.query.printer import print_query
from monitor.core.query.terms import WordsLeaf, compile_regex
from monitor.core.query.vocabulary import Vocabulary
from monitor.errors import QueryError


@dataclass(frozen=True, slots=True)
class Context:
    """What the nodes above say of those below."""

    fields: tuple[TextField, ...] = DEFAULT_FIELDS
    stem: bool = False
    inside: str = ""
    """The operator that needs places: NEAR takes words only, atleast also regular expressions."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles queries into one vocabulary."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def compile(self, node: Node, context: Context | None = None, label: str | None = None) -> Compiled:
        """The matcher of a tree. `label`: the term's name in matches, where the node is one leaf, no query.

        Raises:
            QueryError: a term without a word, a wildcard with too few letters, a bad regular expression, an operand
                that NEAR or atleast cannot take, a field inside a field.
        """
        context = context or Context()
        _check_operand(node, context)
        match node:
            case Words():
                return self._words(node, context, label or print_query(node))
            case Regex():
                return compile_regex(node, context.fields, label or print_query(node))
            case Meta():
                return MetaLeaf(node, label or print_query(node))
            case And():
                children = tuple(self.compile(child, context) for child in node.children)
                return AllOf(node, children, *rarest_last(children))
            case Or():
                return self._any_of(node, context)
            case Not():
                return NoneOf(node, self.compile(node.child, context))
            case Near():
                inner = replace(context, inside="NEAR")
                left, right = self.compile(node.left, inner), self.compile(node.right, inner)
                return Beside(node, left, right, context.fields)
            case AtLeast():
                return CountOf(node, self.compile(node.child, replace(context, inside="atleast")))
            case Stem():
                return Wrapped(node, self.compile(node.child, replace(context, stem=True)))
            case InField():
                return self._in_field(node, context)
            case Named():
                return self._named(node, context)
            case _:
                assert_never(node)

    def _words(self, node: Words, context: Context, label: str) -> WordsLeaf:
        leaf = WordsLeaf(node, context.fields, context.stem, label)
        for element in leaf.elements:
            if element.wild and element.word != "?":
                self.vocabulary.patterns.add(element.word)
            elif leaf.stems(element):
                self.vocabulary.stems.add(element.written)
        return leaf

    def _any_of(self, node: Or, context: Context) -> AnyOf:
        children = tuple(self.compile(child, context) for child in node.children)
        return any_of(node, children)

    def _in_field(self, node: InField, context: Context) -> Compiled:
        if context.fields not in (DEFAULT_FIELDS, (node.field,)):
            raise QueryError(
                f"{node.field}: inside {context.fields[0]}: can never match: a word stands in one field", node.at
            )
        return Wrapped(node, self.compile(node.child, replace(context, fields=(node.field,))))

    def _named(self, node: Named, context: Context) -> Compiled:
        try:
            return Wrapped(node, self.compile(node.child, context))
        except QueryError as error:
            what = error.what if error.what.startswith("in @") else f"in @{node.name}: {error.what}"
            raise QueryError(what, node.at, error.expected) from None


def any_of(node: Or, children: tuple[Compiled, ...]) -> AnyOf:
    """The OR of compiled children."""
    plain = frozenset(child.anywhere for child in children if isinstance(child, WordsLeaf) and child.anywhere)
    rest = tuple(child for child in children if not (isinstance(child, WordsLeaf) and child.anywhere))
    return AnyOf(node, children, plain, rest)


def _check_operand(node: Node, context: Context) -> None:
    inside = context.inside
    if not inside or isinstance(node, Words | Or | Near | Stem | Named):
        return
    if inside == "atleast" and isinstance(node, Regex | InField):
        return
    takes = "words, phrases and OR groups" if inside == "NEAR" else "words, phrases, NEAR, OR groups and expressions"
    raise QueryError(f"{inside} takes {takes}, not \u2018{print_query(node)}\u2019", node.at, ("a term", "a phrase"))
