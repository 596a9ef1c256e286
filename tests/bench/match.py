"""How long matching takes: ``python tests/bench/match.py [--quick]``.

Watchlists of twenty terms each (ten where there are 10,000), two fifths OR, two fifths AND OR, a fifth NOT; a fifth of the terms phrases and a tenth wildcards, are
drawn from the words of half the articles (in order of neither frequency nor language) and asked about the other half, cut or
filled to 3 kB. Tokenizing is included. Beside it, on the same terms and articles: ahocorasick_rs over the joined tokens
(which finds whole words but evaluates nothing), compiled `re` alternations, and SQLite FTS5 asked one query at a time.
Read the ratios: one machine's milliseconds are another's.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import re
import resource
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ahocorasick_rs

from monitor.core.query import FTS_TOKENIZER, Subject, index_text, prefilter
from monitor.core.query.document import Document
from monitor.core.text import tokenize
from monitor.core.watch import Watchers, compile_query, compile_watchlists
from monitor.model import Watchlist

DATA = (Path(__file__).parents[2] / "../shared/data").resolve()
SIZES = ((100, 2_000), (1_000, 20_000), (10_000, 100_000))
"""Watchlists and their terms in all."""
ARTICLE = 3000


def texts() -> list[str]:
    """Real texts in 19 languages, or words drawn by Zipf's law where the data is not at hand."""
    if not DATA.exists():
        rng = random.Random(1)
        words = ["".join(rng.choices("abcdefghijklmnoprstuvz", k=rng.randint(3, 11))) for _ in range(60_000)]
        weights = [1 / rank for rank in range(1, len(words) + 1)]
        return [" ".join(rng.choices(words, weights, k=500)) for _ in range(2000)]
    found: dict[str, list[str]] = {}
    with gzip.open(DATA / "languages.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            found.setdefault(row["lang"], []).append(row["text"])
    made = ["\n".join(rows[n : n + 20]) for rows in found.values() for n in range(0, len(rows), 20)]
    for name in ("copies-dress", "copies-words-de-fr", "copies-words-fr-de"):
        with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
            made.extend({row["cluster"]: row["text"] for row in map(json.loads, lines)}.values())
    return made


def halves() -> tuple[list[str], list[Subject]]:
    """Texts to draw terms from, and articles of 3 kB to ask about."""
    rng = random.Random(2)
    every = texts()
    rng.shuffle(every)
    drawn, asked = every[: len(every) // 2], "\n".join(every[len(every) // 2 :])
    articles = [asked[n : n + ARTICLE] for n in range(0, len(asked) - ARTICLE, ARTICLE)]
    return drawn, [Subject(text[:60], text[60:]) for text in articles]


def terms(drawn: Sequence[str], count: int) -> list[str]:
    """Distinct terms: words, phrases of two words, wildcards; words made up where the texts have no more."""
    rng = random.Random(3)
    tokens = [list(tokenize(text).words) for text in drawn]
    words = sorted({word for some in tokens for word in some if len(word) > 3 and word.isalpha()})
    pairs = sorted({f'"{a} {b}"' for some in tokens for a, b in zip(some, some[1:], strict=False) if len(a + b) > 8})
    wild = [f"{word[:-2]}*" for word in words if len(word) > 6]
    for pool in (words, pairs, wild):
        rng.shuffle(pool)
    plain = words[: count * 7 // 10]
    plain += [f"{a}{b}" for a, b in zip(words, words[1:], strict=False)][: count * 7 // 10 - len(plain)]
    found = plain + pairs[: count // 5] + wild[: count // 10]
    found += pairs[count // 5 :][: count - len(found)]
    rng.shuffle(found)
    return found


def watchlists(some: Sequence[str], count: int) -> list[Watchlist]:
    """The terms shared out: of ten, four alternatives, four that must be there too, two that must not."""
    lists = []
    each = len(some) // count
    part = each * 2 // 5
    for number in range(0, count * each, each):
        own = some[number : number + each]
        query = f"({' OR '.join(own[:part])}) AND ({' OR '.join(own[part : 2 * part])}) NOT ({' OR '.join(own[2 * part :])})"
        lists.append(Watchlist(f"w{number}", "w", query))
    return lists


def milliseconds(function: Callable[[Subject], object], subjects: Sequence[Subject], repeats: int = 3) -> float:
    """The best of some runs, a subject."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        for subject in subjects:
            function(subject)
        best = min(best, time.process_time() - start)
    return best / len(subjects) * 1000


def memory() -> float:
    """Megabytes resident at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def automaton(some: Sequence[str]) -> Callable[[Subject], object]:
    """The other design: all terms in one automaton over the article's tokens joined with spaces."""
    literals = sorted({f" {term.strip('*').strip(chr(34))}{'' if term.endswith('*') else ' '}" for term in some})
    machine = ahocorasick_rs.AhoCorasick(literals)

    def find(subject: Subject) -> object:
        joined = f" {' '.join(tokenize(subject.title).words)} | {' '.join(tokenize(subject.text).words)} "
        return machine.find_matches_as_indexes(joined, overlapping=True)

    return find


def alternation(some: Sequence[str]) -> Callable[[Subject], object]:
    """What people write first."""
    literals = (re.escape(term.strip('"')).replace(r"\*", r"\w*") for term in some)
    pattern = re.compile(rf"\b(?:{'|'.join(literals)})\b", re.IGNORECASE)
    return lambda subject: pattern.findall(subject.text)


def search(lists: Sequence[Watchlist]) -> Callable[[Subject], object]:
    """An index of one article, and every query asked of it."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE one USING fts5(words, tokenize = '{FTS_TOKENIZER}')")
    expressions = [prefilter(compile_query(watchlist.query or "").node) for watchlist in lists]

    def ask(subject: Subject) -> object:
        database.execute("DELETE FROM one")
        database.execute("INSERT INTO one VALUES (?)", (index_text(subject.title, subject.text),))
        found = "SELECT rowid FROM one WHERE one MATCH ?"
        return [database.execute(found, (expression,)).fetchall() for expression in expressions]

    return ask


def cold(watchers: Watchers, subjects: Sequence[Subject]) -> float:
    """Milliseconds an article the first time, when no word is remembered."""
    start = time.process_time()
    for subject in subjects:
        watchers.match(subject)
    return (time.process_time() - start) / len(subjects) * 1000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="without 10,000 watchlists and the slow rivals")
    quick = arguments.parse_args().quick
    drawn, subjects = halves()
    every = terms(drawn, SIZES[1 if quick else 2][1])
    print(f"{len(subjects)} articles of {ARTICLE} characters, {len(every)} terms")
    print(f"tokenizing alone: {milliseconds(lambda s: (tokenize(s.title), tokenize(s.text)), subjects):.3f} ms")
    print("watchlists   terms  compile s     MB  cold ms  warm ms  woken  matched  automaton ms  re ratio  fts5 ratio")
    for count, size in SIZES[:2] if quick else SIZES:
        report(watchlists(every[:size], count), every[:size], subjects, slow=not quick)
    asides(subjects)


def asides(subjects: Sequence[Subject]) -> None:
    """A hostile expression on 1 MB, and how fast one query judges history without a sieve."""
    hostile = [Subject("", "a" * 1_000_000 + "b")]
    for pattern in ("(a+)+$", "(a|aa)+$", "a(.*c)?"):
        print(
            f"/{pattern}/ on 1 MB: {milliseconds(compile_query(f'/{pattern}/').match, hostile):.0f} ms with tokenizing"
        )
    for query in ("nordcorean* NATO", '"north korea" NEAR/5 (troops OR soldiers)', "stem(soldier)"):
        took = milliseconds(compile_query(query).match, subjects)
        print(f"history without a sieve, {query}: {1000 / took:.0f} items/s")


def report(lists: Sequence[Watchlist], some: Sequence[str], subjects: Sequence[Subject], *, slow: bool) -> None:
    gc.collect()
    before, start = memory(), time.process_time()
    watchers = compile_watchlists(lists)
    compiling, grown = time.process_time() - start, memory() - before
    first = cold(watchers, subjects)
    warm = milliseconds(watchers.match, subjects)
    ((_, waking),), vocabulary = watchers._stages, watchers._vocabulary
    woken = sum(len(waking.woken(Document(subject, vocabulary))) for subject in subjects) / len(subjects)
    matched = sum(len(watchers.match(s)) for s in subjects) / len(subjects)
    rival = milliseconds(automaton(some), subjects)
    few = subjects[:3]
    expression = milliseconds(alternation(some), few, 1) / warm if slow else float("nan")
    index = milliseconds(search(lists), few, 1) / warm if slow else float("nan")
    print(
        f"{len(lists):10} {len(some):7} {compiling:10.2f} {grown:6.0f} {first:8.3f} {warm:8.3f} {woken:6.1f} {matched:8.2f} "
        f"{rival:13.3f} {expression:9.0f} {index:11.0f}"
    )


if __name__ == "__main__":
    main()
