"""The feed channel: what a reader makes of its files."""

from __future__ import annotations

import io
import os
from pathlib import Path

import feedparser  # the reader
from lxml import etree

from monitor.adapters.atomfile import AtomFileSender
from monitor.content.look import Look
from monitor.model import Deferred, Delivered, FeedChannel, Message
from tests.messages import a_message


def read(path: Path) -> feedparser.FeedParserDict:
    body = path.read_bytes()
    etree.fromstring(body)  # well-formed, strictly
    parsed = feedparser.parse(io.BytesIO(body))  # noqa: TID251  as a reader would
    assert not parsed.bozo
    return parsed


async def test_each_watchlist_has_its_file_the_newest_at_the_top(tmp_path: Path) -> None:
    sender = AtomFileSender(FeedChannel("out", tmp_path / "feeds"), Look())
    for number in range(3):
        assert await sender.send(a_message(f"alert-{number}", number=number)) == Delivered()
    await sender.send(a_message("alert-9", watchlist="ports"))
    feed = read(tmp_path / "feeds" / "ships.atom")
    assert [entry.id for entry in feed.entries] == [f"urn:monitor:alert:alert-{number}" for number in (2, 1, 0)]
    assert feed.feed.title == "Ships"
    assert feed.feed.id == "urn:monitor:watchlist:ships"
    entry = feed.entries[0]
    assert (entry.title, entry.link) == ("Harbour reopens", "https://example.org/item-alert-2")
    assert "freighters</mark>" in (tmp_path / "feeds" / "ships.atom").read_text().replace("&lt;", "<").replace(
        "&gt;", ">"
    )
    assert len(read(tmp_path / "feeds" / "ports.atom").entries) == 1


async def test_a_message_that_comes_again_adds_nothing(tmp_path: Path) -> None:
    sender = AtomFileSender(FeedChannel("out", tmp_path), Look())
    await sender.send(a_message())
    before = (tmp_path / "ships.atom").read_bytes()
    await sender.send(a_message())
    assert (tmp_path / "ships.atom").read_bytes() == before


async def test_only_so_many_entries_stay(tmp_path: Path) -> None:
    sender = AtomFileSender(FeedChannel("out", tmp_path, entries=2), Look())
    for number in range(4):
        await sender.send(a_message(f"alert-{number}", number=number))
    assert [entry.id[-1] for entry in read(tmp_path / "ships.atom").entries] == ["3", "2"]


async def test_strangers_text_breaks_neither_the_file_nor_a_page(tmp_path: Path) -> None:
    sender = AtomFileSender(FeedChannel("out", tmp_path), Look())
    title = "<script>alert(1)</script> ]]> & \x00\x1b[31m\ud800\uffff\u202e"
    await sender.send(
        a_message(title=title, text=title + " freighters </blockquote><img src=x onerror=y>", url="javascript:x")
    )
    (entry,) = read(tmp_path / "ships.atom").entries
    assert "links" not in entry or entry.links == []
    body = (tmp_path / "ships.atom").read_text()
    assert "<script" not in body
    assert "&lt;img" not in body  # escaped twice: markup in the content is text


async def test_a_broken_file_is_begun_anew_and_a_digest_goes_to_each_file(tmp_path: Path) -> None:
    (tmp_path / "ships.atom").write_text("<feed><entry>")
    one, two = a_message("alert-1"), a_message("alert-2", watchlist="ports")
    await AtomFileSender(FeedChannel("out", tmp_path), Look()).send(
        Message("digest-1", one.parts + two.parts, digest=True)
    )
    assert len(read(tmp_path / "ships.atom").entries) == len(read(tmp_path / "ports.atom").entries) == 1
    assert sorted(os.listdir(tmp_path)) == [".lock", "ports.atom", "ships.atom"]


async def test_a_place_that_cannot_be_written_defers() -> None:
    assert isinstance(
        await AtomFileSender(FeedChannel("out", Path("/proc/nowhere")), Look()).send(a_message()), Deferred
    )
