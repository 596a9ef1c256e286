"""Watchlists that ask for tags which other watchlists give: in which order they are asked.

As rules of Datalog are: one that reads what another says comes after it, so that `NOT tag:x` is sure (stratification;
Apt, Blair and Walker 1988). Those that ask each other in a circle come last, together, and are asked until no tag is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.core.query.about import MetaLeaf
from monitor.core.query.nodes import Meta, Node, walk


def givers(nodes: Sequence[Node | None], given: Sequence[Sequence[str]]) -> dict[int, frozenset[int]]:
    """Of the queries `nodes` (None: one that asks for no tag), whose matches get the tags `given`: those that ask for a tag
    another one gives, with those others. Nobody is asked for a tag of its own."""
    by_tag: defaultdict[str, set[int]] = defaultdict(set)
    for number, tags in enumerate(given):
        for tag in tags:
            by_tag[tag.casefold()].add(number)
    if not by_tag:
        return {}
    found: dict[int, frozenset[int]] = {}
    for number, node in enumerate(nodes):
        leaves = walk(node) if node is not None else ()
        asked = [MetaLeaf(leaf, "") for leaf in leaves if isinstance(leaf, Meta) and leaf.field == "tag"]
        fitting = (by_tag[tag] for leaf in asked for tag in _fitting(leaf, by_tag))
        if others := frozenset[int]().union(*fitting) - {number}:
            found[number] = others
    return found


def _fitting(leaf: MetaLeaf, tags: Collection[str]) -> Iterable[str]:
    if leaf.wild:
        return (tag for tag in tags if leaf.fits(tag))
    return (leaf.value,) if leaf.value in tags else ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Numbers of watchlists that are asked together; `circle`: some of them wait for others of them."""

    numbers: tuple[int, ...]
    circle: bool = False


def stages(asking: dict[int, frozenset[int]]) -> tuple[Stage, ...]:
    """Those that `givers` found, in the order to be asked in; who asks for nothing that is given comes before all."""
    waiting, ordered = dict(asking), list[Stage]()
    while waiting:
        ready = tuple(number for number, others in waiting.items() if not others & waiting.keys())
        ordered.append(Stage(ready or tuple(waiting), circle=not ready))
        for number in ordered[-1].numbers:
            del waiting[number]
    return tuple(ordered)


def needed(number: int, asking: dict[int, frozenset[int]]) -> frozenset[int]:
    """All whose answers decide what one of them sees, itself among them."""
    found, ahead = {number}, [number]
    while ahead:
        new = asking.get(ahead.pop(), frozenset()) - found
        found |= new
        ahead += new
    return frozenset(found)
