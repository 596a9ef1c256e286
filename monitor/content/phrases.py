"""Cuts the boilerplate at a text's edges: headings over links to other articles, share and subscribe lines, notices
of rights.

Precision first: only whole lines, only from the edges inward, and only lines that are such a phrase or begin with one
in a form in which no sentence of an article does. What it does not know stays.
"""

from __future__ import annotations

import re
import unicodedata

from monitor.content.phrases_related import RELATED
from monitor.content.phrases_table import CREDIT, CREDIT_IN_LINE, CREDITED, MAIL, RIGHTS, SHARE, SUBSCRIBE, WHERE

_NOTICE = 220
"""Characters of a line that may be a notice or an invitation; sentences of articles with such words are mostly longer
or further in."""
_LINK = 250
"""Characters of "Leggi anche: HEADLINE"."""
_LISTED = 140
"""Characters of a headline in a list of links."""
_OWNER = 40
_TERMS = (
    "при использ",
    "при цитув",
    "при викорис",
    "перепечатка",
    "this material",
    "reproduction",
    "未经",
    "未經",
    "無断",
)
"""Openings of terms of use, which go on."""
_MAX_LISTED = 15
"""Headlines under one heading."""
_MAX_SHARE = 0.5
"""Share of a text's characters that may go: above it the text was something else, and is left whole."""

_EDGE = " \t\u00a0:.…·•*|-–—_»«›‹→←↓↑>‼!?\"'“”„()[]{}#▶►▸■●○◆★☆👉👇🔴🔵⚡️📌📲✅❗🔥✔✉"


def _plain(line: str) -> str:
    """Case, the dots of Turkish i, apostrophes' forms and the punctuation around a line taken off."""
    folded = unicodedata.normalize("NFC", line).casefold().replace("i\u0307", "i").replace("ı", "i")
    return folded.replace("’", "'").strip(_EDGE)


_HEADINGS = frozenset(_plain(phrase) for phrases in RELATED.values() for phrase in phrases)
_BUTTONS = frozenset(map(_plain, (*SHARE, *MAIL)))
_OPENING = re.compile(
    "(?:" + "|".join(sorted(map(re.escape, _HEADINGS), key=len, reverse=True)) + r")\s*(?:[:：»→>|]|-\s|–|—|\.\.\.|…)"
)
_INVITATION = re.compile(
    "(?:" + "|".join(sorted((re.escape(_plain(phrase)) for phrase in SUBSCRIBE), key=len, reverse=True)) + r")(?!\w)"
)
_WHERE = re.compile("|".join(re.escape(_plain(phrase)) for phrase in WHERE))
_RIGHTS = re.compile("|".join(re.escape(_plain(phrase) or phrase) for phrase in RIGHTS))
_READING = re.compile(
    r"(?:reading time|estimated reading time|tempo di lettura|tempo de leitura|tiempo de lectura|temps de lecture"
    r"|lesezeit|lesedauer"
    r"|leestijd|lästid|lesetid|læsetid|lukuaika|czas czytania|doba čtení|olvasási idő|timp de citire|okuma süresi"
    r"|время чтения|час читання"
    r"|χρόνος ανάγνωσης|وقت القراءة|زمان مطالعه|זמן קריאה|waktu baca)\b.{0,30}|\d{1,2} ?min(?:ute)?s? (?:read"
    r"|de lecture|de lectura|di lettura|lesezeit)"
)
_CONTACT = re.compile(
    r"(?:\S+@\S+\.\w{2,}|(?:https?://|www\.|(?:twitter|facebook|instagram|x|t)\.(?:com|me)/)\S+|@\w{3,30})"
)
_MORE_ON = re.compile(
    r"(?:popular (?:on|in)|most read (?:in|on)|trending (?:on|in)|more from|latest from|più letti (?:di|su)"
    r"|altro da|mehr von|mehr aus|plus de|más de|mais de) "
)

_TAIL = re.compile(
    r"(?:\s*(?:[-–—|(\[]\s*)?(?:©\s*)?(?:riproduzione riservata|all rights reserved)[\s.!)\]©-]*$"
    rf"|\s*(?:{CREDIT_IN_LINE})$"
    r"|\s*(?:continue reading|leggi tutto|lire la suite|weiterlesen|leer más|leia mais|читать далее|читати далі"
    r"|czytaj dalej)\s*(?:\.{3}|…|→|»|>>)?\s*$)",
    re.IGNORECASE,
)  # fmt: skip

