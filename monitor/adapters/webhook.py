"""Webhooks: Standard Webhooks' headers around `content.payloads`' body, over the HTTP adapter's guarded POST."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol, assert_never
from urllib.parse import urlsplit

from monitor.content.messages import webhook_body
from monitor.content.wording import cut, one_line
from monitor.core.signing import signature, signing_key
from monitor.model import Deferred, Delivered, DeliveryOutcome, Message, Refused, WebhookChannel
from monitor.model.net import Posted, PostFailed
from monitor.ports import Clock

TIMEOUT = 20.0
"""Seconds for the whole request: Standard Webhooks advises 15 to 30."""


class Poster(Protocol):
    """What `adapters.http` gives: one POST, redirects not followed, nothing raised for what the network does."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Posted | PostFailed:  # noqa: ASYNC109
        ...


class WebhookSender:
    """Implements `ports.Sender`. Raises ValueError when made with a secret that is none (`core.signing`)."""

    def __init__(self, channel: WebhookChannel, poster: Poster, clock: Clock) -> None:
        self._url = channel.url.reveal()
        self._keys = [signing_key(secret.reveal()) for secret in channel.secrets]
        self._headers_given = {name: value.reveal() for name, value in channel.headers}
        self._poster = poster
        self._clock = clock

    async def send(self, message: Message) -> DeliveryOutcome:
        """2xx is delivered, 410 is refused for good, all else (a redirect too) is tried again."""
        now = self._clock.now()
        body = webhook_body(message)
        answer = await self._poster.post(self._url, body, self._headers(message.id, body, now), TIMEOUT)
        match answer:
            case Posted():
                return self._outcome(answer, now)
            case PostFailed():
                return Deferred(self._masked(answer.error))
            case _:
                assert_never(answer)

    def _headers(self, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
        timestamp = int(now.timestamp())
        headers = {
            **self._headers_given,
            "content-type": "application/json; charset=utf-8",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
        }
        if self._keys:
            headers["webhook-signature"] = " ".join(signature(key, message_id, timestamp, body) for key in self._keys)
        return headers

    def _outcome(self, answer: Posted, now: datetime) -> DeliveryOutcome:
        if 200 <= answer.status < 300:
            return Delivered()
        error = f"HTTP {answer.status}{_phrase(answer.status)} from {_shown(self._url)}"
        if answer.status == HTTPStatus.GONE:
            return Refused(error)
        if 300 <= answer.status < 400:
            error += " (redirects are not followed)"
        wait = answer.retry_after
        return Deferred(error, max(wait - now, timedelta(0)) if isinstance(wait, datetime) else wait)

    def _masked(self, error: str) -> str:
        """The URL may hold a token: its host is all that may be told."""
        parts = urlsplit(self._url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        for secret in (self._url, path, parts.path, parts.query):
            if len(secret) > 1:
                error = error.replace(secret, "***")
        host = _shown(self._url)
        return cut(one_line(error if (parts.hostname or "") in error else f"{host}: {error}"), 300)


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/***"
