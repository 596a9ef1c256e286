"""Which addresses may be dialled: the table of hostile.md, 2.4, and the forms that hide one address in another."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from monitor.core.addresses import refusal

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "168.63.129.15",
    "192.0.1.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::6810:84e5", "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip

DENIED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1",
    "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    "4000::1", "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1",
]  # fmt: skip

UNREADABLE = [
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "1.2.3.4.5",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "[::1]",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_dialled(address: str) -> None:
    assert refusal(address, ()) is None
    assert refusal(ip_address(address), ()) is None


@pytest.mark.parametrize("address", DENIED)
def test_everything_else_is_refused(address: str) -> None:
    assert refusal(address, ())
    assert refusal(ip_address(address), ())


@pytest.mark.parametrize("address", UNREADABLE)
def test_what_cannot_be_read_is_refused_even_where_all_is_allowed(address: str) -> None:
    assert refusal(address, (ip_network("0.0.0.0/0"), ip_network("::/0")))


def test_an_allowed_network_may_be_reached_and_its_neighbours_not() -> None:
    allow = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
    assert refusal("10.1.255.255", allow) is None
    assert refusal("::ffff:10.1.0.1", allow) is None, "the kernel dials 10.1.0.1"
    assert refusal("fd00:1::5", allow) is None
    assert refusal("10.2.0.0", allow)
    assert refusal("fd00:2::5", allow)


@pytest.mark.parametrize("address", ["64:ff9b::a01:1", "2002:a01:1::", "::10.1.0.1"])
def test_an_allowed_ipv4_network_is_not_reached_through_a_translator(address: str) -> None:
    assert refusal(address, (ip_network("10.1.0.0/16"),))


def test_this_machines_own_address_is_refused_unless_allowed() -> None:
    own = (ip_address("8.8.4.4"),)
    assert refusal("8.8.4.4", (), own) == "this machine's own address"
    assert refusal("8.8.4.4", (ip_network("8.8.4.4/32"),), own) is None
    assert refusal("8.8.8.8", (), own) is None


def test_the_reason_says_what_the_address_is() -> None:
    assert refusal("169.254.169.254", ()) == "link-local, cloud metadata"
    assert refusal("2002:7f00:1::", ()) == "leads to 127.0.0.1, loopback"
