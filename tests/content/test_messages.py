"""What mails say, and that nothing a feed says can break one. Everything is read back from the bytes produced."""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.content.messages import email_of, text_of
from monitor.content.wording import clean
from monitor.model import Alert, EmailChannel, Item, Match, Message, Sighting, SmtpServer

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
TITLE = "La NATO parla delle truppe"
TEXT = (
    "Prima frase senza nulla. Le truppe nordcoreane sono a Kursk, dice la NATO. Altra frase.\n"
    "Un paragrafo con nordcoreani dentro, ancora. Fine."
)
CHANNEL = EmailChannel(
    "desk", ("desk@example.org", "Capo <boss@example.org>"), "Monitor <monitor@example.org>",
    SmtpServer("mail.example.org", 25, "plain"),
)  # fmt: skip
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
}  # fmt: skip


def a_match(word: str, field: str = "body", term: str = "nordcorean*", text: str = TEXT, nth: int = 0) -> Match:
    start = [found.start() for found in re.finditer(re.escape(word), text if field == "body" else TITLE)][nth]
    return Match(term, field, word, start, start + len(word))  # type: ignore[arg-type]


def an_item(**changes: object) -> Item:
    item = Item(
        "item-1", "https://www.example.com/a?b=1&c=2", TITLE, TEXT, "it", 0.99, NOW, "item-1",
        published_at=NOW - timedelta(hours=1), feeds=("ukr",),
    )  # fmt: skip
    return replace(item, **changes)  # type: ignore[arg-type]


def an_alert(alert_id: str = "alert-1", **changes: object) -> Alert:
    matches = (a_match("NATO", "title", "NATO"), a_match("nordcoreane"), a_match("NATO", term="NATO"))
    alert = Alert(
        alert_id, "dprk", "North Korean troops", ("dprk",), "desk", "item-1", "item-1", matches, "pending", 1, NOW
    )
    return replace(alert, **changes)  # type: ignore[arg-type]


def a_message(
    item: Item | None = None, alert: Alert | None = None, also: tuple[Sighting, ...] = (), **changes: object
) -> Message:
    alert = alert or an_alert()
    return replace(Message(alert.id, ((alert, item or an_item(), also),)), **changes)  # type: ignore[arg-type]


