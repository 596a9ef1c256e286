"""A page's article and what the page says of it; walls and what is no page."""

from __future__ import annotations

import gzip
import json
import textwrap
from datetime import UTC, datetime

import pytest

from monitor.content.pages import MAX_PAGE, read_page
from monitor.content.pages_metadata import without_site_name
from monitor.errors import PageWalled, ReadError
from monitor.model import PageText

URL = "https://www.thedaily.example/world/story"
TEXT = (
    "The alliance confirmed on Monday that troops had been sent to the region, its secretary general said after a meeting.",
    "He called the step a significant escalation and a further breach of resolutions of the security council of the United Nations.",
    "Member states spoke of the need to strengthen their support, and a delegation is expected in the capital before the end of the week.",
)


def page(
    body: str = "",
    head: str = "",
    title: str = "Troops sent, alliance says | The Daily",
    attributes: str = ' lang="en-GB"',
) -> bytes:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT)
    navigation = "<nav><a href='/'>Home</a><a href='/w'>World</a></nav>"
    return (
        f"<!DOCTYPE html><html{attributes}><head><title>{title}</title>{head}</head><body>{navigation}<article><h1>Troops sent</h1>"
        f"{body or paragraphs}</article><footer>Imprint</footer></body></html>"
    ).encode()


def read(body: bytes, metadata: bool = False, **headers: str) -> PageText:
    return read_page(body, URL, {name.replace("_", "-"): value for name, value in headers.items()}, metadata=metadata)


HEAD = """<meta property="og:site_name" content="The Daily"><link rel="canonical" href="/world/story-1"><meta property="og:title" content="Troops sent, alliance says">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "x", "datePublished": "2024-10-28T12:30:00+01:00",
"author": [{"@type": "Person", "name": "By Anna Rossi"}, {"@type": "Person", "name": "Jean Petit"}, {"@type": "Organization", "name": "The Daily"}]}]}</script>"""


def test_text_in_paragraphs_and_what_the_page_says() -> None:
    article = read(page(head=HEAD), metadata=True)
    assert article == PageText(
        text="\n".join(TEXT),
        title="Troops sent, alliance says",
        authors=("Anna Rossi", "Jean Petit"),
        published_at=datetime(2024, 10, 28, 11, 30, tzinfo=UTC),
        language="en",
        canonical_url="https://www.thedaily.example/world/story-1",
        site_name="The Daily",
    )


def ld(*nodes: dict[str, object]) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


BESIDE = {
    "@type": "NewsArticle",
    "url": "https://www.thedaily.example/old",
    "datePublished": "2019-01-01",
    "author": "Old Hand",
}
OWN = {"@type": "NewsArticle", "datePublished": "2024-10-28", "author": "Anna Rossi"}


@pytest.mark.parametrize(
    "own",
    [
        OWN | {"url": URL.replace("https://www.", "http://") + "/?from=feed#top"},
        OWN | {"mainEntityOfPage": {"@id": URL}},
        OWN | {"url": "https://staging.example/7", "headline": "Troops sent, alliance says"},
        OWN,
    ],
)
def test_of_the_articles_that_a_page_lists_its_own_is_read(own: dict[str, object]) -> None:
    for nodes in (
        [BESIDE, own],
        [own, BESIDE],
        [{"@graph": [BESIDE, own]}],
        [{"@type": "ItemList", "x": [BESIDE]}, own],
    ):
        article = read(page(head=ld(*nodes)), metadata=True)
        assert (article.published_at, article.authors) == (datetime(2024, 10, 28, tzinfo=UTC), ("Anna Rossi",))
    assert read(page(head=ld(BESIDE)), metadata=True).published_at == datetime(2019, 1, 1, tzinfo=UTC), (
        "only under another address"
    )
    two = BESIDE, BESIDE | {"url": "https://www.thedaily.example/older"}
    assert read(page(head=ld(*two)), metadata=True).published_at is None
    assert read(page(head=ld(BESIDE | {"url": "http://[::bad"})), metadata=True).published_at, "an address that is none"


def test_a_guessed_date_is_told_from_one_that_is_said() -> None:
    beside = '<time datetime="2021-03-04">4 March 2021</time>'
    article = read(page("".join(f"<p>{text}</p>" for text in TEXT) + beside), metadata=True)
    assert (article.published_at, article.dated) == (None, datetime(2021, 3, 4, tzinfo=UTC))


def test_without_metadata_authors_and_date_are_left_out() -> None:
    article = read(page(head=HEAD))
    assert (article.authors, article.published_at) == ((), None)
    assert (article.title, article.language, article.site_name) == ("Troops sent, alliance says", "en", "The Daily")


