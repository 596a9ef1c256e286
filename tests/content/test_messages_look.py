"""Messages in the reader's language and time zone, and in templates of the reader's own."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from monitor.content.look import Look
from monitor.content.messages import email_of, text_of
from monitor.content.template_trials import SAMPLES, fault_in, names_in_templates
from monitor.content.tongues import ENGLISH, WORDS
from monitor.model import EmailChannel, SmtpServer

MOMENT = datetime(2026, 7, 31, 22, 5, tzinfo=UTC)
CHANNEL = EmailChannel("desk", ("desk@example.org",), "m@example.org", SmtpServer("localhost", 25, "plain"))


def forms(language: str, phrase: str) -> list[str]:
    found = WORDS[language][phrase]
    return [found] if isinstance(found, str) else list(found.values())


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_every_phrase_with_the_same_holes(language: str) -> None:
    assert WORDS[language].keys() == ENGLISH.keys()
    for phrase in ENGLISH:
        assert {frozenset(holes(form)) for form in forms(language, phrase)} == {
            frozenset(holes(forms("en", phrase)[0]))
        }, phrase


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_a_form_for_each_of_its_plurals(language: str) -> None:
    counts = {Locale(language).plural_form(n) for n in range(200)}
    for phrase, found in WORDS[language].items():
        if not isinstance(found, str):
            assert counts <= found.keys(), phrase


@pytest.mark.parametrize("language", sorted(WORDS.keys() - {"en"}))
def test_nothing_english_is_left(language: str) -> None:
    look = Look(language)
    for sample in SAMPLES:
        told = text_of(sample, look)[1]
        for form in (form for phrase in ENGLISH for form in forms("en", phrase)):
            words = [part for part in form.replace("{", "}").split("}")[::2] if len(part.split()) > 1]
            assert not [part for part in words if part in told]


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        (None, "UTC", "2026-07-31 22:05 UTC"),
        (None, "Europe/Rome", "2026-08-01 00:05 CEST"),
        (None, "America/Sao_Paulo", "2026-07-31 19:05 UTC-03"),
        ("it", "Europe/Rome", "1 agosto 2026, 00:05 CEST"),
        ("de-AT", "Europe/Vienna", "1. August 2026, 00:05 CEST"),
        ("uk", "Europe/Kyiv", "1 серпня 2026\u202fр., 01:05 EEST"),
    ],
)
def test_dates_are_the_readers(locale: str | None, zone: str, shown: str) -> None:
    assert Look(locale, zone).when(MOMENT) == shown


def test_languages_are_named() -> None:
    assert Look("de").language_name("ko") == "Koreanisch"
    assert Look().language_name("zh-Hant") == "Chinese (Traditional)"
    assert Look().language_name("und") == ""
    assert Look().language_name("xx-??") == "xx-??"


def test_plurals_are_the_languages_own() -> None:
    look = Look("uk")
    assert [look.say("stories", n) for n in (1, 3, 5, 21)] == ["1 новина", "3 новини", "5 новин", "21 новина"]


def test_a_language_without_words_is_told() -> None:
    with pytest.raises(ValueError, match='no words in the language "ja"; there are: de, en'):
        Look("ja")


def test_the_mail_list_shows_why_it_matched() -> None:
    html = email_of(SAMPLES[0], CHANNEL, MOMENT).get_body(("html",))
    assert html is not None
    assert "freighter*: The last freighter left in the night, a spokeswoman said." in html.get_content()


def test_ones_own_template_takes_the_place_of_the_built_in_one() -> None:
    own = "{{ subject }}{% for g in groups %}{% for s in g.stories %}|{{ s.headline }}{% endfor %}{% endfor %}"
    look = Look(templates={"mail.txt.j2": own})
    assert text_of(SAMPLES[0], look)[1] == "[Ships] The last freighter leaves|The last freighter leaves"
    html = email_of(SAMPLES[0], CHANNEL, MOMENT, look).get_body(("html",))
    assert html is not None
    assert "<mark" in html.get_content()


def test_ones_own_html_is_escaped() -> None:
    evil = replace(SAMPLES[0], parts=((SAMPLES[0].parts[0][0], replace(SAMPLES[0].parts[0][1], title="<b>&"), ()),))
    look = Look(templates={"mail.html.j2": "{{ groups[0].stories[0].headline }}"})
    html = email_of(evil, CHANNEL, MOMENT, look).get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "&lt;b&gt;&amp;"


def test_a_template_that_fails_gives_way_and_says_so() -> None:
    look = Look(templates={"mail.txt.j2": "\n{{ 1 / (groups[0].stories[0].copies - 14) }}"})
    told = text_of(SAMPLES[0], look)[1]
    assert "> The last *freighter* left in the night" in told
    assert "The template templates/mail.txt.j2 failed (line 2: ZeroDivisionError: division by zero)" in told


@pytest.mark.parametrize(
    ("source", "line", "what", "unknown"),
    [
        ("a\n{% if test %}\nb", 3, "Unexpected end of template", None),
        ("a\nb\n{{ nope }}", 3, "'nope' is undefined", "nope"),
        ("\n{% if false %}{{ digets }}{% endif %}", 2, "'digets' is undefined", "digets"),
        ("{% for g in groups %}\n{{ g.stories[0].titel }}{% endfor %}", 2, "has no attribute 'titel'", "titel"),
        ("\n\n{{ say('mached') }}", 3, 'no phrase is called "mached"', None),
        ('\n{% include "other.j2" %}', 2, "there is no template other.j2", None),
        ("\n{{ ''.__class__.__mro__ }}", 2, "unsafe", None),
    ],
)
def test_a_fault_is_found_at_its_line(source: str, line: int, what: str, unknown: str | None) -> None:
    fault = fault_in("mail.txt.j2", Look(templates={"mail.txt.j2": source}))
    assert fault is not None
    assert (fault.line, fault.unknown) == (line, unknown)
    assert what in fault.what


def test_built_in_templates_can_be_included_and_are_without_fault() -> None:
    look = Look(templates={name: f'{{% include "built-in/{name}" %}}' for name in ("mail.txt.j2", "mail.html.j2")})
    for name in look.templates.own:
        assert fault_in(name, look) is None
    assert text_of(SAMPLES[0], look) == text_of(SAMPLES[0])


def test_the_guide_names_all_that_a_template_may_use() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = guide.partition("### templates/")[2].partition("\n## ")[0]
    named = {*names_in_templates(), *ENGLISH} - {"broken"}  # said by the built-in ones alone
    missing = [name for name in named if not re.search(rf"[`( ]{name}[`(\" ]", section)]
    assert missing == []


def test_a_part_of_the_built_in_template_can_be_written_anew() -> None:
    own = '{% extends "built-in/mail.html.j2" %}{% block foot %}<p>Ours, {{ count }}</p>{% endblock %}'
    style = "{% block style %}{{ super() }}p { color: red; }{% endblock %}{% block top %}<b>&amp;</b>{% endblock %}"
    look = Look(templates={"mail.html.j2": own + style})
    assert fault_in("mail.html.j2", look) is None
    html = email_of(SAMPLES[0], CHANNEL, MOMENT, look).get_body(("html",))
    assert html is not None
    told = html.get_content()
    assert "<p>Ours, 1</p>" in told
    assert "monitor why" not in told
    assert "color-scheme: light dark; }" in told
    assert "p { color: red; }" in told
    assert "<b>&amp;</b>" in told
    assert "<mark" in told


LOOKS = (Look(), Look("uk"))


@given(st.text(max_size=40) | st.from_regex(r"[a-zA-Z]{1,3}(-[a-zA-Z0-9@_]{1,8}){0,3}", fullmatch=True))
def test_any_code_has_a_name(code: str) -> None:
    for look in LOOKS:
        assert isinstance(look.language_name(code), str)
