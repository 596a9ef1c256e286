"""How many files and connections this process may have open: as many as the system lets it, and no more requests in flight
than that leaves room for.

A shell's bound is often 1,024, on a Mac 256, and may be raised by whoever meets it (setrlimit(2)); what the administrator
set may not.
"""

from __future__ import annotations

import resource
from contextlib import suppress

import structlog

log = structlog.get_logger()

MANY = 10_240
"""As many as a Mac lets a process have (OPEN_MAX), and more than any laptop's daemon needs."""
OTHERS = 48
"""That are no requests': the store and its log, readers, the page and who looks at it, deliveries."""
SHARE = 4
"""One of so many files may be a connection that is kept for a moment, for its site's next request."""


def allow_many() -> None:
    """From now on, for this process and those it starts."""
    bound, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY if most == resource.RLIM_INFINITY else min(MANY, most)
    if bound != resource.RLIM_INFINITY and bound < wanted:
        with suppress(ValueError, OSError):  # a system with another bound of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def may_open() -> int:
    """Files in all."""
    bound, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MANY if bound == resource.RLIM_INFINITY else bound


def idle(wanted: int) -> int:
    """Of `wanted` idle connections so many as there is room for."""
    return min(wanted, may_open() // SHARE)


def in_flight(wanted: int) -> int:
    """Of `wanted` requests in flight so many as there is room for; that it is fewer is logged."""
    room = max(1, may_open() - may_open() // SHARE - OTHERS)
    if room < wanted:
        log.warning("few_open_files", may_open=may_open(), concurrency=wanted, in_flight=room, remedy="raise ulimit -n")
    return min(wanted, room)
