"""A page that could not be had: asked for again, and what follows once the article is read in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.content.articles import said_of
from monitor.core.givers import GIVES, IN_VAIN
from monitor.core.rereading import WAITS, entry_of
from monitor.model import AlertPolicy, ArticlePolicy, Failed, Fetched, FetchOutcome, Item
from monitor.pipeline.rereading import LEASE, Rereader
from monitor.pipeline.rules import Rules
from tests.builders import HOUR, NOON, TEXT, a_watchlist, an_item
from tests.laws.test_copies_laws import article
from tests.pipeline.test_poll import FEED, LONG, OTHER, Bench, entry

URL = "https://news.example.org/1"
STUB = "A report in short […]"
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Again(Bench):
    """A bench whose feeds' texts are stubs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.config = replace(self.config, article=ArticlePolicy(fetch="auto"))

    def down(self, url: str = URL, **how: object) -> None:
        how = {"reason": "status", "error": "503 Service Unavailable", "status": 503} | how
        self.net.answers[url] = Failed(url, **how)  # type: ignore[arg-type]

    def up(self, url: str = URL, number: int = 1, title: str = "Report", head: str = "") -> None:
        text = LONG.replace("northern basin", f"northern basin number {number}")
        body = f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{text}</article></body></html>"
        self.net.answers[url] = Fetched(url, 200, body.encode(), {"content-type": "text/html"})

    def leads_on(self, url: str, to: str) -> None:
        body = f'<html><head><meta http-equiv="refresh" content="0; url={to}"></head><body>One moment</body></html>'
        self.net.answers[url] = Fetched(url, 200, body.encode(), {"content-type": "text/html"})

    async def gives_an_article(self) -> None:
        self.up("https://news.example.org/2", 2)
        self.serve(entry(2, html=STUB))
        await self.poll()

    async def reread(self, wait: timedelta = WAITS[0]) -> int:
        self.clock.at += wait
        return await Rereader(self.poller, lambda: 0.0).read_due(Rules.of(self.config))

    def item(self) -> Item:
        (item,) = self.items()
        return item

    @property
    def asked_for_page(self) -> int:
        return sum(request.url == URL for request in self.net.asked)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Again]:
    made = Again(tmp_path / "m.db")
    yield made
    made.store.close()


TROUBLES: list[FetchOutcome | None] = [
    Failed(URL, "status", "503 Service Unavailable", 503),
    Failed(URL, "status", "404 Not Found", 404),
    Failed(URL, "status", "429 Too Many Requests", 429, timedelta(seconds=60), "example.org"),
    Failed(URL, "held", "asked to be left alone", 429, timedelta(seconds=60), "example.org"),
    Failed(URL, "timeout", "no answer"),
    Failed(URL, "dns", "does not resolve"),
    None,
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.error if isinstance(one, Failed) else "robots.txt")
async def test_it_is_asked_for_again_and_the_article_alerts_then(bench: Again, trouble: FetchOutcome | None) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    if trouble is None:
        bench.net.unknown.add(URL)
    else:
        bench.net.answers[URL] = trouble
    assert (await bench.poll()).alerts == 0
    assert bench.item().text_from == "feed"
    assert await bench.reread(WAITS[0] / 2) == 0
    bench.net.unknown.clear()
    bench.up()
    assert await bench.reread() == 1
    item = bench.item()
    assert (item.text_from, item.problem, item.revisions) == ("page", None, 0)
    assert "Tugs worked through the night" in item.text
    assert item.watchlists == ("ships",)
    assert [alert.occasion for alert in bench.store.alerts()] == ["new"]
    assert bench.store.revisions(item.id) == []
    assert await bench.reread(timedelta(days=2)) == 0


async def test_a_feed_whose_articles_are_not_had_in_full_says_so_until_one_is(bench: Again) -> None:
    urls = [f"https://news.example.org/{number}" for number in range(1, 8)]
    for url in urls:
        bench.down(url)

    def missed() -> tuple[int, str]:
        learnt = bench.store.feed_state(FEED.id).learnt
        return learnt.pages_missed, learnt.pages_error

    bench.serve(*(entry(number, html=STUB) for number in range(1, 5)))
    await bench.poll()
    assert missed() == (4, "page: 503 Service Unavailable")
    bench.serve(*(entry(number, html=f"{STUB} and an edit") for number in range(1, 8)))
    await bench.poll()
    assert missed()[0] == 7, "of new articles; an edit tells nothing new"
    bench.up(urls[0])
    await bench.reread()
    assert missed() == (0, "")


