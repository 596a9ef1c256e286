"""`[sites."NAME"]`, and feeds whose URL is a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.urls import Target
from monitor.errors import ConfigError
from monitor.model import Config, EmailChannel, SitePolicy
from monitor.settings import load

PEM = (Path(__file__).parents[1] / "adapters" / "loopback.pem").read_text()
SECRET = "https://feeds.example.org/p/S3cret/rss"


def read(path: Path, text: str, **environ: str) -> Config:
    (path / "monitor.toml").write_text(text)
    return load(path, environ)


def mistakes(path: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        read(path, text, **environ)
    return [f"{mistake.line} {mistake.where}: {mistake.what}" for mistake in told.value.mistakes]


def site(config: Config, scheme: str, host: str, port: int = 443) -> SitePolicy:
    found = config.network.site(Target(scheme, host, port, "/"))
    assert found is not None
    return found


def test_what_a_site_is_asked_with_comes_from_the_file_the_environment_or_files(tmp_path: Path) -> None:
    (tmp_path / "cookie").write_text("session=S3cret\n")
    (tmp_path / "ca.pem").write_text(PEM)
    config = read(
        tmp_path,
        '[sites."Example.org"]\nuser = "desk"\npassword_env = "P"\ncertificates = "ca.pem"\nrobots = false\n'
        'headers = {User-Agent = "Reader/1"}\nheaders_file = {Cookie = "cookie"}\nheaders_env = {X-Key = "K"}\n',
        P="pa S3cret",
        K="k-S3cret",
    )
    one = site(config, "https", "news.example.org")
    assert one.password
    assert (one.user, one.password.reveal()) == ("desk", "pa S3cret")
    assert [one.header(name) for name in ("user-agent", "COOKIE", "x-key", "Accept")] == [
        "Reader/1", "session=S3cret", "k-S3cret", None,
    ]  # fmt: skip
    assert not one.robots
    assert one.certificates
    assert "PRIVATE" in PEM
    assert "PRIVATE" not in one.certificates
    assert "S3cret" not in repr(config)


def test_a_host_is_meant_over_https_with_its_subdomains_and_an_origin_alone(tmp_path: Path) -> None:
    def by_name(name: str) -> str:
        return f'[sites."{name}"]\nheaders = {{X-Name = "{name}"}}\n'

    names = ("example.org", "deep.example.org", "https://example.org:8443", "http://intranet:8080", "[::1]", "10.0.0.5")
    config = read(tmp_path, "".join(map(by_name, names)))
    for scheme, host, port, expected in (
        ("https", "example.org", 443, "example.org"),
        ("https", "example.org", 8443, "https://example.org:8443"),
        ("https", "www.example.org", 8443, "example.org"),
        ("https", "a.deep.example.org", 443, "deep.example.org"),
        ("http", "intranet", 8080, "http://intranet:8080"),
        ("https", "10.0.0.5", 443, "10.0.0.5"),
    ):
        assert site(config, scheme, host, port).header("X-Name") == expected
    for scheme, host, port in (
        ("http", "example.org", 80),
        ("https", "notexample.org", 443),
        ("https", "example.org.evil.test", 443),
        ("http", "intranet", 80),
        ("https", "in.intranet", 8080),
    ):
        assert config.network.site(Target(scheme, host, port, "/")) is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[sites."co.uk"]\nuser = "a"\n', 1, r"names more than one site"),
        ('[sites."github.io"]\nuser = "a"\n', 1, "names more than one site"),
        ("[sites.intranet]\nuser = 'a'\n", 1, '"https://intranet"'),
        ('[sites."https://example.org/path"]\nuser = "a"\n', 1, "by its host alone"),
        ('[sites."ftp://example.org"]\nuser = "a"\n', 1, "not http or https"),
        ('[sites."example.org/path"]\nuser = "a"\n', 1, "not a host"),
        ('[sites."example.org"]\nuser = "a"\n[sites."Example.org."]\nuser = "b"\n', 3, "the same site"),
        ('[sites."example.org"]\n', 1, "user, headers, certificates, proxy"),
        ('[sites]\n"example.org" = "a"\n', 2, "a table is asked for"),
        ("sites = 5\n", 1, "sites"),
        ('[sites."example.org"]\nusr = "a"\n', 2, 'did you mean "user"'),
        ('[sites."example.org"]\npassword = "S3cret"\n', 2, "no one logs in with it"),
        ('[sites."http://intranet"]\nold_tls = true\n', 2, "nobody is asked for TLS over http"),
        ('[sites."example.org"]\nuser = "a:b"\n', 2, "a colon"),
        ('[sites."example.org"]\nuser = "a"\npassword_env = "GONE"\n', 3, "GONE is not set"),
        ('[sites."example.org"]\nuser = "a"\nheaders = {authorization = "b"}\n', 2, "keep one of them"),
        ('[sites."example.org"]\nheaders = {a = "1"}\nheaders_env = {A = "E"}\n', 3, "keep one of them"),
        ('[sites."example.org"]\nheaders = {Host = "a"}\n', 2, "set by the monitor itself"),
        ('[sites."example.org"]\nheaders = {If-None-Match = "a"}\n', 2, "set by the monitor itself"),
        ('[sites."example.org"]\nheaders = {Accept-Encoding = "br"}\n', 2, "set by the monitor itself"),
        ('[sites."example.org"]\nheaders = {Cookie = "a\\nb"}\n', 2, "one line of plain ASCII"),
        ('[sites."example.org"]\ncertificates = "gone.pem"\n', 2, "gone.pem: cannot be read"),
        ('[sites."example.org"]\ncertificates = "monitor.toml"\n', 2, "no certificate in PEM"),
        ('[sites."example.org"]\ncertificates = "broken.pem"\n', 2, "a certificate that cannot be read"),
        ('[sites."example.org"]\nproxy = "socks5://S3cret"\n', 2, "with its port"),
        ('[sites."example.org"]\nproxy = "socks4://S3cret:1"\n', 2, "not http or https: socks4"),
        ('[sites."example.org"]\nuser = "a"\nevery = "1m"\n', 3, r"\[poll\]"),
    ],
)
def test_every_mistake_has_its_line_and_repeats_no_secret(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (told,) = mistakes(tmp_path, text)
    assert told.startswith(f"{line} ")
    assert said.replace("\\", "") in told
    assert "S3cret" not in told


def test_a_mail_server_may_be_vouched_for_too(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    desk = '[channels.desk]\ntype = "email"\nto = ["a@b.example"]\nfrom = "a@b.example"\ncertificates = "ca.pem"\n'
    channel = read(tmp_path, desk + 'smtp = "smtps://mail.intranet:465"\n').channels["desk"]
    assert isinstance(channel, EmailChannel)
    assert channel.certificates
    assert channel.certificates.startswith("-----BEGIN CERTIFICATE-----")
    (told,) = mistakes(tmp_path, desk + 'smtp = "smtp://mail.intranet:25"\n')
    assert told.startswith("5 [channels.desk] certificates: nobody is asked for one")


def test_a_whole_site_may_have_its_own_measure(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        '[sites."http://rsshub:1200"]\nhost_delay = "0s"\nper_host = 16\n[sites."example.org"]\nhost_delay = "5s"\n',
    )
    network, poll = config.network, config.poll
    delay = poll.host_delay
    assert (network.host_delay("rsshub", delay).total_seconds(), network.per_host("rsshub", poll.per_host)) == (0, 16)
    assert (
        network.host_delay("example.org", delay).total_seconds(),
        network.per_host("example.org", poll.per_host),
    ) == (5, 2)
    assert network.host_delay("elsewhere.org", delay) == delay
    (told,) = mistakes(tmp_path, '[sites."feeds.example.org"]\nper_host = 4\n')
    assert told == '2 [sites."feeds.example.org"] per_host: is of the whole site: write it under [sites."example.org"]'


def test_a_table_that_no_feed_is_asked_by_is_told_of(tmp_path: Path) -> None:
    def remarks(table: str, *urls: str) -> tuple[str, ...]:
        (tmp_path / "feeds.toml").write_text("".join(f'[[feed]]\nurl = "{url}"\n' for url in urls))
        return read(tmp_path, f'[sites."example.org"]\n{table}\n').remarks

    (told,) = remarks('user = "a"', "http://feeds.example.org/1", "http://example.org/2", "https://other.org/")
    assert '[sites."http://example.org"]' in told
    assert not remarks('user = "a"', "http://feeds.example.org/1", "https://example.org/2")
    assert not remarks('user = "a"', "http://other.org/"), "its pages may be asked by it"
    assert not remarks('host_delay = "5s"', "http://example.org/2"), "which is of any scheme"


def feeds(path: Path, text: str, **environ: str) -> Config:
    (path / "feeds.toml").write_text(text)
    return load(path, environ)


def test_a_feed_s_url_may_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(SECRET + "\n")
    for line in ('url_env = "U"', 'url_file = "url"'):
        (feed,) = feeds(tmp_path, f'[[feed]]\nid = "private"\n{line}\n', U=SECRET).feeds
        assert (feed.id, feed.url, feed.secret) == ("private", SECRET, True)
    assert "S3cret" not in repr(feed)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[feed]]\nid = "a"\n', 1, '"url" is missing: write url, url_env or url_file'),
        ('[[feed]]\nurl_env = "U"\n', 1, '"id" is missing'),
        ('[[feed]]\nid = "a"\nurl_env = "GONE"\n', 3, "GONE is not set"),
        ('[[feed]]\nid = "a"\nurl_env = "BAD"\n', 3, "not a URL"),
        ('[[feed]]\nid = "a"\nurl = "https://a.example/"\nurl_env = "U"\n', 4, "keep one of them"),
        ('[[feed]]\nid = "a"\nurl_env = "U"\n[[feed]]\nid = "b"\nurl_env = "U"\n', 6, "the same URL as feeds.toml:1"),
    ],
)
def test_its_mistakes_repeat_it_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as told:
        feeds(tmp_path, text, U=SECRET, BAD="S3cret")
    (mistake,) = told.value.mistakes
    assert mistake.line == line
    assert said in mistake.what
    assert "S3cret" not in str(mistake)
