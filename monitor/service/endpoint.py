"""`[web] listen`: ``/metrics`` for Prometheus and ``/health`` for a health check, beside a running daemon."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

import structlog

from monitor.adapters.listen import Answer, Asked, Listener, Page
from monitor.errors import MonitorError, StoreError
from monitor.model import WebPolicy
from monitor.model.notes import NOT_LISTENING
from monitor.ports import Store
from monitor.service.app import Application
from monitor.service.health import examine
from monitor.service.metrics import metrics
from monitor.service.websub import Subscriber

T = TypeVar("T")

log = structlog.get_logger()


class Endpoint:
    """Listens as the configuration says, and again elsewhere when it changes."""

    def __init__(self, app: Application, subscriber: Subscriber) -> None:
        self._app = app
        self._subscriber = subscriber
        self._web: WebPolicy | None = None
        self._listener: Listener | None = None
        self._problem: str | None = None
        """Why it does not listen; empty: nothing hinders it; None: not tried yet."""
        self._following = asyncio.Lock()
        self._reading = asyncio.Lock()

    async def follow(self) -> None:
        """Take the configuration as it is now; where it listens as that says, nothing happens. An address that is taken, or not
        there yet, costs the endpoint alone, is told of once, and is tried anew by the next call. Raises StoreError."""
        async with self._following:
            web = self._app.rules.config.web
            if web != self._web:
                await self.stop()
                self._web, self._problem = web, None
            elif not self._problem:
                return
            told, self._problem = self._problem, await self._listen(web)
            if self._problem != told:
                if self._problem:
                    log.warning("not_listening", error=self._problem)
                await self._app.write(self._app.store.note, NOT_LISTENING, self._problem, self._app.clock.now())

    async def _listen(self, web: WebPolicy) -> str:
        """Why it cannot; empty when it does, or need not."""
        if web.listen is None:
            return ""
        pages: dict[tuple[str, str], Answer] = {("GET", "/metrics"): self._metrics, ("GET", "/health"): self._health}
        if web.public_url is not None:
            pages["GET", "/websub/{token}"] = self._subscriber.confirm
            pages["POST", "/websub/{token}"] = self._subscriber.receive
        listener = Listener(pages, self._app.rules.config.poll.max_bytes)
        try:
            port = await listener.start(*web.listen)
        except MonitorError as error:
            return str(error)
        self._listener = listener
        log.info("listening", at=f"{web.listen[0]}:{port}")
        return ""

    async def stop(self) -> None:
        if self._listener is not None:
            await self._listener.stop()
            self._listener = None

    async def _metrics(self, _: Asked) -> Page:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        try:
            return Page(200, kind, await self._read(metrics))
        except StoreError as error:
            return Page(503, "text/plain; charset=utf-8", f"{error}\n".encode())

    async def _health(self, _: Asked) -> Page:
        try:
            health = await self._read(examine)
        except StoreError as error:
            return Page(503, "application/json", json.dumps({"well": False, "problems": [str(error)]}).encode())
        told = {"well": health.well, "problems": health.problems, "warnings": health.warnings}
        return Page(200 if health.well else 503, "application/json", json.dumps(told, ensure_ascii=False).encode())

    async def _read(self, ask: Callable[[Store, Collection[str], datetime], T]) -> T:
        """One at a time: with 50,000 feeds and 100,000 items of a week it takes a second."""
        app = self._app
        channels, now = app.rules.config.channels, app.clock.now()
        async with self._reading:
            return await app.beside(lambda store: ask(store, channels, now))
