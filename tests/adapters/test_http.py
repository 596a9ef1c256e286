"""Fetching from loopback sites: what comes out of each kind of answer."""

from __future__ import annotations

import asyncio
import base64
import codecs
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import brotli
import pytest
import pytest_asyncio
import zstandard

from monitor.adapters import http
from monitor.adapters.clock import SystemClock
from monitor.adapters.guard import Found, Guard
from monitor.adapters.http import HttpFetcher
from monitor.core.rereading import may_be_a_wall
from monitor.model import (
    ArticlePolicy,
    Failed,
    Fetched,
    FetchOutcome,
    NetworkPolicy,
    NotModified,
    PollPolicy,
    Posted,
    PostFailed,
    Request,
)
from tests.servers import Answer, Received, Site

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))
POLL = PollPolicy(host_delay=timedelta(0), timeout=timedelta(seconds=2), max_bytes=100_000)


async def names(host: str, port: int) -> Found:
    """Every name under ``test`` is 127.0.0.1."""
    import socket

    if host.endswith(".test"):
        return [(socket.AF_INET, ("127.0.0.1", port))]
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest_asyncio.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    guard = Guard(LOOPBACK, lookup=names)
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), SystemClock(), guard=guard) as fetcher:
        yield fetcher


def failed(outcome: FetchOutcome, reason: str) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason == reason, outcome
    assert "\n" not in outcome.error
    return outcome


async def test_a_body_and_its_headers_come_back_as_they_are(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/feed", Answer(body=b"<rss/>", headers={"ETag": 'W/"x"', "X-A": "1"}))
    outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.status, outcome.body, outcome.permanent_url) == (url, 200, b"<rss/>", None)
    assert outcome.headers["etag"] == 'W/"x"'
    assert outcome.headers["x-a"] == "1"
    sent = site.requests[0].headers
    assert sent["user-agent"] == POLL.user_agent
    assert sent["accept-encoding"] == "gzip"
    assert "authorization" not in sent
    assert "if-none-match" not in sent


def raw(*parts: bytes) -> Answer:
    async def wire(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(parts)
        await writer.drain()

    return Answer(wire=wire)


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 60\r\n\r\n<rss>",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n",
        b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss>", mtime=0)[:-5],
    ],
)
async def test_a_body_that_is_cut_short_is_taken_where_it_is_asked_for(
    fetcher: HttpFetcher, site: Site, sent: bytes, partial: bool
) -> None:
    outcome = await fetcher.fetch(Request(site.answer("/", raw(b"HTTP/1.1 200 OK\r\n", sent)), partial=partial))
    if partial:
        assert isinstance(outcome, Fetched), outcome
        assert (outcome.body, outcome.cut) == (b"<rss>", "body cut short")
    else:
        assert isinstance(outcome, Failed)
        assert outcome.reason == "transfer"


@pytest.mark.parametrize("coding", ["utf-8", "none", "text/xml", "chunked"])
async def test_what_is_no_content_coding_says_nothing(fetcher: HttpFetcher, site: Site, coding: str) -> None:
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=b"a", headers={"Content-Encoding": coding}))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == b"a"


