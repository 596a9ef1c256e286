"""The one door out: every connection of the program is opened here, and the address is judged as it is dialled.

Judging names, or addresses before the connection, is beaten by DNS rebinding, by redirects and by literals; judging
in the socket's own factory was beaten by nothing. A name one of whose addresses is refused is refused as a whole, so
that no name server's answers can be tried until a lucky one. No proxy is taken from the environment, only `[network]
proxy`: behind one the address dialled is the proxy's, and what it reaches is its own to judge.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohappyeyeballs import start_connection
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from monitor.core.addresses import refusal
from monitor.core.urls import Target, proxy_target
from monitor.model import NetworkPolicy

LOOKUPS = 64
"""Name lookups at once. Each has a thread of its own, which a dead name server holds for up to half a minute."""

STAGGER = 0.25
"""Seconds from which the next address is tried beside one that does not answer (RFC 8305, 5): where IPv6 leads nowhere, mail
went nowhere."""

SockAddr = tuple[str, int] | tuple[str, int, int, int]
Found = Sequence[tuple[int, SockAddr]]
"""Address families with what to dial."""
Lookup = Callable[[str, int], Awaitable[Found]]


class AddressRefusedError(OSError):
    """`[network]` does not let this address be dialled. Says ``refused ADDRESS (why)``, and the name."""

    def __init__(self, host: str, address: str, why: str) -> None:
        self.host, self.address, self.why = host or address, address, why
        of = "" if host in ("", address) else f", an address of {host}"
        super().__init__(f"refused {address} ({why}){of}")


class Guard:
    """Judges addresses by `[network] allow`, and opens sockets to those that pass."""

    def __init__(self, policy: NetworkPolicy, lookup: Lookup | None = None) -> None:
        """`lookup` replaces the system's resolver, in tests."""
        self.policy = policy
        self._lookup = lookup or SystemLookup()
        self._of_proxy: dict[str, frozenset[str]] = {}
        """The addresses that each proxy's name led to last."""

    def proxy_for(self, at: Target) -> str | None:
        """The URL of the proxy that is to be asked for this URL, its site's own first; None where its host is to be dialled.

        Raises `AddressRefusedError` for an address that may not be dialled: nor may a proxy be sent to it.
        """
        site = self.policy.site(at)
        proxy = site.proxy if site else None
        if proxy is None and not self._is_direct(at.host, at.port):
            proxy = self.policy.proxy
        if proxy is None:
            return None
        if _literal(at.host) is not None:
            self.check(at.host, at.port)
        return proxy.reveal()

    def _is_direct(self, host: str, port: int) -> bool:
        literal = _literal(host)
        if literal is not None and any(literal in network for network in self.policy.open_at(port)):
            return True
        named = (*self.policy.direct, "localhost")
        return any(host == name or host.endswith(f".{name}") for name in named)

    def is_proxy(self, address: str, port: int, *, look: bool = False) -> bool:
        """Whether this is where a proxy listens, by what its name led to last, or with `look` by what it leads to now:
        that blocks. Raises OSError when it leads nowhere."""
        for proxy in self._proxies():
            if port != proxy.port:
                continue
            if look and _literal(proxy.host) is None:
                self._of_proxy[proxy.host] = frozenset(str(at[0]) for _, at in _getaddrinfo(proxy.host, proxy.port))
            if address == proxy.host or address in self._of_proxy.get(proxy.host, ()):
                return True
        return False

    def _proxies(self) -> list[Target]:
        written = (self.policy.proxy, *(site.proxy for site in self.policy.sites))
        return [proxy_target(proxy.reveal()) for proxy in written if proxy]

    def check(self, address: str, port: int, host: str = "") -> None:
        """Raises `AddressRefusedError` unless the address may be dialled; `host` is the name it was found under."""
        allow = self.policy.open_at(port)
        why = refusal(address, allow)
        if why is None and _is_own(address):
            why = refusal(address, allow, own=(ip_address(address),))
        if why is not None and not self.is_proxy(address, port):
            raise AddressRefusedError(host, address, why)

    def check_all(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Raises `AddressRefusedError` when any address of a name is refused."""
        for address in addresses:
            self.check(address, port, host)

    def socket_factory(self, info: AddrInfoType) -> socket.socket:
        """A socket for aiohttp's connector, or `AddressRefusedError`: sees every address about to be dialled."""
        family, kind, protocol, _, address = info
        self.check(str(address[0]), int(address[1]))
        return socket.socket(family, kind, protocol)

    def resolver(self) -> AbstractResolver:
        """A resolver for aiohttp that refuses a name when one of its addresses is refused."""
        return _Resolver(self)

    async def resolve(self, host: str, port: int) -> Found:
        """A name's addresses, all of which may be dialled. Raises `AddressRefusedError` or `socket.gaierror`."""
        literal = _literal(host)
        if literal is not None:
            family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
            self.check(host, port)
            return [(family, (host, port))]
        found = await self._lookup(host, port)
        if any((host, port) == (proxy.host, proxy.port) for proxy in self._proxies()):
            self._of_proxy[host] = frozenset(str(address[0]) for _, address in found)
        self.check_all(host, port, (address[0] for _, address in found))
        return found

    async def connect(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ASYNC109 -- the contract
        """A connected, non-blocking TCP socket; the caller closes it.

        Raises `AddressRefusedError`; `TimeoutError` after `timeout` seconds in all; OSError when no address answers.
        """
        async with asyncio.timeout(timeout):
            found = await self.resolve(host, port)
            if not found:
                raise OSError(f"{host} has no address")
            connection = await start_connection(
                [
                    (socket.AddressFamily(family), socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at)
                    for family, at in found
                ],
                happy_eyeballs_delay=STAGGER,
                socket_factory=self.socket_factory,
            )
            try:
                self.check(str(connection.getpeername()[0]), port)
            except BaseException:
                connection.close()
                raise
            return connection


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._guard.resolve(host, port)
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=kind, proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, address in found
            if family in (socket.AF_UNSPEC, kind)
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is held."""


class SystemLookup:
    """The system's resolver, off the event loop.

    Each lookup has a daemon thread of its own: in a pool, a few dead names hold back all others, and hold up the exit.
    """

    def __init__(self) -> None:
        self._free: asyncio.Semaphore | None = None

    async def __call__(self, host: str, port: int) -> Found:
        """The name's addresses, in the system's order. Raises `socket.gaierror`, and OSError where no thread can be had."""
        loop = asyncio.get_running_loop()
        if self._free is None:
            self._free = asyncio.Semaphore(LOOKUPS)
        free = self._free
        await free.acquire()
        answer: asyncio.Future[Found] = loop.create_future()

        def settle(found: Found, problem: BaseException | None) -> None:
            free.release()
            if answer.cancelled():
                return
            if problem is None:
                answer.set_result(found)
            else:
                answer.set_exception(problem)

        def look() -> None:
            found: Found = ()
            problem: BaseException | None = None
            try:
                found = _getaddrinfo(host, port)
            except (OSError, UnicodeError) as error:
                problem = error
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(settle, found, problem)

        try:
            threading.Thread(target=look, name="lookup", daemon=True).start()
        except RuntimeError as error:
            free.release()
            raise OSError(f"no look-up of {host}: {error}") from error
        return await answer


def _getaddrinfo(host: str, port: int) -> Found:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_own(address: str) -> bool:
    """Whether an address is one of this machine's: the system then chooses it as the near end too. Sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        return str(probe.getsockname()[0]) == address
    return False
