"""A feed's HTML to plain text, by lxml; and whether that text is the whole article or a teaser."""

from __future__ import annotations

import html
import re
from typing import Any

from lxml import etree

from monitor.content.clean import MAX_HTML, MAX_TEXT, MAX_TITLE, one_line, paragraphs
from monitor.content.phrases import without_credit

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "head",
        "title",
        "textarea",
        "select",
        "button",
        "audio",
        "video",
        "canvas",
    ]
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|br|center|cite|code|del|dfn|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|nobr|ol|p|q|s"
    r"|samp|small|span|strike"
    r"|strong|sub|sup|tt|u|ul|var|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]*>.{0,5000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_LOOKS_HTML = re.compile(r"<[A-Za-z/!][^<>]{0,2000}>|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BESIDE_LINKS = "//text()[not(ancestor::a or ancestor::font)]"
_MAX_UNESCAPES = 3
"""Feeds escape twice, some three times (``&amp;amp;#8217;``)."""


def to_text(markup: str) -> str:
    """Plain text of HTML: paragraphs parted by a newline, entities resolved, scripts and hidden elements gone. Plain
    text passes as it is.

    Never raises; at most `MAX_TEXT` characters, control characters removed.
    """
    markup = markup[:MAX_HTML].replace("\x00", "")
    if not _LOOKS_HTML.search(markup):
        return paragraphs(markup)
    if "<" not in markup:
        return paragraphs(html.unescape(markup))
    tree = _tree(markup)
    if tree is None:
        return paragraphs(html.unescape(_INLINE_TAG.sub("\n", markup)))
    text = paragraphs("".join(_pieces(tree)))
    if not text:  # nothing to see, or nested deeper than the parser goes
        return paragraphs(html.unescape(_ANY_TAG.sub("\n", _SCRIPT.sub(" ", markup))))
    # Escaped twice: what comes out of the HTML is HTML again.
    if _INLINE_TAG.search(text) and "</" in text and len(text) < MAX_TEXT:
        again = _tree(text)
        if again is not None:
            return paragraphs("".join(_pieces(again)))
    return text


def headline_alone(markup: str, title: str) -> str | None:
    """The first line of a description that has no text of its own: links to this article and others, each with its paper's
    name in grey, as Google News writes them. None for any other."""
    if "<font" not in markup or "<a " not in markup:
        return None
    tree = _tree(markup[:MAX_HTML])
    link = None if tree is None else next(tree.iter("a"), None)
    if tree is None or link is None or any(one.strip() for one in tree.xpath(_BESIDE_LINKS)):
        return None
    headline = one_line("".join(link.itertext()))
    line = to_text(markup).partition("\n")[0]
    return line if headline and title.startswith(headline) and line.startswith(headline) else None


def title_text(title: str, *, is_html: bool = True) -> str:
    """A title as one plain line: entities resolved even where escaped twice, inline markup removed, other ``<`` kept
    as text.

    >>> title_text("Profits &amp;amp; losses: <b>5 < 6</b>")
    'Profits & losses: 5 < 6'
    """
    text = title[: MAX_TITLE * 20]
    if is_html:
        text = _SCRIPT.sub(" ", text)
    for _ in range(_MAX_UNESCAPES):
        plain = html.unescape(_INLINE_TAG.sub(_gap, text))
        if plain == text:
            break
        text = plain
    return one_line(_INLINE_TAG.sub(_gap, text))


def _gap(tag: re.Match[str]) -> str:
    return " " if tag.group()[1:3].lower() in ("br", "p>", "p ", "/p", "di", "/d", "li") else ""


