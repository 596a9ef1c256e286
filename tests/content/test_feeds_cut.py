"""Of a document whose entries are known in part, those come shortened and the others as the whole document gives them."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.content import feeds as feeds_module
from monitor.content.feeds import parse_feed
from monitor.content.feeds_cut import NOTHING, Memory, recall, remember
from monitor.content.feeds_repair import entry_spans
from monitor.core.identity import entry_hash, shortened
from monitor.core.plan import keyed
from monitor.model import ParsedFeed
from tests.corpus import CORPUS, FEEDS, corpus

URL = "https://feed.example/rss"


IRREGULAR = "<author>a@b.example (A)</author>"
"""Makes an entry one that only feedparser reads."""


def item(number: int, words: str = "words") -> str:
    return f"<item>{IRREGULAR}<guid>g{number}</guid><link>/a/{number}</link><title>T {number}</title><description>{words}</description></item>"


def rss(*items: str, head: str = "") -> bytes:
    return f"<rss version='2.0'><channel><title>F</title>{head}{''.join(items)}</channel></rss>".encode()


def read(body: bytes, memory: Memory = NOTHING) -> ParsedFeed:
    return parse_feed(body, URL, {}, memory)


def memory_of(feed: ParsedFeed) -> Memory:
    """As the store gives it back."""
    kept = remember(dict(zip(feed.names, feed.entries, strict=False)), feed, "limits")
    return recall(kept or b"", "limits")


def with_known(feed: ParsedFeed, memory: Memory) -> ParsedFeed:
    """What is to be read of the document of which `feed` is the whole: what the memory knows, shortened."""
    if not feed.names or feed.context != memory.context:
        return feed
    named = zip(feed.names, feed.entries, strict=True)
    return replace(feed, entries=tuple(shortened(e) if name in memory.entries else e for name, e in named))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries feedparser was given, the probe among them, at each of its runs."""
    counts: list[int] = []
    real = feeds_module._feedparser

    def counting(document: str) -> dict[str, object]:
        counts.append(document.count("<item"))
        return real(document)

    monkeypatch.setattr(feeds_module, "_feedparser", counting)
    return counts


def test_only_what_is_new_or_edited_is_read(parsed: list[int]) -> None:
    memory = memory_of(read(rss(*map(item, range(1, 21)))))
    changed = rss(item(21), *map(item, range(1, 10)), item(10, "edited"), *map(item, range(11, 20)))
    cut = read(changed, memory)
    assert parsed == [21, 3]
    assert [entry.guid for entry in cut.entries if not entry.text_hash] == ["g21", "g10"]
    assert cut.entries[10].summary == "edited"
    assert cut == with_known(read(changed), memory)


def test_where_nothing_else_changed_but_dates_feedparser_is_not_asked(parsed: list[int]) -> None:
    def document(*numbers: int, head: str) -> bytes:
        return rss(*(item(number).replace(IRREGULAR, "") for number in numbers), head=f"<ttl>30</ttl>{head}")

    before = document(1, 2, head="<lastBuildDate>Sat, 28 Nov 2026 06:00:00 GMT</lastBuildDate>")
    memory = memory_of(read(before))
    dated = document(3, 1, 2, head="<lastBuildDate>Sat, 28 Nov 2026 07:00:00 GMT</lastBuildDate>")
    other = document(3, 1, 2, head="<copyright>F</copyright>")
    parsed.clear()
    cut = read(dated, memory)
    assert parsed == []
    assert (cut.title, cut.ttl) == ("F", timedelta(minutes=30))
    assert cut == with_known(read(dated), memory)
    parsed.clear()
    assert read(other, memory) == with_known(read(other), memory)
    assert len(parsed) == 2
    moved = parse_feed(dated, "https://elsewhere.example/rss", {}, memory)
    assert moved == parse_feed(dated, "https://elsewhere.example/rss", {}), "links are joined to the document's URL"


def test_a_known_entry_has_the_keys_and_the_hash_of_the_whole_one() -> None:
    whole = read(rss(item(1), item(2, "<p>marked &amp; up</p>"), item(2, "twice"), "<item><title>Bare</title></item>"))
    short = read(
        rss(item(1), item(2, "<p>marked &amp; up</p>"), item(2, "twice"), "<item><title>Bare</title></item>"),
        memory_of(whole),
    )
    assert all(entry.text_hash and not entry.summary for entry in short.entries)
    assert list(keyed("f", short.entries)) == list(keyed("f", whole.entries))
    assert [entry_hash(entry) for entry in short.entries] == [entry_hash(entry) for entry in whole.entries]


def test_a_memory_of_other_limits_is_none() -> None:
    feed = read(rss(item(1)))
    kept = remember(dict(zip(feed.names, feed.entries, strict=True)), feed, "narrow")
    assert recall(kept or b"", "wide") == NOTHING


@pytest.mark.parametrize(
    "later",
    [
        rss(item(1), item(2), head="<language>it</language>"),
        rss(item(1), item(2), head="<link>https://elsewhere.example/</link>"),
        rss(item(1), item(2)).replace(b"<channel", b"<channel xml:lang='uk' "),
        rss(item(1), item(2)).replace(b"</rss>", b""),
        rss(item(1), item(2).replace("<title>", "<title>a & b ")),
        rss(item(1), item(2).replace("</item>", "<language>fr</language></item>"), item(3)),
        rss(item(1), item(2).replace("</item>", item(9) + "</item>")),
    ],
)
def test_what_is_unusual_or_stands_in_another_context_is_read_whole(later: bytes) -> None:
    assert read(later, memory_of(read(rss(item(1), item(2), item(3))))) == read(later)


@pytest.mark.parametrize("memory", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_memory_costs_nothing_but_time(memory: bytes) -> None:
    assert recall(memory, "limits") == NOTHING


def halves(body: bytes) -> list[bytes]:
    """The document without its even entries, and without its odd ones: neighbours change, each entry stays."""
    text = body.decode("latin-1")
    spans = entry_spans(text)
    return [
        "".join(
            text[end:start]
            for end, start in zip(
                [0, *(end for _, end in gone)], [*(start for start, _ in gone), len(text)], strict=True
            )
        ).encode("latin-1")
        for gone in (spans[::2], spans[1::2])
        if gone
    ]


def differs(body: bytes, headers: dict[str, str]) -> bool:
    """Whether any half's memory makes the whole's reading another one."""
    whole = parse_feed(body, URL, headers)
    for half in halves(body):
        try:
            memory = memory_of(parse_feed(half, URL, headers))
        except feeds_module.ReadError:
            continue
        if parse_feed(body, URL, headers, memory) != with_known(whole, memory):
            return True
    return False


@pytest.mark.skipif(not FEEDS, reason="the real feeds of ../shared/data are not here")
def test_real_feeds_read_the_same() -> None:
    bodies = [gzip.decompress(path.read_bytes()) for path in FEEDS]
    assert [
        path.stem for path, body in zip(FEEDS, bodies, strict=True) if len(body) < 200_000 and differs(body, {})
    ] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="feedparser's corpus of ../shared/data is not here")
def test_feedparsers_corpus_reads_the_same() -> None:
    wrong = []
    for name, body, headers in corpus():
        try:
            whole = parse_feed(body, URL, headers)
        except feeds_module.ReadError:
            continue
        memory = memory_of(whole)
        if parse_feed(body, URL, headers, memory) != with_known(whole, memory) or differs(body, headers):
            wrong.append(name)
    assert wrong == []
