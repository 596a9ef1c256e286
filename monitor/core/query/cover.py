"""What must be in a text for a query to match: a few terms of which one is always there, the rarest that can be chosen.

"Index each query under its rarest required term, run only those that wake" (Luwak's presearcher).
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.query.about import MetaLeaf
from monitor.core.query.atoms import Atom, Cover
from monitor.core.query.operators import AllOf, AnyOf, Beside, Compiled, CountOf, Wrapped
from monitor.core.query.terms import WordsLeaf

# How common a word is, guessed from its length (Zipf's law of abbreviation), in no unit; only comparisons matter.
_COST_BY_LENGTH = (0, 400, 200, 80, 40, 16, 10, 7, 5, 4, 3)
_CHARACTER_COST = 300
_PAIR_COST = 10
_WILD_FACTOR = 3
_META_COST = {"site": 30, "feed": 60, "tag": 100, "lang": 1000}


def cover(node: Compiled) -> Cover | None:
    """The cheapest cover found; None for a query that may match a text with none of its terms (NOT, expressions)."""
    match node:
        case WordsLeaf():
            return _words(node)
        case MetaLeaf():
            kind = node.node.field
            if kind == "url" or node.wild:
                return None
            return Cover(_META_COST[kind], frozenset({(kind, node.value)}))
        case AllOf():
            return node.cover
        case AnyOf():
            covers = [cover(child) for child in node.children]
            known = [some for some in covers if some is not None]
            if len(known) < len(covers):
                return None
            return Cover(sum(some.cost for some in known), frozenset().union(*(some.atoms for some in known)))
        case Beside():
            return _cheapest([cover(node.left), cover(node.right)])
        case CountOf() | Wrapped():
            return cover(node.child)
        case _:
            return None


def rarest_last(children: Sequence[Compiled]) -> tuple[Cover | None, tuple[Compiled, ...]]:
    """The cover of an AND, and its children in the order to ask them in."""
    covers = [cover(child) for child in children]
    found = _cheapest(covers)
    last = [child for child, its in zip(children, covers, strict=True) if its is found and found is not None]
    return found, (*(child for child in children if not any(child is one for one in last)), *last)


def _cheapest(covers: list[Cover | None]) -> Cover | None:
    return min((some for some in covers if some is not None), key=lambda some: some.cost, default=None)


def _words(node: WordsLeaf) -> Cover | None:
    if node.plain is not None:
        return Cover(_cost(len(node.plain)), frozenset({("word", node.plain)}))
    covers: list[Cover | None] = []
    for number, element in enumerate(node.elements):
        if element.word == "?":
            continue
        if element.wild:
            letters = max(map(len, element.word.replace("?", "*").split("*")))
            covers.append(Cover(_cost(letters) * _WILD_FACTOR, frozenset({("wild", element.word)})))
        elif node.stem:
            atoms: frozenset[Atom] = frozenset({("stem", element.written), ("word", element.word)})
            covers.append(Cover(_cost(len(element.word)) * _WILD_FACTOR, atoms))
        else:
            covers.append(_plain(node, number))
    return _cheapest(covers)


def _plain(node: WordsLeaf, number: int) -> Cover:
    element = node.elements[number]
    previous = node.elements[number - 1] if number else None
    if element.glued and previous is not None and not previous.wild and node.node.slop is None:
        return Cover(_PAIR_COST, frozenset({("pair", previous.word + element.word)}))
    spaceless = element.glued or (number + 1 < len(node.elements) and node.elements[number + 1].glued)
    return Cover(_CHARACTER_COST if spaceless else _cost(len(element.word)), frozenset({("word", element.word)}))


def _cost(letters: int) -> float:
    return _COST_BY_LENGTH[min(letters, len(_COST_BY_LENGTH) - 1)]
