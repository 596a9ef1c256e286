"""`[network] allow`: networks, at any port or at one."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from monitor.settings import load


def test_networks_with_and_without_a_port(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text(
        '[network]\nallow = ["10.1.0.0/16:8443", "[fd00::/8]:443", "192.168.1.5", "192.168.1.6:80", "fd01::/16"]\n'
    )
    network = load(tmp_path, {}).network
    assert network.allow == (ip_network("192.168.1.5/32"), ip_network("fd01::/16"))
    assert network.open_at(8443) == (*network.allow, ip_network("10.1.0.0/16"))
    assert network.open_at(443) == (*network.allow, ip_network("fd00::/8"))
    assert network.open_at(80) == (*network.allow, ip_network("192.168.1.6/32"))
    assert network.open_at(None) == network.allow
