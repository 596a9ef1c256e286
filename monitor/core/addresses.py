"""May this IP address be dialled? Public unicast addresses may; every other one only where `[network] allow` names it.

The standard library's predicates are not enough: `is_global` says True of multicast, NAT64, 6to4 and 192.0.0.192, and `is_private` misses
100.64/10. So the list is our own, after the IANA special-purpose registries (RFC 6890 and its updates) and what cloud providers put their
metadata services on; an IPv6 address that embeds an IPv4 one is judged by both. Whatever cannot be read is refused.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_DENIED_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a provider's customers"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's own service"),  # Azure: a public address that only its virtual machines reach
        ("169.254.0.0/16", "link-local, cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "IETF protocols"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relays"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_DENIED_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b:1::/48", "local NAT64"),  # RFC 8215: leads wherever the local translator says
        ("100::/64", "discarded"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "IETF protocols"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291: all that IANA has given out so far
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv6-only machine reaches the IPv4 world by it
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the interface identifier's upper half


def refusal(address: Address | str, allow: Sequence[Network], own: Collection[Address] = ()) -> str | None:
    """Why this address may not be dialled, in a few words, or None when it may.

    `allow` names networks that may be reached whatever they are; `own` is this machine's addresses.
    Fails closed: a string that is no address, or an address with a zone, is refused.
    """
    parsed = _parse(address)
    if parsed is None:
        return "not an IP address"
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return "an address with a zone"
        parsed = parsed.ipv4_mapped or parsed  # the kernel dials the IPv4 address itself
    if any(parsed in network for network in allow if network.version == parsed.version):
        return None
    if parsed in own:
        return "this machine's own address"
    return _denied_4(parsed) if isinstance(parsed, IPv4Address) else _denied_6(parsed)


def _parse(address: Address | str) -> Address | None:
    if not isinstance(address, str):
        return address
    try:
        return ip_address(address)
    except (AddressValueError, ValueError):
        return None


def _denied_4(address: IPv4Address) -> str | None:
    return next((why for network, why in _DENIED_4 if address in network), None)


def _denied_6(address: IPv6Address) -> str | None:
    embedded = _embedded(address)
    if embedded is not None and (why := _denied_4(embedded)):
        return f"leads to {embedded}, {why}"
    if address in _NAT64:
        return None  # its IPv4 address is public
    for network, why in _DENIED_6:
        if address in network:
            return why
    return None if address in _GLOBAL_UNICAST else "not globally reachable"


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one may end up at."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