_CREDIT = re.compile(CREDIT)

_TAIL_WORDS = (
    "riservata", "reserved", "appeared", "proviene da", "il primo su", "continue reading", "leggi tutto", "la suite",
    "weiterlesen", "leer más", "leia mais", "читать далее", "читати далі", "czytaj dalej",
)  # fmt: skip
"""One of these stands in the last `_TAIL_HINT` characters of every line that `_TAIL` shortens; looking for them first is
twenty times as fast."""
_TAIL_HINT = 160
_TAIL_LENGTH = 600
"""Characters `_TAIL` may take at most."""


def cut_boilerplate(text: str, title: str = "") -> str:
    """`text` (paragraphs parted by newlines) without the boilerplate at its edges; and without its first line where
    that is the `title`.

    Never cuts inside a paragraph but for a notice at the very end, never more than half, and leaves a text that is
    nothing but boilerplate as it is.
    """
    lines = text.split("\n")
    start, end = 0, len(lines)
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    if end > 0:
        lines[end - 1] = _without_tail(lines[end - 1])
    while end > 0 and (not lines[end - 1].strip() or is_boilerplate(lines[end - 1])):
        end -= 1
    end = _before_list(lines, end)
    heading = _plain(title)
    while start < end and (_is_boilerplate(lines[start]) or (heading and _plain(lines[start]) == heading)):
        start += 1
    left = "\n".join(lines[start:end])
    return left if len(left) >= len(text) * (1 - _MAX_SHARE) else text


def without_credit(text: str) -> str:
    """A text without what WordPress puts under it."""
    rest, _, last = text.rstrip().rpartition("\n")
    return rest if _is_credit(last) else text


def is_boilerplate(line: str) -> bool:
    """Whether a line at an article's end is none of the article's."""
    return _is_boilerplate(line) or _is_credit(line)


def _without_tail(line: str) -> str:
    """A line without the notice it ends with; the line itself when it is nothing else."""
    ending = line[-_TAIL_HINT:].casefold()
    if not any(word in ending for word in _TAIL_WORDS):
        return line
    head, tail = line[:-_TAIL_LENGTH], line[-_TAIL_LENGTH:]
    return head + _TAIL.sub("", tail) or line


def _is_credit(line: str) -> bool:
    """Whether a line is what WordPress puts under an article."""
    said = line.strip().casefold()
    return len(said) <= _TAIL_LENGTH and any(word in said for word in CREDITED) and _CREDIT.fullmatch(said) is not None


def _before_list(lines: list[str], end: int) -> int:
    """Where a heading with headlines under it begins at the end of the lines; `end` when none does."""
    for back in range(1, min(_MAX_LISTED, end - 1) + 1):
        line = lines[end - back]
        if _plain(line) in _HEADINGS and not line.rstrip().endswith("."):
            place = end - back
            while place > 0 and _is_boilerplate(lines[place - 1]):
                place -= 1
            return place
        if len(line) > _LISTED or line.rstrip().endswith((".", "!", ";", ",", "。", "।")):
            return end
    return end


def _is_boilerplate(line: str) -> bool:
    plain = _plain(line)
    if not plain:
        return bool(line.strip()) and not any(character.isalnum() for character in line)
    if plain in _HEADINGS or plain in _BUTTONS:
        return True
    if len(plain) <= _LINK and _OPENING.match(plain):
        return True
    if len(plain) > _NOTICE:
        return False
    if _READING.fullmatch(plain) or _CONTACT.fullmatch(plain):
        return True
    if _MORE_ON.match(plain) and len(plain.split()) <= 6 and line.rstrip()[-1] not in ".!?":
        return True
    if _INVITATION.match(plain):
        return bool(_WHERE.search(plain)) or len(plain.split()) <= 4
    return _is_notice(line, plain)


def _is_notice(line: str, plain: str) -> bool:
    """A line that opens with a notice of rights, with a name of at most `_OWNER` characters before it and little after."""
    if line.lstrip(" \t([").startswith(("©", "ⓒ")):
        return True
    found = _RIGHTS.search(plain)
    if found is None:
        return False
    if plain.startswith(("copyright", *_TERMS)):
        return True
    return found.start() <= _OWNER and len(plain) - found.end() <= _OWNER
