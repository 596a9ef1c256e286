"""Which of its addresses a feed is asked for at, as they come and go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.trust import MOVES, address, after_answer, after_failure
from monitor.model import Feed, Learnt

OLD, NEW = "https://old.example.org/feed", "https://new.example.org/feed"
FEED = Feed("harbour", OLD)
MOVED = Learnt(moved_to=NEW, moved_times=MOVES)


def asked_again(learnt: Learnt, *, old: str | None, new: bool) -> Learnt:
    """One poll. `old`: the configured address is "up", redirects to the "new" one, or is None, dead; `new`: that one is up."""
    asked = address(FEED, learnt)
    if asked == OLD and old == "up":
        return after_answer(learnt, FEED, asked, None)
    if asked == OLD and old == "new" and new:
        return after_answer(learnt, FEED, asked, NEW)
    if asked == NEW and new:
        return after_answer(learnt, FEED, asked, None)
    return after_failure(learnt, FEED, asked)


def answers(learnt: Learnt, *, old: str | None, new: bool) -> bool:
    asked = address(FEED, learnt)
    return new if asked == NEW or old == "new" else old == "up"


STANDINGS = st.tuples(st.sampled_from(["up", "new", None]), st.booleans())


@given(st.lists(STANDINGS, max_size=12), st.sampled_from(["up", None]))
def test_a_feed_that_moved_is_read_again_wherever_it_comes_back(
    past: list[tuple[str | None, bool]], old: str | None
) -> None:
    """Once learnt, an address is lost only where the configured one has answered since by itself, or by a redirect."""
    learnt = MOVED
    for was, new in past:
        learnt = asked_again(learnt, old=was, new=new)
    new = old is None
    if new and (learnt.moved_to is None or 0 < learnt.moved_times < MOVES):
        return
    for _ in range(2):
        if answers(learnt, old=old, new=new):
            return
        learnt = asked_again(learnt, old=old, new=new)
    assert answers(learnt, old=old, new=new)


def test_a_learnt_address_that_fails_once_is_asked_again_when_the_old_one_is_no_more() -> None:
    learnt, seen = MOVED, []
    for new in (False, True, True, True):
        seen.append(address(FEED, learnt))
        learnt = asked_again(learnt, old=None, new=new)
    assert seen == [NEW, OLD, NEW, NEW]


def test_an_address_that_answers_by_itself_again_is_the_feeds() -> None:
    learnt = after_failure(MOVED, FEED, NEW)
    learnt = after_answer(learnt, FEED, OLD, None)
    assert (learnt.moved_to, address(FEED, after_failure(learnt, FEED, OLD))) == (None, OLD)


def test_failures_make_no_redirect_believed_that_was_seen_less_than_three_times() -> None:
    learnt = after_answer(Learnt(), FEED, OLD, NEW)
    for _ in range(5):
        learnt = after_failure(learnt, FEED, OLD)
    assert address(FEED, learnt) == OLD
