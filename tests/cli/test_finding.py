"""`monitor feeds find` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.root import monitor
from tests.servers import Answer, Site


def test_the_feeds_of_a_site_are_listed_and_where_there_is_none_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/monitor.toml").write_text('[network]\nallow = ["127.0.0.0/8"]\n[poll]\nhost_delay = "0s"\n')
    site.answer("/", Answer(body=b"<html><link rel=alternate type=application/rss+xml href=/all.rss></html>"))
    site.answer(
        "/all.rss", Answer(body=b"<rss><channel><title>All</title><item><title>A</title></item></channel></rss>")
    )
    run = CliRunner().invoke(monitor, ["feeds", "find", site.url("/"), "--json"])
    assert (run.exit_code, json.loads(run.stdout)) == (0, {"url": site.url("/all.rss"), "title": "All", "entries": 1})
    run = CliRunner().invoke(monitor, ["feeds", "find", site.url("/nothing").removeprefix("http://")])
    assert run.exit_code == 1
    assert "https://127.0.0.1" in run.stderr
    for written in (site.url("/all.rss").removeprefix("http://"), site.url("/all.rss").replace("http:", "feed:")):
        run = CliRunner().invoke(monitor, ["feeds", "find", written, "--json"])
        assert json.loads(run.stdout)["url"] == site.url("/all.rss"), "what does not answer by https is asked by http"
