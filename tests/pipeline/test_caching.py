"""How long an answer stays fresh."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.pipeline.caching import fresh_for

DATE = "Thu, 01 Jan 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'max-age="600"', "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "900"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store", "expires": DATE}, None),
        ({"expires": "Thu, 01 Jan 2026 09:00:00 GMT", "date": DATE}, 3600),
        ({"expires": "Thu, 01 Jan 2026 09:00:00 GMT", "date": DATE, "age": "600"}, 3000),
        ({"expires": "Thu, 01 Jan 2026 09:00:00 GMT"}, None),
        ({"expires": "0", "date": DATE}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT", "date": DATE}, None),
        ({"expires": "Thu, 01 Jan 2026 09:00:00 GMT", "date": DATE, "cache-control": "max-age=60"}, 60),
    ],
)
def test_an_answers_lifetime(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_for(headers) == (None if seconds is None else timedelta(seconds=seconds))