def test_the_same_page_read_often_gives_the_same_text() -> None:
    assert len({read(page()).text for _ in range(6)}) == 1


def test_fast_reads_it_too() -> None:
    assert read_page(page(), URL, {}, metadata=False, fast=True).text == "\n".join(TEXT)


@pytest.mark.parametrize(
    ("title", "site", "plain"),
    [
        ("Troops sent | The Daily", "The Daily", "Troops sent"),
        ("Troops sent - THE DAILY", "The Daily", "Troops sent"),
        ("The Daily: Troops sent", "The Daily", "The Daily: Troops sent"),
        ("The Daily » Troops sent", "The Daily", "Troops sent"),
        ("Troops sent – thedaily.example", "", "Troops sent"),
        ("Troops sent | World | The Daily", "The Daily", "Troops sent | World"),
        ("Peace - at last", "The Daily", "Peace - at last"),
        ("The Daily", "The Daily", "The Daily"),
        ("", "", ""),
    ],
)
def test_the_sites_name_is_off_the_title(title: str, site: str, plain: str) -> None:
    assert without_site_name(title, site, URL) == plain


@pytest.mark.parametrize(
    ("title", "heading", "plain"),
    [
        ("Troops sent, alliance says | Corriere", "Troops sent, alliance says", "Troops sent, alliance says"),
        ("Corriere - Troops sent, alliance says", "Troops sent, alliance says", "Troops sent, alliance says"),
        ("Troops sent, alliance says | Daily Bugle", "Daily Bugle", None),
        ("Troops sent | Corriere", "Another heading", None),
    ],
)
def test_the_heading_says_which_part_of_a_title_is_the_headline(title: str, heading: str, plain: str | None) -> None:
    article = read(page(title=title).replace(b"<h1>Troops sent</h1>", f"<h1>{heading}</h1>".encode()))
    assert article.title == (plain or title)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ('<link rel="canonical" href="https://thedaily.example/a">', "https://thedaily.example/a"),
        ('<link rel="canonical" href="javascript:x">', None),
        ('<meta property="og:url" content="https://thedaily.example/b">', "https://thedaily.example/b"),
        ("", None),
    ],
)
def test_canonical_addresses_are_http_or_nothing(link: str, canonical: str | None) -> None:
    assert read(page(head=link)).canonical_url == canonical


@pytest.mark.parametrize(
    ("attributes", "head", "language"),
    [
        (' lang="it"', "", "it"),
        (' xml:lang="pt_BR"', "", "pt"),
        ("", '<meta property="og:locale" content="uk_UA">', "uk"),
        ("", '<meta http-equiv="content-language" content="fr, en">', "fr"),
        (' lang="{{lang}}"', "", None),
        ("", "", None),
    ],
)
def test_the_pages_own_word_on_its_language(attributes: str, head: str, language: str | None) -> None:
    assert read(page(head=head, attributes=attributes)).language == language


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r"])
def test_charset_of_header_or_meta(encoding: str) -> None:
    russian = (
        "Северокорейские войска отправлены в Курскую область, заявил генеральный секретарь альянса после заседания. "
        * 3
    )
    body = page(f"<p>{russian}</p>").decode()
    assert read(body.encode(encoding), content_type=f"text/html; charset={encoding}").text == russian.strip()
    declared = body.replace("<head>", f'<head><meta charset="{encoding}">')
    assert read(declared.encode(encoding)).text == russian.strip()


def test_boilerplate_at_the_end_is_no_part_of_the_text() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXT)
    assert read(page(paragraphs + "<p>Argomenti simili:</p><p>Altre notizie</p>")).text == "\n".join(TEXT)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("empty", b" ", "empty body"),
        ("image", b"\x89PNG\r\n\x1a\n", "a PNG image"),
        ("pdf", b"%PDF-1.4", "a PDF document that cannot be read"),
        ("archive", b"PK\x03\x04", "a ZIP archive"),
        ("text", b"just words, no markup", "no HTML"),
        ("nothing to read", b"<html><body><div id=app></div></body></html>", "0 characters"),
        ("too large", b"<p>" + b"x" * MAX_PAGE, "over 5000000"),
        ("too many tags", b"<html><body>" + b"<i></i>" * 40_000, "tags"),
    ],
)
def test_what_is_no_article(name: str, body: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=r"^no article: ") as told:
        read(body)
    assert reason in str(told.value)
    assert "\n" not in str(told.value)


def test_what_the_server_calls_an_image() -> None:
    with pytest.raises(ReadError, match="image/jpeg"):
        read(page(), content_type="image/jpeg")


