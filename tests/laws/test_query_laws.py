"""Laws of queries: the matcher equals a naive reading of the tree; what is printed is what was parsed; the sieve loses nothing."""

from __future__ import annotations

import fnmatch
import itertools
import re
import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.query import FTS_TOKENIZER, Subject, index_text, parse, prefilter, print_query
from monitor.core.query.nodes import (
    And,
    AtLeast,
    InField,
    Meta,
    Near,
    Node,
    Not,
    Or,
    Regex,
    Stem,
    Words,
)
from monitor.core.text import is_spaceless, tokenize
from monitor.core.watch import compile_query, compile_watchlists
from monitor.errors import QueryError
from monitor.model import Watchlist

WORDS = ("nato", "rutte", "kursk", "corea", "nord", "città", "київ", "北", "韓", "軍")
TEXT_WORDS = (*WORDS, "NATO", "Nord", "nordcoreano", "citta", "北韓", "韓軍", "del")

# ---- queries

_term = st.sampled_from(
    (*WORDS, "NATO", "Nord", "nor*", "*co*", "r?tte", "*tà", "北韓", "北韓軍", "北韓*", "北?軍", "nord-corea")
)
_words = st.builds(lambda text, exact: Words(text, exact=exact), _term, st.booleans())
_phrase = st.builds(
    lambda terms, exact: Words(" ".join(terms), quoted=True, exact=exact),
    st.lists(_term, min_size=1, max_size=3),
    st.booleans(),
)
_slop = st.builds(
    lambda terms, slop: Words(" ".join(terms), quoted=True, slop=slop),
    st.lists(_term, min_size=2, max_size=3),
    st.integers(0, 4),
)
_leaf = st.one_of(_words, _phrase, _slop)


def _group(kind: type[And] | type[Or], below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.lists(below, min_size=2, max_size=3).map(lambda nodes: kind(tuple(nodes)))


_placed = st.recursive(
    _leaf,
    lambda below: st.one_of(
        _group(Or, below),
        st.builds(Near, below, below, st.integers(0, 4), st.booleans()),
        st.builds(Stem, below),
    ),
    max_leaves=4,
)
_meta = st.sampled_from(
    [
        Meta("lang", "it"),
        Meta("lang", "uk"),
        Meta("feed", "ansa"),
        Meta("tag", "war*"),
        Meta("site", "b.it"),
        Meta("url", "x/1"),
    ]
)
_regex = st.sampled_from([Regex("[Nn]ord?"), Regex("N.TO"), Regex("北.?韓"), Regex("^kursk")])
nodes: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        _leaf,
        _placed,
        _meta,
        _regex,
        st.builds(AtLeast, st.integers(1, 3), st.one_of(_placed, _regex)),
        st.builds(InField, st.sampled_from(["title", "body", "author"]), _placed),
    ),
    lambda below: st.one_of(_group(And, below), _group(Or, below), st.builds(Not, below)),
    max_leaves=6,
)

_text = st.lists(st.sampled_from(TEXT_WORDS), max_size=8).flatmap(
    lambda words: st.sampled_from([" ", ", ", "-", "", "\u200b"]).map(lambda space: space.join(words))
)
subjects = st.builds(
    Subject,
    _text,
    _text,
    st.lists(_text, max_size=2).map(tuple),
    st.sampled_from([None, "https://www.b.it/x/1", "https://a.b.it/y", "https://c.it/X/1"]),
    st.sampled_from([(), ("ansa",), ("ansa", "other")]),
    st.sampled_from([(), ("war",), ("Warfare",)]),
    st.sampled_from(["it", "uk", "und"]),
)

# ---- the naive reading


