"""Watchlists on an item: which match, where, and why.

A watchlist is (query OR keywords…) AND NOT (exclude…), limited to languages and feeds. All are compiled over one
vocabulary and registered under the rarest term they cannot match without; an article wakes those whose term it holds,
and only these are asked. The look-up is a dictionary of words, not an automaton over the text: the tokens are made
anyway (copies and search need them), a word is whole by construction, and which wildcards a word fits is remembered
from article to article. `tests/bench/match.py` measures both.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.query.analysis import check_matchable
from monitor.core.query.compiler import Compiler, Context, any_of
from monitor.core.query.document import Document
from monitor.core.query.explain import Explanation, explain
from monitor.core.query.nodes import META_FIELDS, TEXT_FIELDS, And, Meta, Node, Not, Or, Words
from monitor.core.query.operators import Compiled, hits
from monitor.core.query.parse import Parser
from monitor.core.query.prefilter import prefilter
from monitor.core.query.subject import Subject
from monitor.core.query.vocabulary import Vocabulary
from monitor.core.query.waking import Waking
from monitor.errors import QueryError
from monitor.garbage import collector_paused
from monitor.model import Match, Verdict, Watchlist

MAX_MATCHES = 1000
"""Hits kept with a verdict; nobody reads more, and they are stored with every alert."""

_PHRASE = re.compile('["\u201c\u201d\u201e\u00ab](.*)["\u201c\u201d\u201f\u00bb]', re.DOTALL)
_QUERY_LIKE = re.compile(rf"@|=|/.*/$|({'|'.join(TEXT_FIELDS + META_FIELDS)}):|(?:atleast|stem)\(")
_OPERATOR = re.compile(r"(?:^|\s)(?:AND|OR|NOT|O?NEAR/\d+)(?:\s|$)")


class Watchers:
    """Compiled watchlists. Safe for threads: what it remembers between articles can only be found again."""

    def __init__(self, watches: Sequence[_Watch], vocabulary: Vocabulary) -> None:
        self._watches = tuple(watches)
        self._numbers = {watch.watchlist.id: number for number, watch in enumerate(watches)}
        self._vocabulary = vocabulary
        self._waking = Waking(watch.matcher for watch in watches)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (tuple(watch.watchlist for watch in self._watches), self._watches[0].terms if self else {})

    def __len__(self) -> int:
        return len(self._watches)

    def match(self, subject: Subject, told: Container[str] | None = None) -> tuple[Verdict, ...]:
        """The watchlists that match, in the order of the configuration, each with its hits in the order of the text.

        `told`: of these watchlists alone, when it is given; to find where each term stands costs most of the matching.
        """
        document = Document(subject, self._vocabulary)
        return tuple(
            Verdict(
                watch.watchlist.id,
                True,
                watch.matches(document) if told is None or watch.watchlist.id in told else (),
            )
            for watch in (self._watches[number] for number in sorted(self._waking.woken(document)))
            if watch.test(document)
        )

    def explain(self, watchlist_id: str, subject: Subject) -> Explanation:
        """Node by node why a watchlist matches a subject or does not; raises KeyError for an unknown watchlist."""
        return self._watches[self._numbers[watchlist_id]].explain(Document(subject, self._vocabulary))

    def tags(self, verdicts: Iterable[Verdict]) -> tuple[str, ...]:
        """The tags the matched watchlists give, each once, in their order."""
        given = (tag for v in verdicts if v.matched for tag in self._watches[self._numbers[v.watchlist]].watchlist.tags)
        return tuple(dict.fromkeys(given))

    def prefilter(self, watchlist_id: str) -> str | None:
        """An FTS5 expression that every item this watchlist matches satisfies; None when there is none."""
        watch = self._watches[self._numbers[watchlist_id]]
        return prefilter(watch.node, watch.watchlist.stem)


@dataclass(frozen=True, slots=True)
class Query:
    """One query made ready, for `items QUERY` and `try`."""

    node: Node
    stem: bool
    matcher: Compiled
    vocabulary: Vocabulary

    def match(self, subject: Subject) -> Verdict:
        """Whether it matches, and where."""
        document = Document(subject, self.vocabulary)
        matched = self.matcher.test(document)
        return Verdict("", matched, _in_order(self.matcher, document) if matched else ())

    def explain(self, subject: Subject) -> Explanation:
        """Node by node why it matches or does not."""
        return explain(self.matcher, Document(subject, self.vocabulary))

    @property
    def prefilter(self) -> str | None:
        """An FTS5 expression that every matching item satisfies; None when there is none."""
        return prefilter(self.node, self.stem)


def compile_query(source: str, terms: Mapping[str, str] | None = None, stem: bool = False) -> Query:
    """A query ready to be asked.

    Raises:
        QueryError: as `core.query.check`.
    """
    node = Parser(terms).parse(source)
    check_matchable(node)
    compiler = Compiler()
    matcher = compiler.compile(node, Context(stem=stem))
    return Query(node, stem, matcher, compiler.vocabulary)


def compile_watchlists(watchlists: Sequence[Watchlist], terms: Mapping[str, str] | None = None) -> Watchers:
    """All watchlists ready to be asked; 100,000 terms take seconds: not on the event loop.

    Raises:
        QueryError: the first mistake of any of them; `mistakes` finds all of one.
    """
    parser, compiler, named = Parser(terms), Compiler(), dict(terms or {})
    watches: list[_Watch] = []
    with collector_paused():
        for watchlist in watchlists:
            draft = _Draft(watchlist, parser, compiler)
            draft.read(strict=True)
            watches.append(draft.watch(named))
        return Watchers(watches, compiler.vocabulary)


def mistakes(watchlist: Watchlist, terms: Mapping[str, str] | None = None) -> list[tuple[str, QueryError, str]]:
    """Every mistake of a watchlist's queries: the key it stands in (``query``, ``keywords[3]``), error and source."""
    draft = _Draft(watchlist, Parser(terms), Compiler())
    found = draft.read(strict=False)
    if not found:
        try:
            check_matchable(draft.node())
        except QueryError as error:  # of the whole: each part alone was right
            found.append(("query" if watchlist.query else "exclude", QueryError(error.what), watchlist.query or ""))
    return found


