"""A hub on loopback: asked, confirmed, pushing what is genuine and what is not."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from monitor.adapters.listen import Listener
from monitor.model import (
    AlertPolicy,
    ArticlePolicy,
    Config,
    Feed,
    Fetched,
    ItemFilter,
    NetworkPolicy,
    PollPolicy,
    PollReport,
    WebPolicy,
)
from monitor.pipeline.poll import Poller
from monitor.pipeline.rules import Rules
from monitor.service.app import Application, open_application
from monitor.service.endpoint import Endpoint
from monitor.service.websub import Subscriber
from tests.newsroom import headline, text
from tests.servers import Answer, Site


@dataclass
class World:
    app: Application
    site: Site
    subscriber: Subscriber
    session: aiohttp.ClientSession
    public: str

    def asked(self) -> list[dict[str, list[str]]]:
        return [parse_qs(request.body.decode()) for request in self.site.requests if request.path == "/hub"]

    async def push(self, form: dict[str, list[str]], body: bytes, signature: str | None = None) -> int:
        made = "sha256=" + hmac.new(form["hub.secret"][0].encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature or made}
        async with self.session.post(form["hub.callback"][0], data=body, headers=headers) as answer:
            return answer.status

    async def confirm(self, form: dict[str, list[str]], **changes: str) -> tuple[int, str]:
        query = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"][0],
            "hub.challenge": "xyz",
            "hub.lease_seconds": "9000",
        }
        query.update({f"hub.{name}": value for name, value in changes.items()})
        async with self.session.get(form["hub.callback"][0], params=query) as answer:
            return answer.status, await answer.text()

    def titles(self) -> set[str]:
        return {item.title for item in self.app.store.items(ItemFilter())}


def document(*names: str, hub: str = "") -> bytes:
    items = "".join(
        f"<item><title>{headline(name)}</title><guid>{name}</guid><link>https://news.example/{name}</link>"
        f"<description>{text(name)}</description></item>"
        for name in names
    )
    links = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>' if hub else ""
    return f'<rss version="2.0"><channel><title>T</title>{links}{items}</channel></rss>'.encode()


@pytest.fixture
async def world(tmp_path: Path, new_site: Callable[..., Site]) -> AsyncIterator[World]:
    site = new_site()
    site.answer("/feed", Answer(body=document("one", "two", hub=site.url("/hub"))))
    site.answer("/hub", Answer(202))
    probe = Listener({})
    port = await probe.start("127.0.0.1", 0)
    await probe.stop()
    public = f"http://127.0.0.1:{port}"
    config = Config(
        store=f"sqlite:{tmp_path / 'm.db'}",
        network=NetworkPolicy((ip_network("127.0.0.0/8"),)),
        article=ArticlePolicy(fetch="never"),
        alerts=AlertPolicy(first_poll="none"),
        poll=PollPolicy(host_delay=timedelta(), max_bytes=50_000),
        web=WebPolicy(("127.0.0.1", port), public),
        feeds=(Feed("news", site.url("/feed")),),
    )
    async with open_application(config) as app, aiohttp.ClientSession() as session:
        subscriber = Subscriber(app)
        endpoint = Endpoint(app, subscriber)
        await endpoint.follow()
        await app.poll()
        yield World(app, site, subscriber, session, public)
        await endpoint.stop()


async def test_what_a_hub_pushes_is_an_item_at_once(world: World) -> None:
    await world.subscriber.look()
    (form,) = world.asked()
    assert urlsplit(form["hub.callback"][0]).path.startswith("/websub/")
    assert form["hub.topic"] == [world.site.url("/feed")]
    assert await world.confirm(form) == (200, "xyz")
    before = world.app.store.feed_state("news")
    assert await world.push(form, document("three")) == 202
    assert headline("three") in world.titles()
    after = world.app.store.feed_state("news")
    kept = ("etag", "body_hash", "next_poll_at", "polls", "gap")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert after.learnt.size == 2, "a push is not the document"
    await world.subscriber.look()
    assert len(world.asked()) == 1, "the lease holds"


async def test_a_hub_may_confirm_while_it_pushes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.subscriber.look()
    (form,) = world.asked()
    push = Poller.push

    async def meanwhile(poller: Poller, feed: Feed, rules: Rules, pushed: Fetched) -> PollReport:
        await world.confirm(form)
        return await push(poller, feed, rules, pushed)

    monkeypatch.setattr(Poller, "push", meanwhile)
    assert await world.push(form, document("three")) == 202
    (kept,) = world.app.store.subscriptions()
    assert kept.lease_until
    assert kept.pushed_at
    assert kept.attempts == 0


async def test_only_what_bears_our_secret_is_read(world: World) -> None:
    await world.subscriber.look()
    (form,) = world.asked()
    await world.confirm(form)
    assert await world.push(form, document("forged"), "sha256=" + "0" * 64) == 202
    assert await world.push(form, b"no feed at all") == 202
    assert await world.push(form, b"x" * 60_000) == 413
    assert await world.push({**form, "hub.callback": [f"{world.public}/websub/guessed"]}, document("forged")) == 410
    assert world.titles() == {headline("one"), headline("two")}


async def test_what_nobody_asked_for_is_not_confirmed(world: World) -> None:
    await world.subscriber.look()
    (form,) = world.asked()
    assert (await world.confirm(form, topic="https://other.example/"))[0] == 404
    assert (await world.confirm({**form, "hub.callback": [f"{world.public}/websub/guessed"]}))[0] == 404
    (one,) = world.app.store.subscriptions()
    assert one.lease_until is None


async def test_a_hub_that_refuses_is_left_for_a_while_and_a_feed_that_went_is_dropped(world: World) -> None:
    world.site.answer("/hub", Answer(500))
    await world.subscriber.look()
    await world.subscriber.look()
    (one,) = world.app.store.subscriptions()
    assert (len(world.asked()), one.error) == (1, "the hub answered 500")
    await world.app.configure(replace(world.app.rules.config, feeds=()))
    await world.subscriber.look()
    assert world.app.store.subscriptions() == []


async def test_without_a_public_address_no_hub_is_asked(world: World) -> None:
    config = world.app.rules.config
    await world.app.configure(replace(config, web=replace(config.web, public_url=None)))
    await world.subscriber.look()
    assert world.asked() == []
