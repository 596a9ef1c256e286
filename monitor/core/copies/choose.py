"""From decisions on pairs to one story: the best of several, or none for a round-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.core.copies.decide import Decision, compare
from monitor.core.copies.digest import Digest
from monitor.core.copies.walls import shared, walls

MOST_OF_IT = 0.65
"""A page that gives this part of its runs to one story is that story's copy, even with another whole one in it."""
A_PART = 0.08
"""A second story counts as part of a round-up from this share on; less is a teaser in a margin."""
HELD = 0.5
"""The part of a story's runs that must be there for the text to hold that story."""
APART = 0.2
"""Two stories found in one text are two parts when less than this of the smaller find is shared. Two of the same article, one of
them cut and one in other words, share .4: a round-up's parts share names."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The new text and a member of a story, each read without what both their hosts' other stories share."""

    new: Digest
    member: Digest
    same_host: bool = False
    same_days: bool = True
    """False when their dates are known and too far apart for one source to be told in other words."""
    same_hours: bool = False
    """True when their dates are known and so near that an equal headline means one story."""
    is_first: bool = False
    """Whether the member is the first of its story."""
    walled: bool = False
    """What they share is what sites say under all their headlines (`walls`): they are two articles."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Story and member by their indexes, and why."""

    story: int
    member: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of a new text: which story it belongs to, if any; and members, by their indexes, that never belonged to theirs."""

    choice: Choice | None
    mistaken: tuple[tuple[int, int], ...] = ()


def choose(stories: Sequence[Sequence[Pair]]) -> Judgement:
    """Which story, if any, the new text belongs to. `stories` hold the pairs to decide on, the likeliest first.

    A text that holds several stories, none of them for most of its length, is a round-up: nobody's copy. Nor is one that
    shares with others what their sites say under all their headlines.
    """
    found = _found(stories)
    if not found:
        return Judgement(None)
    if told := _walled(stories):
        return Judgement(_choice(told, _found(told)), _mistaken(told))
    return Judgement(_choice(stories, found))


def _choice(stories: Sequence[Sequence[Pair]], found: Sequence[Choice]) -> Choice | None:
    if not found:
        return None
    best = max(found, key=lambda choice: _closeness(stories[choice.story][choice.member], choice.decision))
    covered = _covered(stories[best.story][best.member])
    new = stories[best.story][best.member].new
    if len(covered) < MOST_OF_IT * len(new.runs) and _holds_another(best.story, covered, stories):
        return None
    return best


def _found(stories: Sequence[Sequence[Pair]]) -> list[Choice]:
    return [choice for number, pairs in enumerate(stories) if (choice := _best(number, pairs)) is not None]


def _walled(stories: Sequence[Sequence[Pair]]) -> Sequence[Sequence[Pair]] | None:
    """The pairs again, told whether they share a wall; None where none does."""
    pairs = [pair for story in stories for pair in story]
    marks = walls(
        [shared(pair.new, pair.member) for pair in pairs],
        [pair.member for pair in pairs],
        [pair.same_host for pair in pairs],
    )
    if not any(marks):
        return None
    told = iter(marks)
    return [[replace(pair, walled=next(told)) for pair in story] for story in stories]


def _mistaken(stories: Sequence[Sequence[Pair]]) -> tuple[tuple[int, int], ...]:
    """Copies that share with the first of their story what the new text shares with both, which is what sites say."""
    return tuple(
        (number, place)
        for number, pairs in enumerate(stories)
        for first in pairs
        if first.is_first and first.walled
        for place, pair in enumerate(pairs)
        if pair is not first and pair.walled
        if (between := shared(first.member, pair.member)) and between.unsaid == (True, True)
    )


def _best(number: int, pairs: Sequence[Pair]) -> Choice | None:
    best: Choice | None = None
    closest = -1.0
    for place, pair in enumerate(pairs):
        decision = compare(
            pair.new, pair.member, same_host=pair.same_host, same_days=pair.same_days, same_hours=pair.same_hours
        )
        # The test of words leaves out what is shared word for word.
        if decision is None or (pair.walled and decision.test != "words"):
            continue
        if _closeness(pair, decision) > closest:
            best, closest = Choice(number, place, decision), _closeness(pair, decision)
            if decision.similarity >= 0.99:
                break
    return best


def _closeness(pair: Pair, decision: Decision) -> float:
    """Similarity first, then likeness in length: the same article before a page that holds it."""
    lengths = sorted((len(pair.new), len(pair.member)))
    return decision.similarity + lengths[0] / max(1, lengths[1])


def _covered(pair: Pair) -> set[tuple[str, ...]]:
    return pair.new.runs.keys() & pair.member.runs.keys()


def _holds_another(best: int, covered: set[tuple[str, ...]], stories: Sequence[Sequence[Pair]]) -> bool:
    """Whether the new text also holds most of another story, elsewhere than it holds the best one."""
    for number, pairs in enumerate(stories):
        for pair in pairs if number != best else ():
            found = _covered(pair)
            whole = (
                not pair.walled
                and len(found) >= HELD * len(pair.member.runs)
                and len(found) >= A_PART * len(pair.new.runs)
            )
            if whole and len(found & covered) < APART * min(len(found), len(covered)):
                return True
    return False
