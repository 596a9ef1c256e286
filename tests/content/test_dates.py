"""Dates as publishers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import feedparser.datetimes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.content import dates
from monitor.content.dates import written_date

WHEN = datetime(2026, 11, 29, 18, 5, 42, tzinfo=UTC)


def read(written: str, language: str | None = None) -> datetime | None:
    """As a feed's entry has it: after feedparser."""
    return written_date(written, feedparser.datetimes._parse_date(written), language)


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 29 Nov 2026 18:05:42 GMT",
        "Sun, 29 Nov 26 18:05:42 +0000",
        "Sun, 29 Nov 2026 13:05:42 EST",
        "Sun, 29 Nov 2026 19:05:42 CET",
        "Sun, 29 Nov 2026 20:05:42 EET",
        "Sun, 29 Nov 2026 21:05:42 MSK",
        "Sun, 29 Nov 2026 20:05:42 GMT+2",
        "Sun, 29 Nov 2026 20:05:42 GMT+0200",
        "Sun, 29 Nov 2026 20:05:42 +02:00",
        "Sun, 29 Nov 2026 20:05:42 +2",
        "Sun, 29 Nov 2026 20:05:42 +200",
        "Sun, 29 Nov 2026 23:35:42 +530",
        "Sun, 29 Nov 2026 23:35:42 +5:30",
        "Sun, 29 Nov 2026 18:05:42",
        "Sun, 29 Nov 2026 06:05:42 PM GMT",
        "Sun Nov 29 18:05:42 UTC 2026",
        "Sun Nov 29 2026 18:05:42 GMT+0000 (Coordinated Universal Time)",
        "Sunday, 29 November 2026 19:05:42 GMT+0100 (Central European Standard Time)",
        "Sun, 29 Nov 2026 18:05:42 GMT (Coordinated Universal Time)",
        "2026-11-29T18:05:42Z",
        "2026-11-29T20:05:42.000+0200",
        "2026-11-29 18:05:42",
        "2026-11-29 18:05:42 UTC",
        "2026-11-29 18:05:42 +0000",
        "20261129T180542Z",
        "2026/11/29 18:05:42",
        "2026年11月29日 18:05:42",
        "11/29/2026 06:05:42 PM",
        "29/11/2026 18:05:42",
        "29.11.2026 18:05:42",
        "29-11-2026 18:05:42",
        "29-Nov-2026 18:05:42",
        "Sunday, November 29, 2026 06:05:42 PM",
        "dom, 29 nov 2026 18:05:42 +0000",
        "Xyz, 29 Nov 2026 18:05:42 GMT",
        "29 novembre 2026, 18:05:42",
        "Вс, 29 ноя 2026 18:05:42 +0000",
        "29 ноября 2026, 18:05:42",
        "29 листопада 2026 18:05:42",
        "29. November 2026, 18:05:42 Uhr",
        "29 de noviembre de 2026 18:05:42",
        "\n  Sun, 29 Nov 2026\u00a018:05:42 GMT ",
        str(int(WHEN.timestamp())),
        str(int(WHEN.timestamp() * 1000)),
    ],
)
def test_as_publishers_write_them(written: str) -> None:
    assert read(written) == WHEN


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "yesterday",
        "soon",
        "11/05/2026 10:00",
        "12/11/2026",
        "5-12-2026",
        "5-11-26",
        "0000-00-00",
        "99999999999999999999",
    ],
)
def test_what_is_no_date_or_could_be_two_is_none(written: str) -> None:
    assert read(written) is None


def test_the_feeds_language_decides_between_months_of_one_name() -> None:
    october, november = (datetime(2026, month, 9, tzinfo=UTC) for month in (10, 11))
    assert (read("9. listopada 2026.", "hr"), read("9 listopada 2026", "pl")) == (october, november)


@pytest.mark.parametrize(("written", "day"), [("11/11/2026", 11), ("13/11/2026", 13), ("11/13/2026", 13)])
def test_what_can_be_one_day_alone_is_it(written: str, day: int) -> None:
    assert read(written) == datetime(2026, 11, day, tzinfo=UTC)


def test_what_is_no_date_is_not_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what looks like it; but for ever nothing is given up."""
    asked: list[str] = []
    monkeypatch.setattr(dates, "_parsed", lambda text, language: asked.append(text))
    monkeypatch.setattr(dates, "_hopeless", set())
    monkeypatch.setattr(dates, "_HOPELESS", 3)
    for written in (
        "day 1 of spring",
        "day 2 of spring",
        "day 34 of spring",
        "day 1 of May",
        "day 1 of June",
        "day 1 of spring",
    ):
        assert written_date(written) is None
    assert asked[::2] == ["day 1 of spring", "day 34 of spring", "day 1 of May", "day 1 of June", "day 1 of spring"]


@given(st.integers(631_152_000, 4_102_444_800))
def test_standard_dates_are_what_they_say(seconds: int) -> None:
    when = datetime.fromtimestamp(seconds, UTC)
    assert read(when.strftime("%a, %d %b %Y %H:%M:%S +0000")) == when
    assert read(when.isoformat()) == when
    assert read(when.strftime("%Y/%m/%d %H:%M:%S")) == when


@given(st.text(max_size=80), st.text("0123456789/:-+. ,", max_size=40))
def test_anything_is_a_date_or_none(text: str, digits: str) -> None:
    for written in (text, digits):
        found = read(written)
        assert found is None or found.tzinfo is UTC
