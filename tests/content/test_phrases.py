"""Boilerplate at the edges goes, the article stays, whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.content.phrases import cut_boilerplate
from monitor.content.phrases_related import RELATED

ROOT = Path(__file__).parents[2]
GOLD = (ROOT / "../shared/data/pages/gold.json").resolve()
ARTICLE = "\n".join(
    f"Paragraph {n} of an article, which is long enough to be one and tells its part of the story." for n in range(6)
)


def test_the_seeds_last_two_lines_go_and_everything_else_stays() -> None:
    title, _, text = (ROOT / "seeds/000_2e1b82d66ab051ba.txt").read_text().partition("\n")
    kept = cut_boilerplate(text, title)
    assert text == kept + "\nArgomenti simili:\nAltre notizie"


@pytest.mark.parametrize("language", sorted(RELATED))
def test_headings_in_every_language(language: str) -> None:
    for phrase in RELATED[language]:
        assert cut_boilerplate(f"{ARTICLE}\n{phrase.capitalize()}:") == ARTICLE
        assert (
            cut_boilerplate(f"{ARTICLE}\n{phrase.upper()}\nA headline of another article\nAnother headline here")
            == ARTICLE
        )
        assert cut_boilerplate(f"{ARTICLE}\n👉 {phrase.capitalize()}: Some other headline, with a comma") == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "© RIPRODUZIONE RISERVATA",
        "© 2024 Ukrinform. All rights reserved.",
        "Все права защищены",
        "Share this article",
        "Condividi su Facebook",
        "Поделиться",
        "Iscriviti alla newsletter e ricevi le notizie ogni mattina",
        "Subscribe to our newsletter for the latest updates!",
        "Подписывайтесь на наш канал в Telegram",
        "Підписуйтесь на наш канал у Facebook",
        "Suivez-nous sur Facebook et Twitter",
        "Folgen Sie uns auf WhatsApp",
        "Síguenos en Instagram",
        "Bizi takip edin",
        "Follow us on Google News",
        "5 min read",
        "Tempo di lettura: 3 minuti",
        "reporter@news.example",
        "https://twitter.com/reporter",
        "Pubblicità",
        "___",
        "* * *",
    ],
)
def test_lines_at_either_edge(line: str) -> None:
    assert cut_boilerplate(f"{ARTICLE}\n{line}") == ARTICLE
    assert cut_boilerplate(f"{line}\n{ARTICLE}") == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "Read more than a hundred books a year, the minister told pupils.",
        "Related questions will be put to the court on Monday, said the judge.",
        "Share prices fell by three per cent after the announcement.",
        "Facebook said it would appeal against the ruling.",
        "Subscribe to that view and you will be disappointed, the critic wrote in a long essay about the theatre.",
        "All rights reserved for themselves, the kings of that age gave nothing to the people who served them in war and in peace and died.",
        "«Leggi anche i documenti», ha detto il giudice ai giornalisti che aspettavano.",
        "Читайте также и другие книги этого автора, советует библиотекарь своим посетителям.",
        "The newsletter of the party was printed abroad, and smuggled in by sailors.",
        "Themen wie Migration und Rente bestimmten die Debatte im Bundestag.",
        "Tags und Nachts wurde verhandelt.",
        "Follow the money, as the saying goes, and the trail ends in a quiet street.",
    ],
)
def test_sentences_stay(line: str) -> None:
    for text in (f"{ARTICLE}\n{line}", f"{line}\n{ARTICLE}"):
        assert cut_boilerplate(text) == text


def test_the_middle_stays() -> None:
    text = f"{ARTICLE}\nLeggi anche: Un altro articolo\n{ARTICLE}"
    assert cut_boilerplate(text) == text


def test_the_title_repeated_goes() -> None:
    assert cut_boilerplate(f"A Headline\n{ARTICLE}", "A headline") == ARTICLE


def test_a_notice_at_the_end_of_the_last_paragraph_goes() -> None:
    assert cut_boilerplate(f"{ARTICLE} © RIPRODUZIONE RISERVATA") == ARTICLE
    assert cut_boilerplate(f"{ARTICLE} The post Big news appeared first on The Daily.") == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "The post Big news appeared first on The Daily.",
        "L'articolo Nordcoreani a Kursk proviene da Il Blog.",
        "L’article Des soldats à Koursk est apparu en premier sur Le Blog.",
        "Der Beitrag Soldaten in Kursk erschien zuerst auf Das Blog.",
        "Запис Солдати на Курщині спершу з’явиться на Блог.",
        "Сообщение Солдаты в Курске появились сначала на Блог.",
        "ظهرت المقالة جنود في كورسك أولاً على المدونة.",
    ],
)
def test_wordpress_credit_goes_and_the_buttons_above_it(line: str) -> None:
    assert cut_boilerplate(f"{ARTICLE}\nCondividi:\nFacebook\nX\n{line}") == ARTICLE


def test_nothing_but_boilerplate_is_left_as_it_is() -> None:
    for text in ("Leggi anche", "Share\nTweet", "", "\n\n"):
        assert cut_boilerplate(text) == text


@pytest.mark.skipif(not GOLD.exists(), reason="the gold pages of ../shared/data are not here")
def test_of_81_real_articles_nothing_is_cut_but_notices() -> None:
    """What goes of a person's selection of the article: notices of rights, an invitation by e-mail, a line of underscores."""
    cut = []
    for page in json.loads(GOLD.read_text()).values():
        text = "\n".join(line.strip() for line in page["articleBody"].split("\n") if line.strip())
        kept = cut_boilerplate(text)
        assert kept in text
        if kept != text:
            cut += [line for line in text.replace(kept, "", 1).split("\n") if line]
    signs = ("©", "Copyright", "저작권자", "___", "Receba em seu email")
    assert len(cut) <= 9
    assert all(line.startswith(signs) for line in cut), cut


def test_what_a_newsletter_has_around_its_text_is_cut() -> None:
    body = "The port was closed for three days while divers looked for what the storm had sunk in the fairway."
    for above, below in (
        ("View in browser", "Unsubscribe"),
        ("Apri nel browser →", "Annulla l'iscrizione"),
        ("Voir en ligne", "Отписаться"),
    ):
        assert cut_boilerplate(f"{above}\n{body}\n{below}") == body
    assert (
        cut_boilerplate(f"{body}\nUnsubscribe, they told him, and he did.")
        == f"{body}\nUnsubscribe, they told him, and he did."
    )
