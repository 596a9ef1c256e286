"""What fuzzing found once stays mended, and every target's good inputs keep its promise."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.campaign import FOUND
from tests.fuzz.targets import TARGETS

KEPT = [path for path in sorted(FOUND.glob("*/*")) if path.parent.name in TARGETS]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_finding_stays_mended(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_good_inputs_keep_the_promise(name: str) -> None:
    for body in islice(TARGETS[name].seeds(), 20):
        TARGETS[name].check(body)
