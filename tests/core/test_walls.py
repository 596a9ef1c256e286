"""What sites say under all their headlines, told from what articles say."""

from __future__ import annotations

import pytest

from monitor.core.copies.digest import Digest, digest
from monitor.core.copies.walls import OWN, Shared, shared, walls
from tests.laws.test_copies_laws import article

NOTICE = article(1, 3).text
SHIPS, PENSIONS, WOLVES = "Freighters leave harbour", "Parliament debates pensions", "Wolves return to valleys"
SILENT = "On the day after they were said to have done it by all who had seen them there."


def text(headline: str, own: str, notice: str = NOTICE) -> Digest:
    return digest(headline, f"{own}\n{notice}", "en")


def test_what_each_says_by_itself() -> None:
    found = shared(
        text(SHIPS, f"Six freighters left the harbour. {SILENT}"), text(PENSIONS, SILENT.replace("day", "week"))
    )
    assert found is not None
    assert (found.unsaid, found.told) == ((True, True), (True, False))
    found = shared(
        text(SHIPS, SILENT),
        text(PENSIONS, "Parliament met at nine, and debates of pensions began.", f"{SHIPS}. {NOTICE}"),
    )
    assert found is not None
    assert (found.unsaid, found.told) == ((True, True), (False, True)), "what one alone says is not shared"
    notice = f"{NOTICE} {SHIPS}."
    found = shared(text(SHIPS, SILENT, notice), text(PENSIONS, article(3, 1).text, notice))
    assert found is not None
    assert found.unsaid == (False, True), "it speaks of the one"


def test_a_few_words_do_not_speak() -> None:
    own = " ".join(f"and so {SHIPS.lower()} it did so".split()[:OWN])
    for words, told in ((own, True), (own.removesuffix(" so"), False)):
        found = shared(text(SHIPS, words), text(PENSIONS, SILENT))
        assert found is not None
        assert found.told[0] == told


@pytest.mark.parametrize(
    ("headline", "notice"),
    [
        ("Freighters leave their harbour", NOTICE),
        ("Parliament", NOTICE),
        (PENSIONS, article(9, 3).text),
        (PENSIONS, " ".join(NOTICE.split()[:19])),
        (PENSIONS, "北朝鮮の部隊がロシア西部のクルスク州に派遣されたと発表した。" * 4),
        ("", NOTICE),
    ],
    ids=["one headline", "a headline of a word", "nothing shared", "little shared", "another script", "no headline"],
)
def test_where_nothing_can_be_told(headline: str, notice: str) -> None:
    assert shared(text(SHIPS, SILENT), text(headline, article(3, 1).text, notice)) is None
    assert shared(text(headline, article(3, 1).text, notice), text(SHIPS, SILENT)) is None


def test_in_scripts_without_spaces_pairs_of_characters_tell() -> None:
    notice = "尊敬的读者本文仅供会员阅读优质新闻需要投入每周不到一杯咖啡的价格即可畅读全部内容并支持我们的独立编辑部"
    ships, wolves = "货船驶离北部港口", "狼群重返高山谷地"
    one = digest(ships, f"六艘装载粮食的货船周一驶离北部港口。\n{notice}", "zh")
    other = digest(wolves, f"研究人员说他们今年在高山谷地看到了狼群。\n{notice}", "zh")
    found = shared(one, other)
    assert found is not None
    assert (found.unsaid, found.told) == ((True, True), (True, True))


WALL = frozenset({"a", "wall", "of", "words", "that", "is", "said"})


def one(
    told: tuple[bool, bool] = (False, False), unsaid: tuple[bool, bool] = (True, True), words: frozenset[str] = WALL
) -> Shared:
    return Shared(words, unsaid, told)


def judged(*pairs: tuple[str, Shared | None], same_host: bool = False) -> list[bool]:
    members = [digest(headline, "", "en") for headline, _ in pairs]
    return walls([pair for _, pair in pairs], members, [same_host] * len(pairs))


NEW, OLD, BOTH = (True, False), (False, True), (True, True)


def test_two_that_speak_for_themselves_tell() -> None:
    assert judged((SHIPS, one(BOTH))) == [True]
    assert judged((SHIPS, one(NEW))) == judged((SHIPS, one(OLD))) == judged((SHIPS, one())) == [False]
    assert judged((SHIPS, one(OLD)), (PENSIONS, one(OLD))) == [True, True]
    assert judged((SHIPS, one(OLD)), ("Freighters leave a harbour", one(OLD))) == [False, False], "one headline"
    assert judged((SHIPS, one(NEW)), (PENSIONS, one(OLD))) == [True, True]


def test_what_shares_the_same_is_told_with_them() -> None:
    other = frozenset({"words", "which", "nobody", "else", "has", "said", "before"})
    assert judged((SHIPS, one(BOTH)), (PENSIONS, one()), (WOLVES, one(words=other)), ("", None)) == [
        True,
        True,
        False,
        False,
    ]
    assert judged((SHIPS, one(BOTH)), (PENSIONS, one(words=frozenset(list(WALL)[:3])))) == [True, True]
    assert judged((SHIPS, one(BOTH)), (PENSIONS, one(unsaid=(False, True)))) == [True, False], "an article's own words"
    assert judged((SHIPS, one(BOTH, unsaid=(True, False)))) == [False], "the other's own words"


def test_three_headlines_of_one_host_tell_by_themselves() -> None:
    pairs = (SHIPS, one()), (PENSIONS, one())
    assert judged(*pairs, same_host=True) == [True, True]
    assert judged(*pairs, same_host=False) == [False, False]
    assert judged(pairs[0], same_host=True) == [False]
    assert judged(pairs[0], ("Freighters leave a harbour", one()), same_host=True) == [False, False]
    assert judged(pairs[0], (PENSIONS, one(unsaid=(True, False))), same_host=True) == [False, False]
    members = [digest(headline, "", "en") for headline, _ in pairs]
    assert walls([pair for _, pair in pairs], members, [True, False]) == [False, False]
