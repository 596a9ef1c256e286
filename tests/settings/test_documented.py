"""docs/configuration.md and the code agree, key by key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitor.settings.schema import CHANNEL_TABLES, FeedTable, MonitorFile, SiteTable, Table, WatchlistFile
from monitor.settings.schema import TestTable as TrialTable

SECTIONS = {
    heading: body
    for heading, _, body in (
        part.partition("\n")
        for part in re.split(
            r"^#+ ", (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8"), flags=re.M
        )
    )
}
ROW = re.compile(r"^\| `(?:\[(\w+)\] )?(\w+)` \| (`.*?`|none)", re.M)


def tables() -> dict[str, type[Table]]:
    found = {}
    for name, info in MonitorFile.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Table):
            found[name] = info.annotation
    return found


def names(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def test_every_key_of_monitor_toml_is_documented_and_no_other() -> None:
    documented = {(section, key) for section, key, _ in ROW.findall(SECTIONS["monitor.toml"])}
    written = {(section, key) for section, model in tables().items() for key in names(model)}
    alone = {("", name) for name in names(MonitorFile) - tables().keys() - {"channels", "sites"}}
    assert documented == written | alone


@pytest.mark.parametrize(("section", "key", "default"), ROW.findall(SECTIONS["monitor.toml"]))
def test_a_documented_default_is_the_default(section: str, key: str, default: str) -> None:
    if default == "none" or "…" in default:  # the user agent names the version
        model = getattr(MonitorFile(), section) if section else MonitorFile()
        assert (getattr(model, key) is None) == (default == "none")
        return
    written = tomllib.loads(f"value = {default.strip('`')}")["value"]
    data = {section: {key: written}} if section else {key: written}
    assert MonitorFile.model_validate(data).model_dump() == MonitorFile().model_dump()


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("[channels.ID]", list(CHANNEL_TABLES.values())),
        ('[sites."NAME"]', [SiteTable]),
        ("feeds.toml, feeds/*.toml", [FeedTable]),
        ("watchlists/ID.toml", [WatchlistFile, TrialTable]),
    ],
)
def test_every_key_of_the_other_tables_is_documented(heading: str, models: list[type[Table]]) -> None:
    keys = {key for model in models for key in names(model) if not key.endswith(("_env", "_file"))}
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", SECTIONS[heading]))))
    assert keys - said - {"type"} == set()
