"""WebSub: feeds that name a hub are subscribed to, and what the hub pushes is taken in at once.

Only with `[web] public_url`, under which the hub reaches us. Polling goes on as before: a push that is lost costs time,
and no entry.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from monitor.adapters.listen import Asked, Page
from monitor.core import websub
from monitor.core.urls import mask_url
from monitor.errors import ReadError, StoreError
from monitor.model import Fetched, Posted, Subscription
from monitor.ports import Store
from monitor.service.app import Application

log = structlog.get_logger()

LOOK = timedelta(seconds=10)
"""How often feeds are looked through for hubs, and subscriptions for leases that end."""
AT_ONCE = 4
"""Hubs asked at a look: a daemon that starts with a thousand feeds of one hub does not flood it."""
TIMEOUT = 20.0

_PLAIN = "text/plain; charset=utf-8"
_GONE = Page(410, _PLAIN, b"no such subscription\n")
_TAKEN = Page(202, _PLAIN, b"")


class Subscriber:
    """Asks hubs, answers them, takes in what they push."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._pushing: dict[str, asyncio.Lock] = {}

    async def look(self) -> None:
        """Ask the hubs that are due; drop subscriptions of feeds that are gone or name another hub."""
        app = self._app
        public = app.rules.config.web.public_url
        if public is None or app.rules.config.web.listen is None:
            return
        now = app.clock.now()
        wanted = await app.write(app.store.hubs)
        kept = {one.feed: one for one in await app.write(app.store.subscriptions)}
        for feed in kept.keys() - wanted.keys():
            if feed not in app.rules.feeds:
                await app.write(app.store.drop_subscription, feed)
        due = []
        for feed, (hub, topic) in wanted.items():
            one = kept.get(feed)
            if one is None or (one.hub, one.topic) != (hub, topic):
                one = Subscription(feed, hub, topic, secrets.token_urlsafe(24), secrets.token_urlsafe(32), now)
            if one.ask_at <= now and feed in app.rules.feeds:
                due.append(one)
        await asyncio.gather(*(self._ask(one, public) for one in due[:AT_ONCE]))

    async def _ask(self, one: Subscription, public: str) -> None:
        app = self._app
        # Written down first: the hub may ask back before it answers.
        await app.write(app.store.save_subscription, websub.asked(one, app.clock.now(), None))
        body = websub.request_body(one, f"{public.rstrip('/')}/websub/{one.token}")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await app.fetcher.post(one.hub, body, headers, TIMEOUT)
        if isinstance(answer, Posted) and 200 <= answer.status < 300:
            log.info("hub_asked", feed=one.feed, hub=mask_url(one.hub))
            return
        error = f"the hub answered {answer.status}" if isinstance(answer, Posted) else answer.error
        log.warning("hub_refused", feed=one.feed, hub=mask_url(one.hub), error=error)
        await self._change(one.token, lambda kept: replace(kept, error=error))

    async def confirm(self, asked: Asked) -> Page:
        """The hub's question whether we meant it (5.3), or its refusal."""
        now = self._app.clock.now()
        after = await self._change(asked.token, lambda one: websub.confirmed(one, asked.query, now))
        if after is None:
            return Page(404, _PLAIN, b"nothing was asked for\n")
        if after.error:
            log.warning("hub_refused", feed=after.feed, error=after.error)
        else:
            log.info("hub_confirmed", feed=after.feed, until=str(after.lease_until))
        return Page(200, _PLAIN, asked.query.get("hub.challenge", "").encode())

    async def receive(self, asked: Asked) -> Page:
        """A push (7): answered at once when genuine, or when not: only what bears our secret is read (7.1.2)."""
        app = self._app
        one = next(iter(await app.write(app.store.subscriptions, asked.token)), None)
        if one is None or one.feed not in app.rules.feeds:
            return _GONE
        if not websub.genuine(one, asked.headers.get("x-hub-signature"), asked.body):
            log.warning("push_ignored", feed=one.feed, error="its signature is missing or wrong")
            return _TAKEN
        rules = app.rules
        content = {"content-type": asked.headers.get("content-type", "")}
        try:
            async with self._pushing.setdefault(one.feed, asyncio.Lock()):
                await app.poller.push(rules.feeds[one.feed], rules, Fetched(one.topic, 200, asked.body, content))
                await self._change(one.token, lambda kept: replace(kept, pushed_at=app.clock.now()))
        except ReadError as error:
            log.warning("push_ignored", feed=one.feed, error=str(error))
        except StoreError as error:
            log.error("store_unavailable", error=str(error))
            return Page(503, _PLAIN, b"try again\n")
        return _TAKEN

    async def _change(self, token: str, change: Callable[[Subscription], Subscription | None]) -> Subscription | None:
        """Keep what becomes of the subscription of this token, and return it; None: there is none, or nothing becomes of it.
        Nobody comes between: a hub confirms while it pushes."""
        return await self._app.write(_changed, self._app.store, token, change)


def _changed(store: Store, token: str, change: Callable[[Subscription], Subscription | None]) -> Subscription | None:
    after = next(filter(None, map(change, store.subscriptions(token))), None)
    if after is not None:
        store.save_subscription(after)
    return after
