"""A simulated day of every trouble at once; `tests/bench/week.py` is the week of 200 feeds."""

from __future__ import annotations

from pathlib import Path

from tests.week import RHYTHMS, TROUBLES, Week, table


async def test_a_day_of_troubles_loses_nothing_disturbs_nobody_and_is_told_once(tmp_path: Path) -> None:
    calm = [rhythm for rhythm in RHYTHMS if rhythm[0] in ("paper", "blog", "batch")]
    week = Week(tmp_path / "m.db", len(TROUBLES), 1, seed=3, rhythms=calm)
    result = await week.run()
    print(table(result, week.sources, 1, 0))
    assert result.stories > 100
    assert result.missed == []
    assert result.doubled == 0
    assert (result.rude, result.early) == (0, 0)
    assert result.liars >= 1
    assert result.requests < 0.9 * result.fixed
    assert result.twice == [], result.notices
    assert result.notices["Most feeds fail"] == result.notices["The feeds are well again"] == 1
    for title in result.notices:
        if title.endswith("is well again"):
            assert title.replace("is well again", "fails") in result.notices
