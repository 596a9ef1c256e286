"""Feeds of the suite's section A: for each its bytes and what is to come of them.

`entries` are the items it must leave behind, `error` a part of what `monitor feeds` must say of it (None: nothing).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

PRIVATE_PORT = "{private}"
"""Stands for the port of the private service that nobody may reach."""


@dataclass(frozen=True)
class Case:
    """One hostile document."""

    body: Callable[[], bytes]
    entries: int
    error: str | None = None
    kind: str = "application/rss+xml"
    failed: bool = False


def item(title: str = "", more: str = "", guid: str = "") -> str:
    return f"<item><title>{title}</title>{f'<guid>{guid}</guid>' if guid else ''}{more}</item>"


def rss(items: str, head: str = "") -> bytes:
    text = f'{head}<rss version="2.0"><channel><title>Tide</title>{items}{item("The good entry", guid="g")}</channel></rss>'
    return text.encode("utf-8", "surrogatepass")


def told(text: str, size: int) -> str:
    return f"<description>{text * size}</description>"


_LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE l [<!ENTITY l0 "lol">{_LOL}]>'
JSON = {"version": "https://jsonfeed.org/version/1.1", "title": "Tide", "items": [{"id": "1", "content_text": "One"}]}
_ENTITY = '<!DOCTYPE l [<!ENTITY a "' + "x" * 1_000_000 + '">]>'


def _private(doctype: str) -> Callable[[], bytes]:
    return lambda: rss(item("&a;"), doctype)


def _refused(head: str, items: str = "") -> Case:
    return Case(lambda: rss(items or item("&l9;"), head), 0, "refused", failed=True)


def _not_a_feed(body: bytes, error: str, kind: str = "application/rss+xml") -> Case:
    return Case(lambda: body, 0, error, kind, failed=True)


def _encoded(encoding: str, body: bytes, entries: int = 1, error: str | None = "") -> Case:
    return Case(lambda: f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + body, entries, error)


CASES: dict[str, Case] = {
    "a01-path": _not_a_feed(b"/etc/passwd", "not a feed"),
    "a02-device": _not_a_feed(b"/dev/zero", "not a feed"),
    "a03-address": _not_a_feed(f"http://127.200.0.1:{PRIVATE_PORT}/".encode(), "not a feed"),
    "a04-laughs": _refused(LAUGHS),
    "a05-entity": _refused(_ENTITY, item("&a;" * 2_000)),
    "a06-xxe-file": _refused('<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]>', item("&a;")),
    "a06-xxe-http": _refused(f'<!DOCTYPE l [<!ENTITY a SYSTEM "http://127.200.0.1:{PRIVATE_PORT}/">]>', item("&a;")),
    "a06-xxe-parameter": _refused(f'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.200.0.1:{PRIVATE_PORT}/"> %p;]>'),
    "a07-hidden": _refused("<!-- <x -->" + LAUGHS),
    "a08-blank-lines": Case(lambda: rss("", "\n" * 200_000), 1),
    "a09-comments": Case(lambda: rss(item("One", told("<!--", 100_000), "1")), 1, ""),
    "a10-attributes": Case(lambda: rss("<item " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"), 2, "lost them"),
    "a11-style": Case(lambda: rss(item("One", f"<description>&lt;p style='color{' ' * 80_000}'&gt;x</description>", "1")), 2),
    "a12-author": Case(lambda: rss(item("One", f"<author>{'a@' + 'a.' * 32_000}</author>", "1")), 2),
    "a13-nesting": Case(lambda: rss(item("One", told("&lt;div&gt;", 100_000), "1")), 2),
    "a13-nesting-xml": Case(lambda: rss("<x>" * 100_000), 1, ""),
    "a14-too-large": Case(lambda: rss(told("x", 51_000_000)), 0, "more than", failed=True),
    "a15-million": Case(lambda: b"<rss><channel>" + b"<item/>" * 1_000_000 + b"</channel></rss>", 0, "too many entries"),
    "a16-references": Case(lambda: rss(item("a&#xD800;b&#x110000;c&#99999999999;d", guid="1")), 2, ""),
    "a17-controls": Case(lambda: rss(item("NUL\x00 C1\x9b2J ESC\x1b[2J bidi\u202e end\ufffe", guid="1")), 2, ""),
    "a18-punycode": _encoded("punycode", rss("")),
    "a18-utf16-lie": _encoded("utf-16", rss("")),
    "a18-unknown": _encoded("no-such-codec", rss("")),
    "a18-bom": Case(lambda: b"\xff\xfe" + rss(""), 1, ""),
    "a19-truncated": Case(lambda: rss(item("One", guid="1") + item("Two", guid="2"))[:130], 2, "not well-formed"),
    "a20-empty": _not_a_feed(b"", "empty body"),
    "a20-white": _not_a_feed(b" \n\t" * 1_000, "empty body"),
    "a20-html": _not_a_feed(b"<html><head><title>Hi</title></head></html>", "an HTML page", "text/html"),
    "a20-pdf": _not_a_feed(b"%PDF-1.7 ...", "a PDF document"),
    "a20-json": Case(lambda: json.dumps(JSON).encode(), 1, kind="application/feed+json"),
    "a21-dates": Case(
        lambda: rss(
            "".join(
                item(f"Day {n}", f"<pubDate>{date}</pubDate>", f"{n}")
                for n, date in enumerate(["Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
                                          "Mon, 30 Feb 2026 10:00:00 GMT", "", "2099-01-01T00:00:00Z", "-0001-01-01"])
            )
        ),
        7,
    ),
    "a22-one-guid": Case(
        lambda: rss("".join(item(f"Story {n}", f"<link>http://n.example/{n}</link>", "same") for n in range(100))), 101
    ),
    "a25-huge": Case(
        lambda: rss(
            item("T" * 9_000_000, guid="1") + item("Link", f"<link>http://n.example/{'a' * 500_000}</link>", "2")
        ),
        3,
        "",
    ),
    "a25-tags": Case(lambda: rss(item("Tags", "".join(f"<category>c{n}</category>" for n in range(50_000)), "1")), 2, ""),
    "e77-crash": Case(lambda: rss(item("CRASH-NOW")), 0, "crashed", failed=True),
    "e77-memory": Case(lambda: rss(item("EAT-NOW")), 0, "memory", failed=True),
}  # fmt: skip
