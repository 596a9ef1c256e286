"""An article that one feed teased, and another has in full: the feeds of a paper and of who links to it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.plan import Planned, SeenElsewhere
from monitor.core.stories import is_teaser
from monitor.pipeline.stored import Stored


async def fuller(chunk: Sequence[Planned], stored: Stored) -> frozenset[int]:
    """Places of known articles whose text may stand in this feed where the store has another feed's teaser."""
    places = {
        one.item: place
        for place, one in enumerate(chunk)
        if isinstance(one, SeenElsewhere) and one.reading is None and _written(one)
    }
    if not places:
        return frozenset()
    return frozenset(
        places[item.id] for item in await stored.items(places) if is_teaser(item, _written(chunk[places[item.id]]))
    )


def _written(one: Planned) -> int:
    """Characters that the entry has at most."""
    return max(len(one.entry.content), len(one.entry.summary))
