"""What makes an entry the same entry: golden pairs of URLs, and keys against publishers' habits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.core.identity import (
    alert_id,
    article_url,
    canonical_url,
    entry_hash,
    entry_keys,
    feed_keys,
    item_id,
    leads_home,
    site_of,
    slug,
    usable_guids,
)
from monitor.core.urls import BadUrlError, kept_url, target
from monitor.model import Entry

SAME = [
    ("https://example.org/a", "HTTPS://EXAMPLE.ORG:443/a"),
    ("https://example.org/a", "https://example.org./a/"),
    ("https://example.org/a", "https://joe:secret@example.org/a#comments"),
    ("https://example.org/a", "https://example.org/b/../%61"),
    ("https://example.org/a", "https://example.org/a?utm_source=rss&utm_medium=feed&fbclid=IwAR0"),
    ("https://medium.com/p/1a", "https://medium.com/p/1a?source=rss-94e1a------2"),
    ("https://example.org/a", "https://example.org/a?at_medium=RSS&at_campaign=KARANGA"),
    ("https://example.org/a", "https://example.org/a?partner=rss&emc=rss"),
    ("https://example.org/a", "https://example.org/a;jsessionid=1A2B3C?PHPSESSID=00"),
    ("https://example.org/a", "https://example.org/a?sid=0123456789abcdef0123456789abcdef"),
    ("https://example.org/a", "https://example.org/a?"),
    ("https://example.org/a?id=1&page=2", "https://example.org/a?page=2&utm_id=9&id=1"),
    ("https://example.org/", "https://example.org"),
    ("https://example.org/%C3%BC", "https://example.org/ü"),
    ("https://example.org/%C3%BC", "https://example.org/%c3%bc"),
    ("https://example.org/a%20b", "https://example.org/a b"),
    ("https://xn--80aejlhsddatfmpkb.xn--p1ai/a", "https://КОРОНАВИРУСУНЕТ.рф/a"),
    ("https://example.org/100%25", "https://example.org/100%"),
]  # fmt: skip

OTHER = [
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/a", "https://example.org/a/b"),
    ("https://example.org/a", "https://m.example.org/a"),
    ("https://example.org/a", "https://example.org/a/amp"),
    ("https://example.org/a", "https://example.org:8443/a"),
    ("https://example.org/news?id=1", "https://example.org/news?id=2"),
    ("https://example.org/news?sid=12", "https://example.org/news?sid=13"),
    ("https://example.org/news?source=reuters", "https://example.org/news?source=afp"),
    ("https://example.org/a?x=1&x=2", "https://example.org/a?x=2&x=1"),
    ("https://example.org/a?b&a=1", "https://example.org/a?a=1&b"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
]

NOT_WEB = ["", "/a", "mailto:joe@example.org", "javascript:alert(1)", "ftp://example.org/", "tag:example.org,2026:1",
           "urn:uuid:1", "https://", "http://a..b/", "https://exa\\mple.org/", "https://example.org:99999/"]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_url_are_one(one: str, other: str) -> None:
    assert canonical_url(other) == canonical_url(one) == one


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", NOT_WEB)
def test_what_is_no_web_address_has_none(url: str) -> None:
    assert canonical_url(url) is None
    assert article_url(url) is None


def test_a_relative_url_is_joined_to_its_base() -> None:
    assert canonical_url("../b?x=1", "https://example.org/news/a") == "https://example.org/b?x=1"
    assert canonical_url("//cdn.example.org/b", "https://example.org/") == "https://cdn.example.org/b"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://news.bbc.co.uk/x", "bbc.co.uk"),
        ("http://user:x@www.example.org:8080/", "example.org"),
        ("http://пример.рф/", "xn--e1afmkfd.xn--p1ai"),
        ("http://127.0.0.2:81/", "127.0.0.2"),
        ("http://[::1]/", "::1"),
        ("http://localhost/", "localhost"),
        ("http://a.b.unlisted/", "b.unlisted"),
        ("mailto:x", ""),
    ],
)
def test_the_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert site_of(url) == site


ENTRY = Entry("g1", "https://example.org/a", "A title", "A summary", published_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_entry_is_known_by_its_guid_in_its_feed_and_by_its_url_everywhere() -> None:
    assert entry_keys("f", ENTRY) == ("guid:f:g1", "url:https://example.org/a")
    assert set(entry_keys("f", ENTRY)) & set(entry_keys("g", ENTRY)) == {"url:https://example.org/a"}


def test_without_guid_and_url_title_and_date_are_the_key() -> None:
    bare = replace(ENTRY, guid=None, url=None)
    (key,) = entry_keys("f", bare)
    assert key.startswith("text:f:")
    assert entry_keys("f", replace(bare, summary="edited")) == (key,)
    assert entry_keys("f", replace(bare, title="Another")) != (key,)
    assert entry_keys("g", bare) != (key,)


def test_without_a_date_the_text_tells_apart_what_the_title_does_not() -> None:
    briefing = Entry(None, None, "Morning briefing", "Monday's news")
    assert entry_keys("f", briefing) != entry_keys("f", replace(briefing, summary="Tuesday's news"))


def test_a_front_page_is_no_articles_address() -> None:
    assert entry_keys("f", replace(ENTRY, url="https://example.org/?utm_source=rss")) == ("guid:f:g1",)
    assert article_url("https://example.org/?p=12") == "https://example.org/?p=12"


@pytest.mark.parametrize(
    "fragment", ["comment-5", "c5934120", "issuecomment-12", "discussion_r7", "p1234", "findComment-98"]
)
def test_a_posts_address_is_its_threads_and_not_its_own(fragment: str) -> None:
    assert article_url(f"https://a.example.org/thread#{fragment}") is None


@pytest.mark.parametrize("fragment", ["xtor=RSS-1", "1", "p2", "comments", "Echobox=1700000000", "section-3"])
def test_any_other_fragment_is_none_of_an_articles_address(fragment: str) -> None:
    assert article_url(f"https://a.example.org/thread#{fragment}") == "https://a.example.org/thread"


@pytest.mark.parametrize(
    "page", ["", "/", "/?utm_source=rss", "/it/", "/en-gb", "/index.html", "/it/home", "/home.php"]
)
def test_an_article_s_address_that_ends_at_the_front_page_led_home(page: str) -> None:
    assert leads_home("https://a.example.org/2026/story", f"https://www.example.org{page}")


def test_a_link_to_a_front_page_leads_where_it_should() -> None:
    assert not leads_home("https://example.org/", "https://www.example.org/")


@pytest.mark.parametrize("page", ["/2026/story", "/story/", "/?p=12", "/news", "/index.php?id=4", "/it/storia"])
def test_an_article_s_own_address_leads_not_home(page: str) -> None:
    assert not leads_home("https://a.example.org/go/1", f"https://www.example.org{page}")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a",
        "https://www.example.org/a",
        "http://www.example.org/a/",
        "http://WWW.example.org:80/a?utm_source=rss",
    ],
)
def test_an_article_has_one_address_with_and_without_encryption_and_www(url: str) -> None:
    assert article_url(url) == "https://example.org/a"


@pytest.mark.parametrize("url", ["https://www.org/a", "https://wwww.example.org/a", "https://www2.example.org/a"])
def test_what_only_looks_like_www_is_a_name(url: str) -> None:
    assert article_url(url) == url


def test_a_guid_of_any_length_makes_a_key_of_bounded_length() -> None:
    long = entry_keys("f", replace(ENTRY, guid="g" * 100_000))
    assert len(long[0]) < 600
    assert long != entry_keys("f", replace(ENTRY, guid="g" * 99_999))


def a_feed(*pairs: tuple[str | None, str | None]) -> list[Entry]:
    return [Entry(guid, url, f"Title {number}") for number, (guid, url) in enumerate(pairs)]


def test_guids_that_tell_apart_are_usable() -> None:
    assert usable_guids(a_feed(("1", "https://x.org/1"), ("2", "https://x.org/2"), (None, "https://x.org/3")))


def test_one_guid_for_all_is_not_and_nothing_is_lost() -> None:
    entries = a_feed(*(("same", f"https://x.org/{number}") for number in range(100)))
    assert not usable_guids(entries)
    assert len(set(feed_keys("f", entries))) == 100


def test_a_feed_without_guids_has_none_to_use() -> None:
    assert not usable_guids(a_feed((None, "https://x.org/1"), ("", "https://x.org/2")))


def test_an_entry_listed_twice_does_not_spoil_the_guids() -> None:
    assert usable_guids([ENTRY, replace(ENTRY, url="https://example.org/a?utm_source=x")])


def test_guids_that_rotate_leave_the_url() -> None:
    before, after = (set(entry_keys("f", replace(ENTRY, guid=guid))) for guid in ("r1", "r2"))
    assert before & after == {"url:https://example.org/a"}


@pytest.mark.parametrize("url", ["https://x.org/live#{}", "https://x.org/", "https://x.org/section"])
@pytest.mark.parametrize("guid", ["{}", "", "same"])
def test_entries_that_share_their_url_keep_apart(url: str, guid: str) -> None:
    entries = a_feed(*((guid.format(number), url.format(number)) for number in range(5)))
    keys = [set(keys) for keys in feed_keys("f", entries)]
    for number, one in enumerate(keys):
        assert one
        assert not any(one & other for other in keys[:number])


def test_entries_that_share_their_url_but_for_www_keep_apart() -> None:
    one, other = feed_keys("f", a_feed((None, "http://x.org/live"), (None, "https://www.x.org/live")))
    assert not set(one) & set(other)


def test_the_same_article_listed_twice_keeps_its_url() -> None:
    twice = [ENTRY, replace(ENTRY, guid="g2", title="a  TITLE")]
    first, second = feed_keys("f", twice)
    assert set(first) & set(second) == {"url:https://example.org/a"}


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": None},
        {"updated_at": datetime(2026, 2, 1, tzinfo=UTC)},
        {"guid": "other"},
        {"summary": " A \n summary"},
        {"summary": '<p class="x">A <img src="/t?nonce=1">summary</p>'},
    ],
)
def test_what_the_publisher_did_not_write_changes_no_hash(change: dict[str, object]) -> None:
    assert entry_hash(replace(ENTRY, **change)) == entry_hash(ENTRY)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"title": "Another"}, {"summary": "A summary!"}, {"content": "More"}])
def test_an_edit_changes_the_hash(change: dict[str, object]) -> None:
    assert entry_hash(replace(ENTRY, **change)) != entry_hash(ENTRY)  # type: ignore[arg-type]


def test_text_that_moves_between_title_and_summary_changes_the_hash() -> None:
    assert entry_hash(Entry(None, None, "a b", "c")) != entry_hash(Entry(None, None, "a", "b c"))


def test_ids_are_short_stable_and_their_own() -> None:
    assert item_id("https://example.org/a") == "h44obqcavoropgmt", "stored ids must stay what they were"
    assert item_id("x") == item_id("x") != item_id("y")
    assert alert_id("w", "c", "s") == alert_id("w", "c", "s")
    assert len({alert_id("w", "c", "s"), alert_id("wc", "", "s"), alert_id("w", "s", "c"), item_id("w")}) == 4


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.ukrinform.it/rss/block-lastnews", "ukrinform-it-rss-block-lastnews"),
        ("https://example.org/feed/", "example-org-feed"),
        ("http://127.0.0.1:8001/feed.xml", "127-0-0-1-8001-feed-xml"),
        ("https://joe:secret@example.org/feed?section=7", "example-org-feed-section-7"),
    ],
)
def test_a_feeds_id_is_made_of_its_urls_words(url: str, expected: str) -> None:
    assert slug(url) == expected


def test_ids_of_feeds_that_words_cannot_tell_apart_differ() -> None:
    one, other = slug("https://example.org/новости"), slug("https://example.org/спорт")
    assert one != other
    long = [slug("https://example.org/" + "a" * 80 + tail) for tail in ("b", "c")]
    assert long[0] != long[1]
    assert all(len(name) <= 60 for name in (one, other, *long))


@pytest.mark.parametrize(
    "url", ["https://example.org/feed?u=a@b", "http://example.org", "https://example.org/@name/feed", "feed:nothing"]
)
def test_a_url_without_credentials_is_kept_as_it_is(url: str) -> None:
    assert kept_url(url) == url


def test_credentials_are_kept_as_a_hash_that_changes_with_them() -> None:
    one, other = kept_url("https://ann:s3cret@example.org/feed"), kept_url("https://ann:0ther@example.org/feed")
    assert one != other
    assert "s3cret" not in one
    assert "ann" not in one
    assert one.endswith("@example.org/feed")


@pytest.mark.parametrize("host", ["-1.0", "1_0.0.0.5", "256.1", "09", "0x_f.1"])
def test_a_host_that_ends_in_a_number_and_is_no_address_is_a_bad_url(host: str) -> None:
    with pytest.raises(BadUrlError):
        target(f"http://{host}/feed")


def test_a_slug_tells_no_secret() -> None:
    one, other = (
        slug(f"https://api.example.org/v1/feed.xml?topic=war&api_key={key}") for key in ("K3YK3YK3Y", "0THER")
    )
    assert one.startswith("api-example-org-v1-feed-xml-topic-war-api-key-")
    assert "k3y" not in one
    assert one != other
    assert slug("https://www.example.org/feed?topic=war") == "example-org-feed-topic-war"
