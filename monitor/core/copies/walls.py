"""What sites say under all their headlines: the words before a paywall, a disclaimer, the notice of a group of papers.

Boilerplate is learnt from stories (`core.boilerplate`), and never is where a long one makes articles one story. Here it is told
by their headlines: an article speaks of its own, 88 in 100 share .4 of the longer words of even another site's
translation. What is shared without speaking of either headline, while each text does for itself, is nobody's article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import chain, pairwise

from monitor.core.boilerplate import LEARNT_FROM
from monitor.core.copies.decide import alike_titles
from monitor.core.copies.digest import Digest
from monitor.core.copies.units import stems

SPOKEN_OF = 0.4
"""Of a headline's telling words, the part that a text has which speaks of it. What sites say, of 130 words, has it of 4
headlines in 100, of 350 words of 18; the first 30 words of an article have it of their own in 51 of 100, 50 in 68."""
LEAST_TELLING = 2
OWN = 8
"""Words beside the shared ones that can speak of a headline."""
THE_SAME = 0.5


@dataclass(frozen=True, slots=True)
class Shared:
    """What two texts under unlike headlines share, in stretches."""

    words: frozenset[str]
    unsaid: tuple[bool, bool]
    """Whether it says nothing of the headline, of the one and of the other."""
    told: tuple[bool, bool]
    """Whether each speaks of its own headline where it is by itself."""


def shared(a: Digest, b: Digest) -> Shared | None:
    """None where the headlines are alike, or too few words to tell by, or little is shared."""
    if alike_titles(a, b) or a.spaceless != b.spaceless:
        return None
    heads = [_telling([text.words[: text.body_from]], text.spaceless) for text in (a, b)]
    common = a.runs.keys() & b.runs.keys()
    if min(map(len, heads)) < LEAST_TELLING or not common:
        return None
    parts = [text.parted(common) for text in (a, b)]
    if not all(stretches for stretches, _ in parts):
        return None
    said = _telling(parts[0][0], a.spaceless)
    own = [_telling([rest] if len(rest) >= OWN else [], a.spaceless) for _, rest in parts]
    return Shared(
        words=frozenset(said),
        unsaid=(not _speaks(said, heads[0]), not _speaks(said, heads[1])),
        told=(_speaks(own[0], heads[0]), _speaks(own[1], heads[1])),
    )


def walls(new: Sequence[Shared | None], members: Sequence[Digest], same_host: Sequence[bool]) -> list[bool]:
    """For each of the stored texts a new one was compared with, whether what they share is what sites say. `new[i]`: what the new
    text and the i-th share.

    One other article tells, where both speak of their headlines by themselves; else two do, or `LEARNT_FROM` unlike
    headlines of one host, the new one among them: an article seldom bears as many that it does not speak of.
    """
    unsaid = [one if one and one.unsaid[0] else None for one in new]
    telling: list[int] = []
    of_host: list[int] = []
    for place, one in enumerate(unsaid):
        if one and one.unsaid[1]:
            if one.told[1] and _unlike(place, telling, members):
                telling.append(place)
            if same_host[place] and _unlike(place, of_host, members):
                of_host.append(place)
    itself = any(one.told[0] for one in unsaid if one)
    found = telling if len(telling) + itself >= 2 else []
    if len(of_host) >= LEARNT_FROM - 1:
        found = [*found, *of_host]
    evidence = [one.words for place in found if (one := unsaid[place])]
    return [one is not None and any(_alike(one.words, words) for words in evidence) for one in unsaid]


def _unlike(place: int, places: Iterable[int], members: Sequence[Digest]) -> bool:
    return not any(alike_titles(members[place], members[other]) for other in places)


def _alike(some: Set[str], others: Set[str]) -> bool:
    return len(some & others) >= THE_SAME * min(len(some), len(others))


def _speaks(said: Set[str], headline: Set[str]) -> bool:
    return len(headline & said) >= SPOKEN_OF * len(headline)


def _telling(stretches: Iterable[Sequence[str]], spaceless: bool) -> set[str]:
    """Beginnings of the longer words; in scripts without spaces pairs of characters."""
    if spaceless:
        return {pair for stretch in stretches for pair in map("".join, pairwise(stretch))}
    return stems(chain.from_iterable(stretches))
