"""`monitor import` as typed: every kind of document, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli.root import monitor
from monitor.pipeline.imports import count_documents, documents_in

TEXT = "The harbour authority said on Tuesday that freighters may leave the northern basin again after eleven days."
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*arguments: str, code: int = 0) -> Result:
        result = runner.invoke(monitor, list(arguments))
        assert result.exit_code == code, result.output
        return result

    call("init")
    return call


def items(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("items", "--json").stdout.splitlines()]


def test_a_text_has_its_title_on_the_first_line(run: Run) -> None:
    Path("wire.txt").write_text(f"\ufeffHarbour reopens\r\n{TEXT}\r\n", encoding="utf-8")
    run("import", "wire.txt")
    (item,) = items(run)
    assert (item["title"], item["text"], item["url"], item["text_from"]) == ("Harbour reopens", TEXT, None, "import")


def test_a_page_is_read_as_pages_are(run: Run) -> None:
    Path("saved").mkdir()
    body = f"<nav><a href='/'>Home</a></nav><article><h1>Harbour reopens</h1><p>{TEXT}</p><p>{TEXT[::-1]}</p></article>"
    Path("saved/page.html").write_text(f"<html><title>Harbour reopens | Daily</title><body>{body}", encoding="utf-8")
    run("import", "saved")  # a relative path
    (item,) = items(run)
    assert item["title"] == "Harbour reopens"
    assert item["text"].startswith(TEXT)
    assert "Home" not in item["text"]


def test_what_cannot_be_read_is_named_and_the_rest_is_stored(run: Run) -> None:
    lines = [
        json.dumps({"title": "Harbour reopens", "text": TEXT}),
        "{broken",
        json.dumps({"title": 5, "text": TEXT}),
        json.dumps({"url": "https://example.org/"}),
        json.dumps({"title": "x", "text": "y", "published_at": "yesterday"}),
        "[" * 100_000,
        json.dumps([1]),
    ]
    Path("many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    Path("odd.txt").write_bytes(b"Title\nText \xff\xfe")
    Path("empty.txt").touch()
    Path("paper.pdf").touch()
    Path("empty").mkdir()
    result = run("import", "many.jsonl", "odd.txt", "empty.txt", "paper.pdf", "empty", "nothere.txt", code=1)
    places = [line.partition(": ")[2].partition(": ")[0] for line in result.stderr.splitlines()]
    assert places == [
        *(f"many.jsonl:{number}" for number in range(2, 8)),
        "odd.txt:2", "empty.txt:1", "paper.pdf", "empty", "nothere.txt",
    ]  # fmt: skip
    assert len(items(run)) == 1


def test_an_id_of_the_callers_imported_again_changes_nothing(run: Run) -> None:
    Path("one.jsonl").write_text(json.dumps({"id": "w-1", "title": "Harbour reopens", "text": TEXT}))
    run("import", "one.jsonl")
    before = items(run)
    Path("one.jsonl").write_text(json.dumps({"id": "w-1", "title": "Another title", "text": "Another text."}))
    assert "1 known before" in run("import", "one.jsonl").output
    assert items(run) == before


def test_what_was_imported_is_stored_in_the_order_given(run: Run) -> None:
    """Chunks are read side by side; the first of two equal texts stays the first."""
    lines = [
        json.dumps({"title": f"Report {number}", "text": f"{TEXT} {number % 150}", "id": f"d{number}"})
        for number in range(300)
    ]
    Path("all.jsonl").write_text("\n".join(lines))
    Path("pages").mkdir()
    for number in range(6):
        body = f"<article><h1>Page {number}</h1><p>{TEXT} {'again ' * number}</p></article>"
        Path(f"pages/{number}.html").write_text(f"<html><title>Page {number}</title><body>{body}")
    assert "306 documents" in run("import", "all.jsonl", "pages").stdout
    stored = {item["id"]: item for item in items(run)}
    assert all(
        stored[f"d{number}"]["copy_of"] is None or int(stored[f"d{number}"]["copy_of"][1:]) < number
        for number in range(300)
    )


def test_the_progress_bar_knows_how_many(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "a.jsonl").write_text("{}\n\n{}\n{}")
    (tmp_path / "inside/b.txt").write_text("T\ntext")
    (tmp_path / "inside/c.md").write_text("no document")
    found = [tmp_path, tmp_path / "missing.txt"]
    assert count_documents(found) == 5 == len(list(documents_in(found)))
