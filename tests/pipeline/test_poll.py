"""A feed's poll, from bytes to rows: real parsing, reading and store; scripted network, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.sqlite import SqliteStore
from monitor.content import feeds as feeds_module
from monitor.core import watching
from monitor.errors import ReadError, WorkerDied
from monitor.model import (
    AlertPolicy,
    ArticlePolicy,
    Config,
    EmailChannel,
    Failed,
    Feed,
    Fetched,
    FetchMode,
    FetchOutcome,
    Item,
    ItemFilter,
    NotModified,
    PollReport,
    Request,
    SmtpServer,
)
from monitor.pipeline.documents import Texts
from monitor.pipeline.poll import Poller
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON, TEXT, a_watchlist

FEED = Feed("harbour", "https://harbour.example.org/feed.xml", tags=("ports",))
OTHER = Feed("coast", "https://coast.example.org/feed.xml", tags=("coast",))
LONG = "".join(f"<p>{line} Paragraph of the long report.</p>" for line in TEXT.split("\n")) * 2


class Still:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class Net:
    """Answers by URL; what has no answer is 404."""

    def __init__(self) -> None:
        self.answers: dict[str, FetchOutcome] = {}
        self.asked: list[Request] = []
        self.forbidden: set[str] = set()
        self.unknown: set[str] = set()

    async def fetch(self, request: Request) -> FetchOutcome:
        self.asked.append(request)
        answer = self.answers.get(request.url, Failed(request.url, "status", "404 Not Found", 404))
        if isinstance(answer, Fetched) and answer.cut and not request.partial:
            return Failed(request.url, "transfer", answer.cut)
        return answer

    async def allowed(self, url: str) -> bool | None:
        return None if url in self.unknown else url not in self.forbidden


class Inline:
    """Workers in this process; `dies` names functions whose next calls crash, one for each time it is named."""

    def __init__(self) -> None:
        self.dies: list[str] = []
        self.asked: list[str] = []

    async def run(self, function: Callable[..., Any], *args: object) -> Any:
        self.asked.append(function.__name__)
        if function.__name__ in self.dies:
            self.dies.remove(function.__name__)
            raise WorkerDied("the process reading it crashed")
        return function(*args)

    async def urgent(self, function: Callable[..., Any], *args: object) -> Any:
        return await self.run(function, *args)


class Bench:
    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.net, self.clock, self.workers = Net(), Still(), Inline()
        self.poller = Poller(self.store, write, write, self.net, self.workers, self.clock, lambda: 0.5)
        channel = EmailChannel("desk", ("desk@example.org",), "m@example.org", SmtpServer("127.0.0.1", 25, "plain"))
        self.config = Config(
            feeds=(FEED, OTHER),
            watchlists=(a_watchlist(),),
            channels={"desk": channel},
            alerts=AlertPolicy(first_poll="all"),
            article=ArticlePolicy(fetch="never"),
        )

    async def poll(self, feed: Feed = FEED) -> PollReport:
        rules = Rules.of(self.config)
        self.store.sync_feeds(self.config.feeds, self.clock.now())
        return await self.poller.poll(feed, rules)

    def serve(self, *entries: str, feed: Feed = FEED, etag: str = '"1"', tail: str = "</channel></rss>") -> None:
        body = f'<rss version="2.0"><channel><title>Harbour</title><language>en</language>{"".join(entries)}{tail}'
        self.net.answers[feed.url] = Fetched(feed.url, 200, body.encode(), {"etag": etag, "content-type": "text/xml"})

    def items(self) -> list[Item]:
        return list(self.store.items(ItemFilter()))


async def write(function: Callable[..., Any], *args: object) -> Any:
    return function(*args)


def entry(number: int, title: str = "", html: str = LONG, at: datetime | None = NOON - HOUR) -> str:
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    title = title or f"Report number {number}: freighters leave"
    text = html.replace("<", "&lt;").replace("northern basin", f"northern basin number {number}")
    url = f"https://news.example.org/{number}"
    return f"<item><title>{title}</title><link>{url}</link><guid>g{number}</guid>{date}<description>{text}</description></item>"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "m.db")
    yield made
    made.store.close()


@pytest.mark.parametrize("largest", [watching.LARGEST, 0], ids=["matched by readers", "matched where it is stored"])
async def test_an_entry_becomes_an_item_with_tags_language_and_alert(
    bench: Bench, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LARGEST", largest)
    bench.serve(entry(1))
    report = await bench.poll()
    assert (report.status, report.new, report.copies, report.alerts) == ("ok", 1, 0, 1)
    (item,) = bench.items()
    assert (item.language, item.feeds, item.tags, item.watchlists) == (
        "en",
        ("harbour",),
        ("ports", "shipping"),
        ("ships",),
    )
    assert item.text_from == "feed"
    (alert,) = bench.store.alerts()
    assert alert.matches[0].text == "freighters"


async def test_what_is_unchanged_is_not_read_again(bench: Bench) -> None:
    bench.serve(entry(1))
    await bench.poll()
    assert (await bench.poll()).status == "unchanged"  # the same bytes under a 200
    bench.net.answers[FEED.url] = NotModified(FEED.url)
    assert (await bench.poll()).status == "unchanged"
    assert bench.net.asked[-1].etag == '"1"'
    assert len(bench.items()) == 1


async def test_validators_are_not_kept_for_a_feed_that_was_cut(bench: Bench) -> None:
    bench.serve(entry(1), entry(2), tail="<item><title>Cut off in the mid")
    report = await bench.poll()
    assert report.status == "ok"
    assert report.error
    state = bench.store.feed_state("harbour")
    assert (state.etag, state.body_hash) == (None, None)
    assert len(bench.items()) >= 2


async def test_an_edited_article_is_a_revision_of_its_item(bench: Bench) -> None:
    bench.serve(entry(1, title="Harbour closed", html=LONG.replace("freighters", "vessels")))
    await bench.poll()
    assert bench.store.alerts() == []
    bench.serve(entry(1, title="Harbour reopens as last freighters leave"))
    report = await bench.poll()
    assert (report.new, report.copies, report.revised, report.alerts) == (0, 0, 1, 1)
    (item,) = bench.items()
    assert item.title == "Harbour reopens as last freighters leave"
    assert [title for _, title, _ in bench.store.revisions(item.id)] == ["Harbour closed"]
    bench.serve(entry(1, title="Harbour reopens as the last freighters leave"))
    assert (await bench.poll()).alerts == 0


async def test_a_changed_document_is_cut_to_what_is_new_and_nothing_is_lost(bench: Bench, monkeypatch: Any) -> None:
    given: list[int] = []
    real = feeds_module._feedparser

    def counting(document: str) -> Any:
        given.append(document.count("<item>"))
        return real(document)

    monkeypatch.setattr(feeds_module, "_feedparser", counting)

    def irregular(written: str) -> str:
        return written.replace("</item>", "<author>a@b.example (A)</author></item>")

    bench.serve(irregular(entry(1)), irregular(entry(2)), entry(4))
    await bench.poll()
    bench.serve(irregular(entry(3)), irregular(entry(1)), irregular(entry(2, title="Edited")), entry(4))
    report = await bench.poll()
    assert (report.new + report.copies, report.revised, report.entries) == (1, 1, 4)
    assert given == [3, 3]  # a probe each time, and never what is regular


async def test_the_same_article_in_another_feed_is_one_item_and_one_alert(bench: Bench) -> None:
    bench.serve(entry(1))
    bench.serve(entry(1, title="Worded otherwise"), feed=OTHER)
    await bench.poll()
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 0, 0)
    (item,) = bench.items()
    assert item.feeds == ("harbour", "coast")
    assert set(item.tags) == {"ports", "coast", "shipping"}
    assert [one.feed for one in bench.store.sightings(item.story)] == ["coast"]


async def test_the_same_text_at_another_address_is_a_copy_and_raises_no_alert(bench: Bench) -> None:
    bench.serve(entry(1))
    bench.serve(entry(1).replace("news.example.org/1", "coast.example.org/x").replace("g1", "c1"), feed=OTHER)
    await bench.poll()
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 1, 0)
    copy, original = bench.items()
    assert (copy.copy_of, copy.story) == (original.id, original.id)


@pytest.mark.parametrize(
    ("policy", "at", "alerts"),
    [
        ("all", None, 1),
        ("all", NOON - timedelta(days=3), 0),
        ("recent", NOON - HOUR, 1),
        ("recent", None, 0),
        ("none", NOON - HOUR, 0),
    ],
)
async def test_a_first_poll_alerts_as_configured(bench: Bench, policy: Any, at: datetime | None, alerts: int) -> None:
    bench.config = replace(bench.config, alerts=AlertPolicy(first_poll=policy))
    bench.serve(entry(1, at=at))
    assert (await bench.poll()).alerts == alerts
    bench.serve(entry(2, title="Freighters again, and another matter altogether", at=None), entry(1, at=at), etag='"2"')
    bench.clock.at += HOUR
    assert (await bench.poll()).new + (await bench.poll()).new <= 1


async def test_a_page_is_read_when_the_feeds_text_is_cut(bench: Bench) -> None:
    bench.config = replace(bench.config, article=ArticlePolicy(fetch="auto"))
    bench.serve(entry(1, html="The last of the freighters […]"))
    page = f"<html lang=en><head><title>Report | Harbour</title></head><body><article><h1>Report</h1>{LONG}</article></body></html>"
    bench.net.answers["https://news.example.org/1"] = Fetched(
        "https://news.example.org/1", 200, page.encode(), {"content-type": "text/html"}
    )
    await bench.poll()
    (item,) = bench.items()
    assert item.text_from == "page"
    assert "Tugs worked through the night" in item.text


@pytest.mark.parametrize("trouble", ["403", "robots", "crash", "no article"])
async def test_a_page_that_cannot_be_had_leaves_the_feeds_text(bench: Bench, trouble: str) -> None:
    url = "https://news.example.org/1"
    bench.config = replace(bench.config, article=ArticlePolicy(fetch="always"))
    bench.serve(entry(1))
    bench.net.answers[url] = Fetched(url, 200, b"<html><body>Sign in</body></html>", {"content-type": "text/html"})
    if trouble == "403":
        bench.net.answers[url] = Failed(url, "status", "403 Forbidden", 403)
    if trouble == "robots":
        bench.net.forbidden.add(url)
    if trouble == "crash":
        bench.workers.dies = ["read_entry"]
    report = await bench.poll()
    assert (report.status, report.new, report.alerts) == ("ok", 1, 1)
    (item,) = bench.items()
    assert item.text_from == "feed"
    assert item.problem
    assert "freighters" in item.text


@pytest.mark.parametrize(
    ("reason", "status", "answered"),
    [
        ("dns", None, False),
        ("timeout", None, False),
        ("refused", None, False),
        ("status", 511, False),
        ("status", 503, True),
        ("encoding", None, True),
    ],
)
async def test_whether_it_was_the_publisher_who_failed(
    bench: Bench, reason: Any, status: int | None, answered: bool
) -> None:
    bench.net.answers[FEED.url] = Failed(FEED.url, reason, "no", status)
    assert (await bench.poll()).answered == answered


async def test_a_failing_feed_backs_off_says_why_and_recovers(bench: Bench) -> None:
    report = await bench.poll()
    assert (report.status, report.error) == ("failed", "404 Not Found")
    state = bench.store.feed_state("harbour")
    assert (state.failures, state.last_error) == (1, "404 Not Found")
    assert state.next_poll_at is not None
    assert state.next_poll_at > NOON
    bench.serve(entry(1))
    assert (await bench.poll()).status == "ok"
    assert bench.store.feed_state("harbour").failures == 0


async def test_what_is_cut_short_at_every_poll_is_read_as_far_as_it_comes(bench: Bench) -> None:
    def serve(*entries: str, cut: str) -> None:
        bench.serve(*entries)
        whole = bench.net.answers[FEED.url]
        assert isinstance(whole, Fetched)
        bench.net.answers[FEED.url] = replace(whole, cut=cut)

    serve(entry(1), cut="body cut short")
    assert [(await bench.poll()).status for _ in range(3)] == ["failed", "failed", "ok"]
    serve(entry(2), entry(1), cut="body cut short")
    report = await bench.poll()
    assert (report.status, report.new + report.copies, report.error) == ("ok", 1, "body cut short")
    state = bench.store.feed_state("harbour")
    assert (state.etag, state.body_hash) == (None, None)
    serve(entry(3), entry(2), entry(1), cut="")
    assert (await bench.poll()).error is None
    assert bench.store.feed_state("harbour").etag
    serve(entry(4), entry(3), entry(2), entry(1), cut="body cut short")
    assert (await bench.poll()).status == "failed", "it comes whole again, as a rule"


async def test_a_feed_that_is_html_or_kills_its_reader_fails_alone(bench: Bench) -> None:
    bench.net.answers[FEED.url] = Fetched(
        FEED.url, 200, b"<html><title>Hi</title></html>", {"content-type": "text/html"}
    )
    assert "HTML" in ((await bench.poll()).error or "")
    bench.serve(entry(1))
    bench.workers.dies = ["read_document", "read_document"]  # with its texts, and without
    assert (await bench.poll()).error == "the process reading it crashed"
    assert (await bench.poll()).new == 1


@pytest.mark.parametrize("fetch", ["never", "auto"])
async def test_a_text_that_kills_every_reader_costs_its_own_entry_the_text(bench: Bench, fetch: FetchMode) -> None:
    bench.config = replace(bench.config, article=ArticlePolicy(fetch=fetch))
    bench.serve(
        *(entry(n, title=f"Tides of harbour {n}", html=f"<p>{'DEADLY' if n == 2 else n} text.</p>") for n in range(4))
    )
    original = bench.workers.run

    async def run(function: Callable[..., Any], *args: object) -> Any:
        if (function.__name__ != "read_document" or isinstance(args[-1], Texts)) and "DEADLY" in repr(args):
            raise WorkerDied("the process reading it crashed")
        return await original(function, *args)

    bench.workers.run = run  # type: ignore[method-assign]
    assert (await bench.poll()).new == 4
    texts = {item.title: (item.text, item.problem) for item in bench.store.items(ItemFilter())}
    assert texts.pop("Tides of harbour 2") == ("", "text: the process reading it crashed")
    assert all(text and "crashed" not in (problem or "") for text, problem in texts.values())


async def test_a_poll_broken_off_between_chunks_is_taken_up_where_it_stopped(bench: Bench) -> None:
    titles = ["Tides", "Cranes", "Pilots", "Ferries", "Dredgers", "Lighthouses"]
    bench.serve(
        *(
            entry(n, title=f"{titles[n % 6]} {n}", html=f"<p>{titles[n % 6]} {n * 7919} {'xyz' * n}.</p>")
            for n in range(60)
        )
    )
    original = bench.workers.run
    calls = 0

    async def run(function: Callable[..., Any], *args: object) -> Any:
        nonlocal calls
        calls += function.__name__ == "read_entries"
        if calls == 2 and function.__name__ == "read_entries":
            raise ReadError("no process to read it could be started")
        return await original(function, *args)

    bench.workers.run = run  # type: ignore[method-assign]
    assert (await bench.poll()).status == "failed"
    stored = len(bench.items())
    assert stored == 25
    assert bench.store.feed_state("harbour").etag is None
    await bench.poll()
    assert len(bench.items()) == 60
    assert len({item.url for item in bench.items()}) == 60
