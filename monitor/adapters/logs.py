"""One logfmt line an event, on standard error: ``event=polled feed=ansa status=ok new=3 took=0.8``."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# C0, DEL, C1, line and paragraph separators, bidi controls: a title must not forge a line or steer a terminal.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def log_to_stderr(*, quiet: bool = False) -> None:
    """Set logging up, for a command or the daemon; `quiet` leaves all but errors out."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            _printable,
            structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"], drop_missing=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what it has to say reaches us through a listener


def _printable(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
        elif isinstance(value, list | tuple | dict | float):
            event[key] = _UNPRINTABLE.sub("?", str(value))
    return event