def read_back(message: Message, channel: EmailChannel = CHANNEL) -> EmailMessage:
    raw = email_of(message, channel, NOW).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998  # RFC 5322, 2.1.1
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def text_part(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_part(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_subject_ids_and_recipients() -> None:
    mail = read_back(a_message())
    assert mail["Subject"] == "[North Korean troops] La NATO parla delle truppe"
    assert mail["Message-ID"] == "<alert-1@example.org>"
    assert mail["To"] == "desk@example.org, Capo <boss@example.org>"
    assert mail["From"] == "Monitor <monitor@example.org>"
    assert mail["Date"].datetime == NOW
    assert mail["In-Reply-To"] is None
    assert set(mail.keys()) == HEADERS


def test_the_same_alert_is_the_same_mail_at_every_attempt() -> None:
    assert email_of(a_message(), CHANNEL, NOW).as_bytes() == email_of(a_message(), CHANNEL, NOW).as_bytes()
    later = email_of(a_message(), CHANNEL, NOW + timedelta(days=1))
    assert later["Message-ID"] == "<alert-1@example.org>"


def test_a_later_alert_about_the_story_answers_the_first() -> None:
    mail = read_back(a_message(thread="alert-0"))
    assert mail["In-Reply-To"] == mail["References"] == "<alert-0@example.org>"


def test_text_marks_the_matches_in_their_sentences() -> None:
    text = text_part(read_back(a_message()))
    assert text.splitlines()[0] == "La *NATO* parla delle truppe"
    assert "> Le truppe *nordcoreane* sono a Kursk, dice la *NATO*." in text.splitlines()
    assert "Prima frase" not in text
    assert "Matched: NATO, nordcorean*" in text
    assert "Source: example.com (Italian)" in text
    assert "Published: 2026-01-01 07:00 UTC" in text
    assert "Seen: 2026-01-01 08:00 UTC" in text
    assert "https://www.example.com/a?b=1&c=2" in text.splitlines()


def test_html_marks_the_matches_and_links_the_article() -> None:
    page = lxml.html.fromstring(html_part(read_back(a_message())))
    assert [mark.text for mark in page.iter("mark")] == ["NATO", "nordcoreane", "NATO"]
    assert page.xpath("//h2/a/@href") == ["https://www.example.com/a?b=1&c=2"]
    assert "Le truppe nordcoreane sono a Kursk, dice la NATO." in page.text_content()
    assert not page.xpath("//img | //script | //link | //iframe | //*[@src]")
    assert page.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert "prefers-color-scheme: dark" in html_part(read_back(a_message()))


def test_copies_are_counted_by_site() -> None:
    also = tuple(Sighting(f"https://site{n % 7}.example.net/{n}", f"f{n}", NOW) for n in range(14))
    mail = read_back(a_message(also=(*also, Sighting("javascript:alert(1)", "x", NOW), Sighting(None, "y", NOW))))
    text = text_part(mail)
    assert "Also at 7 sites, first at site0.example.net:" in text
    assert "… and 4 more" in text
    assert "javascript" not in text + html_part(mail)


def test_an_item_without_title_url_or_language_is_told_all_the_same() -> None:
    item = an_item(title="", url=None, language="und", published_at=None)
    mail = read_back(a_message(item, an_alert(matches=(a_match("nordcoreane"),))))
    assert mail["Subject"].startswith("[North Korean troops] Prima frase senza nulla.")
    assert "Source: ukr" in text_part(mail)
    assert "<a href" not in html_part(mail)
    assert "und" not in re.sub("[a-z]*und[a-z]+|[a-z]+und[a-z]*", "", text_part(mail))


def test_a_title_match_alone_shows_the_opening() -> None:
    mail = read_back(a_message(alert=an_alert(matches=(a_match("NATO", "title", "NATO"),))))
    assert "Prima frase senza nulla." in text_part(mail)
    assert "Prima frase senza nulla." in html_part(mail)


def test_a_long_sentence_is_shown_around_its_match() -> None:
    text = "parola " * 400 + "nordcoreane " + "altra " * 400
    alert = an_alert(matches=(a_match("nordcoreane", text=text),))
    shown = next(
        line
        for line in text_part(read_back(a_message(an_item(text=text), alert))).splitlines()
        if "nordcoreane" in line
    )
    assert 200 < len(shown) < 360
    assert shown.startswith("> …parola")
    assert shown.endswith("altra…")


def test_offsets_beyond_the_text_break_nothing() -> None:
    stale = Match("x", "body", "x", 10_000, 10_001), Match("y", "body", "y", 5, 5), Match("z", "title", "z", 90, 95)
    assert read_back(a_message(alert=an_alert(matches=stale)))["Message-ID"] == "<alert-1@example.org>"


def test_overlapping_matches_are_marked_once() -> None:
    matches = (Match("a b", "body", "Prima frase", 0, 11), Match("b", "body", "frase", 6, 11))
    assert "*Prima frase* senza" in text_part(read_back(a_message(alert=an_alert(matches=matches))))


def test_text_without_spaces_is_cut_into_its_sentences() -> None:
    text = "第一句没有。北约说朝鲜士兵在库尔斯克。最后一句。"
    alert = an_alert(matches=(Match("北约", "body", "北约", text.index("北约"), text.index("北约") + 2),))
    told = text_part(read_back(a_message(an_item(text=text), alert)))
    assert "> *北约*说朝鲜士兵在库尔斯克。" in told.splitlines()


def test_a_digest_is_grouped_by_watchlist() -> None:
    other = an_alert("alert-2", watchlist="ships", watchlist_name="Ships", matches=())
    parts = (
        (an_alert(), an_item(), ()),
        (other, an_item(title="A ship sails"), ()),
        (an_alert("alert-3"), an_item(title="La NATO tace"), ()),
    )
    mail = read_back(Message("digest-1", parts, digest=True))
    assert mail["Subject"] == "[North Korean troops, Ships] 3 stories: La NATO parla delle truppe"
    assert mail["Message-ID"] == "<digest-1@example.org>"
    page = lxml.html.fromstring(html_part(mail))
    assert [heading.text_content() for heading in page.iter("h1")] == ["North Korean troops (2)", "Ships (1)"]
    text = text_part(mail)
    assert text.index("parla") < text.index("tace") < text.index("A ship sails")
    assert "3 alerts collected by monitor" in text


def test_a_test_says_so() -> None:
    mail = read_back(a_message(test=True))
    assert mail["Subject"].startswith("Test: ")
    assert "This is a test message" in text_part(mail)
    assert "This is a test message" in html_part(mail)


def test_title_and_text_for_other_services() -> None:
    title, text = text_of(a_message())
    assert title == "[North Korean troops] La NATO parla delle truppe"
    assert "*nordcoreane*" in text


@pytest.mark.parametrize(
    ("sender", "identity"),
    [("m@exämple.org", "<alert-1@xn--exmple-cua.org>"), ("monitor", "<alert-1@localhost>")],
)
def test_senders_of_all_kinds(sender: str, identity: str) -> None:
    assert read_back(a_message(), replace(CHANNEL, sender=sender))["Message-ID"] == identity


HOSTILE = [
    "=?UTF-8?Q?=0A?=Bcc: victim@example.net",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm5ldA==?=",
    "=\u200b?UTF-8?Q?=0A?=Bcc: victim@example.net",
    "=\u202e?UTF-8?Q?=0D=0ABcc:?= x",
    "Title\r\nBcc: victim@example.net",
    "Title\nBcc: victim@example.net",
    "Title\rBcc: victim@example.net",
    "Title\u2028Bcc: victim@example.net",
    "Title\u2029Bcc: victim@example.net",
    "Title\x85Bcc: victim@example.net",
    "Title\x0bBcc: victim@example.net\x0c\x1c\x1d\x1e",
    "lone \ud800 surrogate \udfff",
    "right \u202eto\u202c left \u2066isolate\u2069",
    "NUL \x00 and \x1b[31m and \x7f",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "{{ 7*7 }} {% raw %} {# #}",
    "é" * 500,
    "x" * 5000,
    '"quoted" (comment) <angle@example.net>, ; :',
    ".\r\n.\r\nQUIT",
]


@pytest.mark.parametrize("evil", HOSTILE)
def test_no_field_breaks_a_mail(evil: str) -> None:
    item = an_item(title=evil, text=f"{evil} nordcoreane {evil}", url=f"https://e.org/{evil}", feeds=(evil,))
    at = len(evil) + 1
    matches = (Match(evil, "body", "nordcoreane", at, at + 11), Match(evil, "title", evil, 0, len(evil)))
    alert = an_alert(matches=matches, watchlist_name=evil, watchlist_tags=(evil,))
    mail = read_back(a_message(item, alert, (Sighting(f"https://e.org/{evil}", evil, NOW),), thread=evil))
    assert set(mail.keys()) == HEADERS | {"In-Reply-To", "References"}
    assert mail["To"] == "desk@example.org, Capo <boss@example.org>"
    assert mail["Bcc"] is None
    assert len(mail["Subject"]) <= 200
    assert mail["Subject"].isprintable()
    page = lxml.html.fromstring(html_part(mail))
    assert not page.xpath("//img | //script | //@onerror")
    assert all(link.startswith(("http://", "https://")) for link in page.xpath("//@href"))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00\x1b]", text_part(mail) + html_part(mail))


@given(st.text(alphabet=st.characters(codec=None), max_size=300), st.text(max_size=60))
def test_any_title_makes_one_honest_header(title: str, name: str) -> None:
    item = an_item(title=title)
    mail = read_back(a_message(item, an_alert(matches=(), watchlist_name=name)))
    assert set(mail.keys()) == HEADERS
    subject = str(mail["Subject"])
    assert subject.isprintable() or "\u200c" in subject or "\u200d" in subject
    assert "=?" not in subject
    words = re.findall(r"[a-zA-Z0-9]+", title)
    if len(title) < 60 and words:
        assert words[0] in subject


@given(
    st.text(st.characters() | st.sampled_from("\n\r\t\u200c\u200d\u202e\u2028\ud800\xad\xa0\u3000\ufeff"), max_size=60)
)
def test_cleaning_takes_out_what_no_line_may_hold_and_nothing_else(text: str) -> None:
    kept = "".join(char for char in text if char in "\n\u200c\u200d" or unicodedata.category(char)[0] not in "C")
    told = clean(text)
    assert [char for char in told if unicodedata.category(char)[0] == "C" and char not in "\n\u200c\u200d"] == []
    assert not set(told) & {"\u2028", "\u2029"}
    assert [char for char in told if char not in " \ufffd"] == [
        char for char in kept if char not in " \u2028\u2029\ufffd"
    ]
