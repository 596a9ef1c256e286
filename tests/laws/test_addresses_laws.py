"""Laws of the address judge, over all addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.addresses import refusal

v4 = st.ip_addresses(v=4)
v6 = st.ip_addresses(v=6)


@given(v4)
def test_nothing_private_by_the_standard_library_passes(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or not address.is_global:
        assert refusal(address, ())


@given(v6)
def test_no_unusual_ipv6_passes(address: IPv6Address) -> None:
    if refusal(address, ()) is None and address.ipv4_mapped is None:
        assert address.is_global
        assert not (address.is_multicast or address.is_private or address.is_link_local or address.is_site_local)


@given(v4)
def test_an_embedded_address_is_never_freer_than_the_address_itself(address: IPv4Address) -> None:
    plain = refusal(address, ())
    number = int(address)
    mapped = IPv6Address(0xFFFF00000000 | number)
    nat64 = IPv6Address((0x64FF9B << 96) | number)
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80) | 1)
    assert refusal(mapped, ()) == plain
    for wrapped in (nat64, sixtofour):
        if plain:
            assert refusal(wrapped, ())


@given(v4 | v6)
def test_text_and_value_are_judged_alike(address: IPv4Address | IPv6Address) -> None:
    assert refusal(str(address), ()) == refusal(address, ())


@given(v4, st.integers(0, 32))
def test_a_wider_allowance_refuses_no_more(address: IPv4Address, prefix: int) -> None:
    allowed = IPv4Network((address, prefix), strict=False)
    assert refusal(address, (allowed,)) is None
