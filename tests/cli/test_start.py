"""What a command waits for before it begins."""

from __future__ import annotations

import subprocess
import sys

import pytest

READERS = ("feedparser", "trafilatura", "langdetect", "fasttext", "numpy", "chardetng_py")
"""What reads documents: workers' business."""
TELLERS = ("jinja2", "babel", "aiosmtplib")
"""What renders and sends: for those who have channels."""


@pytest.mark.parametrize("module", ["monitor.cli", "monitor.service.app"])
def test_nothing_is_imported_that_only_workers_or_channels_need(module: str) -> None:
    told = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()}.isdisjoint({*READERS, *TELLERS})
