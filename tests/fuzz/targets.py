"""What is fuzzed: each target takes bytes and raises AssertionError, or whatever escaped, when it breaks its promise."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from itertools import islice
from pathlib import Path

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.webhook import WebhookSender
from monitor.content.clean import MAX_TITLE
from monitor.content.feeds import parse_feed
from monitor.content.feeds_cut import recall, remember
from monitor.content.pages import read_page
from monitor.core.identity import shortened
from monitor.core.query import Subject, parse, print_query
from monitor.core.watch import compile_query
from monitor.errors import ConfigError, QueryError, ReadError
from monitor.model import (
    ArticlePolicy,
    Deferred,
    Delivered,
    NetworkPolicy,
    PollPolicy,
    Refused,
    Secret,
    WebhookChannel,
)
from monitor.settings.load import load
from tests.corpus import CORPUS, DATA, FEEDS, corpus
from tests.messages import a_message
from tests.servers import Answer, Site

ROOT = Path(__file__).parents[2]
URL = "https://news.example/2026/feed"
SUBJECT = Subject("NATO in Kursk", "Soldati nordcoreani a Kursk, dice la NATO. 東京の株式市場 ''' \ud800 \x00")
SEPARATOR = b"\n#### "
"""Parts the files of a configuration: the name up to the end of the line, then the file."""


@dataclass(frozen=True)
class Target:
    """`seeds` are good inputs to start from, `pieces` what is put into them, `check` keeps the promise or raises."""

    seeds: Callable[[], Iterator[bytes]]
    pieces: tuple[bytes, ...]
    check: Callable[[bytes], None]


def _clean(*values: str | None) -> None:
    for value in values:
        if value is not None:
            value.encode()  # no lone surrogates
            assert not any(ord(c) < 32 and c not in "\n\t" for c in value), value[:200]


def _one_line(error: Exception) -> None:
    assert str(error)
    assert len(str(error).splitlines()) == 1


def check_feed(body: bytes) -> None:
    """A value or ReadError; clean text, web links; the same when what the last document left is used."""
    try:
        feed = parse_feed(body, URL, {})
    except ReadError as error:
        _one_line(error)
        return
    assert feed.complete == (feed.problem is None)
    for entry in feed.entries:
        _clean(entry.title, entry.guid, entry.summary, entry.content, entry.url, *entry.authors, *entry.tags)
        assert len(entry.title) <= MAX_TITLE
        assert entry.published_at is None or entry.published_at.tzinfo is not None
        assert entry.url is None or entry.url.startswith(("http://", "https://"))
    known = dict(zip(feed.names, feed.entries, strict=False))
    again = parse_feed(body, URL, {}, recall(remember(known, feed, "") or b"", ""))
    assert again == replace(feed, entries=tuple(map(shortened, feed.entries)) if known else feed.entries)


def check_page(body: bytes) -> None:
    """An article of clean text, or ReadError."""
    try:
        page = read_page(body, URL, {"content-type": "text/html"}, metadata=True)
    except ReadError as error:
        _one_line(error)
        return
    assert page.text.strip()
    _clean(page.text, page.title, page.site_name, page.language, *page.authors)
    assert page.canonical_url is None or page.canonical_url.startswith(("http://", "https://"))


def check_query(source: bytes) -> None:
    """As `ask`."""
    ask(source.decode("utf-8", "surrogateescape"))


def ask(text: str) -> None:
    """A query that can be asked and printed, or a mistake with its place."""
    try:
        query = compile_query(text)
    except QueryError as error:
        assert error.what
        assert 0 <= error.position <= len(text)
        return
    query.match(SUBJECT)
    query.explain(SUBJECT)
    assert parse(print_query(query.node)) == query.node


def check_settings(files: bytes) -> None:
    """A configuration, or mistakes that name file and line."""
    folder = Path(tempfile.mkdtemp())
    try:
        for number, part in enumerate(files.split(SEPARATOR)[1:9]):
            name, _, content = part.partition(b"\n")
            known = name.decode("latin-1")
            path = folder / (known if known in _NAMES else f"watchlists/w{number}.toml")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        try:
            load(folder, {})
        except ConfigError as error:
            for mistake in error.mistakes:
                assert mistake.file
                assert mistake.where
                assert mistake.what
                assert mistake.line >= 0
                str(mistake).encode()
    finally:
        shutil.rmtree(folder)


_NAMES = ("monitor.toml", "feeds.toml", "terms.toml")


def receiver_seeds() -> Iterator[bytes]:
    """Answers of webhooks' receivers."""
    for status in (
        b"200 OK",
        b"204 No Content",
        b"301 Moved",
        b"410 Gone",
        b"429 Too Many",
        b"500 Error",
        b"100 Continue",
    ):
        for head in (
            b"Content-Length: 2",
            b"Retry-After: 120",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
        ):
            yield b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\nLocation: /x\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 100_000)


