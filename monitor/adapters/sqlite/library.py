"""sqlite_utils, imported without numpy.

It imports numpy where that is installed, to know columns of its types; it is never given one here, and every command
would wait for it, and hold it in memory.
"""

from __future__ import annotations

import sys

_ABSENT = "numpy" not in sys.modules
if _ABSENT:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # an import of it fails, as if it were not installed
try:
    from sqlite_utils import Database
finally:
    if _ABSENT:
        del sys.modules["numpy"]

__all__ = ["Database"]
