"""Decisions on two texts of one site: what is a series, a letter that tells of an article, the same lines around two."""

from __future__ import annotations

import pytest

from monitor.core.boilerplate import paragraph_key
from monitor.core.copies.decide import Decision, compare
from monitor.core.copies.digest import digest
from monitor.core.copies.walls import shared
from tests.laws.test_copies_laws import article


def decide(a: tuple[str, str], b: tuple[str, str], *, same_host: bool = True) -> Decision | None:
    found = compare(digest(*a, "en"), digest(*b, "en"), same_host=same_host)
    assert (found is None) == (compare(digest(*b, "en"), digest(*a, "en"), same_host=same_host) is None)
    return found


def test_headlines_that_differ_by_their_number_are_a_series() -> None:
    first, second = (f"{article(seed, 1).text}\n{article(1, 2).text}" for seed in (2, 3))
    issues = "Harbour Letter Vol. 22, No. 5 (2019)", "Harbour Letter Vol. 22, No. 6 (2019)"
    assert decide((issues[0], first), (issues[1], second)) is None
    assert decide(("Harbour Letter", first), ("Harbour Letter", second)) is not None, "the numbers alone told"
    assert decide((issues[0], first), (issues[1], f"{first} More on page two.")) is not None, "all of the text is there"


def test_a_letter_that_tells_of_an_article_is_no_copy_of_its_teaser() -> None:
    teaser = (
        "Freighters leave the northern harbour",
        "Six freighters with grain left the northern harbour on Monday for the strait.",
    )
    body = article(5, 10).text.split("\n")
    deep = "\n".join([*body[:6], f"{teaser[0]}: {teaser[1]}", *body[6:]])
    begins = "\n".join([f"{teaser[0]}: {teaser[1]}", *body])
    assert decide(teaser, ("", deep)) is None
    assert decide(teaser, ("", begins)) is not None


@pytest.mark.parametrize("same_host", [True, False])
def test_lessons_under_one_formula(same_host: bool) -> None:
    formula = "Notes that were taken, resources collected and ideas for essays obtained from the lessons of the course."
    forms, arrays = ("Today I learnt: forms in grammar", formula), ("Today I learnt: rhyme in grammar", formula)
    assert (decide(forms, arrays, same_host=same_host) is None) == same_host
    assert decide(forms, ("Today I learnt: the forms in grammar", formula), same_host=same_host) is not None


def test_what_is_shared_word_for_word_makes_no_other_words() -> None:
    """Two lessons around the same program."""
    program, one, other = article(1, 3).text, article(2, 4).text, article(3, 4).text
    assert (
        decide(("Sails and masts", f"{one}\n{program}"), ("Ropes and knots", f"{other}\n{program}"), same_host=False)
        is None
    )


def test_three_words_in_a_row_are_no_common_beginning() -> None:
    """Two lessons of one site around the same program, which speak of the same thing at first."""
    program = article(1, 3).text
    lesson = ("Sails and masts", f"We mend the main sail of our three masted brig today.\n{program}")
    other = ("Ropes and knots", f"{article(2, 1).text} Then our three masted ship sails.\n{program}")
    assert decide(lesson, other) is None
    assert decide(lesson, ("Ropes and knots", f"{article(2, 1).text}\n{lesson[1]}")) is not None


def test_what_a_site_says_under_all_its_articles_makes_no_copy_of_two_about_one_subject() -> None:
    """The words of an offer, longer than the articles, under headlines of which half is the same."""
    offer = article(1, 4).text
    seen = ("Soldiers of the north seen near a school in Sudzha", f"Two teachers filmed the soldiers.\n{offer}")
    caught = ("Soldiers of the north caught at a bridge in Kursk", f"The soldiers had walked all night.\n{offer}")
    assert decide(seen, caught) is None
    assert decide(seen, (seen[0], f"The soldiers had gone at noon.\n{offer}")) is not None, "one headline"
    report = article(2, 4).text.replace(".", ", as the soldiers said.", 3)
    updated = [
        (head, f"{lead}\n{report}") for head, lead in ((seen[0], article(5, 1).text), (caught[0], article(6, 1).text))
    ]
    assert decide(*updated) is not None, "a report whose beginning was written anew"


def test_an_article_under_another_headline_speaks_of_one_of_them() -> None:
    text = article(3, 8).text
    heads = ("Freighters leave the northern harbour", "Twelve ships sail although strikes continue")
    assert decide((heads[0], text + " One."), (heads[1], f"{text} Two.")) is None
    told = f"The freighters had waited for weeks.\n{text}"
    assert decide((heads[0], told + " One."), (heads[1], f"{told} Two.")) is not None


