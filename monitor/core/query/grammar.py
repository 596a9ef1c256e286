"""The grammar of CONTRACT's query language, for Lark's LALR parser.

`AND`, `OR`, `NOT`, `NEAR/n` are operators where they stand alone in capitals; whatever is no operator, field, quote or
bracket is a term. A comment is ``# …`` with a space, or a line that begins with ``#``; ``#NATO`` in a line is a term.

The lexer is one regular expression of ours: Lark's own takes four times as long, and 100,000 terms are read in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Lark, Token
from lark.common import LexerConf
from lark.lexer import Lexer

from monitor.core.query.nodes import META_FIELDS, TEXT_FIELDS

QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02'
"""Straight, curly, low and angle quotes, full width: all open and close a phrase."""

_HEBREW = "[\u05d0-\u05ea]"
_GERSHAYIM = f'(?<={_HEBREW})["\u201d](?={_HEBREW}(?!{_HEBREW}))'  # צה"ל: no quote, see core.text
_STOP = rf"(?=[\s(){QUOTES}]|\Z)"
_META = "|".join(META_FIELDS)

_TERMINALS = (
    ("COMMENT", r"\#(?=[\s\#]|\Z)[^\n]*|^[^\S\n]*\#[^\n]*"),
    ("SPACE", r"[^\S\n]+|\n"),
    ("AND", f"AND{_STOP}"),
    ("OR", f"OR{_STOP}"),
    ("NOT", f"NOT{_STOP}"),
    ("NEAR", rf"O?NEAR/\d+{_STOP}"),
    ("ATLEAST", r"atleast\(\s*\d+\s*,"),
    ("STEM", r"stem\("),
    ("FIELD", f"(?:{'|'.join(TEXT_FIELDS)}):"),
    ("META_VALUE", rf"(?:{_META}):(?![{QUOTES}(])[^\s()]+"),
    ("META_FIELD", f"(?:{_META}):"),
    ("REGEX", rf"/(?:[^/\\\n]|\\.)+/{_STOP}"),
    ("NAME", rf"@[^\s()@{QUOTES}]+"),
    ("EQUALS", r"=(?=\S)"),
    ("MINUS", r"-(?=[^\s-])"),
    ("SLOP", r"~\d+"),
    ("PHRASE", f"[{QUOTES}][^{QUOTES}]*(?:{_GERSHAYIM}[^{QUOTES}]*)*[{QUOTES}]"),
    ("LPAR", r"\("),
    ("RPAR", r"\)"),
    ("WORD", rf"(?!atleast\()[^\s()@=/~{QUOTES}-][^\s()~{QUOTES}]*(?:{_GERSHAYIM}[^\s()~{QUOTES}]*)*"),
    ("BAD", r"(?s:.)"),
)
"""In order of precedence; `BAD`, whatever nothing else takes, is in no rule."""

_LEXER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _TERMINALS), re.MULTILINE)
_IGNORED = frozenset({"COMMENT", "SPACE"})

GRAMMAR = f"""
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

%declare {" ".join(name for name, _ in _TERMINALS if name not in _IGNORED | {"BAD"})}
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


def tokens(source: str) -> Iterator[Token]:
    """The source's tokens with their offsets; comments and space left out."""
    for match in _LEXER.finditer(source):
        kind = match.lastgroup or "BAD"
        if kind not in _IGNORED:
            start, end = match.span()
            yield Token(kind, source[start:end], start, end_pos=end)


class _Lexer(Lexer):
    """`tokens` as Lark asks for it."""

    def __init__(self, _: LexerConf) -> None:
        """Lark's configuration of terminals is not used."""

    def lex(self, source: str) -> Iterator[Token]:  # type: ignore[override]
        """Lark's older, plain interface: text in, tokens out."""
        return tokens(source)


def make_parser() -> Lark:
    """The parser; its tables take about 50 ms to make."""
    return Lark(GRAMMAR, parser="lalr", lexer=_Lexer, propagate_positions=False, maybe_placeholders=False)
