"""A document read in portions gives, taken together, what it gives whole."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from monitor.content.feeds import parse_feed
from monitor.content.feeds_cut import NOTHING
from monitor.core.portions import Portion
from monitor.errors import ReadError
from monitor.model import Entry, ParsedFeed
from tests.corpus import DATA

URL = "https://news.example.org/feed"
SHAPES = (
    "<item><title>{}</title></item>",
    "<item/>",
    "<item x='1' />",
    "<item><m:item>{}</m:item><title>{}</title></item>",
    "<item><m:item/><m:item><m:item>{}</m:item></m:item></item>",
    "<item><title><![CDATA[</item> {}]]></title></item>",
    "<ITEM><title>{}</title></ITEM >",
    "<m:item><title>{}</title></m:item>",
)


def portions(body: bytes, most: int) -> list[ParsedFeed]:
    """As many as it says there are."""
    read = [parse_feed(body, URL, {}, NOTHING, Portion(0, most))]
    while read[-1].left:
        read.append(parse_feed(body, URL, {}, NOTHING, Portion(len(read) * most, most)))
    return read


def together(read: list[ParsedFeed]) -> tuple[Entry, ...]:
    return tuple(entry for feed in read for entry in feed.entries)


@given(st.lists(st.sampled_from(SHAPES), max_size=30), st.integers(1, 12), st.text("<> a", max_size=5))
def test_each_portion_is_well_formed_and_none_is_lost_or_twice(shapes: list[str], most: int, word: str) -> None:
    written = [shape.format(n, n) for n, shape in enumerate(shapes)]
    quoted = word.replace("<", "&lt;").replace(">", "&gt;")
    document = f"<rss xmlns:m='m'><channel><title>{quoted}</title>{''.join(written)}<link>after</link></channel></rss>"
    found: list[str] = []
    for begin in range(0, len(written) + most, most):
        text, left = Portion(begin, most).of_document(document)
        channel = etree.fromstring(text.encode())[0]
        inside = [child for child in channel if etree.QName(child).localname.lower() == "item"]
        assert [child.text for child in channel if child not in inside] == [word or None, "after"]
        found += [etree.tostring(child) for child in inside]
        assert left == max(len(written) - begin - most, 0)
    whole = etree.fromstring(document.encode())[0]
    assert found == [etree.tostring(child) for child in whole if etree.QName(child).localname.lower() == "item"]


@given(st.integers(0, 25), st.integers(1, 9))
def test_of_json_feeds_and_sitemaps_too(count: int, most: int) -> None:
    items = [{"id": str(n), "title": f"Report {n}"} for n in range(count)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}).encode()
    for document in (body, body[:-30] if count else body):
        try:
            whole = parse_feed(document, URL, {})
        except ReadError:
            continue
        assert together(portions(document, most)) == whole.entries
    news = "".join(
        f"<url><loc>https://news.example.org/{n}</loc><n:news><n:title>Report {n}</n:title></n:news></url>"
        for n in range(count)
    )
    sitemap = f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{news}</urlset>'.encode()
    assert [entry.title for entry in together(portions(sitemap, most))] == [f"Report {n}" for n in range(count)]


@pytest.mark.parametrize("tail", ["", "</channel></rss>"], ids=["cut off", "never closed"])
def test_entries_that_are_never_closed_begin_where_they_say(tail: str) -> None:
    body = "<rss><channel><title>t</title>" + "".join(f"<item><title>Report {n}</title>" for n in range(300)) + tail
    read = portions(body.encode(), 80)
    assert len(read) == 4
    assert {entry.title for entry in together(read)} >= {f"Report {n}" for n in range(300)}


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")
@pytest.mark.parametrize("most", [7, 25])
def test_real_feeds_in_portions_are_what_they_are_whole(most: int) -> None:
    differ = []
    for path in sorted((DATA / "feeds").glob("*.gz")):
        body = gzip.decompress(path.read_bytes())
        whole = parse_feed(body, URL, {})
        if together(portions(body, most)) != whole.entries:
            differ.append(path.name)
    assert differ == []
