"""What a query matches beyond the golden table: fields about the item, limits, explanations, the sieve for history."""

from __future__ import annotations

import pytest

from monitor.core.query import Explanation, Subject, parse, prefilter
from monitor.core.watch import compile_query
from monitor.errors import QueryError

ITEM = Subject(
    title="Rutte a Kiev",
    text="La NATO segue i soldati nordcoreani a Kursk. Uccisi tre soldati.",
    authors=("Anna Bianchi", "Reuters"),
    url="https://www.Ukrinform.it/Rubric-ato/123?x=1",
    feeds=("ukrinform-it", "world"),
    tags=("Ukraine", "agency"),
    language="it",
)


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("site:ukrinform.it", True),
        ("site:www.ukrinform.it", True),
        ("site:https://ukrinform.it/rubric", True),
        ("site:form.it", False),
        ("site:it", True),
        ("url:rubric-ATO", True),
        ("url:rubric-*/1?3", False),
        ("url:rubric-*x=1", True),
        ("url:sport", False),
        ("feed:world", True),
        ("feed:ukrinform-*", True),
        ("feed:WORLD", False),
        ("tag:ukraine", True),
        ("tag:ukr*", True),
        ("tag:ukr", False),
        ("lang:IT", True),
        ("lang:i?", True),
        ("lang:en", False),
        ("author:reuters", True),
        ('author:"anna bianchi"', True),
        ('author:"bianchi reuters"', False),
        ("author:(ansa OR bianch*)", True),
        ("reuters", False),
        ("title:kiev NOT body:kiev", True),
        ('"kiev la nato"', False),
        ("rutte NEAR/5 nato", False),
        ("atleast(2, soldat*)", True),
        ("atleast(3, soldat*)", False),
        ('atleast(2, soldati OR "soldati nordcoreani")', True),
        ('atleast(3, soldati OR "soldati nordcoreani")', False),
        ("atleast(2, /sold.t/)", True),
        ("atleast(1, title:rutte)", True),
    ],
)
def test_conditions(query: str, matched: bool) -> None:
    compiled = compile_query(query)
    assert compiled.match(ITEM).matched is matched
    assert compiled.explain(ITEM).matched is matched


def test_an_item_without_a_url_is_on_no_site() -> None:
    assert not compile_query("site:a.it OR url:a").match(Subject("a", "a")).matched


@pytest.mark.parametrize(
    ("site", "url"), [("münchen.de", "https://xn--mnchen-3ya.de/a"), ("пример.рф", "http://XN--E1AFMKFD.xn--p1ai/")]
)
def test_a_site_in_another_script_is_one_with_its_ascii_form(site: str, url: str) -> None:
    assert compile_query(f"site:{site}").match(Subject("", "", url=url)).matched
    assert compile_query(f"site:{url.split('/')[2].lower()}").match(Subject("", "", url=f"https://{site}/")).matched


def test_hits_come_in_the_order_of_the_text_each_once() -> None:
    verdict = compile_query('soldat* OR kursk OR rutte OR soldati OR "soldati nordcoreani"').match(ITEM)
    assert [(hit.term, hit.field, hit.text) for hit in verdict.matches] == [
        ("rutte", "title", "Rutte"),
        ("soldat*", "body", "soldati"),
        ("soldati", "body", "soldati"),
        ('"soldati nordcoreani"', "body", "soldati nordcoreani"),
        ("kursk", "body", "Kursk"),
        ("soldat*", "body", "soldati"),
        ("soldati", "body", "soldati"),
    ]


def test_near_reports_only_the_words_that_are_near() -> None:
    text = Subject("", "Kursk. " + "altro " * 20 + "truppe a Kursk, e poi truppe")
    hits = compile_query("truppe NEAR/2 kursk").match(text).matches
    assert [hit.start for hit in hits] == [127, 136, 149]


def _texts(node: Explanation, depth: int = 0) -> list[tuple[int, str, bool, str]]:
    return [(depth, node.text, node.matched, node.note)] + [
        line for child in node.children for line in _texts(child, depth + 1)
    ]


