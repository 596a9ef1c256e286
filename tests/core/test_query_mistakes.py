"""Mistakes in queries: where they stand and what is said of them."""

from __future__ import annotations

import pytest

from monitor.core.query import check, excerpt, parse, print_query
from monitor.errors import QueryError

TERMS = {"dprk": 'DPRK OR "Corea del Nord"', "a": "x OR @b", "b": "@c y", "c": "@a", "bad": "x AND", "thin": "x*"}


@pytest.mark.parametrize(
    ("source", "position", "said"),
    [
        ("", 0, "the query is empty"),
        (" \n ", 0, "the query is empty"),
        ("# only a comment", 16, "expected a term, a phrase or ‘(’"),
        ("a AND", 5, "the query ends here: expected a term"),
        ("a OR OR b", 5, "‘OR’ cannot stand here: expected a term, a phrase or ‘(’"),
        ("NOT", 3, "the query ends here"),
        ("a - b", 2, "‘-’ cannot stand here"),
        ("(a b", 0, "never closed: expected ‘)’"),
        ("(a (b c)", 0, "never closed"),
        ('x AND ("a)" b', 6, "never closed"),
        ("a AND stem(b", 6, "never closed"),
        ("a )", 2, "never opened"),
        ("a ()", 3, "nothing stands in these brackets"),
        ('a "b c', 2, "quote is never closed"),
        ("a /b", 2, "regular expression is never closed"),
        ("a /b\ud800/", 2, "bytes that are not UTF-8"),
        ("word~2", 4, "go right behind a phrase"),
        ("titel:x", 0, "unknown field titel:; did you mean title:?"),
        ("a OR http://b.it/c", 5, "unknown field http:"),
        ("title:", 6, "the query ends here"),
        ("lang:(a NEAR/2 b)", 6, "takes words, AND, OR and NOT only"),
        ("site:*", 0, "site: needs a value"),
        ("a NEAR b", 2, "NEAR needs a distance: expected NEAR/5"),
        ("a ONEAR/x b", 2, "ONEAR needs a distance"),
        ("a NEAR/1001 b", 2, "up to 1000"),
        ('"a b"~99999999999', 0, "up to 1000"),
        ('"a"~5', 0, "a phrase of at least two words"),
        ("a NEAR/5 (b AND c)", 10, "NEAR takes words, phrases and OR groups, not ‘b AND c’"),
        ("a NEAR/5 (b OR (NOT c))", 16, "NEAR takes"),
        ("a NEAR/5 /b/", 9, "NEAR takes"),
        ("a NEAR/5 title:b", 9, "NEAR takes"),
        ("atleast(x, NATO)", 0, "atleast takes a number, a comma and terms"),
        ("atleast(0, NATO)", 0, "expected a number from 1"),
        ("atleast(2, a b)", 11, "atleast takes"),
        ("x NATO*a*", 10, None),
        ("a b*", 2, "at least 2 letters"),
        ("*", 0, "at least 2 letters"),
        ("?b", 0, "at least 2 letters"),
        ("東*", 0, "at least 2 letters"),
        ("東*京", 0, "cannot stand between characters"),
        ("x OR &", 5, "holds no word"),
        ('"— …"', 0, "holds no word"),
        ("@none", 0, "there is no named query @none"),
        ("x @dprq", 2, "did you mean @dprk?"),
        ("x @a", 2, "a circle of named queries: @a → @b → @c → @a"),
        ("x @bad", 2, "in @bad: the query ends here"),
        ("xx @thin", 3, "in @thin: a wildcard needs"),
        ("/(/", 0, "RE2 does not take"),
        (r"a /(b)\1/", 2, "RE2 does not take"),
        ("/(?=a)b/", 0, "RE2 does not take"),
        ("/a*/", 0, "matches the empty text"),
        (f"/{'a' * 1001}/", 0, "at most 1000 characters"),
        ("/((a{100}){100}){100}/", 0, "RE2 does not take"),
        ("NOT a", 0, "NOTs alone"),
        ("-a -b", 0, "NOTs alone"),
        ("NOT (a OR b)", 0, "NOTs alone"),
        ("a NOT a", 0, "both required and refused"),
        ("a b -A", 0, "both required and refused"),
        ('a "città" NOT citta', 2, "both required and refused"),
        ("a AND title:b AND NOT b", 12, "both required and refused"),
        ("(a NOT a) OR (b -b)", 1, "both required and refused"),
        ("lang:it lang:en", 8, "an item has one language"),
        ("site:a.it site:b.it", 10, "an item is on one site"),
        ("title:body:x", 6, "a word stands in one field"),
        ("title:(a OR author:b)", 12, "a word stands in one field"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(source: str, position: int, said: str | None) -> None:
    if said is None:
        check(source)
        return
    with pytest.raises(QueryError) as caught:
        check(source, TERMS)
    assert said in str(caught.value)
    assert caught.value.position == position


@pytest.mark.parametrize("source", ["(" * 200 + "a" + ")" * 200, "NOT " * 5000 + "a", " NEAR/1 ".join("a" * 5000)])
def test_a_query_too_deep_is_a_mistake_and_no_crash(source: str) -> None:
    with pytest.raises(QueryError, match="more than 100 operators inside one another"):
        check(source)


@pytest.mark.parametrize(
    "source",
    [
        "a OR NOT b",
        "NOT NOT a",
        "(a NOT a) OR b",
        "lang:it OR lang:en",
        "lang:pt* lang:pt",
        "site:a.it site:news.a.it",
        "site:www.a.it site:a.it",
        "NATO NOT =NATO",
        "a NOT title:a",
        "stem(a) NOT a",
        "lang:it",
        'x "who is he?"',
        "@dprk NOT calcio",
        "a NEAR/1000 b",
    ],
)
def test_what_can_match_is_no_mistake(source: str) -> None:
    check(source, TERMS)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("a b", "a AND b"),
        ("a OR b c", "a OR b AND c"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("-a b", "NOT a AND b"),
        ("a # why\n b", "a AND b"),
        ("(#a OR b)", "(#a OR b)"),
        ("b OR #a", "b OR #a"),
        ("\v#a\nb", "b"),
        ("a\n# c AND d\n  # e\nOR b", "a OR b"),
        ("“a  b”~3", '"a b"~3'),
        ("«a»", '"a"'),
        ("lang:(it OR en)", "lang:it OR lang:en"),
        ('url:"x y"', 'url:"x y"'),
        ("title:(a OR b) title:c", "title:(a OR b) AND title:c"),
        ("a and b", "a AND and AND b"),
        ("ANDREA NOTE", "ANDREA AND NOTE"),
        ("atleast( 3 , a OR b )", "atleast(3, a OR b)"),
        ("stem((a))", "stem(a)"),
        ("/a\\/b/", "/a\\/b/"),
        ('צה"ל x', 'צה"ל AND x'),
        ("@dprk", "@dprk"),
        ("a NEAR/2 (b NEAR/3 c)", "a NEAR/2 (b NEAR/3 c)"),
    ],
)
def test_the_canonical_form(source: str, printed: str) -> None:
    assert print_query(parse(source, TERMS)) == printed


def test_an_excerpt_shows_the_line_and_the_place() -> None:
    source = "NATO AND\n  (Rutte OR OR)\nx"
    assert excerpt(source, source.index("OR)")) == "  (Rutte OR OR)\n            ^"
    assert excerpt("北韓 OR", 5) == "北韓 OR\n       ^"
    assert excerpt("a\tb", 2) == "a\tb\n \t^"
    assert excerpt("", 7) == "\n^"