def _rebuilt(watchlists: tuple[Watchlist, ...], terms: dict[str, str]) -> Watchers:
    return compile_watchlists(watchlists, terms)


@dataclass(frozen=True, slots=True)
class _Watch:
    """One compiled watchlist. `node` says the whole, `matcher` what is looked for, `refused` what must not be there."""

    watchlist: Watchlist
    node: Node
    matcher: Compiled
    refused: Compiled | None
    terms: dict[str, str]

    def _in_language(self, document: Document) -> bool:
        wanted, language = self.watchlist.languages, document.subject.language
        return not wanted or language in wanted or language.partition("-")[0] in wanted

    def _in_feeds(self, document: Document) -> bool:
        subject = document.subject
        return not self.watchlist.feeds or any(
            entry[4:] in subject.tags if entry.startswith("tag:") else entry in subject.feeds
            for entry in self.watchlist.feeds
        )

    def test(self, document: Document) -> bool:
        return (
            self._in_language(document)
            and self._in_feeds(document)
            and self.matcher.test(document)
            and not (self.refused is not None and self.refused.test(document))
        )

    def matches(self, document: Document) -> tuple[Match, ...]:
        return _in_order(self.matcher, document)

    def explain(self, document: Document) -> Explanation:
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
            note += f", tagged {', '.join(subject.tags)}" if subject.tags else ""
            parts.append(Explanation(f"feeds {', '.join(watchlist.feeds)}", self._in_feeds(document), (), note))
        matched = self.test(document)
        found = self.matches(document) if matched else ()
        return Explanation(watchlist.id, matched, found, "", tuple(parts))


def _held(matched: bool) -> str:
    return "an excluded term is there" if matched else "no excluded term is there"


def _in_order(matcher: Compiled, document: Document) -> tuple[Match, ...]:
    """The hits, title before body before the rest, each once."""
    rank = {"title": 0, "body": 1}
    unique = dict.fromkeys(hits(matcher, document))
    return tuple(sorted(unique, key=lambda hit: (rank.get(hit.field, 2), hit.start, hit.end))[:MAX_MATCHES])


@dataclass(slots=True)
class _Draft:
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

    def watch(self, terms: dict[str, str]) -> _Watch:
        refused = _joined(self.refused) if self.refused else None
        return _Watch(self.watchlist, self.node(), _joined(self.wanted), refused, terms)


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