def test_an_explanation_tells_every_node() -> None:
    query = compile_query(
        "stem(uccidere) AND NOT title:calcio AND (atleast(2, soldati) OR rutte NEAR/1 kursk OR la NEAR/0 soldati) @x",
        {"x": "kursk"},
    )
    explained = query.explain(ITEM)
    assert _texts(explained)[1:] == [
        (1, "stem(uccidere)", True, ""),
        (2, "uccidere", True, "word form: uccisi → uccidere"),
        (1, "NOT title:calcio", True, ""),
        (2, "title:calcio", False, ""),
        (3, "calcio", False, ""),
        (1, "atleast(2, soldati) OR rutte NEAR/1 kursk OR la NEAR/0 soldati", True, ""),
        (2, "atleast(2, soldati)", True, "2 hits"),
        (3, "soldati", True, ""),
        (2, "rutte NEAR/1 kursk", False, ""),
        (3, "rutte", True, ""),
        (3, "kursk", True, ""),
        (2, "la NEAR/0 soldati", False, "at the closest, 3 words between"),
        (3, "la", True, ""),
        (3, "soldati", True, ""),
        (1, "@x", True, "@x = kursk"),
        (2, "kursk", True, ""),
    ]
    assert [hit.text for hit in explained.children[0].children[0].matches] == ["Uccisi"]


def test_word_forms_of_an_unknown_language_are_exact_words_and_said_so() -> None:
    query = compile_query("soldati", stem=True)
    explained = query.explain(Subject("", "soldati", language="und"))
    assert explained.matched
    assert "no word forms are known for language ‘und’" in explained.note
    assert not query.match(Subject("", "soldato", language="und")).matched
    assert query.match(Subject("", "soldato", language="it")).matched
    assert query.match(Subject("", "soldato", language="it-CH")).matched


def test_word_forms_leave_wildcards_and_exact_words_alone() -> None:
    item = Subject("", "Tre soldati uccisi", language="it")
    assert not compile_query("=soldato", stem=True).match(item).matched
    assert not compile_query("soldato*", stem=True).match(item).matched
    assert compile_query('"soldato uccidere"', stem=True).match(item).matched


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("NATO", '"nato"'),
        ('"Corea del Nord"', '"corea del nord"'),
        ("indo-pacifica", '"indo pacifica"'),
        ("北韓軍", '"北 韓 軍"'),
        ("nordcorean*", '"nordcorean"*'),
        ("wom?n", '"wom"*'),
        ("*corean*", None),
        ('"corea* del nord"', '("corea"* AND "del nord")'),
        ("a b", '("a" AND "b")'),
        ("a OR b", '("a" OR "b")'),
        ("a OR /b/", None),
        ("a /b/ lang:it", '("a")'),
        ("a NOT b", '("a")'),
        ("title:a", '"a"'),
        ("author:a", None),
        ("stem(a)", None),
        ("atleast(2, a)", '"a"'),
        ("a NEAR/3 b", '("a" AND "b")'),
        ('"a b"~3', '("a" AND "b")'),
        ("=WHO", '"who"'),
    ],
)
def test_the_sieve_for_history(query: str, expression: str | None) -> None:
    assert prefilter(parse(query)) == expression


def test_a_hostile_expression_is_linear() -> None:
    text = "a" * 1_000_000
    assert not compile_query("/(a+)+$/ NOT /a$/").match(Subject("", text)).matched
    assert not compile_query("/(a+)+$/").match(Subject("", text + "b")).matched
    assert compile_query("/a(.*b)?/").match(Subject("", text)).matched


def test_hostile_texts_end() -> None:
    alternating = Subject("", "a b " * 100_000)
    assert compile_query('"a b"~1000').match(alternating).matched
    assert compile_query("a NEAR/1000 b").match(alternating).matched
    assert not compile_query("b NEAR/1000 c").match(alternating).matched
    assert not compile_query("*aa*aa*ab").match(Subject("", "a" * 1_000_000)).matched
    lone = Subject("\ud800 NATO", "x \udfff y")
    assert [hit.start for hit in compile_query("/NATO/ OR nato").match(lone).matches] == [2, 2]


def test_a_mistake_of_the_whole_is_found_when_compiling() -> None:
    with pytest.raises(QueryError, match="NOTs alone"):
        compile_query("NOT a")
