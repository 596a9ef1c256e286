"""Which sites give articles, and whose walls pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core import givers
from monitor.core.givers import GIVES, IN_VAIN, Givers
from tests.builders import NOON

PAGE, OTHER = "https://www.example.org/1", "https://m.example.org/2"
STRANGER = "https://example.net/1"
SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Givers:
    made = Givers()
    made.gave(PAGE, NOON, again=False)
    return made


def test_a_site_that_gave_an_article_gives_them_for_a_day(site: Givers) -> None:
    assert site.gives(OTHER, NOON + GIVES - SECOND)
    assert site.lets_pass(OTHER, NOON)
    assert not site.gives(OTHER, NOON + GIVES)
    assert not site.gives(STRANGER, NOON)
    assert not site.lets_pass(STRANGER, NOON)


def test_walls_that_stood_so_often_do_not_pass_for_a_day(site: Givers) -> None:
    for _ in range(IN_VAIN):
        assert site.lets_pass(OTHER, NOON)
        site.stood(PAGE, NOON)
    assert not site.lets_pass(OTHER, NOON)
    assert site.gives(OTHER, NOON), "its articles go on"
    later = NOON + GIVES
    site.gave(PAGE, later, again=False)
    assert site.lets_pass(OTHER, later)
    site.stood(PAGE, later)
    assert site.lets_pass(OTHER, later), "counted anew"


@pytest.mark.parametrize("again", [True, False])
def test_one_that_passed_is_worth_more_than_articles_that_were_never_walled(site: Givers, again: bool) -> None:
    for _ in range(IN_VAIN):
        site.stood(PAGE, NOON)
    site.gave(OTHER, NOON, again=again)
    assert site.lets_pass(PAGE, NOON) == again


def test_those_seen_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(givers, "MOST", 2)
    some = Givers()
    for url in (PAGE, STRANGER, OTHER, "https://example.com/"):
        some.gave(url, NOON, again=False)
    assert [some.gives(url, NOON) for url in (PAGE, STRANGER)] == [True, False]
