"""A sitemap index configured as a feed: its newest news sitemaps are its document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.adapters.clock import SystemClock
from monitor.adapters.sqlite import SqliteStore
from monitor.cli.root import monitor
from monitor.core import trust
from monitor.model import FeedState
from tests.servers import Answer, Site

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
TODAY = SystemClock().now().isoformat()
State = Callable[[], FeedState]
Poll = Callable[..., dict[str, Any]]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def poll(tmp_path: Path, site: Site) -> Poll:
    config = tmp_path / "config"
    config.mkdir()
    (config / "monitor.toml").write_text(
        f'store = "sqlite:{tmp_path}/m.db"\n[poll]\nhost_delay = "0s"\n[network]\nallow = ["127.0.0.0/8"]\n'
        '[article]\nfetch = "never"\n[limits]\nsitemaps = 2\n'
    )
    (config / "feeds.toml").write_text(f'[[feed]]\nid = "daily"\nurl = "{site.url("/index.xml")}"\n')

    def run(code: int = 0) -> dict[str, Any]:
        result = CliRunner().invoke(monitor, ["poll", "--json", "--config", str(config)])
        assert result.exit_code == code, result.output
        report: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])["feeds"][0]
        return report

    return run


@pytest.fixture
def state(tmp_path: Path) -> State:
    def read() -> FeedState:
        store = SqliteStore(tmp_path / "m.db")
        try:
            return store.feed_state("daily")
        finally:
            store.close()

    return read


def index(site: Site, *children: tuple[str, int | None]) -> Answer:
    """Children with the hours since they were changed."""
    now = SystemClock().now()
    listed = "".join(
        f"<sitemap><loc>{site.url(path)}</loc>"
        + (f"<lastmod>{(now - timedelta(hours=hours)).isoformat()}</lastmod>" if hours is not None else "")
        + "</sitemap>"
        for path, hours in children
    )
    return Answer(body=f"<sitemapindex {SPACES}>{listed}</sitemapindex>".encode(), headers={"ETag": '"1"'})


def news(site: Site, *numbers: int) -> Answer:
    said = "<news:publication><news:name>Daily</news:name><news:language>en</news:language></news:publication>"
    listed = "".join(
        f"<url><loc>{site.url(f'/a/{n}')}</loc><news:news>{said}<news:publication_date>{TODAY}</news:publication_date>"
        f"<news:title>Harbour report {n} of the day</news:title></news:news></url>"
        for n in numbers
    )
    return Answer(body=f"<urlset {SPACES}>{listed}</urlset>".encode())


def test_the_newest_sitemaps_of_an_index_are_its_entries(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/old.xml", 90), ("/today.xml", 1), ("/yesterday.xml", 25)))
    site.answer("/today.xml", news(site, 4, 3))
    site.answer("/yesterday.xml", news(site, 2, 1))
    report = poll()
    assert (report["status"], report["new"] + report["copies"], report["error"]) == ("ok", 4, None)
    assert "/old.xml" not in site.paths()
    assert poll()["status"] == "unchanged"
    site.answer("/today.xml", news(site, 5, 4, 3))  # the index itself says nothing of it
    report = poll()
    assert (report["status"], report["new"] + report["copies"]) == ("ok", 1)


def by_validators(site: Site, path: str, answer: Answer, tag: str) -> None:
    """Answer so, and 304 to who names this tag."""
    told = replace(answer, headers={"ETag": tag})
    site.answer(path, lambda asked: Answer(304) if asked.headers.get("if-none-match") == tag else told)


def asked_for(site: Site, path: str) -> list[str | None]:
    """With which tags."""
    return [request.headers.get("if-none-match") for request in site.requests if request.path == path]


def test_sitemaps_are_asked_for_by_their_own_validators(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/yesterday.xml", 25)))
    by_validators(site, "/today.xml", news(site, 4, 3), '"a"')
    by_validators(site, "/yesterday.xml", news(site, 2, 1), '"y"')
    assert poll()["new"] + poll()["new"] > 0
    assert asked_for(site, "/today.xml") == [None, '"a"']
    by_validators(site, "/today.xml", news(site, 5, 4, 3), '"b"')
    report = poll()
    assert (report["status"], report["new"] + report["copies"], report["error"]) == ("ok", 1, None)
    assert poll()["status"] == "unchanged"
    assert asked_for(site, "/today.xml") == [None, '"a"', '"a"', '"b"']
    assert asked_for(site, "/yesterday.xml") == [None, '"y"', '"y"', '"y"']
    assert asked_for(site, "/index.xml") == [None] * 4


def test_that_all_are_unchanged_is_not_the_document_itself(site: Site, poll: Poll, state: State) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1)))
    by_validators(site, "/today.xml", news(site, 1), '"a"')
    poll()
    whole_at = state().learnt.whole_at
    assert poll()["status"] == "unchanged"
    assert state().learnt.whole_at == whole_at
    site.answer("/today.xml", news(site, 1))
    assert poll()["status"] == "unchanged"
    assert state().learnt.whole_at != whole_at


def test_every_twelfth_poll_sees_all_that_the_feed_shows(site: Site, poll: Poll, state: State) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/yesterday.xml", 25)))
    by_validators(site, "/yesterday.xml", news(site, 3, 2, 1), '"y"')
    for number in range(trust.UNCONDITIONAL_EVERY):
        by_validators(site, "/today.xml", news(site, *range(4 + number, 3, -1)), f'"{number}"')
        poll()
        assert state().learnt.size == (4 if number < trust.UNCONDITIONAL_EVERY - 1 else 15)


def test_a_new_sitemap_that_cannot_be_had_is_told(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1)))
    site.answer("/today.xml", news(site, 1))
    poll()
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/broken.xml", 2)))
    assert "broken.xml" in poll()["error"]


def test_a_day_that_begins_a_sitemap_of_its_own_is_no_gap(site: Site, poll: Poll, state: State) -> None:
    site.answer("/index.xml", index(site, ("/one.xml", 20)))
    by_validators(site, "/one.xml", news(site, 4, 3, 2, 1), '"1"')
    poll()
    site.answer("/index.xml", index(site, ("/two.xml", 1), ("/one.xml", 20)))
    by_validators(site, "/two.xml", news(site, 8, 7, 6, 5), '"2"')
    report = poll()
    assert (report["status"], report["new"] + report["copies"]) == ("ok", 4)
    assert not state().gap


def test_sitemaps_that_rolled_over_altogether_are_a_gap(site: Site, poll: Poll, state: State) -> None:
    site.answer("/index.xml", index(site, ("/one.xml", 20)))
    by_validators(site, "/one.xml", news(site, 4, 3, 2, 1), '"1"')
    poll()
    by_validators(site, "/one.xml", news(site, 49, 48, 47, 46), '"2"')
    poll()
    assert state().gap


def test_what_one_sitemap_could_not_give_lets_the_next_poll_read_all_anew(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/yesterday.xml", 25)))
    by_validators(site, "/today.xml", news(site, 4, 3), '"a"')
    by_validators(site, "/yesterday.xml", news(site, 2, 1), '"y"')
    poll()
    site.answer("/today.xml", Answer(status=500))
    assert "today.xml" in poll()["error"]
    by_validators(site, "/today.xml", news(site, 5, 4, 3), '"b"')
    report = poll()
    assert (report["new"] + report["copies"], report["error"]) == (1, None)
    assert asked_for(site, "/yesterday.xml") == [None, '"y"', None]


@pytest.mark.parametrize("how", ["always 304", "the same tag", "the same tag, never 304"])
def test_sitemaps_validators_that_lie_are_found_out(site: Site, poll: Poll, state: State, how: str) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/yesterday.xml", 25)))
    by_validators(site, "/yesterday.xml", news(site, 2, 1), '"y"')
    by_validators(site, "/today.xml", news(site, 3), '"a"')
    poll()
    tag = '"b"' if how == "always 304" else '"a"'
    told = replace(news(site, 3), headers={"ETag": tag})
    lies = "never" not in how
    site.answer("/today.xml", lambda asked: Answer(304) if lies and asked.headers.get("if-none-match") else told)
    for _ in range(trust.UNCONDITIONAL_EVERY - 2):
        assert poll()["status"] == "unchanged"
    told = replace(news(site, 9, 3), headers={"ETag": tag})
    assert state().learnt.lied_at is None
    report = poll()
    assert report["new"] + report["copies"] == 1
    assert state().learnt.lied_at is not None
    told = replace(news(site, 10, 9, 3), headers={"ETag": tag})
    report = poll()
    assert report["new"] + report["copies"] == 1
    assert asked_for(site, "/today.xml")[-1] is None


def test_a_sitemap_that_cannot_be_had_is_told_and_asked_again(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/today.xml", 1), ("/broken.xml", 2)))
    site.answer("/today.xml", news(site, 1))
    site.answer("/broken.xml", Answer(status=500))
    report = poll()
    assert (report["status"], report["new"]) == ("ok", 1)
    assert "broken.xml" in report["error"]
    site.answer("/broken.xml", news(site, 2))
    report = poll()
    assert (report["new"] + report["copies"], report["error"]) == (1, None)


def test_news_among_sitemaps_of_pages_is_found_and_what_is_left_is_told(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/pages.xml", None), ("/tags.xml", None), ("/news.xml", None)))
    site.answer("/news.xml", news(site, 1))
    site.answer(
        "/pages.xml", Answer(body=f"<urlset {SPACES}><url><loc>{site.url('/about')}</loc></url></urlset>".encode())
    )
    report = poll()
    assert report["new"] == 1
    assert "limits.sitemaps" in report["error"]


def test_an_index_without_news_or_of_another_site_fails(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/pages.xml", 1)))
    site.answer(
        "/pages.xml", Answer(body=f"<urlset {SPACES}><url><loc>{site.url('/about')}</loc></url></urlset>".encode())
    )
    assert "holds news" in poll(code=1)["error"]
    other = f"<sitemapindex {SPACES}><sitemap><loc>http://elsewhere.example/s.xml</loc></sitemap></sitemapindex>"
    site.answer("/index.xml", Answer(body=other.encode()))
    assert "other sites" in poll(code=1)["error"]


def test_a_key_in_a_sitemap_s_url_is_not_told(site: Site, poll: Poll) -> None:
    site.answer("/index.xml", index(site, ("/a.xml?key=S3cret", 1), ("/b.xml", 2), ("/c.xml?token=S3cret", 3)))
    site.answer("/b.xml", news(site, 1))
    site.answer("/c.xml?token=S3cret", Answer(body=b"<urlset"))
    report = poll()
    assert "/a.xml?key=***: 404 Not Found" in report["error"]
    assert "S3cret" not in report["error"]