def _tree(markup: str) -> Any | None:
    # A parser of its own: lxml parsers keep state between documents and are not to be shared between threads.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        # In a wrapper, so that text before the first element stays; as bytes, because lxml refuses strings with a
        # declaration.
        return etree.fromstring(f"<div>{markup}</div>".encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None


def _pieces(tree: Any) -> list[str]:
    """Text in document order, blocks set apart by newlines. Iterative: nesting may be as deep as the parser lets it."""
    out: list[str] = []
    unseen = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unseen += tag in _UNSEEN
            if tag in _BLOCKS:
                out.append("\n")
            if element.text and not unseen:
                out.append(_flat(element, element.text))
        else:
            unseen -= tag in _UNSEEN
            if tag in _BLOCKS:
                out.append("\n")
            if element.tail and not unseen and element is not tree:
                out.append(_flat(element.getparent(), element.tail))
    return out


def _flat(parent: Any | None, text: str) -> str:
    # Source line breaks are white space, except in <pre> and where plain text was put into a field that may hold HTML.
    return text if parent is not None and parent.tag == "pre" else text.replace("\n", " ").replace("\r", " ")


SHORT = 700
"""Characters under which a feed's text is taken for a teaser: news in brief has 700 and more, teasers have 150 to
500."""

_INVITES = 400
"""Characters of a line that may be an invitation to read on, or credit its site; at the end of a longer one it has at most
`_BID`."""
_BID = 60

_CUT_END = re.compile(r"(?:\.\.\.|…|\[\s*(?:…|\.\.\.|&hellip;)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|»|→|>>|⟶)\s*$")
_CUT_PHRASE = re.compile(
    r"(?:continue reading|read (?:the )?(?:more|full|rest|whole|entire|article)|keep reading|view (?:the )?(?:full"
    r"|entire|original)|full story|click here to"
    r"|\[\+\d+ chars\]"
    r"|leggi tutto|continua a leggere|leggi l.articolo|continua la lettura"
    r"|lire la suite|lire l.article|la suite (?:sur|de)"
    r"|weiterlesen|mehr lesen|zum artikel|jetzt lesen|lees (?:meer|verder)"
    r"|leer más|seguir leyendo|sigue leyendo|continuar leyendo"
    r"|leia mais|continue (?:a ler|lendo)|ler mais"
    r"|читать (?:далее|полностью|дальше|ещё|еще)|подробнее|читати (?:далі|більше"
    r"|повністю)|детальніше"
    r"|czytaj (?:więcej|dalej)|číst (?:dále|více|celý)|pokračovat ve čtení"
    r"|čítať ďalej|citește (?:mai mult|tot|continuarea)|citeste mai mult"
    r"|läs (?:mer|vidare|hela)|les (?:mer|hele|videre)|læs (?:mere|videre|hele)|lue (?:lisää|koko)|devamını oku"
    r"|devamı için|haberin devamı|tovább(?: olvas|a cikkre)"
    r"|διαβάστε (?:περισσότερα|τη συνέχεια|ολόκληρο)|прочетете (?:още|повече)|више на|pročitaj(?:te)? više"
    r"|opširnije|nastavi čitati|selengkapnya|baca (?:selengkapnya|juga)|xem (?:thêm|tiếp)|đọc tiếp"
    r"|اقرأ المزيد|المزيد|ادامه مطلب|קרא עוד|המשך קריאה|और पढ़ें|続きを読む|阅读全文|閱讀全文|閱讀更多|查看全文"
    r"|더 ?보기|계속 읽기|อ่านต่อ"
    r"|อ่านเพิ่มเติม)"
    r".{0,300}$",
    re.IGNORECASE,
)  # fmt: skip


def without_invitation(line: str) -> str:
    """A line up to where it bids its reader read on elsewhere."""
    return _CUT_PHRASE.sub("", line)


def looks_cut(text: str, *, content: bool = False) -> bool:
    """Whether a feed's own text (plain, from `to_text`) looks like a teaser: short, ending in an ellipsis, or with
    "continue reading" at its end. That it credits its site at the end is no sign: WordPress does so under whole texts too.

    `content`: the text comes from a full-content element (``content:encoded``, Atom ``content``): shortness alone is
    then no sign above half the bound.
    """
    stripped = without_credit(text).rstrip()
    if len(stripped) < (SHORT // 2 if content else SHORT):
        return True
    lines = stripped[-600:].rsplit("\n", 2)[-2:]
    ends = (line if len(line) < _INVITES else line[-_BID:] for line in lines)
    return bool(_CUT_END.search(stripped[-20:]) or any(map(_CUT_PHRASE.search, ends)))
