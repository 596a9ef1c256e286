"""Watchlists: what they match, how they are limited, what is a mistake in them."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.core.query import Subject
from monitor.core.watch import Watchers, compile_watchlists, mistakes
from monitor.core.watching import Watching, written
from monitor.errors import QueryError
from monitor.model import Watchlist

ITEM = Subject(
    "Rutte a Kiev", "La NATO segue i soldati della Corea del Nord.", url="https://a.it/1", feeds=("ansa",), tags=("agency",),
    language="it",
)  # fmt: skip


def one(**keys: object) -> Watchers:
    return compile_watchlists([Watchlist("w", "W", **keys)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "matched"),
    [
        ({"query": "NATO"}, True),
        ({"keywords": ("Corea del Nord",)}, True),
        ({"keywords": ("Corea Nord",)}, False),
        ({"keywords": ('"corea del no*"',)}, True),
        ({"keywords": ("“Corea del Nord”",)}, True),
        ({"keywords": ("sold*", "nothing")}, True),
        ({"keywords": ("RISE AND SHINE",)}, False),
        ({"query": "nothing", "keywords": ("NATO",)}, True),
        ({"query": "NATO", "exclude": ("kiev",)}, False),
        ({"query": "NATO", "exclude": ("calcio", "Corea del Sud")}, True),
        ({"query": "NATO", "languages": ("en", "it")}, True),
        ({"query": "NATO", "languages": ("en",)}, False),
        ({"query": "NATO", "feeds": ("ansa",)}, True),
        ({"query": "NATO", "feeds": ("afp", "tag:agency")}, True),
        ({"query": "NATO", "feeds": ("afp", "tag:ansa")}, False),
        ({"query": "soldato"}, False),
        ({"query": "soldato", "stem": True}, True),
        ({"keywords": ("soldato",), "stem": True}, True),
        ({"query": "NATO", "exclude": ("soldato",), "stem": True}, False),
        ({"query": "site:a.it"}, True),
        ({"query": "lang:it NATO"}, True),
        ({"query": "/sold.ti/"}, True),
        ({"query": "NATO OR NOT kiev"}, True),
    ],
)
def test_what_a_watchlist_matches(keys: dict[str, object], matched: bool) -> None:
    watchers = one(**keys)
    assert bool(watchers.match(ITEM)) is matched
    assert watchers.explain("w", ITEM).matched is matched
    sent = written([Watchlist("w", "W", **keys)], {}, ["w"])  # type: ignore[arg-type]
    assert sent
    apart = Watching(sent, "ansa", ITEM.tags).matched(ITEM.title, ITEM.text, ITEM.language, ITEM.authors, ITEM.url)
    assert apart == watchers.match(ITEM)


def test_what_is_sent_to_readers_has_terms_and_whom_to_tell_of() -> None:
    watchlists = [Watchlist("a", "A", query="@x"), Watchlist("b", "B", query="NATO")]
    sent = written(watchlists, {"x": "sold*"}, ["b"])
    assert sent
    a, b = Watching(sent, "ansa").matched(ITEM.title, ITEM.text, "it", (), None)
    assert (a.watchlist, a.matches) == ("a", ())
    assert [match.text for match in b.matches] == ["NATO"]
    assert written([Watchlist("a", "A", keywords=tuple(f"word{n}" for n in range(10_000)))], {}, []) is None


def test_verdicts_come_in_the_order_of_the_configuration() -> None:
    watchers = compile_watchlists(
        [
            Watchlist("z", "Z", query="kiev", tags=("war", "east")),
            Watchlist("m", "M", query="calcio", tags=("sport",)),
            Watchlist("a", "A", query="NATO", tags=("east", "nato")),
        ]
    )
    verdicts = watchers.match(ITEM)
    assert [(v.watchlist, v.matched, [m.text for m in v.matches]) for v in verdicts] == [
        ("z", True, ["Kiev"]),
        ("a", True, ["NATO"]),
    ]
    assert len(watchers) == 3


def test_a_hit_bears_the_term_as_the_watchlist_writes_it() -> None:
    (verdict,) = one(query='"Corea  del Nord" OR sold*', keywords=(" Corea del Nord",)).match(ITEM)
    assert [(m.term, m.field, m.text, m.start, m.end) for m in verdict.matches] == [
        ("sold*", "body", "soldati", 16, 23),
        ('"Corea del Nord"', "body", "Corea del Nord", 30, 44),
        ("Corea del Nord", "body", "Corea del Nord", 30, 44),
    ]


def test_an_explanation_tells_what_limits() -> None:
    watchers = one(query="NATO", exclude=("kiev",), languages=("en",), feeds=("afp",))
    parts = {part.text: (part.matched, part.note) for part in watchers.explain("w", ITEM).children}
    assert parts == {
        "NATO": (True, ""),
        "exclude": (False, "an excluded term is there"),
        "languages en": (False, "the item's language is it"),
        "feeds afp": (False, "the item is in ansa, tagged agency"),
    }
    with pytest.raises(KeyError):
        watchers.explain("none", ITEM)


def test_the_sieve_covers_query_and_keywords() -> None:
    assert (
        one(query="NATO", keywords=("Corea del Nord",), exclude=("x",)).prefilter("w")
        == '(("nato" OR "corea del nord"))'
    )
    assert one(query="NATO", keywords=("*corea",)).prefilter("w") is None
    assert one(query="NATO", stem=True).prefilter("w") is None


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, [("query", "nothing to look for", 0)]),
        ({"languages": ("it",), "exclude": ("x",)}, [("query", "nothing to look for", 0)]),
        ({"query": ""}, [("query", "the query is empty", 0)]),
        ({"query": "a OR (b"}, [("query", "never closed", 5)]),
        ({"query": "@none"}, [("query", "there is no named query", 0)]),
        (
            {"query": "a*", "keywords": ("ok", "–", "a AND b", ""), "exclude": ("fine", "b*")},
            [
                ("query", "at least 2 letters", 0),
                ("keywords[1]", "holds no word", 0),
                ("keywords[2]", "belongs into the query", 0),
                ("keywords[3]", "empty keyword", 0),
                ("exclude[1]", "at least 2 letters", 0),
            ],
        ),
        (
            {"keywords": ("title:x", "/x/", "@x", "=x")},
            [(f"keywords[{n}]", "belongs into the query", 0) for n in range(4)],
        ),
        ({"query": "NOT a", "keywords": ("b",)}, [("query", "NOTs alone", 0)]),
        ({"query": "lang:en NATO", "languages": ("it",)}, [("query", "one language", 0)]),
        ({"keywords": ("calcio",), "exclude": ("Calcio",)}, [("exclude", "both required and refused", 0)]),
        ({"keywords": ("calcio", "NATO"), "exclude": ("calcio",)}, []),
        ({"query": "NATO", "exclude": ("kiev",), "languages": ("it",), "feeds": ("x",)}, []),
    ],
)
def test_every_mistake_is_found_with_its_key(keys: dict[str, object], found: list[tuple[str, str, int]]) -> None:
    told = mistakes(Watchlist("w", "W", **keys))  # type: ignore[arg-type]
    assert [(key, error.position) for key, error, _ in told] == [(key, position) for key, _, position in found]
    assert all(said in str(error) for (_, error, _), (_, said, _) in zip(told, found, strict=True))
    if found:
        key, _, source = told[-1]
        assert source == {"query": keys.get("query") or ""}.get(key, source)


def test_a_watchlist_with_a_mistake_does_not_compile() -> None:
    with pytest.raises(QueryError, match="nothing to look for"):
        one()


def test_named_queries_are_shared() -> None:
    terms = {"dprk": 'DPRK OR "Corea del Nord"', "nato": "NATO OR @rutte", "rutte": "Rutte"}
    watchers = compile_watchlists([Watchlist(f"w{n}", "w", query="@dprk @nato") for n in range(3)], terms)
    assert [v.watchlist for v in watchers.match(ITEM)] == ["w0", "w1", "w2"]
    assert [m.term for m in watchers.match(ITEM)[0].matches] == ["Rutte", "NATO", '"Corea del Nord"']


def test_watchers_travel_to_workers_and_threads() -> None:
    terms = {"x": "NATO"}
    watchers = compile_watchlists(
        [Watchlist("a", "A", query="@x"), Watchlist("b", "B", query="sold* OR calcio")], terms
    )
    expected = watchers.match(ITEM)
    assert pickle.loads(pickle.dumps(watchers)).match(ITEM) == expected
    assert pickle.loads(pickle.dumps(compile_watchlists([]))).match(ITEM) == ()
    fresh = compile_watchlists([Watchlist("a", "A", query="@x"), Watchlist("b", "B", query="sold* OR calcio")], terms)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(lambda _: fresh.match(ITEM), range(200)))
