"""One watchlist: read, compiled, asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.core.query.analysis import check_matchable
from monitor.core.query.compiler import Compiler, Context, any_of
from monitor.core.query.document import Document
from monitor.core.query.explain import Explanation, explain
from monitor.core.query.nodes import META_FIELDS, TEXT_FIELDS, And, Meta, Node, Not, Or, Words
from monitor.core.query.operators import Compiled, hits
from monitor.core.query.parse import Parser
from monitor.errors import QueryError
from monitor.model import Match, Watchlist

MAX_MATCHES = 1000
"""Hits kept with a verdict; nobody reads more, and they are stored with every alert."""

_PHRASE = re.compile('["\u201c\u201d\u201e\u00ab](.*)["\u201c\u201d\u201f\u00bb]', re.DOTALL)
_QUERY_LIKE = re.compile(rf"@|=|/.*/$|({'|'.join(TEXT_FIELDS + META_FIELDS)}):|(?:atleast|stem)\(")
_OPERATOR = re.compile(r"(?:^|\s)(?:AND|OR|NOT|O?NEAR/\d+)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Watch:
    """One compiled watchlist. `node` says the whole, `matcher` what is looked for, `refused` what must not be there."""

    watchlist: Watchlist
    node: Node
    matcher: Compiled
    refused: Compiled | None
    terms: dict[str, str]

    def _in_language(self, document: Document) -> bool:
        wanted, language = self.watchlist.languages, document.subject.language
        return not wanted or language in wanted or language.partition("-")[0] in wanted

    def _in_feeds(self, document: Document, tags: tuple[str, ...]) -> bool:
        return not self.watchlist.feeds or any(
            entry[4:] in tags if entry.startswith("tag:") else entry in document.subject.feeds
            for entry in self.watchlist.feeds
        )

    def test(self, document: Document, tags: tuple[str, ...]) -> bool:
        """Whether it matches a document whose feeds give it `tags`; a document may bear those of watchlists beside."""
        return (
            self._in_language(document)
            and self._in_feeds(document, tags)
            and self.matcher.test(document)
            and not (self.refused is not None and self.refused.test(document))
        )

    def matches(self, document: Document) -> tuple[Match, ...]:
        """Where its terms stand."""
        return in_order(self.matcher, document)

    def explain(self, document: Document, tags: tuple[str, ...]) -> Explanation:
        """Node by node why `test` says what it says."""
        subject, watchlist = document.subject, self.watchlist
        parts = [explain(self.matcher, document)]
        if self.refused is not None:
            refused = explain(self.refused, document)
            parts.append(Explanation("exclude", not refused.matched, note=_held(refused.matched), children=(refused,)))
        if watchlist.languages:
            languages, note = ", ".join(watchlist.languages), f"the item's language is {subject.language}"
            parts.append(Explanation(f"languages {languages}", self._in_language(document), (), note))
        if watchlist.feeds:
            note = f"the item is in {', '.join(subject.feeds) or 'no feed'}"
            note += f", tagged {', '.join(tags)}" if tags else ""
            parts.append(Explanation(f"feeds {', '.join(watchlist.feeds)}", self._in_feeds(document, tags), (), note))
        matched = self.test(document, tags)
        found = self.matches(document) if matched else ()
        return Explanation(watchlist.id, matched, found, "", tuple(parts))


def _held(matched: bool) -> str:
    return "an excluded term is there" if matched else "no excluded term is there"


def in_order(matcher: Compiled, document: Document) -> tuple[Match, ...]:
    """The hits, title before body before the rest, each once."""
    rank = {"title": 0, "body": 1}
    unique = dict.fromkeys(hits(matcher, document))
    return tuple(sorted(unique, key=lambda hit: (rank.get(hit.field, 2), hit.start, hit.end))[:MAX_MATCHES])


@dataclass(slots=True)
class Draft:
    """A watchlist being read."""

    watchlist: Watchlist
    parser: Parser
    compiler: Compiler
    wanted: list[tuple[Node, Compiled]] = field(default_factory=list)
    refused: list[tuple[Node, Compiled]] = field(default_factory=list)

    def read(self, *, strict: bool) -> list[tuple[str, QueryError, str]]:
        """Compile every entry; the mistakes found, or, when strict, the first one raised."""
        found: list[tuple[str, QueryError, str]] = []
        watchlist, context = self.watchlist, Context(stem=self.watchlist.stem)
        if watchlist.query is None and not watchlist.keywords:
            found.append(("query", QueryError("nothing to look for: expected a query or keywords"), ""))
        entries = [("query", watchlist.query, self.wanted)] if watchlist.query is not None else []
        entries += [(f"keywords[{n}]", text, self.wanted) for n, text in enumerate(watchlist.keywords)]
        entries += [(f"exclude[{n}]", text, self.refused) for n, text in enumerate(watchlist.exclude)]
        for key, source, into in entries:
            try:
                node = self._query(source) if key == "query" else _keyword(source)
                label = None if key == "query" else source.strip()
                into.append((node, self.compiler.compile(node, context, label)))
            except QueryError as error:
                found.append((key, error, source))
        if strict and found:
            raise found[0][1]
        return found

    def _query(self, source: str) -> Node:
        node = self.parser.parse(source)
        check_matchable(node)
        return node

    def node(self) -> Node:
        """The whole watchlist as one query, languages included."""
        wanted = _either([node for node, _ in self.wanted])
        parts: list[Node] = [wanted, *(Not(node) for node, _ in self.refused)]
        if self.watchlist.languages:
            parts.append(_either([_language(code) for code in self.watchlist.languages]))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def watch(self, terms: dict[str, str]) -> Watch:
        """What was read, made ready; `terms` are the named queries, for who compiles it again."""
        refused = _joined(self.refused) if self.refused else None
        return Watch(self.watchlist, self.node(), _joined(self.wanted), refused, terms)


def _either(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


def _language(code: str) -> Node:
    return Meta("lang", code)


def _joined(parts: list[tuple[Node, Compiled]]) -> Compiled:
    if len(parts) == 1:
        return parts[0][1]
    return any_of(Or(tuple(node for node, _ in parts)), tuple(compiled for _, compiled in parts))


def _keyword(source: str) -> Words:
    """A keyword: a term or a phrase, with or without quotes.

    Raises:
        QueryError: it is empty, or written in the language of queries.
    """
    text = source.strip()
    if quoted := _PHRASE.fullmatch(text):
        text = quoted[1].strip()
    elif _QUERY_LIKE.match(text) or (_OPERATOR.search(text) and not text.isupper()):
        raise QueryError("a keyword is a term or a phrase: this belongs into the query (in quotes it is a phrase)")
    if not text:
        raise QueryError("an empty keyword: expected a term or a phrase", 0, ("a term", "a phrase"))
    return Words(" ".join(text.split()), quoted=True, end=len(source))