WALLS = {
    "a consent wall": (
        "Before you continue to The Daily",
        "<p>We and our 842 partners use cookies to process personal data. You may give consent, accept all cookies or manage preferences.</p>"
        "<p>Read our privacy policy for legitimate interest and consent.</p>",
    ),
    "a login page": (
        "Log in",
        "<p>Log in with your username and password to go on reading this paper.</p><p>Forgot your password? Create an account. Register now.</p>",
    ),
    "a robot check": (
        "Just a moment...",
        "<p>Checking your browser before accessing the site. Please enable JavaScript and cookies to continue. Ray ID: 7a8b9c</p>",
    ),
}


@pytest.mark.parametrize("kind", WALLS)
def test_walls_are_no_articles(kind: str) -> None:
    title, body = WALLS[kind]
    with pytest.raises(ReadError, match=kind):
        read(page(body, title=title))


def test_a_page_that_is_a_gzip_file_is_unpacked() -> None:
    assert read(gzip.compress(page())).text == "\n".join(TEXT)


def test_a_plain_text_is_an_article() -> None:
    wrapped = "\r\n\r\n".join(textwrap.fill(text, 60) for text in TEXT)
    assert read(wrapped.encode(), content_type="text/plain; charset=utf-8").text == "\n".join(TEXT)
    for body, kind in ((wrapped, "application/json"), ("Not found.", "text/plain")):
        with pytest.raises(ReadError):
            read(body.encode(), content_type=kind)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Just a moment...", "Checking your browser."),
        ("Site maintenance", "Back at noon."),
        ("We’ll be back soon! | The Daily", "Sorry."),
        ("Wartungsarbeiten", "Wir sind gleich wieder für Sie da."),
        ("Технічні роботи", "Вибачте за незручності, ми скоро повернемося до вас з новинами та оновленнями сайту."),
    ],
)
def test_what_stands_before_an_article_for_a_while_may_pass(title: str, text: str) -> None:
    with pytest.raises(PageWalled):
        read(page(f"<p>{text}</p>", title=title))
    with pytest.raises(PageWalled):
        read(b"")


@pytest.mark.parametrize(
    "title",
    ["Maintenance costs surge at the northern airports", "Wartung der Fähren beginnt", "Be back by ten, says mayor"],
)
def test_news_of_maintenance_is_news(title: str) -> None:
    assert (
        "ferries"
        in read(
            page(
                "<p>The ferries of the northern line stay in the yard for three weeks, their owner said.</p>",
                title=title,
            )
        ).text
    )


def test_an_article_about_cookies_is_one() -> None:
    about = "".join(
        f"<p>{text}</p>"
        for text in (
            "The data protection authority fined the company ten million euros on Tuesday because its banner left visitors no real choice.",
            "Cookies were set before anyone had agreed, the authority found, and the button to refuse them was hidden two pages deep in the settings.",
            "The company said it would appeal. Its lawyer called the decision surprising and pointed to practice in other countries of the union.",
            "Consumer groups welcomed it, and asked the government to follow with rules for applications on telephones and for television sets.",
        )
    )
    assert "appeal" in read(page(about)).text


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "<b>" * 30_000 + "deep" + "</b>" * 30_000 + "</p>",
        "".join(f"<p>w{n}</p>" for n in range(20_000)),
        '<table><tr><td colspan="9007199254740992">x</td></tr></table>',
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@type":"NewsArticle","author":[[[1]]],"datePublished":{"a":1}}</script>',
    ],
    ids=["nesting", "20,000 paragraphs", "colspan", "JSON-LD depth", "JSON-LD nonsense"],
)
def test_traps_end_soon_in_text_or_a_read_error(body: str) -> None:
    try:
        read(page(body + "".join(f"<p>{text}</p>" for text in TEXT)), metadata=True)
    except ReadError as told:
        assert str(told).startswith("no article")


def test_entities_of_a_pages_own_are_not_expanded() -> None:
    body = (
        b'<!DOCTYPE html [<!ENTITY a "'
        + b"x" * 1_000
        + b'">]>'
        + page("<p>" + "&a;" * 1_000 + "</p>" + f"<p>{TEXT[0]}</p>")
    )
    assert "xxxxxxxxxx" not in read(body).text


def test_control_characters_are_gone() -> None:
    text = read(page(f"<p>{TEXT[0]}\x00\x1b[2J\x9b</p><p>{TEXT[1]}\u202e</p>")).text
    assert not set(text) & set("\x00\x1b\x9b\u202e")


def test_pictures_written_into_a_page_do_not_count() -> None:
    picture = f'<img src="data:image/png;base64,{"iVBORw0K" * (MAX_PAGE // 8)}">'
    assert read(page(head="", body=picture + "".join(f"<p>{text}</p>" for text in TEXT))).text == "\n".join(TEXT)
