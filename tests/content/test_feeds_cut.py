"""A document cut to its unseen entries gives, entry for entry, what the whole document gives."""

from __future__ import annotations

import gzip

import pytest

from monitor.content import feeds as feeds_module
from monitor.content.feeds import parse_feed
from monitor.content.feeds_repair import entry_spans
from monitor.model import ParsedFeed
from tests.corpus import CORPUS, FEEDS, corpus

URL = "https://feed.example/rss"


IRREGULAR = "<author>a@b.example (A)</author>"
"""Makes an entry one that only feedparser reads."""


def item(number: int, words: str = "words") -> str:
    return f"<item>{IRREGULAR}<guid>g{number}</guid><link>/a/{number}</link><title>T {number}</title><description>{words}</description></item>"


def rss(*items: str, head: str = "") -> bytes:
    return f"<rss version='2.0'><channel><title>F</title>{head}{''.join(items)}</channel></rss>".encode()


def read(body: bytes, memory: bytes | None = b"") -> ParsedFeed:
    return parse_feed(body, URL, {}, memory)


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
    memory = read(rss(*map(item, range(1, 21)))).memory
    changed = rss(item(21), *map(item, range(1, 10)), item(10, "edited"), *map(item, range(11, 20)))
    cut = read(changed, memory)
    assert parsed == [21, 3]
    assert cut == read(changed, b"")
    assert cut.entries[10].summary == "edited"
    assert read(changed, cut.memory) == cut
    assert parsed[3:] == [1]


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
    assert read(later, read(rss(item(1), item(2), item(3))).memory) == read(later, None)


@pytest.mark.parametrize("memory", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_memory_costs_nothing_but_time(memory: bytes) -> None:
    assert read(rss(item(1)), memory) == read(rss(item(1)), None)


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
    whole = parse_feed(body, URL, headers, None)
    for half in halves(body):
        try:
            memory = parse_feed(half, URL, headers, b"").memory
        except feeds_module.ReadError:
            continue
        if memory and parse_feed(body, URL, headers, memory) != whole:
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
            whole = parse_feed(body, URL, headers, b"")
        except feeds_module.ReadError:
            continue
        if (whole.memory and parse_feed(body, URL, headers, whole.memory) != whole) or differs(body, headers):
            wrong.append(name)
    assert wrong == []
