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
        self._reading = asyncio.Lock()

    async def follow(self) -> None:
        """Take the configuration as it is now. An address that is taken costs the endpoint alone, and is told of."""
        web = self._app.rules.config.web
        wanted = web.listen
        if web == self._web:
            return
        await self.stop()
        self._web = web
        problem = ""
        if wanted is not None:
            pages: dict[tuple[str, str], Answer] = {
                ("GET", "/metrics"): self._metrics,
                ("GET", "/health"): self._health,
            }
            if web.public_url is not None:
                pages["GET", "/websub/{token}"] = self._subscriber.confirm
                pages["POST", "/websub/{token}"] = self._subscriber.receive
            listener = Listener(pages, self._app.rules.config.poll.max_bytes)
            try:
                port = await listener.start(*wanted)
            except MonitorError as error:
                problem = str(error)
                log.warning("not_listening", error=problem)
            else:
                self._listener = listener
                log.info("listening", at=f"{wanted[0]}:{port}")
        await self._app.write(self._app.store.note, NOT_LISTENING, problem, self._app.clock.now())

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