class Naive:
    """A query read from its definition, without index, cache or cleverness. Word forms: `forms` tells which words are one."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.fields = [("title", subject.title), ("body", subject.text), *(("author", a) for a in subject.authors)]

    def holds(self, node: Node, fields: tuple[str, ...] = ("title", "body")) -> bool:
        match node:
            case And():
                return all(self.holds(child, fields) for child in node.children)
            case Or():
                return any(self.holds(child, fields) for child in node.children)
            case Not():
                return not self.holds(node.child, fields)
            case InField():
                return self.holds(node.child, (node.field,))
            case Meta():
                return self.about(node)
            case AtLeast():
                return sum(self.most_apart(self.ranges(node.child, t, fields, n)) for n, t in self.fields) >= node.count
            case _:
                return any(self.ranges(node, text, fields, name) for name, text in self.fields)

    def about(self, node: Meta) -> bool:
        subject = self.subject
        host = (subject.url or "//").split("/")[2]
        return {
            "lang": subject.language == node.value,
            "feed": node.value in subject.feeds,
            "tag": any(fnmatch.fnmatchcase(tag.lower(), node.value) for tag in subject.tags),
            "site": host == node.value or host.endswith("." + node.value),
            "url": node.value in (subject.url or "").lower(),
        }[node.field]

    def ranges(self, node: Node, text: str, fields: tuple[str, ...], name: str) -> set[tuple[int, int]]:
        if name not in fields:
            return set()
        if isinstance(node, Regex):
            return {m.span() for m in re.finditer(node.pattern, text)}
        tokens = tokenize(text)
        return {(tokens.starts[a], tokens.ends[b]) for a, b in self.spans(node, text)}

    def spans(self, node: Node, text: str) -> set[tuple[int, int]]:
        match node:
            case Words():
                return self.words(node, text)
            case Or():
                return set().union(*(self.spans(child, text) for child in node.children))
            case Stem():
                return self.spans(node.child, text)
            case Near():
                pairs = list(itertools.product(self.spans(node.left, text), self.spans(node.right, text)))
                near = {(a[0], b[1]) for a, b in pairs if 0 <= b[0] - a[1] - 1 <= node.distance}
                if not node.ordered:
                    near |= {(b[0], a[1]) for a, b in pairs if 0 <= a[0] - b[1] - 1 <= node.distance}
                return near
        raise AssertionError(node)

    def words(self, node: Words, text: str) -> set[tuple[int, int]]:
        tokens, found = tokenize(text), set()
        wanted = [w for chunk in re.split(r"[\s-]", node.text) for w in self.pieces(chunk)]
        for places in (
            itertools.permutations(range(len(tokens)), len(wanted))
            if node.slop is not None
            else (range(start, start + len(wanted)) for start in range(len(tokens) - len(wanted) + 1))
        ):
            first, last = min(places), max(places)
            if node.slop is not None and last - first + 1 - len(wanted) > node.slop:
                continue
            if all(self.fits(node, wanted, n, tokens, text, place) for n, place in enumerate(places)):
                found.add((first, last))
        if node.slop is not None:  # of the windows with one beginning, the shortest
            found = {(a, min(b for c, b in found if c == a)) for a, _ in found}
        return found

    def pieces(self, chunk: str) -> list[tuple[str, bool]]:
        if any(is_spaceless(character) for character in chunk):
            characters = chunk.strip("*")
            return [(character, n > 0) for n, character in enumerate(characters)]
        return [(chunk, False)]

    def fits(self, node: Words, wanted: list[tuple[str, bool]], n: int, tokens, text: str, place: int) -> bool:  # type: ignore[no-untyped-def]
        pattern, glued = wanted[n]
        written = text[tokens.starts[place] : tokens.ends[place]]
        if glued and node.slop is None and text[tokens.ends[place - 1] : tokens.starts[place]].strip("\u200b"):
            return False
        if node.exact:
            return fnmatch.fnmatchcase(written, pattern) and (pattern != "?" or len(written) == 1)
        return fnmatch.fnmatchcase(tokens.words[place], pattern.lower().replace("à", "a"))

    @staticmethod
    def most_apart(ranges: set[tuple[int, int]]) -> int:
        best = 0
        ordered = sorted(ranges)
        for size in range(1, len(ordered) + 1):
            if any(
                all(a[1] <= b[0] for a, b in itertools.pairwise(chosen))
                for chosen in itertools.combinations(ordered, size)
            ):
                best = size
            else:
                break
        return best


# ---- the laws


@settings(max_examples=300, deadline=None)
@given(nodes)
def test_what_is_printed_parses_to_the_same(node: Node) -> None:
    assert parse(print_query(node)) == node


@settings(max_examples=600, deadline=None)
@given(nodes, subjects)
def test_the_matcher_equals_the_naive_reading(node: Node, subject: Subject) -> None:
    source = print_query(node)
    try:
        query = compile_query(source)
    except QueryError as error:
        if "NOTs alone" not in str(error):
            assert not Naive(subject).holds(node), error
        return
    verdict = query.match(subject)
    assert verdict.matched == Naive(subject).holds(node) == query.explain(subject).matched
    woken = compile_watchlists([Watchlist("w", "w", source)]).match(subject)
    assert [v.matches for v in woken] == ([verdict.matches] if verdict.matched else [])
    for hit in verdict.matches:
        if hit.field in ("title", "body"):
            text = subject.title if hit.field == "title" else subject.text
            assert text[hit.start : hit.end] == hit.text


@settings(max_examples=150, deadline=None)
@given(st.lists(nodes, min_size=1, max_size=6), subjects)
def test_a_watchlist_more_changes_no_others_verdict(queries: list[Node], subject: Subject) -> None:
    watchlists = []
    for number, node in enumerate(queries):
        watchlist = Watchlist(f"w{number}", "w", print_query(node))
        try:
            compile_watchlists([watchlist])
        except QueryError:
            continue
        watchlists.append(watchlist)
    together = compile_watchlists(watchlists).match(subject)
    alone = tuple(verdict for watchlist in watchlists for verdict in compile_watchlists([watchlist]).match(subject))
    assert together == alone


@settings(max_examples=300, deadline=None)
@given(nodes, subjects, st.booleans())
def test_search_as_a_sieve_loses_no_match(node: Node, subject: Subject, stem: bool) -> None:
    expression = prefilter(node, stem)
    if expression is None or not Naive(subject).holds(node):
        return
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE VIRTUAL TABLE items USING fts5(words, tokenize = '{FTS_TOKENIZER}')")
        database.execute("INSERT INTO items VALUES (?)", (index_text(subject.title, subject.text),))
        assert database.execute("SELECT count(*) FROM items WHERE items MATCH ?", (expression,)).fetchone() == (1,)
    database.close()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_search_cuts_no_token_again(title: str, text: str) -> None:
    words = index_text(title, text).split(" ")
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE VIRTUAL TABLE items USING fts5(words, tokenize = '{FTS_TOKENIZER}')")
        database.execute("CREATE VIRTUAL TABLE seen USING fts5vocab(items, instance)")
        database.execute("INSERT INTO items VALUES (?)", (" ".join(words),))
        rows = database.execute("SELECT term FROM seen ORDER BY offset").fetchall()
    database.close()
    assert [term for (term,) in rows] == [word for word in words if word]


_syntax = st.text(st.sampled_from("ab*?\"“”()-=~/@:#5 \nORANDTNE,'ßя北"), max_size=30)


@settings(max_examples=500, deadline=None)
@given(st.one_of(_syntax, st.text(max_size=20)))
def test_any_source_is_a_query_or_a_mistake_with_its_place(source: str) -> None:
    try:
        query = compile_query(source)
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        assert error.what
        return
    assert parse(print_query(query.node)) == query.node
    query.match(Subject("a b", "ab aß 北"))
