"""Text that strangers wrote, made safe to store: no NUL, no control characters, no lone surrogates, bounded in length.

Escaping for HTML, mail headers, logs or SQL is the business of whoever writes there; this is only what no place can
hold
(PostgreSQL refuses NUL, SQLite's binding refuses lone surrogates) or what misleads every reader (bidi overrides).
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from monitor.core.wrapped import unwrapped

# What `[limits]` may at most be set to; what it is set to is cut, and told, where an article is finished.
MAX_TITLE = 5_000
"""Characters of a title: a 10 MB title costs no more than this."""
MAX_TEXT = 1_000_000
"""Characters of an article's text."""
MAX_HTML = 2_000_000
"""Characters of an entry's HTML kept before it becomes text."""
MAX_NAME = 200
"""Characters of a person's name, a tag or a language code's field."""
MAX_URL = 8_000
"""Characters of a URL; servers refuse longer request lines (nginx and Apache take 8 kB)."""
MAX_LIST = 50
"""Authors of one entry."""
MAX_TAGS = 200
"""The publisher's tags of one entry."""
MAX_TAG = 80
"""Characters of a tag that the configuration gives."""

# C0 without tab, LF and CR; DEL; C1 without NEL; lone surrogates; byte order mark; non-characters; the two bidi
# overrides.
_NOWHERE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff\u202d\u202e]"
)
# In one line (title, name) bidi embeddings and isolates have no business either: unclosed, they turn what follows
# around.
_NOT_IN_LINE = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WITHOUT_PICTURES = 10_000
_PICTURE = re.compile(r"base64,\s*(?:[A-Za-z0-9+/=%_-]{60,}\s*)+")
"""In lines of 60 characters and more, as no prose is."""
_UNSEEN = "\u00ad\u034f\u200b\u200c\u200d\u2060"
_FILLER = re.compile(f"(?: ?[{_UNSEEN}]+(?: |$)){{3,}}")
"""What newsletters fill their preview with, so that a mailbox shows no more of them."""
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_ANY_SPACE = re.compile(r"\s+")


def drop_controls(text: str) -> str:
    """`text` without the characters no store or reader should get; line ends become LF."""
    if text.isascii() and text.replace("\n", " ").isprintable():  # as most are; ten times as fast to see
        return text
    return _NOWHERE.sub("", _BREAKS.sub("\n", text))


def markup(text: str) -> str:
    """HTML as a feed has it, at most `MAX_HTML` characters, without pictures: one of 2 MB may stand before all of an article."""
    return drop_controls(without_pictures(text)[:MAX_HTML])


def without_pictures(text: str) -> str:
    """HTML without the pictures that are written into it."""
    return _PICTURE.sub("base64,", text) if len(text) > _WITHOUT_PICTURES and "base64," in text else text


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """One line of plain text: white space collapsed, bidi controls gone, at most `limit` characters."""
    flat = _NOT_IN_LINE.sub("", drop_controls(text[: limit * 20]))
    return " ".join(flat.split())[:limit].rstrip()


def as_tag(text: str) -> str:
    """`text` as a tag that may be configured: one line without commas, which part tags, and without what is not seen; ""
    when nothing is left."""
    seen = "".join(char for char in one_line(text.replace(",", " ")) if char.isprintable())
    return " ".join(seen.split())[:MAX_TAG].rstrip()


def paragraphs(text: str, limit: int = MAX_TEXT) -> str:
    """Plain text in paragraphs parted by one newline each: white space collapsed, empty lines gone, at most `limit`
    characters."""
    text = drop_controls(text[: limit * 4])
    lines = (" ".join(line.split()) for line in text.split("\n"))
    if not text.isascii() and any(sign in text for sign in _UNSEEN):  # looking for fillers costs more than all the rest
        lines = (_FILLER.sub("", line) for line in lines)
    return "\n".join(line for line in lines if line)[:limit].rstrip()


_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w./~+,:@!$*'()%=-]*", re.ASCII)
"""Absolute, lower-case, without port, query or fragment: as most links are, and nothing to mend."""


_SCHEME = re.compile(r"(?:https?:/*)?(https?):/+(?=[^/])", re.IGNORECASE)
"""Said twice (``https://https://…``, as templates do that are given a whole address for a host), or with other than two slashes,
which browsers take for two."""


def web_url(href: str | None, base: str = "") -> str | None:
    """`href` as an absolute http or https URL, joined to `base`; None for anything else (``javascript:``, ``data:``,
    nonsense, 1 MB of it)."""
    if not href or len(href) > MAX_URL:
        return None
    if _PLAIN_URL.fullmatch(href):
        return href
    cleaned = _ANY_SPACE.sub("%20", drop_controls(href).replace("\n", "").replace("\t", "").strip())
    if cleaned[:4].lower() == "www.":
        cleaned = "https://" + cleaned
    if twice := _SCHEME.match(cleaned):
        cleaned = f"{twice[1]}://{cleaned[twice.end() :]}"
    try:
        written = urlsplit(cleaned)
        if written.scheme and not written.netloc:
            return None
        joined = urljoin(base, cleaned)
        parts = urlsplit(joined)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if not usable or len(joined) > MAX_URL or "\\" in parts.netloc:
        return None
    return parts.scheme + joined[len(parts.scheme) :]


def bare(text: str) -> str:
    """Letters and digits alone, without case: what is compared of names and headlines."""
    return re.sub(r"[\W_]+", "", text).casefold()


def article_link(href: str | None, base: str = "") -> str | None:
    """As `web_url`, of an article's address: what only leads on to it (`core.wrapped`) is left out."""
    url = web_url(href, base)
    return url and (web_url(unwrapped(url)) or url)


def feed_url(href: str | None, base: str = "") -> str | None:
    """As `web_url`, of a feed's address: ``feed:https://…`` and ``feed://…`` are meant too, as some readers write them."""
    written = (href or "").strip()
    if written[:7].lower() == "feed://":
        return web_url("http://" + written[7:], base)
    return web_url(written[5:] if written[:5].lower() == "feed:" else href, base)