CALLED = {
    "gzip": gzip.compress(b"<rss>", mtime=0),
    "zlib": zlib.compress(b"<rss>"),
    "raw": zlib.compress(b"<rss>")[2:-4],
    "as it is": b"<rss>",
    "as it is, after a mark": codecs.BOM_UTF8 + b"\r\n<rss>",
    "JSON": b'{"items": []}',
}


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate"])
@pytest.mark.parametrize("form", CALLED)
@pytest.mark.parametrize("size", [1, 100])
async def test_the_bytes_tell_in_which_form_they_are(
    fetcher: HttpFetcher, site: Site, coding: str, form: str, size: int
) -> None:
    if form == "raw" and coding != "deflate":
        return
    body = CALLED[form]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    outcome = await fetcher.fetch(Request(site.answer("/", raw(head, *parts))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == (body if "as it is" in form or form == "JSON" else b"<rss>")


UNINVITED = {"br": brotli.compress(b"<rss>" * 30), "zstd": zstandard.compress(b"<rss>" * 30)}


@pytest.mark.parametrize("coding", UNINVITED)
@pytest.mark.parametrize("size", [1, 1_000])
async def test_what_a_browser_had_asked_for_is_read(fetcher: HttpFetcher, site: Site, coding: str, size: int) -> None:
    body = UNINVITED[coding]
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    outcome = await fetcher.fetch(Request(site.answer("/", raw(head, *parts))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == b"<rss>" * 30
    assert site.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("coding", UNINVITED)
@pytest.mark.parametrize("body", [b"<rss>", codecs.BOM_UTF8 + b"\n<rss>", b'{"items": []}'])
async def test_nor_is_a_coding_that_was_not_applied(fetcher: HttpFetcher, site: Site, coding: str, body: bytes) -> None:
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=body, headers={"Content-Encoding": coding}))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == body


@pytest.mark.parametrize("coding", UNINVITED)
async def test_a_stream_that_begins_with_a_bracket_is_one(fetcher: HttpFetcher, site: Site, coding: str) -> None:
    text = "".join(f"<item>{number * 7919 % 10_007}</item>" for number in range(4_500)).encode()
    body = brotli.compress(text) if coding == "br" else zstandard.compress(text)
    assert coding != "br" or body.startswith(b"[")
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=body, headers={"Content-Encoding": coding}))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == text


@pytest.mark.parametrize("coding", UNINVITED)
@pytest.mark.parametrize("body", [b"neither of these two", b"", b"\x28\xb5\x2f\xfd" + b"x" * 20])
async def test_what_is_no_stream_is_no_body(fetcher: HttpFetcher, site: Site, coding: str, body: bytes) -> None:
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=body, headers={"Content-Encoding": coding}))))
    if body:
        failed(outcome, "encoding")
    else:
        assert isinstance(outcome, Fetched)


@pytest.mark.parametrize("body", [b"no gzip", bytes(range(200, 240)), gzip.compress(b"<rss>", mtime=0)[:-8] + bytes(8)])
async def test_what_is_in_no_form_is_no_body(fetcher: HttpFetcher, site: Site, body: bytes) -> None:
    failed(
        await fetcher.fetch(Request(site.answer("/", Answer(body=body, headers={"Content-Encoding": "gzip"})))),
        "encoding",
    )


async def test_gzip_is_undone(fetcher: HttpFetcher, site: Site) -> None:
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=b"a" * 50_000, gzip=True))))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b"a" * 50_000


async def test_gzip_in_members_is_undone(fetcher: HttpFetcher, site: Site) -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0"
    outcome = await fetcher.fetch(Request(site.answer("/", Answer(body=body, headers={"Content-Encoding": "x-gzip"}))))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b"one two"


