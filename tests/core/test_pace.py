"""Sites that cannot be asked as often as their feeds are to be polled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.pace import crowded
from monitor.core.urls import configured_site, site_of
from monitor.model import Feed, NetworkPolicy, PollPolicy, SitePolicy

MINUTE = timedelta(minutes=1)
POLICY = PollPolicy(every=15 * MINUTE, host_delay=timedelta(seconds=1))
ALL = NetworkPolicy()


def feeds(count: int, host: str, every: timedelta | None = None) -> list[Feed]:
    return [Feed(f"{host}{number}", f"https://c{number}.{host}/feed", every=every) for number in range(count)]


def test_a_site_with_more_feeds_than_it_may_be_asked_for_is_told_of() -> None:
    (video,) = crowded([*feeds(1_000, "video.example"), *feeds(800, "press.example")], POLICY, ALL)
    assert (video.site, video.feeds, video.allowed) == ("video.example", 1_000, 1.0)
    assert video.remark == (
        "video.example: its 1000 feeds ask for 1.1 requests a second, host_delay allows 1:"
        " each is polled every 17 minutes at best; let `every` be longer, or give"
        ' [sites."video.example"] a host_delay of its own, where you may'
    )


def test_a_feeds_own_interval_counts_and_so_does_the_delay() -> None:
    often = feeds(70, "a.example", MINUTE)
    assert [site.site for site in crowded([*often, *feeds(900, "b.example", 16 * MINUTE)], POLICY, ALL)] == [
        "a.example"
    ]
    assert crowded(often, replace(POLICY, host_delay=timedelta(milliseconds=500)), ALL) == []
    assert crowded(often, replace(POLICY, host_delay=timedelta(0)), ALL) == []


def test_a_site_s_own_delay_is_what_counts() -> None:
    here = NetworkPolicy(sites=(SitePolicy("a.example", host_delay=timedelta(0)),))
    many = [*feeds(70, "a.example", MINUTE), *feeds(80, "b.example", MINUTE)]
    assert [site.site for site in crowded(many, POLICY, here)] == ["b.example"]


def test_the_most_crowded_comes_first() -> None:
    found = crowded([*feeds(70, "a.example", MINUTE), *feeds(90, "b.example", MINUTE)], POLICY, ALL)
    assert [site.site for site in found] == ["b.example", "a.example"]
    assert "every 90 seconds at best" in found[0].remark


def test_a_configured_urls_site_is_the_site_of_any() -> None:
    for url in (
        "https://www.bbc.co.uk/x",
        "http://u:p@a.b.example.org:8080/f",
        "http://127.0.0.1:9/x",
        "http://[::1]:9/",
    ):
        assert configured_site(url) == site_of(url)
