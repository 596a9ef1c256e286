"""Addresses that only lead on to another one."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.wrapped import unwrapped

ARTICLE = "https://paper.example/a?id=1&x=%C3%A8"
QUOTED = quote(ARTICLE, safe="")


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.google.com/url?rct=j&sa=t&url={QUOTED}&ct=ga&cd=CAIyGjQ&usg=AOvVaw",
        f"https://www.google.co.uk/url?q={QUOTED}&sa=D",
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=6&url={QUOTED}&c=1&mkt=it-it",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
        f"https://duckduckgo.com/l/?uddg={QUOTED}",
        f"https://vk.com/away.php?to={QUOTED}",
        f"https://eur02.safelinks.protection.outlook.com/?url={QUOTED}&data=05%7C01",
        f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU={QUOTED}/RK=2/RS=x",
        f"https://www.google.com/url?url={quote(f'https://l.facebook.com/l.php?u={QUOTED}', safe='')}",
    ],
)
def test_what_it_leads_to_is_the_address(url: str) -> None:
    assert unwrapped(url) == ARTICLE


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://www.google.com/amp/s/paper.example/amp/a.html", "https://paper.example/amp/a.html"),
        ("https://www.google.com/amp/paper.example/amp/a.html", "http://paper.example/amp/a.html"),
        ("https://paper-example.cdn.ampproject.org/c/s/paper.example/amp/a?x=1", "https://paper.example/amp/a?x=1"),
        ("https://paper-example.cdn.ampproject.org/v/paper.example/a", "http://paper.example/a"),
    ],
)
def test_so_it_is_in_the_caches_of_amp(url: str, leads_to: str) -> None:
    assert unwrapped(url) == leads_to


@pytest.mark.parametrize(
    "url",
    [
        ARTICLE,
        f"https://paper.example/login?url={QUOTED}",
        f"https://www.google.com/search?q={QUOTED}",
        "https://www.google.com/url?q=harbour",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url",
        f"https://google.evil.example/url?q={QUOTED}",
        f"https://notgoogle.com/url?q={QUOTED}",
        "https://news.google.com/rss/articles/CBMiAU_yq?oc=5",
        "https://paper.example/amp/s/other.example/a",
        "https://translate.google.com/translate?u=https://paper.example/",
        "https://[broken/url?q=x",
    ],
)
def test_any_other_address_is_left(url: str) -> None:
    assert unwrapped(url) == url


@given(st.text(max_size=80), st.integers(0, 6))
def test_any_address_comes_out_of_as_many_as_it_stands_in(tail: str, depth: int) -> None:
    url = bare = "https://paper.example/" + quote(tail)
    for _ in range(depth):
        url = f"https://www.google.com/url?url={quote(url, safe='')}"
    assert (unwrapped(url) == bare) == (depth <= 3)
