"""The canonical form of a query: ``parse(print_query(q)) == q``."""

from __future__ import annotations

import re

from monitor.core.query.grammar import QUOTES
from monitor.core.query.nodes import And, AtLeast, InField, Meta, Named, Near, Node, Not, Or, Regex, Stem, Words

_PLAIN_VALUE = re.compile(rf"(?![{QUOTES}(])[^\s()]+")


def print_query(node: Node) -> str:
    """The query, with the fewest brackets that keep its shape; AND is written out, comments are gone."""
    text = _printed(node)
    return f"({text})" if text.startswith("#") else text  # a line that begins so is a comment


def _printed(node: Node) -> str:
    match node:
        case Words():
            text = f'"{node.text}"' if node.quoted else node.text
            return ("=" if node.exact else "") + text + ("" if node.slop is None else f"~{node.slop}")
        case Regex():
            return f"/{node.pattern}/"
        case Meta():
            value = node.value if _PLAIN_VALUE.fullmatch(node.value) else f'"{node.value}"'
            return f"{node.field}:{value}"
        case Named():
            return f"@{node.name}"
        case And():
            return " AND ".join(_bracket(child, And, Or) for child in node.children)
        case Or():
            return " OR ".join(_bracket(child, Or) for child in node.children)
        case Not():
            return f"NOT {_bracket(node.child, And, Or)}"
        case Near():
            left = _bracket(node.left, And, Or, Not)
            right = _bracket(node.right, And, Or, Not, Near)
            return f"{left} {'ONEAR' if node.ordered else 'NEAR'}/{node.distance} {right}"
        case AtLeast():
            return f"atleast({node.count}, {_printed(node.child)})"
        case Stem():
            return f"stem({_printed(node.child)})"
        case InField():
            return f"{node.field}:{_bracket(node.child, And, Or, Not, Near)}"


def _bracket(node: Node, *loose: type) -> str:
    """The node's text, in brackets if it binds as loosely as one of these."""
    text = _printed(node)
    return f"({text})" if isinstance(node, loose) else text
