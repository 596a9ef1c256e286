"""The tree of a query. Frozen and compared by what it says; `at` and `end`, offsets into the source, do not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

TextField = Literal["title", "body", "author"]
MetaField = Literal["url", "site", "feed", "tag", "lang"]
TEXT_FIELDS: tuple[TextField, ...] = ("title", "body", "author")
META_FIELDS: tuple[MetaField, ...] = ("url", "site", "feed", "tag", "lang")
DEFAULT_FIELDS: tuple[TextField, ...] = ("title", "body")
"""Where a term without a field is looked for."""


def _place() -> int:
    return field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """A term (``nordcorean*``) or, `quoted`, a phrase; `slop`: any order with at most so many other words between."""

    text: str
    quoted: bool = False
    exact: bool = False
    slop: int | None = None
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Regex:
    """``/pattern/`` in RE2's syntax, on the text as written."""

    pattern: str
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Meta:
    """``site:ukrinform.it``: about the item, not in its text."""

    field: MetaField
    value: str
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[Node, ...]
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[Node, ...]
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Not:
    child: Node
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Near:
    """``left NEAR/distance right``: at most `distance` other words between; `ordered`: left comes first."""

    left: Node
    right: Node
    distance: int
    ordered: bool = False
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``atleast(count, child)``: hits in title and text together, overlapping ones counted once."""

    count: int
    child: Node
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Stem:
    """``stem(child)``: its plain terms match any form of theirs."""

    child: Node
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class InField:
    """``title:child``."""

    field: TextField
    child: Node
    at: int = _place()
    end: int = _place()


@dataclass(frozen=True, slots=True)
class Named:
    """``@name`` and the query it stands for, whose offsets are into that query's own source."""

    name: str
    child: Node
    at: int = _place()
    end: int = _place()


Node = Words | Regex | Meta | And | Or | Not | Near | AtLeast | Stem | InField | Named


def children(node: Node) -> tuple[Node, ...]:
    """The node's operands, in the order written."""
    match node:
        case And() | Or():
            return node.children
        case Near():
            return (node.left, node.right)
        case Not() | AtLeast() | Stem() | InField() | Named():
            return (node.child,)
        case _:
            return ()


def walk(node: Node, *, named: bool = True) -> Iterator[Node]:
    """The node and all below it, parents first; without `named`, not what its named queries say."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if named or not isinstance(node, Named):
            stack.extend(reversed(children(node)))
