"""The daemon's own part: when polls start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from monitor.model import Config, Feed, NetworkPolicy, PollPolicy
from monitor.service.app import open_application
from monitor.service.daemon import Daemon
from tests.fakes import no_changes
from tests.servers import Answer, Site

FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"


async def test_when_more_is_due_than_there_is_room_for_no_tick_is_waited_for(
    tmp_path: Path, new_site: Callable[..., Site]
) -> None:
    site = new_site()
    site.answer("*", Answer(200, FEED))
    feeds = tuple(Feed(f"f{number}", site.url(f"/{number}")) for number in range(9))
    config = Config(
        store=f"sqlite:{tmp_path / 'm.db'}",
        network=NetworkPolicy((ip_network("127.0.0.0/8"),)),
        poll=PollPolicy(concurrency=2, host_delay=timedelta(0)),
        feeds=feeds,
    )
    async with open_application(config) as app:
        daemon = Daemon(app, no_changes)
        await app.write(app.store.sync_feeds, feeds, app.clock.now())
        await daemon.tick()
        async with asyncio.timeout(30):
            while len(site.paths()) < len(feeds):
                await asyncio.sleep(0.01)
        await daemon._finish()
    assert sorted(site.paths()) == sorted(f"/{number}" for number in range(9))
    assert site.most_in_flight <= 2
