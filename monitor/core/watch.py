"""Watchlists on an item: which match, where, and why.

A watchlist is (query OR keywords…) AND NOT (exclude…), limited to languages and feeds. All are compiled over one
vocabulary and registered under the rarest term they cannot match without; an article wakes those whose term it holds,
and only these are asked. The look-up is a dictionary of words, not an automaton over the text: the tokens are made
anyway (copies and search need them), a word is whole by construction, and which wildcards a word fits is remembered
from article to article. `tests/bench/match.py` measures both.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.query.analysis import check_matchable
from monitor.core.query.compiler import Compiler, Context
from monitor.core.query.document import Document
from monitor.core.query.explain import Explanation, explain
from monitor.core.query.nodes import Node
from monitor.core.query.operators import Compiled
from monitor.core.query.parse import Parser
from monitor.core.query.prefilter import prefilter
from monitor.core.query.subject import Subject
from monitor.core.query.vocabulary import Vocabulary
from monitor.core.query.waking import Waking
from monitor.core.tagging import Stage, givers, needed, stages
from monitor.core.watch_one import Draft, Watch, in_order
from monitor.errors import QueryError
from monitor.garbage import collector_paused
from monitor.model import Verdict, Watchlist


class Watchers:
    """Compiled watchlists. Safe for threads: what it remembers between articles can only be found again."""

    def __init__(self, watches: Sequence[Watch], vocabulary: Vocabulary) -> None:
        self._watches = tuple(watches)
        self._numbers = {watch.watchlist.id: number for number, watch in enumerate(watches)}
        self._vocabulary = vocabulary
        self._asking = givers([watch.node for watch in watches], [watch.watchlist.tags for watch in watches])
        first = Stage(tuple(number for number in range(len(watches)) if number not in self._asking))
        self._stages = tuple(
            (stage, Waking(self._watches[number].matcher for number in stage.numbers))
            for stage in (first, *stages(self._asking))
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (tuple(watch.watchlist for watch in self._watches), self._watches[0].terms if self else {})

    def __len__(self) -> int:
        return len(self._watches)

    def match(self, subject: Subject, told: Container[str] | None = None) -> tuple[Verdict, ...]:
        """The watchlists that match, in the order of the configuration, each with its hits in the order of the text.

        A watchlist that asks for a tag sees the subject's, and those that other watchlists give it (`core.tagging`).
        `told`: of these watchlists alone, when it is given; to find where each term stands costs most of the matching.
        """
        found, _ = self._ask(Document(subject, self._vocabulary))
        return tuple(self._verdict(number, found[number], told) for number in sorted(found))

    def _verdict(self, number: int, document: Document, told: Container[str] | None) -> Verdict:
        watch = self._watches[number]
        return Verdict(
            watch.watchlist.id,
            True,
            watch.matches(document) if told is None or watch.watchlist.id in told else (),
        )

    def _ask(self, document: Document) -> tuple[dict[int, Document], list[Document]]:
        """Which match, and what each stage was asked about last: the document, with the tags it saw."""
        found, seen, tags = dict[int, Document](), list[Document](), document.subject.tags
        for stage, waking in self._stages:
            more = True
            while more:
                places = sorted(waking.woken(document))
                woken = (number for number in (stage.numbers[place] for place in places) if number not in found)
                new = [number for number in woken if self._watches[number].test(document, tags)]
                found.update(dict.fromkeys(new, document))
                asked, document = document, self._tagged(document, new)
                more = stage.circle and document is not asked
            seen.append(asked)
        return found, seen

    def _tagged(self, document: Document, new: Iterable[int]) -> Document:
        """The document with the tags of further watchlists; itself where nobody asks for tags or none is new."""
        if not self._asking:
            return document
        tags = document.subject.tags
        more = [tag for number in new for tag in self._watches[number].watchlist.tags if tag not in tags]
        return document.tagged((*tags, *dict.fromkeys(more))) if more else document

    def explain(self, watchlist_id: str, subject: Subject) -> Explanation:
        """Node by node why a watchlist matches a subject or does not; raises KeyError for an unknown watchlist."""
        number, document = self._numbers[watchlist_id], Document(subject, self._vocabulary)
        if self._asking:
            found, seen = self._ask(document)
            document = found[number] if number in found else seen[self._stage_of(number)]
        return self._watches[number].explain(document, subject.tags)

    def _stage_of(self, number: int) -> int:
        return next(place for place, (stage, _) in enumerate(self._stages) if number in stage.numbers)

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
        return Verdict("", matched, in_order(self.matcher, document) if matched else ())

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
    watches: list[Watch] = []
    with collector_paused():
        for watchlist in watchlists:
            draft = Draft(watchlist, parser, compiler)
            draft.read(strict=True)
            watches.append(draft.watch(named))
        return Watchers(watches, compiler.vocabulary)


def deciding(
    watchlists: Sequence[Watchlist], terms: Mapping[str, str] | None = None
) -> dict[str, tuple[Watchlist, ...]]:
    """For each watchlist's id, it and those whose tags it may see, in their order. Only queries that may ask for tags are
    parsed, and none is compiled: it is asked whenever a configuration is read.

    Raises:
        QueryError: the first mistake of any of these.
    """
    parser = Parser(terms)
    nodes = [parser.parse(one.query) if one.query and may_ask_tags(one.query) else None for one in watchlists]
    asking = givers(nodes, [one.tags for one in watchlists])
    return {
        one.id: tuple(watchlists[at] for at in sorted(needed(number, asking))) for number, one in enumerate(watchlists)
    }


def may_ask_tags(query: str) -> bool:
    """Whether a query asks for tags, or may by a named one."""
    return "tag:" in query or "@" in query


def mistakes(watchlist: Watchlist, terms: Mapping[str, str] | None = None) -> list[tuple[str, QueryError, str]]:
    """Every mistake of a watchlist's queries: the key it stands in (``query``, ``keywords[3]``), error and source."""
    draft = Draft(watchlist, Parser(terms), Compiler())
    found = draft.read(strict=False)
    if not found:
        try:
            check_matchable(draft.node())
        except QueryError as error:  # of the whole: each part alone was right
            found.append(("query" if watchlist.query else "exclude", QueryError(error.what), watchlist.query or ""))
    return found


def _rebuilt(watchlists: tuple[Watchlist, ...], terms: dict[str, str]) -> Watchers:
    return compile_watchlists(watchlists, terms)
