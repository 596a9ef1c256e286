from __future__ import annotations

import pytest

from monitor.content.clean import MAX_TEXT
from monitor.content.htmltext import SHORT, headline_alone, looks_cut, title_text, to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two &amp; three.</p>", "One.\nTwo & three."),
        ("plain text\nsecond line", "plain text\nsecond line"),
        ("AT&amp;T &#8211; 5 &lt; 6", "AT&T – 5 < 6"),
        ("before<br>after<br/>end", "before\nafter\nend"),
        ("a<b>b</b>c <i>d</i>", "abc d"),
        ("<div>x<script>evil()</script><style>p{}</style><!-- c -->y</div>", "xy"),
        ("<ul><li>one</li><li>two</li></ul>tail", "one\ntwo\ntail"),
        ("<p>wrapped\n   in the\n source</p>", "wrapped in the source"),
        ("<pre>line 1\nline 2</pre>", "line 1\nline 2"),
        ("&lt;p&gt;escaped &lt;b&gt;twice&lt;/b&gt;&lt;/p&gt;&lt;p&gt;second&lt;/p&gt; <br>", "escaped twice\nsecond"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("", ""),
        ("\x00<p>nul\x00</p>", "nul"),
        ("<p>漢字</p><p>кириллица</p>", "漢字\nкириллица"),
    ],
)
def test_to_text(markup: str, text: str) -> None:
    assert to_text(markup) == text


def test_deep_nesting_and_size_are_bounded() -> None:
    assert "x" in to_text("<div>" * 50_000 + "x")
    assert len(to_text("<p>word</p>" * 300_000)) <= MAX_TEXT


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("a<br>b", "a b"),
        ("<script>x()</script>T", "T"),
        ("&amp;amp;amp;", "&"),
        ("x &unknown; y", "x &unknown; y"),
        ("<3 love", "<3 love"),
    ],
)
def test_title_text(title: str, plain: str) -> None:
    assert title_text(title) == plain


LONG = "A sentence of an article that goes on. " * 40


@pytest.mark.parametrize(
    "text",
    [
        "Short teaser.",
        LONG + "and then …",
        LONG + "[…]",
        LONG + "[...]",
        LONG + "\nContinue reading",
        LONG + "\nLeggi tutto",
        LONG + "[…]\nThe post Big News appeared first on Daily.",
        LONG + "\nContinua a leggere\nL'articolo Titolo proviene da Sito.",
        LONG + "\nЧитать далее",
        LONG + "\nWeiterlesen →",
        LONG + "\n続きを読む",
    ],
)
def test_teasers_look_cut(text: str) -> None:
    assert looks_cut(text)


def test_whole_texts_do_not() -> None:
    assert not looks_cut(LONG)
    assert not looks_cut(
        LONG
        + "He could not continue reading the letter, he said, and left the room that evening with his lawyer.\n"
        + LONG
    )
    assert not looks_cut("w" * (SHORT // 2 + 1), content=True)
    assert looks_cut("w" * (SHORT // 2 + 1))


@pytest.mark.parametrize(
    "credit",
    [
        "The post Big News appeared first on Daily.",
        "L'articolo Titolo proviene da Sito.",
        "Cet article Titre est apparu en premier sur Site.",
        "Запись Заголовок впервые появилась Сайт.",
    ],
)
def test_a_whole_text_that_credits_its_site_does_not(credit: str) -> None:
    assert not looks_cut(f"{LONG}\n{credit}")
    assert looks_cut(f"Short.\n{credit}")


@pytest.mark.parametrize("end", ["...Read More", " to... Read more", " [Continue reading]", "… Leggi tutto »"])
def test_a_long_paragraph_that_ends_with_an_invitation_looks_cut(end: str) -> None:
    assert looks_cut("word " * 300 + end)
    assert not looks_cut(
        "word " * 300 + end + " and many a word more that an article goes on with after having said so."
    )


def test_a_description_of_headlines_alone_is_its_own_headline() -> None:
    """As Google News writes them, in a feed of one topic with what others wrote of it."""

    def link(headline: str, paper: str) -> str:
        return f'<a href="https://news.google.com/rss/articles/CBMi" target="_blank">{headline}</a>&nbsp;&nbsp;<font color="#6f6f6f">{paper}</font>'

    own, other = link("Freighters <b>leave</b> the harbour", "Daily"), link("A storm is near", "Weekly")
    assert headline_alone(own, "Freighters leave the harbour") == "Freighters leave the harbour Daily"
    topic = f"<ol><li>{own}</li><li>{other}</li></ol>"
    assert headline_alone(topic, "Freighters leave the harbour - Daily") == "Freighters leave the harbour Daily"
    assert headline_alone(topic, "A storm is near") is None
    assert headline_alone(f"{own}<p>They had waited.</p>", "Freighters leave the harbour") is None
    assert headline_alone('<a href="/a">Freighters</a>', "Freighters") is None
    assert headline_alone("<font>Freighters <a ", "Freighters") is None
