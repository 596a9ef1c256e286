"""Article pages of the suite's section C: whatever the page is, the item is stored with the feed's own text."""

from __future__ import annotations

import os
import zlib

from tests.servers import Answer

HTML = {"Content-Type": "text/html; charset=utf-8"}
SUMMARY = "The herring fleet of Skagen stays in harbour because the ice came early this year."


def page(body: str) -> Answer:
    return Answer(body=f"<html><head><title>A page</title></head><body>{body}</body></html>".encode(), headers=HTML)


PAGES: dict[str, Answer] = {
    "/c55-paragraphs": page("<p>ab</p>" * 20_000),
    "/c56-large": page("<p>The tide.</p>" * 1_500_000),
    "/c57-colspan": page(f"<table><tr><td colspan={2**53}>x</td></tr></table>"),
    "/c58-image": Answer(body=b"\x89PNG\r\n\x1a\n" + os.urandom(50_000), headers=HTML),
    "/c58-zip": Answer(body=b"PK\x03\x04" + zlib.compress(os.urandom(50_000)), headers=HTML),
    "/c59-consent": page("<h1>We value your privacy</h1><p>Accept all cookies to continue.</p><button>Accept</button>"),
    "/c59-login": page("<form><h1>Sign in</h1><input name=user><input type=password name=password></form>"),
    "/c60-crash": page("<p>CRASH-NOW</p>"),
    "/c60-memory": page("<p>EAT-NOW</p>"),
    "/c60-gone": Answer(404),
}


def feed(base: str) -> bytes:
    """One entry for each page."""
    items = "".join(
        f"<item><title>Story of {path[1:]}</title><link>{base}{path}</link><guid>{path}</guid>"
        f"<description>{SUMMARY} ({path[1:]})</description></item>"
        for path in PAGES
    )
    return f'<rss version="2.0"><channel><title>Pages</title>{items}</channel></rss>'.encode()