async def test_what_is_its_last_word_is_not_asked_for_again(bench: Again) -> None:
    bench.serve(entry(1, html=STUB), entry(2, html=STUB))
    bench.down(error="403 Forbidden", status=403)
    bench.net.forbidden.add("https://news.example.org/2")
    await bench.poll()
    assert await bench.reread(timedelta(days=2)) == 0


async def test_it_is_asked_ever_more_seldom_and_given_up(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.down()
    await bench.poll()
    asked = []
    for _ in range(3 * 24 * 60):
        if await bench.reread(MINUTE):
            asked.append(bench.clock.at)
    assert [round((later - earlier) / MINUTE) for earlier, later in zip([NOON, *asked], asked, strict=False)] == [
        wait / MINUTE for wait in WAITS
    ]
    assert bench.item().text_from == "feed"
    assert bench.item().problem


async def test_one_that_waits_for_its_turn_at_its_site_comes_to_the_second_and_as_often_as_it_takes(
    bench: Again,
) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.net.answers[URL] = Failed(URL, "turn", "its turn comes later", retry_after=20 * SECOND)
    await bench.poll()
    for _ in range(2 * len(WAITS)):
        assert await bench.reread(19 * SECOND) == 0
        assert await bench.reread(SECOND) == 1
    bench.up()
    assert await bench.reread(20 * SECOND) == 1
    assert bench.item().text_from == "page"


async def test_one_whose_turn_does_not_come_for_days_is_given_up(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.net.answers[URL] = Failed(URL, "turn", "its turn comes later", retry_after=timedelta(hours=13))
    await bench.poll()
    for _ in WAITS:
        assert await bench.reread(timedelta(days=2)) == 1
    assert await bench.reread(timedelta(days=2)) == 0


@pytest.mark.parametrize("gives", [True, False])
async def test_a_wall_is_asked_again_where_the_site_gives_articles(bench: Again, gives: bool) -> None:
    wall = b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p></body></html>"
    bench.net.answers[URL] = Fetched(URL, 200, wall, {"content-type": "text/html"})
    if gives:
        await bench.gives_an_article()
    bench.serve(entry(1, title="A report", html=STUB))
    await bench.poll()
    bench.up()
    assert await bench.reread() == gives
    assert sum(item.text_from == "page" for item in bench.items()) == 2 * gives


async def test_a_wall_that_is_read_before_the_site_s_first_article_is_asked_for_again(bench: Again) -> None:
    bench.net.answers[URL] = Fetched(URL, 200, b"", {"content-type": "text/html"})
    bench.up("https://news.example.org/2", 2)
    bench.serve(entry(1, title="A report", html=STUB), entry(2, html=STUB))
    await bench.poll()
    assert await bench.reread() == 1


async def test_a_wall_that_stood_each_time_is_asked_for_no_more(bench: Again) -> None:
    """As before a site's videos, while the site gives articles all along."""
    bench.net.answers[URL] = Fetched(URL, 200, b"", {"content-type": "text/html"})
    other = "https://news.example.org/2"
    bench.poller.givers.gave(other, bench.clock.now(), again=False)
    for _ in range(IN_VAIN - 1):
        bench.poller.givers.stood(other, bench.clock.now())
    bench.serve(entry(1, title="A report", html=STUB))
    await bench.poll()
    assert await bench.reread() == 1, "it may pass"
    assert await bench.reread(WAITS[1]) == 0


REFUSALS = [
    {"error": "403 Forbidden", "status": 403},
    {"error": "406 Not Acceptable", "status": 406},
    {"reason": "redirect", "error": "redirect to itself", "status": 302},
    {"reason": "redirect", "error": "redirect (302) without a Location", "status": 302},
    {"reason": "refused", "error": "refused 10.0.0.1 (private)", "status": None},
]


@pytest.mark.parametrize(("gave", "again"), [(None, 0), (timedelta(), 1), (GIVES, 0)])
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: str(one["error"]))
async def test_a_page_not_given_is_asked_for_again_where_its_site_gave_an_article_within_a_day(
    bench: Again, refusal: dict[str, object], gave: timedelta | None, again: int
) -> None:
    if gave is not None:
        await bench.gives_an_article()
        bench.clock.at += gave
    bench.down(**refusal)
    bench.serve(entry(1, title="A report", html=STUB))
    await bench.poll()
    assert await bench.reread() == again


@pytest.mark.parametrize("status", [401, 402, 410, 451])
async def test_what_is_said_of_one_page_alone_is_its_last_word(bench: Again, status: int) -> None:
    await bench.gives_an_article()
    bench.down(status=status)
    bench.serve(entry(1, title="A report", html=STUB))
    await bench.poll()
    assert await bench.reread() == 0


@pytest.mark.parametrize("gives", [True, False])
async def test_a_site_that_gives_articles_may_allow_this_one_later(bench: Again, gives: bool) -> None:
    if gives:
        await bench.gives_an_article()
    bench.up()
    bench.net.forbidden.add(URL)
    bench.serve(entry(1, title="A report", html=STUB))
    await bench.poll()
    assert await bench.reread() == gives
    assert not bench.asked_for_page
    bench.net.forbidden.clear()
    await bench.reread(WAITS[1])
    assert bench.asked_for_page == gives


async def test_a_page_whose_reader_died_is_read_again(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.up()
    bench.workers.dies = ["read_entry"]
    await bench.poll()
    assert bench.item().text_from == "feed"
    await bench.reread()
    assert bench.item().text_from == "page"


async def test_a_page_that_kills_its_reader_twice_is_left_alone(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.up()
    bench.workers.dies = ["read_entry"]
    await bench.poll()
    bench.workers.dies = ["read_entry"]
    await bench.reread()
    assert await bench.reread(WAITS[1]) == 1
    assert "quarantine" in (bench.item().problem or "")
    assert await bench.reread(WAITS[2]) == 0


async def test_an_entry_whose_reader_died_gets_its_page(bench: Again) -> None:
    bench.serve(entry(1, title="A report"))
    bench.up()
    bench.workers.dies = ["read_document", "triage", "read_entries", "read_entry"]
    await bench.poll()
    assert bench.item().text == ""
    await bench.reread()
    assert bench.item().text_from == "page"


async def test_what_is_cut_short_each_time_is_read_as_far_as_it_comes(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.up()
    whole = bench.net.answers[URL]
    assert isinstance(whole, Fetched)
    bench.net.answers[URL] = replace(whole, body=whole.body[:-20], cut="body cut short")
    await bench.poll()
    await bench.reread()
    assert bench.item().text_from == "feed"
    await bench.reread(WAITS[1])
    assert (bench.item().text_from, bench.item().problem) == ("page", "page: body cut short")
    assert await bench.reread(WAITS[2]) == 0


async def test_retry_after_is_obeyed(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.down(status=429, retry_after=3 * HOUR, site="example.org")
    await bench.poll()
    assert await bench.reread(2 * HOUR) == 0
    bench.down(status=429, retry_after=20 * HOUR, site="example.org")
    assert await bench.reread(HOUR) == 1
    assert await bench.reread(19 * HOUR) == 0
    assert await bench.reread(HOUR) == 1


async def test_a_process_that_dies_with_it_in_hand_leaves_it_to_the_next(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.down()
    await bench.poll()
    (owed,) = bench.store.claim_pages(bench.clock.at + WAITS[0], 10, LEASE)
    assert (owed.feed, owed.attempts, owed.first_poll) == ("harbour", 0, True)
    bench.up()
    assert await bench.reread(WAITS[0]) == 0
    assert await bench.reread(LEASE) == 1
    assert bench.item().text_from == "page"


async def test_who_was_told_of_the_stub_is_not_told_again(bench: Again) -> None:
    bench.serve(entry(1, title="Freighters leave", html=STUB))
    bench.down()
    assert (await bench.poll()).alerts == 1
    bench.up(title="Freighters leave")
    await bench.reread()
    assert bench.item().text_from == "page"
    assert len(bench.store.alerts()) == 1


@pytest.mark.parametrize("told", [False, True], ids=["nobody told", "somebody told of the stub"])
async def test_an_article_that_turns_out_to_be_a_copy_raises_no_alert(bench: Again, told: bool) -> None:
    words = a_watchlist("words", query="report")
    bench.config = replace(bench.config, watchlists=(a_watchlist(), *((words,) if told else ())))
    bench.serve(entry(1, title="A report in short", html=STUB))
    bench.down()
    assert (await bench.poll()).alerts == int(told)
    bench.serve(
        entry(9, title="Tugs at work", html=LONG.replace("northern basin", "northern basin number 1")), feed=OTHER
    )
    await bench.poll(OTHER)
    before = [(alert.watchlist, alert.story) for alert in bench.store.alerts()]
    bench.up(title="A report in short")
    await bench.reread()
    assert [(alert.watchlist, alert.story) for alert in bench.store.alerts()] == before
    original, late = sorted(bench.items(), key=lambda item: item.url == URL)
    assert late.text_from == "page"
    assert (late.copy_of, late.story) == ((None, late.id) if told else (original.id, original.story))
    assert len(bench.store.sightings(original.story)) == (not told)


async def two_with_one_teaser(bench: Again) -> None:
    """Two feeds' articles, of which the second is a copy by its teaser; neither page can be had."""
    teaser = f"<p>{TEXT.split(chr(10))[0]} Paragraph of the long report. […]</p>".replace("freighters", "ships")
    bench.serve(entry(1, title="A report on the harbour", html=teaser))
    bench.serve(entry(2, title="A report on the harbour", html=teaser).replace("number 2", "number 1"), feed=OTHER)
    bench.down()
    bench.down("https://news.example.org/2")
    await bench.poll()
    bench.clock.at += MINUTE
    assert (await bench.poll(OTHER)).copies == 1


@pytest.mark.parametrize("first", [True, False], ids=["the first", "its copy"])
async def test_of_two_with_one_teaser_the_one_that_is_read_first_alerts_alone(bench: Again, first: bool) -> None:
    await two_with_one_teaser(bench)
    pages = [URL, "https://news.example.org/2"]
    for url in pages if first else reversed(pages):
        bench.up(url, title="A report on the harbour")
        await bench.reread(WAITS[1])
        assert len(bench.store.alerts()) == 1
    assert {item.text_from for item in bench.items()} == {"page"}


async def test_an_article_is_no_copy_of_what_copied_its_teaser_even_where_its_page_names_that(bench: Again) -> None:
    await two_with_one_teaser(bench)
    bench.up(title="A report on the harbour", head='<link rel="canonical" href="https://news.example.org/2">')
    await bench.reread()
    assert len(bench.store.alerts()) == 1


async def test_an_article_is_no_copy_of_its_own_beginning(bench: Again) -> None:
    own = TEXT.split("\n")[0].replace("northern basin", "northern basin number 1")
    bench.serve(entry(1, title="A report", html=f"<p>{own} Paragraph of the long report. […]</p>"))
    bench.down()
    await bench.poll()
    assert bench.item().text.startswith("The harbour authority")
    bench.up(title="A report")
    await bench.reread()
    assert (bench.item().text_from, bench.item().copy_of) == ("page", None)


async def test_the_address_that_its_page_names_is_its_own_from_then_on(bench: Again) -> None:
    bench.serve(entry(1, title="Report", html=STUB))
    bench.down()
    await bench.poll()
    bench.up(head='<link rel="canonical" href="https://news.example.org/2">')
    await bench.reread()
    bench.serve(entry(2, title="Report", html=STUB), feed=OTHER)
    report = await bench.poll(OTHER)
    assert (report.new, report.copies) == (0, 0)
    assert bench.item().feeds == ("harbour", "coast")


async def test_an_address_that_a_page_names_is_not_believed_under_another_title(bench: Again) -> None:
    bench.serve(entry(1, title="Report", html=STUB))
    bench.down()
    await bench.poll()
    bench.serve(
        entry(2, title="Nothing of the kind", html="<p>Wheat prices fell in Chicago for a third day.</p>" * 3),
        feed=OTHER,
    )
    await bench.poll(OTHER)
    bench.up(head='<link rel="canonical" href="https://news.example.org/2">')
    await bench.reread()
    assert [item.copy_of for item in bench.items()] == [None, None]


def test_a_stored_item_s_text_is_its_entry_s(bench: Again) -> None:
    text = "Profits < losses & so on.\nA second paragraph."
    assert said_of(entry_of(an_item(text=text))).own == text


async def test_what_copies_it_later_is_found_by_its_text(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.down()
    await bench.poll()
    bench.up()
    await bench.reread()
    copy = entry(9, title="Tugs at work", html=LONG.replace("northern basin", "northern basin number 1"))
    bench.serve(copy, feed=OTHER)
    report = await bench.poll(OTHER)
    assert (report.new, report.copies, report.alerts) == (0, 1, 0)


async def test_a_page_that_names_a_stored_article_s_address_is_that_article(bench: Again) -> None:
    bench.serve(entry(1, title="Report", html=STUB))
    bench.down()
    await bench.poll()
    bench.serve(entry(2, title="Report", html=LONG), feed=OTHER)
    await bench.poll(OTHER)
    bench.up(number=77, head='<link rel="canonical" href="https://news.example.org/2">')
    await bench.reread()
    late = next(item for item in bench.items() if item.url == URL)
    assert (late.copy_test, late.similarity) == ("url", 1.0)


async def test_a_first_poll_that_alerts_nobody_alerts_nobody_later(bench: Again) -> None:
    bench.config = replace(bench.config, alerts=AlertPolicy(first_poll="none"))
    bench.serve(entry(1, title="A report", html=STUB))
    bench.down()
    await bench.poll()
    bench.up()
    await bench.reread()
    assert bench.item().watchlists == ("ships",)
    assert bench.store.alerts() == []


async def test_nothing_is_asked_for_a_feed_that_is_gone_or_wants_no_pages(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.serve(entry(3, html=STUB), feed=OTHER)
    bench.down()
    await bench.poll()
    await bench.poll(OTHER)
    before = len(bench.net.asked)
    bench.config = replace(bench.config, feeds=(replace(FEED, fetch="never"),))
    assert await bench.reread() == 2
    assert len(bench.net.asked) == before
    assert await bench.reread(timedelta(days=2)) == 0


async def test_an_edited_article_whose_page_fails_keeps_its_text_and_is_read_later(bench: Again) -> None:
    bench.serve(entry(1, title="A report", html=STUB))
    bench.up()
    await bench.poll()
    bench.serve(entry(1, title="A report, corrected", html=STUB), etag='"2"')
    bench.down()
    bench.clock.at += HOUR
    await bench.poll()
    assert bench.item().text_from == "page"
    bench.up(number=5)
    await bench.reread()
    assert "number 5" in bench.item().text
    assert (bench.item().revisions, len(bench.store.revisions(bench.item().id))) == (2, 2)
    assert bench.item().title == "A report, corrected"


async def test_a_page_that_breaks_what_reads_it_costs_its_own_attempt(bench: Again) -> None:
    bench.serve(entry(1, html=STUB), entry(2, html=STUB))
    bench.down()
    bench.down("https://news.example.org/2")
    await bench.poll()
    bench.up()
    bench.up("https://news.example.org/2", 2)
    bench.workers.dies = ["read_entry"] * 3
    assert await bench.reread() == 2
    assert sorted(item.text_from for item in bench.items()) == ["feed", "page"]
    assert await bench.reread(MINUTE) == 0
    assert await bench.reread(WAITS[1]) == 1
    assert [item.text_from for item in bench.items()] == ["page", "page"]


async def test_a_clock_that_is_set_back_keeps_none_waiting(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.down()
    await bench.poll()
    bench.up()
    bench.clock.at -= timedelta(days=30)
    bench.store.move_back(timedelta(days=30), bench.clock.at)
    assert await bench.reread() == 1


async def test_when_the_network_is_back_all_are_due(bench: Again) -> None:
    bench.serve(entry(1, html=STUB))
    bench.down()
    await bench.poll()
    for wait in WAITS[:3]:
        await bench.reread(wait)
    assert await bench.reread(MINUTE) == 0
    bench.store.hasten_pages(bench.clock.at)
    assert await bench.reread(timedelta()) == 1


async def test_a_page_that_leads_on_gives_the_article_it_leads_to(bench: Again) -> None:
    bench.leads_on(URL, "https://count.example.org/1")
    bench.leads_on("https://count.example.org/1", "https://other.example.org/report")
    bench.up("https://other.example.org/report")
    bench.serve(entry(1, html=STUB))
    await bench.poll()
    assert (bench.item().text_from, bench.item().url) == ("page", URL)
    bench.serve(
        entry(2, "Another headline", html=STUB).replace(
            "https://news.example.org/2", "https://other.example.org/report"
        )
    )
    report = await bench.poll()
    assert (report.new, report.copies) == (0, 0), "the same address in the end: the same item"


async def test_pages_that_lead_on_and_on_are_left(bench: Again) -> None:
    for number in range(9):
        bench.leads_on(f"https://news.example.org/{number}", f"https://news.example.org/{number + 1}")
    bench.serve(entry(1, html=STUB))
    await bench.poll()
    assert (bench.item().text_from, bench.asked_for_page) == ("feed", 1)
    assert bench.item().problem == "no article: the page leads on to https://news.example.org/4"
    assert len(bench.net.asked) == 1 + 3
    assert await bench.reread() == 0, "its last word"


async def test_where_it_leads_may_be_down_for_now(bench: Again) -> None:
    bench.leads_on(URL, "https://other.example.org/report")
    bench.down("https://other.example.org/report")
    bench.serve(entry(1, html=STUB))
    await bench.poll()
    assert bench.item().problem == "page: 503 Service Unavailable"
    bench.up("https://other.example.org/report")
    assert await bench.reread() == 1
    assert bench.item().text_from == "page"


WALL = (
    "<p>This story is for our members only, who pay less than a coffee a week for all that we write and for the archive.</p>"
    * 3
)
HEADLINES = "Freighters leave|Parliament debates|Museum reopens|Strike ends|Glacier retreats|Wolves return"


async def test_where_a_site_says_the_same_under_all_headlines_the_feed_is_believed(bench: Again) -> None:
    for number, headline in enumerate(HEADLINES.split("|"), 1):
        url = f"https://news.example.org/{number}"
        body = f"<html><head><title>{headline}</title></head><body><article><h1>{headline}</h1>{WALL}</article></body></html>"
        bench.net.answers[url] = Fetched(url, 200, body.encode(), {"content-type": "text/html"})
        bench.serve(entry(number, headline, html=f"{headline}, say the freighters of pier {number} […]"))
        await bench.poll()
    items = list(reversed(bench.items()))
    assert [item.text_from for item in items] == ["page"] * 3 + ["feed"] * 3
    assert items[5].text == "Wolves return, say the freighters of pier 6 […]"
    assert items[5].problem == "the page says little but what its site says under other headlines"
    assert not any(item.copy_of for item in items)
    assert {alert.item for alert in bench.store.alerts()} == {item.id for item in items}


@pytest.mark.parametrize("beside", [timedelta(days=1), timedelta(days=300)], ids=str)
async def test_a_date_that_is_guessed_keeps_no_article_from_alerting(bench: Again, beside: timedelta) -> None:
    bench.up()
    page, date = bench.net.answers[URL], (NOON - beside).strftime("%Y-%m-%d")
    assert isinstance(page, Fetched)
    bench.net.answers[URL] = replace(
        page, body=page.body.replace(b"</article>", f"<time>{date}</time></article>".encode())
    )
    bench.serve(entry(1, html=STUB, at=None))
    await bench.poll()
    assert len(bench.store.alerts()) == 1
    assert (bench.item().published_at is None) == (beside > timedelta(days=2))


async def test_an_article_that_was_taken_for_a_copy_alerts_once_it_shows(bench: Again) -> None:
    """Two articles before the same lines cannot be told from one under two headlines; a third shows it."""
    bench.config = replace(bench.config, article=ArticlePolicy(fetch="never"), alerts=AlertPolicy(first_poll="recent"))
    notice = "".join(f"<p>{line}</p>" for line in article(77, 5).text.split("\n"))
    headlines = ["Freighters leave harbour", "Parliament hears of freighters", "Museum shows old freighters"]
    took = []
    for number, headline in enumerate(headlines, 1):
        bench.serve(entry(number, headline, html=notice))
        report = await bench.poll()
        took.append((report.new, report.copies, report.alerts))
    assert took == [(1, 0, 1), (0, 1, 0), (1, 0, 2)], "the third, and what was owed of the second"
    items = {item.title: item for item in bench.items()}
    assert [items[headline].copy_of for headline in headlines] == [None] * 3
    assert {alert.item for alert in bench.store.alerts()} == {item.id for item in items.values()}
    bench.serve(entry(2, headlines[1], html=notice), entry(3, headlines[2], html=notice))
    assert (await bench.poll()).alerts == 0