def test_what_two_texts_share_and_what_each_says_by_itself() -> None:
    notice = article(1, 3).text
    one = digest(
        "Freighters leave harbour", f"Six freighters were seen to leave the northern harbour on Monday.\n{notice}", "en"
    )
    other = digest(
        "Parliament debates pensions", f"On Tuesday the members will meet for a first reading of it.\n{notice}", "en"
    )
    found = shared(one, other)
    assert found is not None
    assert (found.unsaid, found.told) == ((True, True), (True, False))
    assert shared(one, digest("Freighters leave their harbour", notice, "en")) is None, "one headline"
    assert shared(one, digest("Parliament debates pensions", article(9, 5).text, "en")) is None, "nothing shared"


def test_texts_of_kana_alone_can_be_compared() -> None:
    """Which have no words to count: pairs of kana are mostly grammar."""
    kana = "きょうはとてもいいてんきですからみんなでうみのそばのこうえんへいってたのしくあそびましたよ"
    one, other = f"{kana}あさ{kana[10:30]}ひる", f"{kana[::-1]}よる{kana[::-1][5:25]}また"
    assert decide(("", one), ("", other), same_host=False) is None
    assert decide(("", one), ("", one), same_host=False) is not None


def test_a_beginning_shorter_than_its_headline_has_no_body() -> None:
    headline, body = " ".join(f"word{number}" for number in range(30)), "Six freighters left the harbour."
    assert digest(headline, body, "en").beginning(20).texts == (headline, "")
    assert digest(headline, body, "en").beginning(33).texts == (headline, "Six freighters left ")
    assert digest(headline, body, "en").beginning(90).texts == (headline, body)


HEADLINE = "Soldiers from the north are seen in the southern harbour"


@pytest.mark.parametrize(
    ("alone", "other", "same_hours", "copy"),
    [
        ((HEADLINE, ""), (HEADLINE, article(1, 6).text), True, True),
        ((HEADLINE, f"{HEADLINE}  The Harbour Daily"), (HEADLINE.upper(), article(1, 6).text), True, True),
        ((HEADLINE, ""), (HEADLINE, article(1, 6).text), False, False),  # a column of the day before
        ((HEADLINE, ""), (f"{HEADLINE}: live", article(1, 6).text), True, False),
        ((HEADLINE, "Freighters waited for tugs."), (HEADLINE, article(1, 6).text), True, False),
        ((HEADLINE, f"{HEADLINE} {article(2, 1).text}"), (HEADLINE, article(1, 6).text), True, False),
        (("The weather of today", ""), ("The weather of today", article(1, 6).text), True, False),
        (("北朝鮮の兵士が南の港で目撃される", ""), ("北朝鮮の兵士が南の港で目撃される", "港湾当局は火曜日にこう述べた。" * 9), True, True),
    ],
)  # fmt: skip
def test_a_headline_that_is_all_an_aggregator_says(
    alone: tuple[str, str], other: tuple[str, str], same_hours: bool, copy: bool
) -> None:
    a, b = digest(*alone, "en"), digest(*other, "en")
    for pair in ((a, b), (b, a)):
        found = compare(*pair, same_hours=same_hours)
        assert (found is not None and found.test == "headline") == copy


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("CVE-2026-3387", "CVE-2026-45159", True),
        ("CVE-2026-3387: a flaw in FooCMS", "A flaw in FooCMS (CVE-2026-45159)", True),
        ("USN-7123-1: Linux kernel vulnerabilities", "USN-7124-1: Linux kernel vulnerabilities", True),
        ("1:26-cv-00123 Smith v. Doe", "1:26-cv-00124 Smith v. Doe", True),
        ("CVE-2026-3387", "FooCMS: cve-2026-3387 is exploited", False),
        ("CVE-2026-3387 and CVE-2026-3388", "CVE-2026-3388", False),
        ("F-16 jets over the harbour", "MiG-29 and Su-57 over the harbour", False),
        ("Eine 10.000-Mann-Truppe", "Ein 12.000-Euro-Bonus", False),
    ],
)
def test_documents_that_registers_number_are_as_many_as_their_numbers(one: str, other: str, apart: bool) -> None:
    text = article(1, 6).text
    assert (decide((one, text), (other, text), same_host=False) is None) == apart


def test_a_form_that_is_filled_in_is_another_document() -> None:
    """Where the form itself has been learnt as its host's own lines."""
    title = "Statement of changes in the ownership of the harbour"
    first, second = (f"Filed: 2026-11-{day} No: 0001435672-26-{day * 7}" for day in (12, 13))
    learnt = {paragraph_key(first)}
    assert paragraph_key(first) == paragraph_key(second)
    forms = [digest(title, text, "en", learnt) for text in (first, second, first)]
    assert compare(forms[0], forms[1], same_hours=True) is None
    assert compare(forms[0], forms[2], same_hours=True) is not None
