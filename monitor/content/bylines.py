"""Bylines to persons' names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.content.clean import MAX_LIST, MAX_NAME
from monitor.content.htmltext import title_text

_EMAIL = re.compile(r"[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,60}){1,5}")
_EMPTY = re.compile(r"[(<\[]\s*[)>\]]")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LEAD = re.compile(
    r"^\s*(?:(?:written |reported |posted |analysis |opinion |commentary |review |story |text |words |report "
    r"|interview |fotos? |photos? )?by|di|a cura di"
    r"|por|par|von|text(?:o|e)?[: ]|autor(?:e|a|in)?\s*:|auteur\s*:|author\s*:|redactor\s*:|door|av|af|tekst\s*:"
    r"|автор\s*:?|текст\s*:?|від|от|yazan\s*:?|przez|napisał[a]?|da redação|πηγή|από τ(?:ον|ην)|作者\s*[:：]?"
    r"|文\s*[/／:：]|記者\s*[:：/／]?|记者\s*[:：/／]?|بقلم\s*:?|كتب(?:ت)?\s*:?|oleh)\s*[:：]?\s+",
    re.IGNORECASE,
)  # fmt: skip
_OFFICE = re.compile(
    r"^(?:reuters|(?:the )?associated press|ap|afp|ansa|dpa|efe|tass|interfax|ukrinform|xinhua|upi|lusa|pap|apa|cnn"
    r"|bbc(?: news)?|agen[cz]\w* \w+|admin(?:istrator)?|editors?|editorial(?: (?:team|staff|board))?"
    r"|staff(?: (?:writer|reporter)s?)?"
    r"|web ?(?:desk|master|team)|news ?(?:desk|room)|desk|guest(?: author)?|unknown|anonymous|none|null|n/?a|user"
    r"|root|author|press release|contributors?"
    r"|redazione\b.*|la redazione\b.*|redaktion\b.*|redacci[oó]n\b.*|reda[cç][aã]o\b.*|r[eé]daction\b.*"
    r"|la r[eé]daction\b.*|redactie\b.*|redakcja\b.*|redakce\b.*|redakcija\b.*|redac[tț]ia\b.*|toimitus\b.*"
    r"|redaksjonen\b.*|redaktionen\b.*|редакци[яії]\b.*|редакция\b.*"
    r"|編集部|编辑部|編輯部|小编|admin\d*|.*\b(?:staff|newsroom|news desk|editorial team|webmaster|noreply|no-reply))$",
    re.IGNORECASE,
)  # fmt: skip
_MONTH = r"(?:jan|feb|f[eé]v|mar|apr|avr|abr|ma[iyg]|jun|giu|jui|jul|lug|aug"
_MONTH += r"|aoû|ago|sep|set|oct|okt|ott|out|nov|dec|dez|déc|dic)[a-zé]*"
_DATE = re.compile(
    rf"\b\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b.*|\b\d{{1,2}}(?:st|nd|rd|th|\."
    rf"|º)? (?:de )?{_MONTH}\.?(?: de)? \d{{4}}.*|\b{_MONTH}\.? \d{{1,2}},? \d{{4}}.*|\b\d{{1,2}}[:h]\d{{2}}\b.*"
    rf"|\b(?:updated|published|aggiornato|pubblicato|publié|actualizado|publicado|veröffentlicht|aktualisiert)\b.*",
    re.IGNORECASE,
)  # fmt: skip
_TAIL = re.compile(
    r"\s*(?:\||–|—|\s-\s|•|·|/(?=\s)).*$|\s*,\s*(?:senior |chief |staff |political |special |foreign |deputy "
    r"|associate |executive |managing )*"
    r"(?:editor|reporter|correspondent|writer|columnist|contributor|analyst|producer|journalist|giornalista"
    r"|corrispondente|redattore|periodista|journaliste|redakteur(?:in)?|korrespondent(?:in)?|jornalista|ap|afp"
    r"|reuters|cnn|bbc(?: news)?|associated press)\b.*$",
    re.IGNORECASE,
)  # fmt: skip
_MONTH_LEFT = re.compile(
    r"\s+(?:january|february|march|april|june|july|august|september|october|november|december)$", re.IGNORECASE
)
_SPLIT = re.compile(
    r"\s*(?:;|、|，|\s+(?:and|und|et|y|e|i|og|och|en|и|та|і|ve|dan|&|with|con|mit|avec)\s+|\s*&\s*|\s*\+\s*)\s*",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*,\s*")
_LETTER = re.compile(r"[^\W\d_]")
_MAX_WORDS = 6
"""Words of one person's name; longer is a sentence."""


def names(written: Iterable[str]) -> tuple[str, ...]:
    """Persons named in bylines, in order and once each.

    "By", "di", "von" … dropped; several names parted; e-mail addresses, URLs, dates, roles and offices ("Redazione di
    …", "admin") are no persons. At most `MAX_LIST`.

    >>> names(["By Anna Rossi and Jean-Luc Petit, Reuters", "Redazione di Roma"])
    ('Anna Rossi', 'Jean-Luc Petit')
    """
    found: dict[str, None] = {}
    for line in written:
        for name in _of_line(line):
            found.setdefault(name)
    return tuple(found)[:MAX_LIST]


def _of_line(line: str) -> list[str]:
    text = title_text(line[:2_000])
    in_brackets = re.match(r"^\s*\S+@\S+\s+\(([^()]{2,100})\)\s*$", text)  # RSS 2.0: "address (name)"
    if in_brackets:
        text = in_brackets.group(1)
    text = _EMPTY.sub(" ", _URL.sub(" ", _EMAIL.sub(" ", text)))
    text = _LEAD.sub("", text.strip(" \t,;:|-–—•·"))
    text = _MONTH_LEFT.sub("", _TAIL.sub("", _DATE.sub("", text)))
    people: list[str] = []
    for part in _SPLIT.split(text):
        pieces = _COMMA.split(part)
        # "Rossi, Anna" is one person, "Anna Rossi, Jean Petit" are two.
        whole = len(pieces) == 2 and all(" " not in piece for piece in pieces)
        people += [" ".join(reversed(pieces))] if whole and all(pieces) else pieces
    return [name for person in people if (name := _person(person))]


def _person(written: str) -> str | None:
    name = _LEAD.sub("", written + " ").strip(' \t,;:|-–—•·*"“”()[]@')
    if not name or len(name) > MAX_NAME or not _LETTER.search(name) or len(name) < 2:
        return None
    return None if len(name.split()) > _MAX_WORDS or _OFFICE.match(name) else name
