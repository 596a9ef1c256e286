"""Python's collector of cyclic garbage, set for a process that makes many objects and few cycles.

By default it looks at the youngest objects whenever 700 more were made than freed, and at all of them at every few
hundredth time: a fifth of what a poll costs the event loop, for garbage that reference counts have freed already.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000
"""Objects more than were freed, from which the youngest are looked at: cycles hold a few megabytes meanwhile."""
OLDER = 20
"""Times the younger were looked at, from which the next older are."""


def collect_rarely() -> None:
    """From now on, in this process."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


def keep_what_there_is() -> None:
    """What has been made so far (modules, the configuration) is there to stay, and not looked at again."""
    gc.freeze()


@contextmanager
def collector_paused() -> Iterator[None]:
    """For what makes many objects and no cycles: of importing a program an eighth, of compiling a million terms a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
