"""Pages that lead on to another by themselves."""

from __future__ import annotations

import pytest

from monitor.content.pages import read_page
from monitor.errors import PageElsewhere, ReadError

URL = "https://short.example/x"
TO = "https://www.thedaily.example/world/story?a=1&b=2"
META = '<meta http-equiv="{name}" content="{content}">'
ARTICLE = (
    "<article><h1>Troops sent</h1>"
    + "<p>The alliance confirmed that troops had been sent to the region.</p>" * 3
    + "</article>"
)


def leads(head: str = "", body: str = "<p>One moment.</p>", **headers: str) -> str | None:
    page = f"<html><head><title>Title</title>{head}</head><body>{body}</body></html>"
    try:
        read_page(page.encode(), URL, headers, metadata=False)
    except PageElsewhere as error:
        return error.url
    except ReadError:
        return None
    return ""


@pytest.mark.parametrize(
    "content",
    [
        f"0;url={TO}",
        f"0; URL = {TO}",
        f"0; url='{TO}'",
        f"5, {TO}",
        f"0.5;{TO}",
        f" 0 {TO} ",
        "0; url=//www.thedaily.example/world/story?a=1&b=2",
    ],
)
def test_as_browsers_read_it(content: str) -> None:
    assert leads(META.format(name="Refresh", content=content.replace("&", "&amp;"))) == TO
    assert leads(refresh=content) == TO


@pytest.mark.parametrize(
    "content",
    [
        f"300; url={TO}",
        "0",
        "",
        f"url={TO}",
        f"-1; url={TO}",
        "0; url=javascript:alert(1)",
        "0; url=/x",
        f"0;url={URL}#top",
    ],
)
def test_what_leads_nowhere_else(content: str) -> None:
    assert leads(META.format(name="refresh", content=content)) is None
    assert leads(META.format(name="description", content=f"0; url={TO}")) is None


def test_an_empty_answer_may_lead_on() -> None:
    with pytest.raises(PageElsewhere) as error:
        read_page(b"", URL, {"refresh": f"0; url={TO}"}, metadata=False)
    assert error.value.url == TO


def test_a_long_article_stays_whatever_it_says() -> None:
    assert leads(META.format(name="refresh", content=f"0; url={TO}"), ARTICLE * 20) == ""


def test_what_is_said_to_visitors_without_scripts_counts_where_nothing_else_can_be_read() -> None:
    said = f"<noscript>{META.format(name='refresh', content=f'0; url={TO}')}</noscript>"
    assert leads(said) == TO
    assert leads(said, ARTICLE) == ""
    assert leads(META.format(name="refresh", content=f"0; url={TO}"), ARTICLE) == TO, "a page that says where it leads"
