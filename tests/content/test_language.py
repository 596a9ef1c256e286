"""Which language: headlines in fifty, what is sure, what is not, and what priors may do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.content.language import detect, normalise
from monitor.content.language_letters import spelling
from monitor.content.language_scripts import letters_of

HEADLINES = [line.split("\t") for line in (Path(__file__).parents[1] / "golden/headlines.tsv").read_text().splitlines()]
ITALIAN = (
    "Il segretario generale ha confermato la presenza di truppe nella regione e ha invitato le autorità a fermarsi subito. "
    * 5
)


@pytest.mark.parametrize(("language", "headline"), HEADLINES, ids=[language for language, _ in HEADLINES])
def test_headlines(language: str, headline: str) -> None:
    found, confidence = detect(headline, "")
    assert found == language
    assert 0.3 < confidence <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12345",
        "!!!",
        "Paris",
        "NATO",
        "BTC to 100k",
        "Q3: +5.2%",
        "https://example.org/a/b",
        "@user #tag",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
)
def test_what_says_nothing_is_unknown_unless_priors_say(text: str) -> None:
    assert detect(text, "") == ("und", 0.0)
    language, confidence = detect(text, "", priors=["it-IT"])
    assert language == "it"
    assert confidence < 0.9
    assert detect(text, "", past={"fr": 20, "de": 1})[0] == "fr"


def test_priors_never_move_an_article() -> None:
    for priors, past in ((["fr"], {"fr": 1_000}), (["en-US", "en"], {"en": 10_000})):
        language, confidence = detect("Truppe a Kursk", ITALIAN, priors=priors, past=past)
        assert language == "it"
        assert confidence > 0.9


def test_priors_settle_a_headline_between_neighbours() -> None:
    headline = "Regering vil have svar"
    assert detect(headline, "", past={"da": 50})[0] == "da"
    assert detect("Trump wins", "", priors=["en"])[0] == "en"


def test_a_prior_in_another_script_is_not_believed() -> None:
    assert detect("Київ", "", priors=["it"]) == ("und", 0.0)
    assert detect("Київ", "", priors=["uk"])[0] == "uk"


def test_capitals() -> None:
    assert detect("NATO CONFIRMS NORTH KOREAN TROOPS WERE SENT TO RUSSIA", "")[0] == "en"
    assert detect("LA NATO CONFERMA: SOLDATI NORDCOREANI NELLA REGIONE DI KURSK", "")[0] == "it"


def test_both_chinese_are_chinese_and_never_korean() -> None:
    for text in ("臺灣總統府發言人表示將持續關注區域情勢發展", "国家发展改革委员会今天发布最新经济数据"):
        assert detect(text, "")[0] == "zh"
        assert detect(text, "", past={"ko": 10})[0] == "zh"


def test_nonsense_priors_are_passed_over() -> None:
    assert detect("Paris", "", priors=["", "x", "english", "und", "zz9", "*"], past={"": 3, "und": 9}) == ("und", 0.0)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("it-IT", "it"),
        ("EN_us", "en"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("zh-Hant", "zh"),
        ("iw", "he"),
        ("und", None),
        ("english", None),
        ("", None),
    ],
)
def test_normalise(written: str, code: str | None) -> None:
    assert normalise(written) == code


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Hello", "Latin"),
        ("Привет мир iPhone", "Cyrillic"),
        ("東京で会議", "Kana"),
        ("北京", "Han"),
        ("뉴스 속보 Samsung", "Hangul"),
        ("مرحبا", "Arabic"),
        ("123 !", ""),
        ("ａｂｃ", "Latin"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    assert letters_of(text)[0] == script


def test_spelling_speaks_for_and_against() -> None:
    hungarian, icelandic, unknown = spelling(["hu", "is", "xx"], "þetta er mikilvægt")
    assert hungarian < unknown == 1.0 < icelandic
    czech, slovak = spelling(["cs", "sk"], "věc která je")
    assert czech > slovak


@given(st.text("aZbé 1'я", max_size=80))
def test_letters_are_counted_alike_with_and_without_others(text: str) -> None:
    plain = "".join(character for character in text if character.isascii())
    _, letters, capitals = letters_of(plain)
    _, more, shouted = letters_of(plain + "éÉ")  # counted the other way
    assert more == letters + 2
    assert shouted == capitals


def test_the_same_answer_every_time() -> None:
    texts = [headline for _, headline in HEADLINES[::5]]
    first = [detect(text, "") for text in texts]
    for _ in range(3):
        assert [detect(text, "") for text in texts] == first


def test_huge_and_hostile_texts() -> None:
    assert detect("x" * 1_000_000, ITALIAN * 10_000)[0] in ("und", "it")
    assert detect("", "\n" * 100_000)[0] == "und"
    assert detect("", "\x00\ufffd\u202e" * 1_000)[0] == "und"


def test_letters_of_no_language_that_is_known_are_of_none() -> None:
    assert detect("", "Ԃ") == ("und", 0.0)
