"""Source to tree: Lark's parse tree made into nodes, and its errors into messages for people."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken

from monitor.core.query.grammar import EXPECTED, QUOTES, make_parser, tokens
from monitor.core.query.nodes import (
    META_FIELDS,
    TEXT_FIELDS,
    And,
    AtLeast,
    InField,
    Meta,
    MetaField,
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
from monitor.errors import QueryError

MAX_DEPTH = 100
"""Brackets and operators inside one another; deeper ones are machines' work and would exhaust Python's stack."""

MAX_DISTANCE = 1000
"""Of NEAR and ~: longer than most articles; a larger one means AND."""

MAX_COUNT = 1000
"""Of atleast."""

_FIELD_LIKE = re.compile(r"([A-Za-z_]+):")
_NEAR_LIKE = re.compile(r"O?NEAR(?:/.*)?")
_ANY_QUOTE = re.compile(f"[{QUOTES}]")
_Branch = Tree[Token]


@cache
def _parser() -> Lark:
    return make_parser()


class Parser:
    """Parses queries that share named ones; each named query is parsed once."""

    def __init__(self, terms: Mapping[str, str] | None = None) -> None:
        self._terms = dict(terms or {})
        self._known: dict[str, Node] = {}
        self._open: list[str] = []

    def parse(self, source: str) -> Node:
        """The tree of a query.

        Raises:
            QueryError: it cannot be read; with the offset of the mistake in `source`.
        """
        if not source.strip():
            raise QueryError("the query is empty: expected a term or a phrase", 0, ("a term", "a phrase"))
        try:
            tree = _parser().parse(source)
        except UnexpectedToken as error:
            raise _explained(error, source) from None
        return self._node(tree, 0)

    def named(self, name: str, at: int = 0) -> Node:
        """The tree of ``@name``; mistakes are placed at `at`, where it is used."""
        if name in self._known:
            return self._known[name]
        if name not in self._terms:
            near = difflib.get_close_matches(name, self._terms, 1)
            hint = f"; did you mean @{near[0]}?" if near else ""
            raise QueryError(f"there is no named query @{name}{hint}", at)
        if name in self._open:
            circle = " \u2192 ".join(f"@{n}" for n in [*self._open[self._open.index(name) :], name])
            raise QueryError(f"a circle of named queries: {circle}", at)
        self._open.append(name)
        try:
            self._known[name] = node = self.parse(self._terms[name])
        except QueryError as error:
            what = error.what if error.what.startswith(("in @", "a circle")) else f"in @{name}: {error.what}"
            raise QueryError(what, at, error.expected) from None
        finally:
            self._open.pop()
        return node

    def _node(self, tree: _Branch | Token, depth: int) -> Node:
        assert isinstance(tree, Tree)
        if depth > MAX_DEPTH:
            raise QueryError(f"more than {MAX_DEPTH} operators inside one another", _first(tree).start_pos or 0)
        parts = tree.children
        if tree.data == "word":  # most nodes
            return _word(cast("Token", parts[0]))
        at, end = _place(tree)
        match tree.data:
            case "or_expr" | "and_expr":
                nodes = tuple(self._node(part, depth + 1) for part in parts if isinstance(part, Tree))
                return (Or if tree.data == "or_expr" else And)(nodes, at, end)
            case "group":
                return self._node(parts[1], depth + 1)
            case "not_expr":
                return Not(self._node(parts[1], depth + 1), at, end)
            case "near":
                return self._near(parts, depth, at, end)
            case "field":
                name = cast("TextField", str(parts[0])[:-1])
                return InField(name, self._node(parts[1], depth + 1), at, end)
            case "meta":
                return self._meta(parts, depth, at, end)
            case "atleast" | "stem" | "name":
                return self._function(str(tree.data), parts, depth, at, end)
            case _:
                return _leaf(str(tree.data), [str(part) for part in parts], at, end)

    def _near(self, parts: list[_Branch | Token], depth: int, at: int, end: int) -> Node:
        operator = cast("Token", parts[1])
        name, number = operator.split("/")
        distance = _bounded(number, MAX_DISTANCE, name, operator.start_pos or 0)
        left, right = self._node(parts[0], depth + 1), self._node(parts[2], depth + 1)
        return Near(left, right, distance, name == "ONEAR", at, end)

    def _function(self, name: str, parts: list[_Branch | Token], depth: int, at: int, end: int) -> Node:
        if name == "name":
            word = str(parts[0])[1:]
            return Named(word, self.named(word, at), at, end)
        child = self._node(parts[1], depth + 1)
        if name == "stem":
            return Stem(child, at, end)
        count = _bounded("".join(re.findall(r"\d", str(parts[0]))), MAX_COUNT, "atleast", at)
        if count == 0:
            raise QueryError("atleast(0, \u2026) is always so: expected a number from 1", at, ("a number",))
        return AtLeast(count, child, at, end)

    def _meta(self, parts: list[_Branch | Token], depth: int, at: int, end: int) -> Node:
        name, _, value = str(parts[0]).partition(":")
        field = cast("MetaField", name)
        if len(parts) == 1:
            return Meta(field, value, at, end)
        if len(parts) == 2:
            return Meta(field, " ".join(str(parts[1])[1:-1].split()), at, end)
        return _as_meta(self._node(parts[2], depth + 1), field)


def _leaf(kind: str, parts: list[str], at: int, end: int) -> Node:
    if kind == "regex":
        return Regex(parts[0][1:-1], at, end)
    exact = kind == "exact"
    text = parts[1] if exact else parts[0]
    quoted = _ANY_QUOTE.match(text) is not None
    if quoted:
        text = " ".join(text[1:-1].split())
    slop = _bounded(parts[1][1:], MAX_DISTANCE, "~", at) if kind == "phrase" and len(parts) > 1 else None
    return Words(text, quoted, exact, slop, at, end)


def _word(token: Token) -> Words:
    text, at = str(token), token.start_pos or 0
    if "NEAR" in text and _NEAR_LIKE.fullmatch(text):
        operator = text.partition("/")[0]
        raise QueryError(f"{operator} needs a distance: expected {operator}/5", at, (f"{operator}/5",))
    if ":" in text and (match := _FIELD_LIKE.match(text)):
        near = difflib.get_close_matches(match[1].lower(), TEXT_FIELDS + META_FIELDS, 1)
        hint = f"; did you mean {near[0]}:?" if near else f"; expected one of {', '.join(TEXT_FIELDS + META_FIELDS)}"
        raise QueryError(f"unknown field {match[0]}{hint} (in quotes it is a phrase)", at, TEXT_FIELDS + META_FIELDS)
    return Words(text, at=at, end=token.end_pos or 0)


def _as_meta(node: Node, field: MetaField) -> Node:
    """Words inside ``lang:( … )`` as conditions on that field."""
    match node:
        case Words(exact=False, slop=None):
            return Meta(field, node.text, node.at, node.end)
        case And() | Or():
            return type(node)(tuple(_as_meta(child, field) for child in node.children), node.at, node.end)
        case Not():
            return Not(_as_meta(node.child, field), node.at, node.end)
        case _:
            raise QueryError(f"{field}: takes words, AND, OR and NOT only", node.at, ("a word",))


def _bounded(digits: str, limit: int, what: str, at: int) -> int:
    if len(digits) > len(str(limit)) or int(digits) > limit:
        raise QueryError(f"{what} takes a number up to {limit}", at, ("a smaller number",))
    return int(digits)


def _first(tree: _Branch) -> Token:
    part: _Branch | Token = tree
    while isinstance(part, Tree):
        part = part.children[0]
    return part


def _place(tree: _Branch) -> tuple[int, int]:
    last: _Branch | Token = tree
    while isinstance(last, Tree):
        last = last.children[-1]
    return _first(tree).start_pos or 0, last.end_pos or 0


@lru_cache(maxsize=64)
def _sayable(accepted: frozenset[str]) -> tuple[str, ...]:
    names = [said for terminal, said in EXPECTED.items() if terminal in accepted]
    if "a term" in names:  # then operators add nothing
        names = [name for name in names if name in ("a term", "a phrase", EXPECTED["LPAR"], EXPECTED["RPAR"])]
    return tuple(names)


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _explained(error: UnexpectedToken, source: str) -> QueryError:
    """Lark's error as a message: where, what stands there, what could have."""
    ended = error.token.type == "$END"
    at = len(source.rstrip()) if ended else (error.token.start_pos or 0)
    accepted = frozenset(error.accepts or error.expected)
    expected = _sayable(accepted)
    if ended and "RPAR" in accepted and (opened := _unclosed(source)) is not None:
        return QueryError(f"this bracket is never closed: expected {EXPECTED['RPAR']}", opened, (EXPECTED["RPAR"],))
    if not ended and (said := _known_mistake(source, at, accepted)):
        return QueryError(said, at, expected)
    found = "the query ends here" if ended else f"\u2018{_here(source, at)}\u2019 cannot stand here"
    return QueryError(f"{found}: expected {_listed(expected)}" if expected else found, at, expected)