async def test_validators_go_back_verbatim_and_304_says_unchanged(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/feed", Answer(304, headers={"ETag": '"2"'}))
    outcome = await fetcher.fetch(Request(url, etag='W/"a b"', last_modified="Tue, 1 Jan 2026 08:00:00 +0000"))
    assert outcome == NotModified(url, {"etag": '"2"'})
    assert site.requests[0].headers["if-none-match"] == 'W/"a b"'
    assert site.requests[0].headers["if-modified-since"] == "Tue, 1 Jan 2026 08:00:00 +0000"
    for alone in (Request(url, etag='"1"'), Request(url, last_modified="Tue, 1 Jan 2026 08:00:00 +0000")):
        assert isinstance(await fetcher.fetch(alone), NotModified)


async def test_304_to_an_unconditional_request_is_a_failure(fetcher: HttpFetcher, site: Site) -> None:
    failed(await fetcher.fetch(Request(site.answer("/", Answer(304)))), "status")


@pytest.mark.parametrize(("status", "line"), [(404, "404 Not Found"), (500, "500 Internal Server Error"), (599, "599")])
async def test_a_bad_status_is_named(fetcher: HttpFetcher, site: Site, status: int, line: str) -> None:
    outcome = failed(await fetcher.fetch(Request(site.answer("/", Answer(status, b"x" * 1000)))), "status")
    assert (outcome.error, outcome.status) == (line, status)


@pytest.mark.parametrize("status", [204, 206, 299, 300])
async def test_a_status_without_the_whole_body_is_no_success(fetcher: HttpFetcher, site: Site, status: int) -> None:
    failed(await fetcher.fetch(Request(site.answer("/", Answer(status)))), "status")


@pytest.mark.parametrize("status", [201, 202])
async def test_a_feed_that_comes_under_another_success_is_read(fetcher: HttpFetcher, site: Site, status: int) -> None:
    url = site.answer("/", Answer(status, b"<rss/>"))
    outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b"<rss/>"
    failed(await fetcher.fetch(Request(url, purpose="page")), "status")


async def test_a_body_at_the_bound_is_taken_and_one_byte_more_is_not(fetcher: HttpFetcher, site: Site) -> None:
    assert isinstance(await fetcher.fetch(Request(site.answer("/a", Answer(body=b"x" * 100_000)))), Fetched)
    for squeezed in (True, False):
        answer = Answer(body=b"x" * 100_001, gzip=squeezed)
        failed(await fetcher.fetch(Request(site.answer("/b", answer))), "too_large")
    assert isinstance(await fetcher.fetch(Request(site.url("/b"), max_bytes=200_000)), Fetched)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_permanent_ones_told(fetcher: HttpFetcher, site: Site, status: int) -> None:
    start = site.answer("/old", Answer(status, headers={"Location": "new?x=ü".encode().decode("latin-1")}))
    site.answer("/new?x=%C3%BC", Answer(body=b"here"))
    outcome = await fetcher.fetch(Request(start, etag='"1"'))
    assert isinstance(outcome, Fetched)
    assert outcome.url == site.url("/new?x=%C3%BC")
    assert outcome.permanent_url == (outcome.url if status in (301, 308) else None)
    assert site.requests[1].headers["if-none-match"] == '"1"'


async def test_one_temporary_redirect_makes_the_way_temporary(fetcher: HttpFetcher, site: Site) -> None:
    site.answer("/1", Answer(301, headers={"Location": "/2"}))
    site.answer("/2", Answer(302, headers={"Location": "/3"}))
    site.answer("/3", Answer(body=b"x"))
    outcome = await fetcher.fetch(Request(site.url("/1")))
    assert isinstance(outcome, Fetched)
    assert outcome.permanent_url is None


async def test_five_redirects_are_followed_and_not_six(fetcher: HttpFetcher, site: Site) -> None:
    for number in range(7):
        site.answer(f"/{number}", Answer(302, headers={"Location": f"/{number + 1}"}))
    site.answer("/7", Answer(body=b"end"))
    assert isinstance(await fetcher.fetch(Request(site.url("/2"))), Fetched)
    site.requests.clear()
    failed(await fetcher.fetch(Request(site.url("/1"))), "redirect")
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/plain,x",
        "ftp://x.test/",
        "http://a\\b.test/",
        "//",
        "/loop",
    ],
)
async def test_a_redirect_to_no_web_page_is_a_failure(fetcher: HttpFetcher, site: Site, location: str) -> None:
    url = site.answer("/loop", Answer(302, headers={"Location": location}))
    failed(await fetcher.fetch(Request(url)), "redirect")
    assert len(site.requests) == 1


async def test_a_redirect_without_a_target_is_a_failure(fetcher: HttpFetcher, site: Site) -> None:
    failed(await fetcher.fetch(Request(site.answer("/", Answer(302)))), "redirect")


def _behind_a_cookie(request: Received) -> Answer:
    """What many sites do: a cookie, and the same address again."""
    if "seen=1" in request.headers.get("cookie", ""):
        return Answer(body=b"here")
    return Answer(302, headers={"Location": request.path, "Set-Cookie": "seen=1; Path=/; HttpOnly"})


