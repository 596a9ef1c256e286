"""Whether a page speaks of the article that its feed announced: apps, blocks, parked domains and the pages that sites show in an
article's place do not, and no list of phrases knows them all.

Of 81 real pages none has less than a third of the words of its headline and description, where they are six or more; of 228
articles in real feeds, mostly cut, none less than an eighth of its teaser's.
"""

from __future__ import annotations

from monitor.content.leads import URLS, pairs_of
from monitor.core.copies.units import stems
from monitor.core.text import words_of
from monitor.model import PageText

ENOUGH = 6
"""Words that a feed must say of an article for their absence to mean something."""
LEAST = 0.07
"""Of them, the part that a page about it has at least: half of what the least of real articles has."""
BRIEF = 120
"""Words of a page that may stand in an article's place; a longer one is an article, maybe in another language."""
TITLE = 5
"""Words of an article's title at least, where nothing else tells a page in another language from an app's."""


def speaks_of(page: PageText, said: str) -> bool:
    """Whether a page may be of what is `said`, a headline and a teaser. It may where that is too little to tell, and where it
    has a title and is in another language: some feeds translate the headlines of what they link to."""
    from monitor.content.language import detect

    words = words_of(page.text)
    if len(words) > BRIEF:
        return True
    wanted = _telling(words_of(URLS.sub(" ", said)))
    if len(wanted) < ENOUGH or len(wanted & _telling(words)) >= LEAST * len(wanted):
        return True
    return len(words_of(page.title)) >= TITLE and detect("", page.text)[0] != detect("", said)[0]


def _telling(words: list[str]) -> set[str]:
    """Of scripts without spaces, pairs of characters."""
    return stems(word for word in words if not word.isdigit()).union(pairs_of(words))
