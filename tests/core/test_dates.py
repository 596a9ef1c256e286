from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.core.dates import clamp

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        (None, None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)),
        (datetime(2099, 1, 1, tzinfo=UTC), NOW),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), NOW),
        (NOW, NOW),
        (datetime(2026, 1, 2, 13, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 2, 11, tzinfo=UTC)),
        (datetime(2025, 5, 5), datetime(2025, 5, 5, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_clamp(published: datetime | None, kept: datetime | None) -> None:
    assert clamp(published, NOW) == kept