async def test_a_cookie_given_on_the_way_is_shown_on_the_way(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/feed", _behind_a_cookie)
    outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b"here"
    await fetcher.fetch(Request(url))
    assert [request.headers.get("cookie") for request in site.requests] == [None, "seen=1", None, "seen=1"]


async def test_cookies_go_to_their_origin_and_nowhere_else(
    fetcher: HttpFetcher, site: Site, new_site: Callable[..., Site]
) -> None:
    other = new_site()
    site.answer("/feed", Answer(302, headers={"Location": other.url("/two"), "Set-Cookie": "a=1; Domain=127.0.0.1"}))
    other.answer("/two", Answer(302, headers={"Location": site.url("/three"), "Set-Cookie": "b=2"}))
    site.answer("/three", Answer(302, headers={"Location": "/four", "Set-Cookie": "a=3"}))
    site.answer("/four", Answer(302, headers={"Location": "/five", "Set-Cookie": "a=; Max-Age=0"}))
    site.answer("/five", Answer(body=b"x"))
    assert isinstance(await fetcher.fetch(Request(site.url("/feed"))), Fetched)
    assert [request.headers.get("cookie") for request in site.requests] == [None, "a=1", "a=3", None]
    assert [request.headers.get("cookie") for request in other.requests] == [None]


async def test_cookies_of_several_steps_go_together_until_they_are_too_many(fetcher: HttpFetcher, site: Site) -> None:
    for number, size in enumerate((1, 2_000, 1_000, 2_000, 1)):
        cookie = f"c{number}={'x' * size}"
        site.answer(f"/{number}", Answer(302, headers={"Location": f"/{number + 1}", "Set-Cookie": cookie}))
    site.answer("/5", Answer(body=b"x"))
    assert isinstance(await fetcher.fetch(Request(site.url("/0"))), Fetched)
    sent = [request.headers.get("cookie", "") for request in site.requests]
    names = [[pair.partition("=")[0] for pair in cookies.split("; ") if pair] for cookies in sent]
    assert names == [[], ["c0"], ["c0", "c1"], ["c0", "c1", "c2"], ["c0", "c1", "c2"], ["c0", "c1", "c2", "c4"]]


@pytest.mark.parametrize("value", ['"quoted"', "a b,c", "{'x':1}", "äö".encode().decode("latin-1"), ""])
async def test_a_cookie_comes_back_as_it_was(fetcher: HttpFetcher, site: Site, value: str) -> None:
    url = site.answer(
        "/", Answer(302, headers={"Location": "/", "Set-Cookie": f"a={value}; Path=/"}), Answer(body=b"x")
    )
    outcome = await fetcher.fetch(Request(url))
    if value.isascii():
        assert isinstance(outcome, Fetched)
        assert site.requests[1].headers["cookie"] == f"a={value}"
    else:
        failed(outcome, "redirect")


@pytest.mark.parametrize("cookie", ["same=1", "", "=", "a=\x01", "a=" + "x" * 9_000])
async def test_a_cookie_that_changes_nothing_ends_the_circle(fetcher: HttpFetcher, site: Site, cookie: str) -> None:
    url = site.answer("/", Answer(302, headers={"Location": "/", "Set-Cookie": cookie}))
    failed(await fetcher.fetch(Request(url)), "redirect")
    assert len(site.requests) <= 2


async def test_a_cookie_that_is_none_is_nobodys_news(
    fetcher: HttpFetcher, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.answer("/", Answer(302, headers={"Location": "/x", "Set-Cookie": "é=1".encode().decode("latin-1")}))
    site.answer("/x", Answer(body=b"x"))
    assert isinstance(await fetcher.fetch(Request(site.url())), Fetched)
    assert not caplog.records


async def test_a_circle_of_ever_new_cookies_ends_too(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/", *(Answer(301, headers={"Location": "/", "Set-Cookie": f"n={n}"}) for n in range(9)))
    failed(await fetcher.fetch(Request(url)), "redirect")
    assert len(site.requests) == 6


async def test_the_same_address_again_is_no_move(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/", Answer(301, headers={"Location": "/", "Set-Cookie": "a=1"}), Answer(body=b"x"))
    outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Fetched)
    assert outcome.permanent_url is None


async def test_credentials_go_to_their_origin_and_nowhere_else(
    fetcher: HttpFetcher, site: Site, new_site: Callable[..., Site]
) -> None:
    other = new_site()
    site.answer("/feed", Answer(302, headers={"Location": "/two"}))
    site.answer("/two", Answer(302, headers={"Location": other.url("/three")}))
    other.answer("/three", Answer(302, headers={"Location": f"http://x:y@127.0.0.1:{other.port}/four"}))
    other.answer("/four", Answer(body=b"x"))
    outcome = await fetcher.fetch(Request(f"http://joe:p%40ss@127.0.0.1:{site.port}/feed"))
    assert isinstance(outcome, Fetched)
    assert outcome.url == other.url("/four")
    expected = "Basic " + base64.b64encode(b"joe:p@ss").decode()
    assert [request.headers.get("authorization") for request in site.requests] == [expected, expected]
    assert [request.headers.get("authorization") for request in other.requests] == [None, None]


async def test_credentials_are_masked_in_failures(fetcher: HttpFetcher, site: Site) -> None:
    here = f"http://joe:hidden@127.0.0.1:{site.port}"
    site.answer("/feed", Answer(302, headers={"Location": f"{here}/gone?token=hidden"}))
    for url in (
        f"{here}/feed",
        "http://joe:hidden@a..b/",
        "http://joe:hidden@x.test:1/",
    ):
        outcome = await fetcher.fetch(Request(url))
        assert isinstance(outcome, Failed)
        assert "hidden" not in repr(outcome)


@pytest.mark.parametrize(
    "url",
    ["", "feed", "file:///etc/passwd", "gopher://x.test/", "http://", "http:///x", "http://a..b/",
     f"http://{'a' * 64}.test/",
     "http://x.test:0/", "http://x.test:65536/", "http://x.test\\@127.0.0.1/", "http://x\0.test/", "http://x%00.test/",
     "http://[::1", "http://[fe80::1%25lo]/", "http://x.test/" + "a" * 9000, "http://1.2.3.4.5/"],
)  # fmt: skip
async def test_a_bad_url_is_a_failure_and_no_exception(fetcher: HttpFetcher, url: str) -> None:
    failed(await fetcher.fetch(Request(url)), "url")


async def test_a_name_that_does_not_resolve_is_named(fetcher: HttpFetcher) -> None:
    outcome = failed(await fetcher.fetch(Request("http://gone.example/feed")), "dns")
    assert outcome.error == "name gone.example does not resolve"


async def test_a_closed_port_is_named(fetcher: HttpFetcher, new_site: Callable[..., Site]) -> None:
    with Site() as gone:
        url = gone.url("/")
    outcome = failed(await fetcher.fetch(Request(url)), "connect")
    assert outcome.error == "no connection to 127.0.0.1: connection refused"


async def test_a_silent_server_costs_the_deadline(fetcher: HttpFetcher, site: Site) -> None:
    started = asyncio.get_running_loop().time()
    outcome = failed(await fetcher.fetch(Request(site.answer("/", Answer(delay=30)))), "timeout")
    assert outcome.error == "timed out after 2 s (poll.timeout)"
    assert 1.9 < asyncio.get_running_loop().time() - started < 4


async def test_an_answer_that_is_no_http_is_a_failure(fetcher: HttpFetcher, site: Site) -> None:
    async def icy(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ICY 200 OK\r\n\r\nnoise")

    failed(await fetcher.fetch(Request(site.answer("/", Answer(wire=icy)))), "transfer")


async def test_retry_after_is_told_and_holds_the_whole_site(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/a", Answer(429, headers={"Retry-After": "3600"}))
    first = failed(await fetcher.fetch(Request(f"http://a.one.test:{site.port}/a")), "status")
    assert (first.status, first.retry_after, first.error) == (429, timedelta(hours=1), "429 Too Many Requests")
    second = failed(await fetcher.fetch(Request(f"http://b.one.test:{site.port}/b")), "held")
    assert isinstance(second.retry_after, timedelta)
    assert timedelta(minutes=59) < second.retry_after <= timedelta(hours=1)
    assert "one.test asked to be left alone until" in second.error
    assert len(site.requests) == 1
    failed(await fetcher.fetch(Request(url)), "status")
    assert len(site.requests) == 2, "another host is not held"


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("0", 0, 0), ("120", 120, 120), ("9" * 40, 86_400, 86_400), (" 7 ", 7, 7)],
)
async def test_retry_after_in_seconds_is_clamped(
    fetcher: HttpFetcher, site: Site, value: str, low: int, high: int
) -> None:
    url = site.answer("/", Answer(503, headers={"Retry-After": value}))
    outcome = failed(await fetcher.fetch(Request(url)), "status")
    assert isinstance(outcome.retry_after, timedelta)
    assert low <= outcome.retry_after.total_seconds() <= high


@pytest.mark.parametrize("value", ["-1", "9e99", "soon", "", "٣", "Tue, 99 Foo 2026"])
async def test_an_absurd_retry_after_says_nothing(fetcher: HttpFetcher, site: Site, value: str) -> None:
    url = site.answer("/", lambda _: Answer(429, headers={"Retry-After": value.encode().decode("latin-1")}))
    assert failed(await fetcher.fetch(Request(url)), "status").retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "57.0"}, 57),
        ({"RateLimit-Reset": "120"}, 120),
        ({"X-Rate-Limit-Reset": "{in_an_hour}"}, 3600),
        ({"X-RateLimit-Reset": "99999999"}, 86_400),
        ({"X-RateLimit-Reset": "57", "Retry-After": "7"}, 7),
        ({"X-RateLimit-Reset": "57", "Retry-After": "soon"}, None),
        *(({"X-RateLimit-Reset": absurd}, None) for absurd in ("0", "-5", "nan", "inf", "soon", "")),
    ],
)
async def test_a_refusal_without_retry_after_may_say_when_requests_count_anew(
    fetcher: HttpFetcher, site: Site, headers: dict[str, str], seconds: float | None
) -> None:
    in_an_hour = int(datetime.now(UTC).timestamp()) + 3600  # noqa: TID251
    said = {name: value.format(in_an_hour=in_an_hour) for name, value in headers.items()}
    outcome = failed(await fetcher.fetch(Request(site.answer("/a", Answer(429, headers=said)))), "status")
    if seconds is None:
        assert outcome.retry_after is None
    else:
        assert outcome.retry_after is not None
        assert seconds - 5 < outcome.retry_after.total_seconds() <= seconds
        failed(await fetcher.fetch(Request(site.url("/b"))), "held")


