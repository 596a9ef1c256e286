"""The grammar of CONTRACT's query language, for Lark's LALR parser.

`AND`, `OR`, `NOT`, `NEAR/n` are operators where they stand alone in capitals; whatever is no operator, field, quote or
bracket is a term. A comment is ``# …`` with a space, or a line that begins with ``#``; ``#NATO`` in a line is a term.
"""

from __future__ import annotations

from lark import Lark

from monitor.core.query.nodes import META_FIELDS, TEXT_FIELDS

QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02'
"""Straight, curly, low and angle quotes, full width: all open and close a phrase."""

_HEBREW = "[\u05d0-\u05ea]"
_GERSHAYIM = f'(?<={_HEBREW})["\u201d](?={_HEBREW}(?!{_HEBREW}))'  # צה"ל: no quote, see core.text
_STOP = rf"(?=[\s(){QUOTES}]|$)"

GRAMMAR = rf"""
?start: or_expr
?or_expr: and_expr (OR and_expr)*
?and_expr: unary (AND? unary)*
?unary: NOT unary -> not_expr
    | MINUS unary -> not_expr
    | near
?near: atom
    | near NEAR atom
?atom: WORD -> word
    | PHRASE -> phrase
    | PHRASE SLOP -> phrase
    | EQUALS WORD -> exact
    | EQUALS PHRASE -> exact
    | REGEX -> regex
    | NAME -> name
    | LPAR or_expr RPAR -> group
    | FIELD atom -> field
    | META_VALUE -> meta
    | META_FIELD PHRASE -> meta
    | META_FIELD LPAR or_expr RPAR -> meta
    | ATLEAST or_expr RPAR -> atleast
    | STEM or_expr RPAR -> stem

AND.9: /AND{_STOP}/
OR.9: /OR{_STOP}/
NOT.9: /NOT{_STOP}/
NEAR.9: /O?NEAR\/\d+{_STOP}/
ATLEAST.8: /atleast\(\s*\d+\s*,/
STEM.8: /stem\(/
FIELD.8: /({"|".join(TEXT_FIELDS)}):/
META_VALUE.8: /({"|".join(META_FIELDS)}):(?![{QUOTES}(])[^\s()]+/
META_FIELD.7: /({"|".join(META_FIELDS)}):/
REGEX.8: /\/(?:[^\/\\\n]|\\.)+\/{_STOP}/
NAME.8: /@[^\s()@{QUOTES}]+/
EQUALS.8: /=(?=\S)/
MINUS.8: /-(?=[^\s-])/
SLOP.8: /~\d+/
PHRASE.8: /[{QUOTES}](?:[^{QUOTES}]|{_GERSHAYIM})*[{QUOTES}]/
LPAR: "("
RPAR: ")"
WORD: /(?!atleast\()[^\s()@=\/~{QUOTES}-](?:[^\s()~{QUOTES}]|{_GERSHAYIM})*/
COMMENT.10: /\#(?=[\s\#]|$)[^\n]*|^[ \t]*\#[^\n]*/m
SPACE.9: /[^\S\n]+|\n/
%ignore SPACE
%ignore COMMENT
"""

EXPECTED = {
    "WORD": "a term",
    "PHRASE": "a phrase",
    "LPAR": "\u2018(\u2019",
    "RPAR": "\u2018)\u2019",
    "NEAR": "NEAR",
    "AND": "AND",
    "OR": "OR",
    "$END": "the end",
}
"""Terminals named in messages; the others are left out to keep these short."""


def make_parser() -> Lark:
    """The parser; its tables take about 50 ms to make."""
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=False, maybe_placeholders=False)
