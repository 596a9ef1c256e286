"""Commands that look into a store, on documents imported through the command line."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.clock import SystemClock
from monitor.adapters.sqlite import SqliteStore
from monitor.cli.root import monitor
from tests.builders import NOON, an_item

SECOND = timedelta(seconds=1)
WIRE = (
    "Freighters left the northern basin on Tuesday after eleven days at anchor, the harbour authority said. "
    "Tugs worked through the night and pilots expect normal traffic by the end of the week. "
    "Insurers put the cost of the closure at forty million, a broker in Rotterdam told the agency."
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*arguments: str, code: int = 0) -> Result:
        result = runner.invoke(monitor, list(arguments))
        assert result.exit_code == code, result.output
        return result

    call("init")
    (tmp_path / "config" / "watchlists" / "ships.toml").write_text(
        'query = "freighter* NEAR/5 basin"\ntags = ["shipping"]\n'
    )
    documents: list[dict[str, Any]] = [
        {"id": "first", "title": "Harbour reopens", "text": WIRE},
        {"id": "second", "title": "Basin clear again", "text": "Editor's note: from the wire. " + WIRE},
        {
            "id": "third",
            "title": "Football",
            "text": "The home side won by two goals in a match that nobody will remember.",
        },
    ]
    (tmp_path / "known.jsonl").write_text("\n".join(map(json.dumps, documents)))
    call("import", "known.jsonl")
    return call


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_imported_documents_keep_their_ids_and_are_compared(run: Callable[..., Result]) -> None:
    by_id = {item["id"]: item for item in records(run("items", "--json"))}
    assert set(by_id) == {"first", "second", "third"}
    assert (by_id["second"]["copy_of"], by_id["second"]["story"]) == ("first", "first")
    assert by_id["first"]["url"] is None
    assert by_id["first"]["tags"] == ["shipping"]
    assert by_id["third"]["watchlists"] == []
    assert [item["id"] for item in records(run("items", "--json", "--no-copies"))] == ["third", "first"]


def test_importing_again_changes_nothing(run: Callable[..., Result]) -> None:
    before = records(run("items", "--json"))
    assert records(run("import", "known.jsonl", "--json"))[0]["known"] == 3
    assert records(run("items", "--json")) == before


def test_a_query_lists_what_it_matches(run: Callable[..., Result]) -> None:
    assert {item["id"] for item in records(run("items", "tugs OR pilots", "--json"))} == {"first", "second"}
    assert [item["id"] for item in records(run("items", "title:football", "--json"))] == ["third"]
    assert records(run("items", "--watchlist", "ships", "--limit", "1", "--json"))[0]["watchlists"] == ["ships"]
    assert "^" in run("items", "(tugs", code=2).stderr


def test_show_tells_the_story_and_the_words(run: Callable[..., Result]) -> None:
    shown = run("show", "second").stdout
    assert "copy of       first: containment" in shown
    (record,) = records(run("show", "first", "--json"))
    match = record["matches"][0]["matches"][0]
    assert record["text"][match["start"] : match["end"]] == match["text"] == "Freighters"
    assert [one["id"] for one in record["story_items"]] == ["first", "second"]


def test_why_and_try_explain(run: Callable[..., Result]) -> None:
    said = run("why", "third", "ships").stdout
    assert "✗ freighter* NEAR/5 basin" in said
    assert "no alert: it does not match" in said
    assert (
        "imported" in run("why", "first", "ships").stdout or "names no channel" in run("why", "first", "ships").stdout
    )
    tried = run("try", "tugs").stdout
    assert tried.startswith("2 items match, 0 alerts")
    assert "search index" in tried
    assert run("try", "--watchlist", "ships").stdout.startswith("2 items match")
    run("try", code=2)


def test_a_tag_that_a_watchlist_gives_is_the_same_to_all_who_ask(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "config" / "watchlists" / "asks.toml").write_text('query = "tag:shipping"\n')
    (tmp_path / "new.jsonl").write_text(
        json.dumps({"id": "new", "title": "Left", "text": "A freighter left the basin."})
    )
    run("import", "new.jsonl")
    assert records(run("items", "--watchlist", "asks", "--json"))[0]["id"] == "new"
    assert [one["id"] for one in records(run("items", "tag:shipping", "--json"))] == ["new", "second", "first"]
    assert run("try", "tag:shipping").stdout.startswith("3 items match")
    assert run("try", "--watchlist", "asks").stdout.startswith("3 items match")
    assert "✓ tag:shipping" in run("why", "new", "asks").stdout
    assert "✗ tag:shipping" in run("why", "third", "asks").stdout


def test_a_story_is_told_with_what_each_copy_changed(run: Callable[..., Result]) -> None:
    shown = run("show", "second").stdout
    assert "copy of       first: containment" in shown
    assert re.search(r"story +first +first", shown)
    assert re.search(r"story +\+\S+ +second .*another headline, 1 paragraph reworded", shown)
    (told,) = records(run("show", "second", "--json"))
    assert [(one["id"], one["site"]) for one in told["story_items"]] == [("first", "import"), ("second", "import")]
    assert told["story_items"][1]["changes"]["title"] == ["Harbour reopens", "Basin clear again"]


def test_a_wrong_merge_is_undone(run: Callable[..., Result]) -> None:
    run("split", "first", code=2)
    run("split", "second")
    by_id = {item["id"]: item for item in records(run("items", "--json"))}
    assert (by_id["second"]["copy_of"], by_id["second"]["story"]) == (None, "second")


def test_opml_goes_in_once_and_comes_out(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "in.opml").write_text(
        '<opml version="2.0"><body><outline text="agencies"><outline type="rss" xmlUrl="https://a.example/feed"/>'
        '<outline type="rss" xmlUrl="https://b.example/feed"/></outline></body></opml>'
    )
    assert "2 added" in run("feeds", "import", "in.opml").stdout
    assert "0 added" in run("feeds", "import", "in.opml").stdout
    feeds = records(run("feeds", "--json"))
    assert [feed["url"] for feed in feeds] == ["https://a.example/feed", "https://b.example/feed"]
    assert feeds[0]["tags"] == ["agencies"]
    assert 'xmlUrl="https://a.example/feed"' in run("feeds", "export").stdout


def test_a_secret_url_is_shown_nowhere(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIVATE_FEED", "http://127.0.0.1:9/S3cret/feed?of=S3cret")
    feeds = '[[feed]]\nid = "private"\nurl_env = "PRIVATE_FEED"\n[[feed]]\nid = "a"\nurl = "http://127.0.0.1:9/a"\n'
    (tmp_path / "config" / "feeds.toml").write_text(feeds)
    polled = run("poll", code=1)
    listed, exported = run("feeds", "--json"), run("feeds", "export")
    assert [feed["url"] for feed in records(listed)] == ["http://127.0.0.1:9/***", "http://127.0.0.1:9/a"]
    assert 'xmlUrl="http://127.0.0.1:9/a"' in exported.stdout
    assert exported.stderr == "monitor: private: left out, its URL is a secret\n"
    told = "".join(one.output for one in (polled, listed, exported, run("feeds"), run("status", code=1)))
    assert "S3cret" not in told
    assert not [path for path in (tmp_path / "var").iterdir() if b"S3cret" in path.read_bytes()]


def test_an_exported_list_keeps_its_ids_where_it_is_taken_in(run: Callable[..., Result], tmp_path: Path) -> None:
    feeds = tmp_path / "config" / "feeds.toml"
    feeds.write_text(
        '[[feed]]\nid = "ansa"\nurl = "https://a.example/a-b"\ntags = ["italy"]\n[[feed]]\nurl = "https://a.example/a/b"\n'
    )
    before = {(feed["id"], feed["url"], *feed["tags"]) for feed in records(run("feeds", "--json"))}
    exported = run("feeds", "export").stdout
    (tmp_path / "config" / "out.opml").write_text(exported)
    feeds.write_text("")
    assert "2 added" in run("feeds", "import", "config/out.opml").stdout
    assert {(feed["id"], feed["url"], *feed["tags"]) for feed in records(run("feeds", "--json"))} == before
    assert "0 added" in run("feeds", "import", "config/out.opml").stdout
    (tmp_path / "config" / "feeds" / "imported.toml").unlink()
    feeds.write_text('opml = ["out.opml"]\n')
    assert {(feed["id"], feed["url"], *feed["tags"]) for feed in records(run("feeds", "--json"))} == before
    (tmp_path / "config" / "out.opml").write_text(exported.replace('"ansa"', '"An id!"'))
    assert "well: 2 feeds" in run("check").stdout


def test_what_a_configured_opml_list_has_beyond_feeds_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "config" / "feeds.toml").write_text('opml = ["list.opml"]\n')
    outlines = '<outline xmlUrl="ftp://u:secret@a.example/feed"/><outline type="rss" xmlUrl="https://b.example/feed"/>'
    (tmp_path / "config" / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    said = run("check").stdout
    assert "well: 1 feeds" in said
    assert "list.opml: left out, no http or https URL: ftp://" in said
    assert "secret" not in said


def test_a_site_with_more_feeds_than_it_may_be_asked_for_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    feeds = "".join(f'[[feed]]\nurl = "https://video.example/{number}"\nevery = "1m"\n' for number in range(70))
    (tmp_path / "config" / "feeds.toml").write_text(feeds)
    said = run("check").stdout
    assert "well: 70 feeds" in said
    assert "video.example: its 70 feeds ask for 1.2 requests a second" in said


def test_of_a_damaged_opml_list_what_can_be_read_goes_in_and_the_line_is_told(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    outline = '<outline type="rss" xmlUrl="https://{}.example/feed"/>\n'
    (tmp_path / "in.opml").write_text(f"<opml>\n<body>\n{outline.format('a')}{outline.format('b')}<outl")
    result = run("feeds", "import", "in.opml")
    assert "2 added" in result.stdout
    assert "in.opml:5: not well-formed XML" in result.stderr


def test_init_never_overwrites(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "config" / "monitor.toml").write_text("# mine\n")
    run("init")
    assert (tmp_path / "config" / "monitor.toml").read_text() == "# mine\n"


def test_status_without_a_daemon_is_not_well(run: Callable[..., Result]) -> None:
    assert "the daemon has never run" in run("status", code=1).stdout
    assert records(run("status", "--json", code=1))[0]["well"] is False


def test_a_date_that_utc_cannot_hold_is_told_and_the_rest_is_stored(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "dates.jsonl").write_text(
        '{"title": "Too early", "text": "a", "published_at": "0001-01-01T00:00:00+14:00"}\n'
        '{"title": "In time", "text": "b", "published_at": "2026-01-01T08:00:00+02:00"}\n'
    )
    assert "dates.jsonl:1: published_at" in run("import", "dates.jsonl", code=1).stderr
    assert "2026-01-01T06:00:00Z" in {item["published_at"] for item in records(run("items", "--json"))}


def test_a_channel_that_is_down_shows_in_status(run: Callable[..., Result], tmp_path: Path) -> None:
    with (tmp_path / "config" / "monitor.toml").open("a") as settings:
        settings.write('[channels.ops]\ntype = "webhook"\nurl = "https://ops.example.org/hook"\n')
    store = SqliteStore(tmp_path / "var" / "monitor.db")
    store.note("channel:ops", "HTTP 500", NOON)
    store.note("channel:removed", "HTTP 500", NOON)
    store.close()
    assert records(run("status", "--json", code=1))[0]["warnings"] == ["channel ops: down: HTTP 500"]


def test_status_looks_beside_a_configuration_with_mistakes(run: Callable[..., Result], tmp_path: Path) -> None:
    watchlists = tmp_path / "config" / "watchlists"
    (watchlists / "bad.toml").write_text('query = "a AND"\n')
    (watchlists / "worse.toml").write_text("quary = 'a'\n")
    (health,) = records(run("status", "--json", code=1))
    assert health["items"] == 3
    told = " ".join(health["problems"])
    assert "bad.toml:1: query" in told
    assert "worse.toml:1" in told
    assert "\nwatchlists " not in run("status", code=1).stdout, "how many a daemon has is not known"
    (tmp_path / "config" / "monitor.toml").write_text("store = [\n")
    run("status", code=78)  # where to look is not known


def test_who_polls_by_hand_keeps_texts_no_longer_than_configured(run: Callable[..., Result], tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "feeds.toml").write_text("")
    (config / "monitor.toml").write_text('[retention]\nitems = "30d"\n')
    run("poll")
    assert all(item["text"] for item in records(run("items", "--json")))
    with closing(sqlite3.connect(tmp_path / "var" / "monitor.db")) as db, db:
        db.execute("UPDATE items SET first_seen_at = 0 WHERE id = 'first'")
        db.execute("DELETE FROM notes")
    run("poll")
    kept = {item["id"]: bool(item["text"]) for item in records(run("items", "--json"))}
    assert kept == {"first": False, "second": True, "third": True}


def test_try_counts_the_article_after_its_teaser(run: Callable[..., Result], tmp_path: Path) -> None:
    """A copy, where it came in when no watchlist asked for it; a watchlist would have told of it."""
    now = SystemClock().now()
    items = [
        an_item("teaser", text=WIRE, first_seen_at=now),
        an_item("whole", text=f"{WIRE} A salvage crew came. " * 3, first_seen_at=now + SECOND, story="teaser", copy_of="teaser"),
        an_item("again", text=f"{WIRE} A salvage crew came. " * 3, first_seen_at=now + 2 * SECOND, story="teaser", copy_of="whole"),
        an_item("short", text=f"{WIRE} A dredger came.", first_seen_at=now + 3 * SECOND, story="teaser", copy_of="teaser"),
    ]  # fmt: skip
    store = SqliteStore(tmp_path / "var" / "monitor.db")
    with store.transaction() as tx:
        for item in items:
            tx.add_item(item, {f"key:{item.id}": ""})
    store.close()
    assert run("try", "salvage").stdout.startswith("2 items match, 1 alerts")
    assert run("try", "dredger").stdout.startswith("1 items match, 0 alerts")
    assert run("try", "tugs AND since_nothing").stdout.startswith("0 items match, 0 alerts")


def test_an_item_without_a_title_is_listed_by_its_first_words(run: Callable[..., Result], tmp_path: Path) -> None:
    post = {"id": "post", "title": "", "text": "Pilots of the harbour\nexpect a storm before noon."}
    (tmp_path / "post.jsonl").write_text(json.dumps(post))
    run("import", "post.jsonl")
    assert "Pilots of the harbour expect" in " ".join(run("items", "pilots storm").stdout.split())
    assert "Pilots of the harbour expect a storm" in run("try", "pilots storm").stdout
    assert [item["title"] for item in records(run("items", "pilots storm", "--json"))] == [""]