def check_receiver(raw: bytes) -> None:
    """Whatever a webhook's receiver answers: an outcome whose error is one line without the receiver's secret path."""

    async def wire(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    with Site() as site:
        outcome = asyncio.run(_sent(site.answer("/secret", Answer(wire=wire))))
    assert isinstance(outcome, Delivered | Deferred | Refused)
    if not isinstance(outcome, Delivered):
        assert outcome.error.isprintable()
        assert "/secret" not in outcome.error
        assert len(outcome.error) < 400


async def _sent(url: str) -> object:
    allowed = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
    async with HttpFetcher(PollPolicy(host_delay=timedelta(0)), allowed, ArticlePolicy(), SystemClock()) as fetcher:
        sender = WebhookSender(WebhookChannel("ops", Secret(url), ()), fetcher, SystemClock())
        async with asyncio.timeout(5):
            return await sender.send(a_message())


def _unpacked(paths: Iterator[Path]) -> Iterator[bytes]:
    return (gzip.decompress(path.read_bytes()) for path in paths)


def feed_seeds() -> Iterator[bytes]:
    """Small ones of feedparser's corpus, real feeds' heads."""
    if CORPUS.exists():
        yield from (body for _, body, _ in islice(corpus(), 2_000) if len(body) < 5_000)
    yield from (body[:20_000] for body in _unpacked(iter(FEEDS)))


def page_seeds() -> Iterator[bytes]:
    """Real pages of moderate size."""
    yield from (body for body in _unpacked(iter(sorted(DATA.glob("pages/**/*.html.gz")))) if len(body) < 150_000)


def settings_seeds() -> Iterator[bytes]:
    """The example configuration and the starter's, whole and file by file."""
    for folder in (ROOT / "config", ROOT / "monitor" / "settings" / "starter"):
        parts = [
            SEPARATOR + str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
            for path in sorted(folder.rglob("*.toml"))
        ]
        yield b"".join(parts)
        yield from parts


def golden_queries() -> list[str]:
    """The golden table's."""
    table = (ROOT / "tests" / "golden" / "queries.tsv").read_text("utf-8")
    return [line.split("\t")[1] for line in table.splitlines() if line and line[0] != "#"]


def query_seeds() -> Iterator[bytes]:
    """The same as bytes."""
    return (query.encode() for query in golden_queries())


MARKUP = (
    b"&#xD800;", b"&#x0;", b"&", b"<", b">", b"]]>", b"<![CDATA[", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"&#99999999999;",
    b"<!--", b"-->", b"<item>", b"</item>", b"<entry>", b"&nbsp;", b'"', b"'", b"<!DOCTYPE a [", b"<?xml encoding='utf-16'?>", b"\xef\xbb\xbf",
    b" xmlns:a='b'", b"javascript:alert(1)", b"//[", b"http://[::1", b"0001-01-01T00:00:00Z", b"9999-99-99", b"xml:base='//['",
    b"<title>", b"<link href='", b"<p>", b"</p>", b"<script>", b"<table colspan='9007199254740993'>", b"style='color", b"\xf0\x9f\x98\x80",
)  # fmt: skip
TOML = (
    b"[", b"]", b"[[", b"]]", b'"', b'"""', b"'''", b"\\", b"=", b".", b"\n", b"\r", b"\x00", b"\xff", b"\xe2\x80\xae", b"1979-05-27", b"inf", b"nan",
    b"-1", b"9" * 30, b"true", b"{}", b"[feed]", b"[[feed]]", b"url = ", b"query = ", b"\xf0\x9f\x98\x80", b"#", b",", b"\\ud800", b"0x", b"1e999",
    b'"0s"', b'"999999999999d"', b'"xx"', b"[alerts]", b"[channels.x]", b'kind = "email"', b"http://[", b"%00",
)  # fmt: skip
HTTP = (
    b"\r\n", b"\n", b"\x00", b"\xff", b": ", b"-1", b"9" * 40, b"chunked", b"gzip", b"Retry-After: -5\r\n", b"Retry-After: 9e99\r\n", b"Location: http://[",
    b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", b"Content-Length: 7\r\n", b"HTTP/1.1 ", b"0\r\n\r\n", b"x" * 9_000, b"\xe2\x80\xae", b" /secret ",
)  # fmt: skip
QUERY = (
    b" AND ", b" OR ", b" NOT ", b"(", b")", b'"', b"~3", b" NEAR/2 ", b" ONEAR/9999 ", b"title:", b"lang:", b"=", b"@x", b"*", b"?", b"/", b"atleast(2, ",
    b"stem(", b"#", b"\n", b"\\", b"\xed\xa0\x80", b"\x00", "東".encode(), b"[a-", b"{9999}", b"(?", b"\xff", b"(?i)", b"\\p{", b"|", b"+",
)  # fmt: skip

TARGETS = {
    "feeds": Target(feed_seeds, MARKUP, check_feed),
    "pages": Target(page_seeds, MARKUP, check_page),
    "queries": Target(query_seeds, QUERY, check_query),
    "settings": Target(settings_seeds, TOML, check_settings),
    "receiver": Target(receiver_seeds, HTTP, check_receiver),
}
