"""`[network] proxy` and `direct`."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import load

PROXY = "http://us:S3cret@proxy.example.org:3128"


def written(path: Path, text: str, **environ: str) -> list[str]:
    """The mistakes."""
    (path / "monitor.toml").write_text(text)
    with pytest.raises(ConfigError) as told:
        load(path, environ)
    return [f"{mistake.line} {mistake.where}: {mistake.what}" for mistake in told.value.mistakes]


def test_it_comes_from_the_file_the_environment_or_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text(PROXY + "\n")
    for line in (f'proxy = "{PROXY}"', 'proxy_env = "HTTPS_PROXY"', 'proxy_file = "proxy"'):
        (tmp_path / "monitor.toml").write_text(f'[network]\n{line}\ndirect = ["*.Example.org", "fd00::1"]\n')
        config = load(tmp_path, {"HTTPS_PROXY": PROXY})
        assert config.network.proxy
        assert config.network.proxy.reveal() == PROXY
        assert config.network.direct == ("example.org", "fd00::1")
        assert not config.remarks
        assert "S3cret" not in repr(config)


def test_one_in_the_environment_that_is_not_used_is_told_of(tmp_path: Path) -> None:
    (remark,) = load(tmp_path, {"https_proxy": PROXY}).remarks
    assert remark.startswith("https_proxy is set")
    assert "S3cret" not in remark
    assert not load(tmp_path, {"https_proxy": ""}).remarks


@pytest.mark.parametrize(
    "value",
    [
        "socks4://us:S3cret@h:1",
        "socks5://us:S3cret@h",
        "http://us:S3cret@h:3128/path",
        "us:S3cret@h:3128",
        "http://us:S3cret@:1",
        "ftp://S3cret",
    ],
)
def test_what_is_no_http_proxy_is_a_mistake_that_repeats_no_secret(tmp_path: Path, value: str) -> None:
    (mistake,) = written(tmp_path, '[network]\nproxy_env = "P"\n', P=value)
    assert mistake.startswith("2 [network] proxy_env: ")
    assert "S3cret" not in mistake


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = written(
        tmp_path, '[network]\nproxy = "http://p:1"\nproxy_env = "P"\ndirect = ["a b", "http://x", "ok.org"]\n'
    )
    assert [line.split()[0] for line in told] == ["3", "4", "4"]
