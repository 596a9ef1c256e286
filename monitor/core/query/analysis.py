"""What can be said of a query without a text: that it can never match, or says only what not to match."""

from __future__ import annotations

from dataclasses import dataclass

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
    Words,
    children,
)
from monitor.core.query.printer import print_query
from monitor.core.query.urls import host_of, is_under
from monitor.core.text import fold
from monitor.errors import QueryError

Key = tuple[str, str]
"""Of a leaf: the field it is limited to ("" for none) and what it says, folded."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What holds of every item a query matches: leaves that hold and that do not, with their offsets."""

    required: dict[Key, int]
    refused: dict[Key, int]
    languages: frozenset[str] | None = None


def check_matchable(node: Node) -> None:
    """Refuse a query that no item, or nearly every item, matches.

    Raises:
        QueryError: NOTs alone, the same term required and refused, two languages or two sites at once.
    """
    if not _has_positive(node, True):
        raise QueryError(
            "a query of NOTs alone matches nearly everything: expected a term to look for", node.at, ("a term",)
        )
    _facts(node, "", True)


def _has_positive(node: Node, positive: bool) -> bool:
    below = children(node)
    if not below:
        return positive
    flipped = positive != isinstance(node, Not)
    return any(_has_positive(child, flipped) for child in below)


def _facts(node: Node, field: str, positive: bool) -> _Facts:
    """The facts of a query, or of its negation."""
    match node:
        case Words() | Regex() | Meta():
            return _leaf_facts(node, field, positive)
        case Not():
            return _facts(node.child, field, not positive)
        case InField():
            return _facts(node.child, node.field, positive)
        case And() | Or():
            every = isinstance(node, And) == positive
            return (_all_of if every else _any_of)(node.children, field, positive)
        case Near() if positive:
            return _all_of((node.left, node.right), field, positive)
        case AtLeast() if positive:
            return _facts(node.child, field, positive)
        case Named():
            try:
                return _facts(node.child, field, positive)
            except QueryError as error:
                raise QueryError(f"in @{node.name}: {error.what}", node.at) from None
        case Stem():
            return _Facts({}, {})  # a form may differ where the words are the same
        case _:
            return _Facts({}, {})


def _leaf_facts(node: Words | Regex | Meta, field: str, positive: bool) -> _Facts:
    text = print_query(node)
    limit = node.field if isinstance(node, Meta) else field
    key = (limit, text if isinstance(node, Regex) or getattr(node, "exact", False) else fold(text.strip('"')))
    facts = {key: node.at}
    if not positive:
        return _Facts({}, facts)
    language = isinstance(node, Meta) and node.field == "lang" and not set("*?") & set(node.value)
    return _Facts(facts, {}, frozenset({fold(node.value)}) if isinstance(node, Meta) and language else None)


def _all_of(nodes: tuple[Node, ...], field: str, positive: bool) -> _Facts:
    required: dict[Key, int] = {}
    refused: dict[Key, int] = {}
    languages: frozenset[str] | None = None
    for node in nodes:
        facts = _facts(node, field, positive)
        if languages is not None and facts.languages is not None and not languages & facts.languages:
            raise QueryError("can never match: an item has one language", node.at)
        required |= facts.required
        refused |= facts.refused
        languages = facts.languages if languages is None else languages & (facts.languages or languages)
    _check_sites(required)
    for (limit, text), at in required.items():
        if (limit, text) in refused or (limit in DEFAULT_FIELDS and ("", text) in refused):
            raise QueryError(f"can never match: \u2018{text}\u2019 is both required and refused", at)
    return _Facts(required, refused, languages)


def _check_sites(required: dict[Key, int]) -> None:
    sites = [(host_of(text.removeprefix("site:")), at) for (limit, text), at in required.items() if limit == "site"]
    for number, (site, at) in enumerate(sites):
        for other, _ in sites[:number]:
            if not (is_under(site, other) or is_under(other, site)):
                raise QueryError("can never match: an item is on one site", at)


def _any_of(nodes: tuple[Node, ...], field: str, positive: bool) -> _Facts:
    """What all alternatives that can match have in common; the first one's mistake when none can."""
    if positive and isinstance(nodes[0], Words) and isinstance(nodes[1], Words) and nodes[0] != nodes[1]:
        return _Facts({}, {})  # two words have nothing in common, and can be there: the usual case, and quick
    facts: list[_Facts] = []
    mistakes: list[QueryError] = []
    for node in nodes:
        try:
            facts.append(_facts(node, field, positive))
        except QueryError as error:
            mistakes.append(error)
    if not facts:
        raise mistakes[0]
    first = facts[0]
    required = {key: at for key, at in first.required.items() if all(key in other.required for other in facts)}
    refused = {key: at for key, at in first.refused.items() if all(key in other.refused for other in facts)}
    named = [other.languages for other in facts]
    languages = frozenset[str]().union(*(some for some in named if some is not None))
    return _Facts(required, refused, None if None in named else languages)