def _known_mistake(source: str, at: int, accepted: frozenset[str]) -> str | None:
    """What is wrong at an offset, where the character there tells."""
    if source.startswith("atleast(", at):
        return "atleast takes a number, a comma and terms: expected atleast(3, NATO)"
    character = source[at : at + 1]
    if character == ")" and source[:at].rstrip().endswith("("):
        return "nothing stands in these brackets: expected a term or a phrase"
    if character == ")" and "$END" in accepted:
        return "this bracket was never opened"
    if _ANY_QUOTE.match(character):
        return "this quote is never closed"
    return {
        "~": "\u2018~\u2019 and its number go right behind a phrase",
        "/": "this regular expression is never closed: expected \u2018/\u2019 at its end",
    }.get(character)


def _here(source: str, at: int) -> str:
    """The word at an offset, cut short."""
    words = source[at:].split(maxsplit=1)
    return words[0][:20] if words else source[at : at + 1]


def _unclosed(source: str) -> int | None:
    """The offset of the innermost bracket left open, not counting those in quotes, comments and regular expressions."""
    opened: list[int] = []
    for token in tokens(source):
        if token.type in ("LPAR", "ATLEAST", "STEM"):
            opened.append((token.end_pos or 1) - 1 if token.type == "LPAR" else (token.start_pos or 0))
        elif token.type == "RPAR" and opened:
            opened.pop()
    return opened[-1] if opened else None
