"""Any of Apprise's services: the extra ``[apprise]``, imported when a message is sent.

Apprise dials by itself, in threads. `[network]` holds for it all the same: an audit hook (PEP 578) sees every address
that a socket is about to be connected to, after DNS, and in the context of a notification refuses what may not be
reached.
Its own retries are off: the outbox retries.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from monitor.content.look import Look
from monitor.content.messages import PLAIN, text_of
from monitor.content.wording import cut, one_line
from monitor.model import AppriseChannel, Deferred, Delivered, DeliveryOutcome, Message

DEADLINE = 60.0
"""Seconds for one notification; Apprise's services have timeouts of their own, of some seconds a request."""

Refusal = Callable[[str, int], str | None]
"""Why an address may not be dialled at a port, or None: `core.addresses.refusal` with the configured networks."""


@dataclass(frozen=True, slots=True)
class _Judge:
    refusal: Refusal
    refused: list[str] = field(default_factory=list)


_judge: ContextVar[_Judge | None] = ContextVar("_judge", default=None)


class AppriseSender:
    """Implements `ports.Sender`."""

    def __init__(self, channel: AppriseChannel, refusal: Refusal, look: Look = PLAIN) -> None:
        self._url = channel.url.reveal()
        self._refusal = refusal
        self._look = look

    async def send(self, message: Message) -> DeliveryOutcome:
        """Delivered when every service of the URL said so; those that did not alone get the next attempt.

        A text longer than the service takes goes out in parts, unless its URL says ``?overflow=truncate``.
        One service may have several receivers (``tgram://…/chat1/chat2``); Apprise tells one outcome for all of them.
        """
        title, body = text_of(message, self._look)
        told: dict[str, str | None] = {}
        try:
            async with asyncio.timeout(DEADLINE):
                return await asyncio.to_thread(self._notify, title, body, message.owed, told)
        except TimeoutError:
            return self._outcome(dict(told))
        except ImportError:
            return Deferred("Apprise is not installed: pip install 'monitor[apprise]'")

    def _notify(self, title: str, body: str, owed: Sequence[str], told: dict[str, str | None]) -> DeliveryOutcome:
        """`told` holds each service's identity, and what is wrong with it: it tells how far a call came that hangs."""
        import apprise  # 11 MB, and 0.1 s to import: for those who use it

        _install_hook()
        judge = _Judge(self._refusal)
        _judge.set(judge)  # in this call's own context: to_thread copied it
        asset = apprise.AppriseAsset(async_mode=False, app_id="monitor", app_desc="news alerts")
        asset.default_service_retry = 0
        known = apprise.Apprise(asset=asset)
        if not known.add(self._url):
            return Deferred("Apprise knows no service for this channel's URL")
        found: list[Any] = list(known)
        for service in found:
            if service.overflow_mode == apprise.OverflowMode.UPSTREAM:  # its default: what is too long is refused
                service.overflow_mode = apprise.OverflowMode.SPLIT
        services = {str(service.url_id() or number): service for number, service in enumerate(found)}
        services = {name: one for name, one in services.items() if name in owed} or services
        told.update((name, f"{one.service_name}: timed out after {DEADLINE:.0f} s") for name, one in services.items())
        for name, one in services.items():
            judge.refused.clear()
            alone = apprise.Apprise(one, asset=asset)
            with alone.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT) as result:
                told[name] = None if result else self._reason(result, judge.refused)
        return self._outcome(told)

    def _outcome(self, told: Mapping[str, str | None]) -> DeliveryOutcome:
        """Of all services together: those that failed are owed it, unless all did."""
        failed = {name: why for name, why in told.items() if why is not None}
        if told and not failed:
            return Delivered()
        error = cut("; ".join(failed.values()), 300) or f"timed out after {DEADLINE:.0f} s"
        return Deferred(error, owed=tuple(failed) if len(failed) < len(told) else ())

    def _reason(self, result: Any, refused: list[str]) -> str:
        if refused:
            return refused[0]  # Apprise says "a connection error occurred"
        entries = list(result.logs())  # warnings and worse; read to the end, for the iterator holds a lock
        said = [str(entry.message) for entry in entries]
        names = ", ".join(sorted({str(service.name) for service in result if not service}))
        return self._masked(f"{names or 'Apprise'}: {'; '.join(said) or result.status.name.lower()}")

    def _masked(self, told: str) -> str:
        """The URL is all secret but its scheme."""
        rest = self._url.partition("://")[2]
        for secret in sorted({self._url, rest, *rest.replace("@", "/").replace("?", "/").split("/")}, key=len)[::-1]:
            if len(secret) >= 6:  # shorter ones are words and ports
                told = told.replace(secret, "***").replace(unquote(secret), "***")
        return cut(one_line(told), 300)


@cache
def _install_hook() -> None:
    """Once for the process: an audit hook cannot be taken away again."""
    sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto"):
        return
    judge = _judge.get()
    if judge is None or not isinstance(args[1], tuple):
        return
    address = str(args[1][0])
    why = judge.refusal(address, int(args[1][1]))
    if why is not None:
        judge.refused.append(f"refused {address} ({why})")
        raise PermissionError(judge.refused[-1])
