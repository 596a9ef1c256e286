"""What all tests share: loopback sites, Hypothesis' profile, and a wall that no connection beyond loopback passes."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Site

settings.register_profile("monitor", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("monitor")


def _wall(event: str, arguments: tuple[object, ...]) -> None:
    """No test reaches beyond loopback. A datagram socket's connect sends nothing and passes."""
    if event != "socket.connect":
        return
    connection, address = arguments
    assert isinstance(connection, socket.socket)
    if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.type == socket.SOCK_STREAM:
        assert isinstance(address, tuple)
        where = ipaddress.ip_address(str(address[0]))
        if not (getattr(where, "ipv4_mapped", None) or where).is_loopback:
            raise PermissionError(f"a test tried to connect to {address}")


sys.addaudithook(_wall)


@pytest.fixture
def new_site() -> Iterator[Callable[..., Site]]:
    """Makes loopback sites that end with the test: ``new_site()``, ``new_site("127.0.0.2")``."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(Site(*arguments, **options))


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """One loopback site at 127.0.0.1."""
    return new_site()
