"""The one door out, for those who dial by themselves, and its lookup."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from monitor.adapters import guard as door
from monitor.adapters.guard import AddressRefusedError, Found, Guard, SystemLookup
from monitor.model import NetworkPolicy
from tests.servers import Site

LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))


def answers(*addresses: str) -> Callable[[str, int], object]:
    """A lookup that finds these addresses under every name."""

    async def lookup(host: str, port: int) -> Found:
        return [(socket.AF_INET6 if ":" in address else socket.AF_INET, (address, port)) for address in addresses]

    return lookup


async def test_an_allowed_address_is_connected(site: Site) -> None:
    connection = await Guard(LOOPBACK).connect("127.0.0.1", site.port, 2)
    with connection:
        assert connection.getpeername() == ("127.0.0.1", site.port)
        assert connection.getblocking() is False


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
async def test_a_literal_is_refused_and_named(host: str) -> None:
    with pytest.raises(AddressRefusedError, match=f"^refused {host} ") as caught:
        await Guard(NetworkPolicy()).connect(host, 25, 2)
    assert (caught.value.address, caught.value.host) == (host, host)


async def test_a_name_is_refused_when_one_of_its_addresses_is(site: Site) -> None:
    guard = Guard(NetworkPolicy(allow=(ip_network("127.0.0.1/32"),)), lookup=answers("127.0.0.1", "10.0.0.1"))  # type: ignore[arg-type]
    with pytest.raises(AddressRefusedError, match=r"refused 10\.0\.0\.1 \(private\), an address of mail\.test"):
        await guard.connect("mail.test", site.port, 2)
    assert site.connections == 0


async def test_addresses_are_tried_until_one_answers(site: Site) -> None:
    guard = Guard(LOOPBACK, lookup=answers("127.0.0.99", "127.0.0.1"))  # type: ignore[arg-type]
    with await guard.connect("mail.test", site.port, 2) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"


async def test_an_address_that_leads_nowhere_does_not_keep_the_others_waiting(site: Site) -> None:
    with contextlib.ExitStack() as nowhere:
        full = nowhere.enter_context(socket.create_server(("127.0.0.99", site.port), backlog=0))
        for _ in range(4):  # beyond its backlog it answers nobody
            waiting = nowhere.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        guard = Guard(LOOPBACK, lookup=answers("127.0.0.99", "127.0.0.1"))  # type: ignore[arg-type]
        with await guard.connect("mail.test", site.port, 3) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"


async def test_nothing_listening_is_an_os_error() -> None:
    with Site() as gone:
        port = gone.port
    with pytest.raises(ConnectionRefusedError):
        await Guard(LOOPBACK).connect("127.0.0.1", port, 2)


async def test_a_name_without_addresses_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"mail\.test has no address"):
        await Guard(LOOPBACK, lookup=answers()).connect("mail.test", 25, 2)  # type: ignore[arg-type]


async def test_a_lookup_that_hangs_costs_the_timeout() -> None:
    async def never(host: str, port: int) -> Found:
        await asyncio.Event().wait()
        return []

    with pytest.raises(TimeoutError):
        await Guard(LOOPBACK, lookup=never).connect("mail.test", 25, 0.05)


async def test_this_machines_public_address_is_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_own", lambda address: address == "8.8.4.4")
    with pytest.raises(AddressRefusedError, match="this machine's own address"):
        Guard(NetworkPolicy()).check("8.8.4.4", 443)
    Guard(NetworkPolicy(allow=(ip_network("8.8.4.4/32"),))).check("8.8.4.4", 443)
    Guard(NetworkPolicy()).check("8.8.8.8", 443)


def test_the_system_knows_its_own_addresses() -> None:
    assert door._is_own("127.0.0.1")
    assert not door._is_own("192.0.2.1")


async def test_the_systems_lookup_finds_localhost_and_says_what_it_does_not_find() -> None:
    found = await SystemLookup()("localhost", 80)
    assert any(address[0] in ("127.0.0.1", "::1") for _, address in found)
    with pytest.raises(UnicodeError):
        await SystemLookup()("a" * 64 + ".test", 80)


async def test_dead_name_servers_hold_nobody_up_beyond_their_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(host: str, port: int) -> Found:
        if host == "dead.test":
            release.wait(10)
        return []

    monkeypatch.setattr(door, "_getaddrinfo", slow)
    lookup = SystemLookup()
    dead = [asyncio.create_task(lookup("dead.test", 80)) for _ in range(door.LOOKUPS - 1)]
    await asyncio.wait_for(lookup("alive.test", 80), 5)
    for task in dead:
        task.cancel()
    release.set()
    await asyncio.gather(*dead, return_exceptions=True)
    await asyncio.wait_for(asyncio.gather(*(lookup("alive.test", 80) for _ in range(door.LOOKUPS * 2))), 5)


async def test_a_machine_that_had_no_thread_to_spare_for_a_while_looks_names_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lookup = SystemLookup()

    def none_left(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", none_left)
        for _ in range(door.LOOKUPS + 1):
            with pytest.raises(OSError, match="can't start new thread"):
                await lookup("localhost", 80)
    assert await asyncio.wait_for(lookup("localhost", 80), 5)


@pytest.mark.parametrize("network", ["127.0.0.0/8", "::1/128"])
async def test_a_network_allowed_at_one_port_is_refused_at_every_other(network: str, site: Site) -> None:
    host = "127.0.0.1" if ":" not in network else "::1"
    guard = Guard(NetworkPolicy(allow_at=((ip_network(network), site.port),)))
    guard.check(host, site.port)
    for port in (site.port + 1, 80, 0):
        with pytest.raises(AddressRefusedError):
            guard.check(host, port)
        with pytest.raises(AddressRefusedError):
            await guard.connect(host, port, 1)
    if host == "127.0.0.1":
        (await guard.connect(host, site.port, 1)).close()