async def test_only_a_refusal_says_when_requests_count_anew(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/a", Answer(503, headers={"X-RateLimit-Reset": "57"}))
    assert failed(await fetcher.fetch(Request(url)), "status").retry_after is None


async def test_retry_after_as_a_date(fetcher: HttpFetcher, site: Site) -> None:
    when = datetime.now(UTC) + timedelta(minutes=10)  # noqa: TID251
    url = site.answer("/", Answer(503, headers={"Retry-After": format_datetime(when, usegmt=True)}))
    outcome = failed(await fetcher.fetch(Request(url)), "status")
    assert isinstance(outcome.retry_after, timedelta)
    assert timedelta(minutes=9) < outcome.retry_after <= timedelta(minutes=10)


async def test_headers_of_any_bytes_can_be_stored(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/", Answer(body=b"x", headers={"ETag": '"\xe9"', "X-Long": "a" * 9_000}))
    outcome = await fetcher.fetch(Request(url))
    assert isinstance(outcome, Fetched)
    assert outcome.headers["etag"].encode("utf-8")
    assert len(outcome.headers["x-long"]) == 9_000
    again = await fetcher.fetch(Request(url, etag=outcome.headers["etag"]))
    assert isinstance(again, Fetched)
    assert "if-none-match" not in site.requests[1].headers, "not sent back in other bytes than it came"


async def test_a_changed_network_ends_idle_connections(site: Site) -> None:
    url = site.answer("/", Answer(body=b"x"))
    async with HttpFetcher(POLL, LOOPBACK, ArticlePolicy(), SystemClock()) as fetcher:
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)
        fetcher.reconfigure(POLL, NetworkPolicy(), ArticlePolicy())
        assert "refused 127.0.0.1" in failed(await fetcher.fetch(Request(url)), "refused").error
        fetcher.reconfigure(POLL, LOOPBACK, ArticlePolicy())
        assert isinstance(await fetcher.fetch(Request(url)), Fetched)


async def test_connections_are_reused(fetcher: HttpFetcher, site: Site) -> None:
    url = site.answer("/", Answer(body=b"x"))
    for _ in range(3):
        await fetcher.fetch(Request(url))
    assert site.connections == 1


async def test_idle_connections_are_bounded(fetcher: HttpFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_IDLE", 3)
    with ExitStack() as stack:
        sites = [stack.enter_context(Site(f"127.0.4.{number}")) for number in range(1, 9)]
        for one in sites:
            assert isinstance(await fetcher.fetch(Request(one.answer("/", Answer(body=b"x")))), Fetched)
    assert [one.requests[0].headers.get("connection") for one in sites] == [None] * 3 + ["close"] * 5


async def test_the_environments_proxy_is_not_used(
    fetcher: HttpFetcher, site: Site, new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = new_site()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
    assert isinstance(await fetcher.fetch(Request(site.answer("/", Answer(body=b"x")))), Fetched)
    assert proxy.connections == 0


class TestPost:
    """Webhooks go through the same door."""

    async def test_an_answer_is_told_whatever_it_is(self, fetcher: HttpFetcher, site: Site) -> None:
        def echo(request: Received) -> Answer:
            assert request.method == "POST"
            assert request.headers["webhook-id"] == "m1"
            assert request.headers["content-type"] == "application/json"
            return Answer(500, request.body, {"Retry-After": "5"})

        headers = {"webhook-id": "m1", "content-type": "application/json"}
        outcome = await fetcher.post(site.answer("/", echo), b'{"a":1}', headers, 2)
        assert outcome == Posted(500, timedelta(seconds=5), b'{"a":1}')

    async def test_redirects_are_not_followed(self, fetcher: HttpFetcher, site: Site) -> None:
        site.answer("/", Answer(301, headers={"Location": "/x"}))
        assert await fetcher.post(site.url(), b"", {}, 2) == Posted(301)
        assert len(site.requests) == 1

    async def test_of_a_long_error_only_the_beginning_is_read(self, fetcher: HttpFetcher, site: Site) -> None:
        outcome = await fetcher.post(site.answer("/", Answer(500, b"x" * 5_000_000)), b"", {}, 2)
        assert outcome == Posted(500, None, b"x" * 16_384)

    async def test_a_success_counts_though_its_body_never_ends(self, fetcher: HttpFetcher, site: Site) -> None:
        async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.sleep(30)

        assert await fetcher.post(site.answer("/", Answer(wire=drip)), b"", {}, 2) == Posted(200)

    async def test_no_answer_is_an_error_value_that_shows_no_token(self, fetcher: HttpFetcher, site: Site) -> None:
        site.answer("/hidden", Answer(delay=30))
        for url, reason in (
            (site.url("/hidden"), "timeout"),
            ("http://gone.example/hidden", "dns"),
            ("http://10.0.0.1/hidden", "refused"),
            ("http://a..b/hidden", "url"),
            ("file:///hidden", "url"),
        ):
            outcome = await fetcher.post(url, b"", {}, 0.3)
            assert isinstance(outcome, PostFailed)
            assert outcome.reason == reason
            assert "hidden" not in outcome.error


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(403), "status"),
        (Answer(406), "status"),
        (Answer(302, headers={"Location": "/no"}), "redirect"),
        (Answer(302), "redirect"),
    ],
)
async def test_a_page_not_given_may_be_had_later_where_its_site_gives_articles(
    site: Site, fetcher: HttpFetcher, answer: Answer, reason: str
) -> None:
    outcome = failed(await fetcher.fetch(Request(site.answer("/no", answer), purpose="page")), reason)
    assert not outcome.passes
    assert may_be_a_wall(outcome)


@pytest.mark.parametrize("status", [401, 402, 410, 451])
async def test_what_is_said_of_one_page_alone_is_its_last_word(site: Site, fetcher: HttpFetcher, status: int) -> None:
    outcome = failed(await fetcher.fetch(Request(site.answer("/no", Answer(status)), purpose="page")), "status")
    assert not outcome.passes
    assert not may_be_a_wall(outcome)
