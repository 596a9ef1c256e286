"""`[operator]`: who is told of troubles."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import load

CHANNEL = '[channels.desk]\ntype = "webhook"\nurl = "https://ops.example.org/hook"\n'


def test_the_operators_channels_and_patience_are_read(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text(f'[operator]\nalert = ["desk"]\nafter = "20m"\n{CHANNEL}')
    operator = load(tmp_path, {}).operator
    assert (operator.alert, operator.after) == (("desk",), timedelta(minutes=20))
    assert operator.patience(timedelta(seconds=1)) == timedelta(minutes=20)


@pytest.mark.parametrize(("every", "expected"), [(1, 4), (10, 40), (15, 60), (1440, 60)])
def test_without_a_patience_it_is_an_hour_or_four_of_the_feeds_intervals(
    tmp_path: Path, every: int, expected: int
) -> None:
    assert load(tmp_path, {}).operator.patience(timedelta(minutes=every)) == timedelta(minutes=expected)


def test_an_unknown_channel_is_a_mistake_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text(f'[operator]\nalert = ["dezk"]\n{CHANNEL}')
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.where) == (2, "[operator] alert[1]")
    assert 'no channel "dezk" is configured; did you mean "desk"?' in mistake.what
