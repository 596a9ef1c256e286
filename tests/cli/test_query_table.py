"""CONTRACT's table of the query language, row by row, through the commands: items, try, why, check."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.root import monitor

DOCUMENTS = [
    {
        "id": "kursk",
        "title": "NATO: truppe nordcoreane a Kursk",
        "text": "Le truppe della Corea del Nord combattono a Kursk, dice la NATO. Mark Rutte ha parlato della città a dell'Alleanza Atlantica.\nLa NATO ripete: la NATO vigila sull'area indo-pacifica.",
        "language": "it",
        "feed": "ukrinform-it",
        "url": "https://www.ukrinform.it/rubric/1",
    },
    {
        "id": "calcio",
        "title": "Calcio: who won",
        "text": "The women and one woman won. WHO did not. An apple is no pineapple; the soldiers killed time with a T-90M and a T90A model.",
        "language": "en",
        "url": "https://sport.example.org/calcio/2",
    },
    {"id": "tokyo", "title": "東京株式市場", "text": "東京の株式市場は月曜日に上昇した。ガイドは売れた。", "language": "ja"},
    {"id": "athens", "title": "Αθήνα", "text": "Η κυβέρνηση στην Αθήνα ανακοίνωσε νέα μέτρα για τους στρατιώτες.", "language": "el"},
    {"id": "kyiv", "title": "КНДР", "text": "Солдати КНДР воюють на Курщині, каже комп'ютер.", "language": "uk"},
    {"id": "wien", "title": "Österreich", "text": "In Österreich sind die Straßen der Städte gesperrt.", "language": "de"},
]  # fmt: skip

GOOD = [
    ("NATO", "kursk"),
    ("nato", "kursk"),
    ("citta", "kursk"),
    ("apple", "calcio"),
    ("nordcorean*", "kursk"),
    ("*corean*", "kursk"),
    ("wom?n", "calcio"),
    ('"Corea del Nord"', "kursk"),
    ('"Core* del N?rd"', "kursk"),
    ("\u201cCorea del Nord\u201d", "kursk"),
    ("\u00abCorea del Nord\u00bb", "kursk"),
    ('"truppe Kursk"~5', "kursk"),
    ('"Kursk truppe"~5', "kursk"),
    ('"truppe vigila"~5', ""),
    ("Rutte Kursk", "kursk"),
    ("Rutte AND soldiers", ""),
    ("Rutte OR soldiers", "calcio kursk"),
    ("soldiers OR Rutte AND nowhere", "calcio"),
    ("(soldiers OR Rutte) AND Kursk", "kursk"),
    ("(NATO OR WHO) NOT title:calcio", "kursk"),
    ("(NATO OR WHO) -title:calcio", "kursk"),
    ("women and woman", "calcio"),
    ("Corea NEAR/4 Kursk", "kursk"),
    ("Corea NEAR/3 Kursk", ""),
    ("Kursk ONEAR/1 Corea", ""),
    ('(truppe OR soldati) NEAR/2 "Corea del Nord"', "kursk"),
    ("title:truppe", "kursk"),
    ("title:Rutte", ""),
    ("body:Rutte", "kursk"),
    ("title:(calcio OR truppe)", "calcio kursk"),
    ("url:rubric", "kursk"),
    ("site:ukrinform.it", "kursk"),
    ("site:example.org", "calcio"),
    ("feed:ukrinform-it", "kursk"),
    ("lang:it", "kursk"),
    ("tag:dprk", "kursk"),
    ("=WHO", "calcio"),
    ('="who"', "calcio"),
    ("=citta", ""),
    ('="città"', "kursk"),
    ("atleast(4, NATO)", "kursk"),
    ("atleast(5, NATO)", ""),
    ("stem(soldier)", "calcio"),
    ("stem(στρατιώτης)", "athens"),
    ("/T-?90[AM]?/", "calcio"),
    ("/nato/", ""),
    ("@dprk", "kursk kyiv"),
    ("alleanza", "kursk"),
    ('"indo pacifica"', "kursk"),
    ("αθηνα", "athens"),
    ("osterreich", "wien"),
    ("strassen", "wien"),
    ("株式市場", "tokyo"),
    ("カイト", ""),
    ("комп\u2019ютер", "kyiv"),
    ("NATO # a comment\nAND Rutte", "kursk"),
]

BAD = [
    ("NOT nato", "NOT"),
    ("-nato -rutte", "NOT"),
    ("n*", "2 letters"),
    ("*", "2 letters"),
    ("(nato", "expected"),
    ("nato)", "never opened"),
    ("nato AND", "expected"),
    ("OR nato", "expected"),
    ('"nato', ""),
    ("/(a/", "RE2"),
    (r"/(a)\1/", "RE2"),
    ("/a*/", "empty text"),
    ("@dprq", "dprq"),
    ("atleast(0, nato)", ""),
    ("atleast(3 nato)", "expected"),
    ("nato NEAR/5 NOT rutte", ""),
    ("title:body:x", "never match"),
    ("lang:it lang:de", "never match"),
    ('"…"', "no word"),
    ("(" * 5_000 + "nato" + ")" * 5_000, ""),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    place = tmp_path_factory.mktemp("table")
    config = place / "config"
    (config / "watchlists").mkdir(parents=True)
    (config / "monitor.toml").write_text(f'store = "sqlite:{place}/m.db"\n')
    (config / "terms.toml").write_text("dprk = 'DPRK OR КНДР OR \"Corea del Nord\"'\n")
    (config / "feeds.toml").write_text(
        '[[feed]]\nid = "ukrinform-it"\nurl = "https://www.ukrinform.it/rss"\ntags = ["dprk"]\n'
    )
    known = place / "known.jsonl"
    known.write_text("\n".join(json.dumps(document) for document in DOCUMENTS), encoding="utf-8")
    runner = CliRunner()

    def call(*arguments: str, code: int = 0) -> Result:
        result = runner.invoke(monitor, [arguments[0], "--config", str(config), *arguments[1:]])
        assert result.exit_code == code, result.output
        return result

    call("import", str(known))
    return call


def ids(result: Result) -> str:
    return " ".join(sorted(json.loads(line)["id"] for line in result.stdout.splitlines()))


@pytest.mark.parametrize(("query", "found"), GOOD, ids=[query for query, _ in GOOD])
def test_items_and_try_give_the_tables_answer(run: Callable[..., Result], query: str, found: str) -> None:
    options = ("--", query) if query.startswith("-") else (query,)
    assert ids(run("items", "--json", *options)) == found
    assert ids(run("try", "--json", *options)) == found
    assert run("try", *options).stdout.startswith(f"{len(found.split())} items match")


@pytest.mark.parametrize(("query", "said"), BAD, ids=[query[:40] for query, _ in BAD])
@pytest.mark.parametrize("command", ["items", "try"])
def test_a_mistake_is_told_and_no_traceback(run: Callable[..., Result], command: str, query: str, said: str) -> None:
    options = ("--", query) if query.startswith("-") else (query,)
    result = run(command, *options, code=2)
    assert said in result.output
    assert "Traceback" not in result.output


def test_an_empty_query_is_a_mistake_where_one_is_asked_for(run: Callable[..., Result]) -> None:
    assert "expected" in run("try", "", code=2).output


def test_a_watchlist_gives_the_same_answers_as_the_query(run: Callable[..., Result], tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "watchlists").mkdir(parents=True)
    (config / "monitor.toml").write_text(f'store = "sqlite:{tmp_path}/m.db"\n')
    (config / "terms.toml").write_text("dprk = 'DPRK OR КНДР OR \"Corea del Nord\"'\n")
    (config / "feeds.toml").write_text(
        '[[feed]]\nid = "ukrinform-it"\nurl = "https://www.ukrinform.it/rss"\ntags = ["dprk"]\n'
    )
    for number, (query, _) in enumerate(GOOD):
        written = query.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        (config / "watchlists" / f"w{number}.toml").write_text(f'query = "{written}"\n', encoding="utf-8")
    known = tmp_path / "known.jsonl"
    known.write_text("\n".join(json.dumps(document) for document in DOCUMENTS), encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(monitor, ["import", str(known), "--config", str(config)]).exit_code == 0
    listed = runner.invoke(monitor, ["items", "--json", "--config", str(config)])
    matched: dict[str, set[str]] = {f"w{number}": set() for number in range(len(GOOD))}
    for line in listed.stdout.splitlines():
        item = json.loads(line)
        for watchlist in item["watchlists"]:
            matched[watchlist].add(item["id"])
    assert matched == {f"w{number}": set(found.split()) for number, (_, found) in enumerate(GOOD)}
    why = runner.invoke(monitor, ["why", "kursk", "w0", "--config", str(config)])
    assert "title[0:4] NATO" in why.stdout
