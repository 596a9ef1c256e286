"""Webhooks over real HTTP on loopback, verified by Standard Webhooks' own library."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import standardwebhooks

from monitor.adapters.clock import SystemClock
from monitor.adapters.http import HttpFetcher
from monitor.adapters.webhook import WebhookSender
from monitor.model import (
    Alert,
    ArticlePolicy,
    Deferred,
    Delivered,
    Message,
    NetworkPolicy,
    PollPolicy,
    Refused,
    Secret,
    WebhookChannel,
)
from monitor.model.net import Posted, PostFailed
from tests.builders import an_item
from tests.fakes import FakeClock
from tests.servers import Answer, Site

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
MESSAGE = Message(
    "alert-1",
    ((Alert("alert-1", "w", "W", (), "ops", "s", "item-1", (), "pending", 1, NOW), an_item(title="Città"), ()),),
)


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    network = NetworkPolicy(allow=(ip_network("127.0.0.1/32"),))
    async with HttpFetcher(PollPolicy(), network, ArticlePolicy(), SystemClock()) as made:
        yield made


def a_channel(url: str, *secrets: str) -> WebhookChannel:
    return WebhookChannel("ops", Secret(url), tuple(map(Secret, secrets)))


async def test_the_reference_library_verifies_either_secret(site: Site, fetcher: HttpFetcher) -> None:
    url = site.answer("/hook", Answer(204))
    assert await WebhookSender(a_channel(url, NEW, OLD), fetcher, SystemClock()).send(MESSAGE) == Delivered()
    received = site.requests[0]
    for secret in (NEW, OLD):
        told = standardwebhooks.Webhook(secret).verify(received.body, dict(received.headers))
        assert told["data"]["item"]["title"] == "Città"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(base64.b64encode(b"x" * 32).decode()).verify(received.body, dict(received.headers))
    assert received.headers["webhook-id"] == "alert-1"
    assert received.headers["content-type"].startswith("application/json")
    assert received.method == "POST"


async def test_a_second_attempt_has_the_same_id_and_body_and_a_fresh_timestamp(
    site: Site, fetcher: HttpFetcher
) -> None:
    url = site.answer("/hook", Answer(500), Answer(200))
    clock = FakeClock(NOW)
    sender = WebhookSender(a_channel(url, NEW), fetcher, clock)
    assert await sender.send(MESSAGE) == Deferred(
        f"HTTP 500 Internal Server Error from {site.url('').rsplit(':', 1)[0]}/***"
    )
    clock.move(timedelta(minutes=5))
    assert await sender.send(MESSAGE) == Delivered()
    first, second = site.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def test_without_a_secret_nothing_is_signed(site: Site, fetcher: HttpFetcher) -> None:
    assert await WebhookSender(a_channel(site.answer("/", Answer())), fetcher, FakeClock()).send(MESSAGE) == Delivered()
    assert "webhook-signature" not in site.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "kind", "error", "wait"),
    [
        (Answer(200), Delivered, None, None),
        (Answer(202, b"thanks"), Delivered, None, None),
        (Answer(301, headers={"Location": "/elsewhere"}), Deferred, "HTTP 301 Moved Permanently", None),
        (Answer(307, headers={"Location": "/elsewhere"}), Deferred, "redirects are not followed", None),
        (Answer(400), Deferred, "HTTP 400 Bad Request", None),
        (Answer(404), Deferred, "HTTP 404 Not Found", None),
        (Answer(410), Refused, "HTTP 410 Gone", None),
        (Answer(429, headers={"Retry-After": "120"}), Deferred, "HTTP 429", timedelta(seconds=120)),
        (Answer(503, headers={"Retry-After": "nonsense"}), Deferred, "HTTP 503", None),
        (Answer(599), Deferred, "HTTP 599 from", None),
    ],
)
async def test_answers(
    site: Site, fetcher: HttpFetcher, answer: Answer, kind: type, error: str | None, wait: timedelta | None
) -> None:
    url = site.answer("/hooks/T0K3N", answer)
    outcome = await WebhookSender(a_channel(url, NEW), fetcher, SystemClock()).send(MESSAGE)
    assert type(outcome) is kind
    if error is not None:
        assert error in outcome.error
        assert "T0K3N" not in outcome.error
        assert site.paths() == ["/hooks/T0K3N"]
    if isinstance(outcome, Deferred):
        assert outcome.retry_after == wait


async def test_nobody_there(fetcher: HttpFetcher) -> None:
    with Site() as gone:
        url = gone.url("/hooks/T0K3N")
    outcome = await WebhookSender(a_channel(url, NEW), fetcher, SystemClock()).send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "127.0.0.1" in outcome.error
    assert "T0K3N" not in outcome.error


async def test_an_address_that_is_not_allowed_is_not_dialled(site: Site) -> None:
    url = site.answer("/hooks/T0K3N", Answer())
    async with HttpFetcher(PollPolicy(), NetworkPolicy(), ArticlePolicy(), SystemClock()) as closed:
        outcome = await WebhookSender(a_channel(url, NEW), closed, SystemClock()).send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "refused" in outcome.error
    assert site.connections == 0


class Scripted:
    """A poster that says what it is told to."""

    def __init__(self, answer: Posted | PostFailed) -> None:
        self.answer = answer

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Posted | PostFailed:
        json.loads(body)
        return self.answer


async def test_a_date_in_retry_after_becomes_a_wait() -> None:
    poster = Scripted(Posted(429, NOW + timedelta(minutes=3)))
    outcome = await WebhookSender(a_channel("https://example.org/h"), poster, FakeClock(NOW)).send(MESSAGE)
    assert outcome == Deferred("HTTP 429 Too Many Requests from https://example.org/***", timedelta(minutes=3))
    late = Scripted(replace(poster.answer, retry_after=NOW - timedelta(days=1)))  # type: ignore[type-var]
    outcome = await WebhookSender(a_channel("https://example.org/h"), late, FakeClock(NOW)).send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert outcome.retry_after == timedelta(0)


async def test_a_url_in_an_error_is_masked() -> None:
    url = "https://user:pw@example.org/hooks/T0K3N?key=K3Y"
    poster = Scripted(PostFailed(f"cannot reach {url}\r\n(/hooks/T0K3N)"))
    outcome = await WebhookSender(a_channel(url), poster, FakeClock()).send(MESSAGE)
    assert isinstance(outcome, Deferred)
    for secret in ("T0K3N", "K3Y", "pw", "\n"):
        assert secret not in outcome.error
    assert "example.org" in outcome.error


def test_a_secret_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        WebhookSender(a_channel("https://example.org", "whsec_oops"), Scripted(Posted(200)), FakeClock())


async def test_the_configurations_headers_are_sent_and_are_secrets(site: Site, fetcher: HttpFetcher) -> None:
    url = site.answer("/hook", Answer(204))
    channel = replace(
        a_channel(url), headers=(("Authorization", Secret("Bearer hunter2")), ("webhook-id", Secret("x")))
    )
    assert await WebhookSender(channel, fetcher, SystemClock()).send(MESSAGE) == Delivered()
    sent = site.requests[0].headers
    assert (sent["authorization"], sent["webhook-id"]) == ("Bearer hunter2", "alert-1")
    assert "hunter2" not in repr(channel)
