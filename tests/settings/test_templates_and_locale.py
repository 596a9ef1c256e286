"""`[alerts] locale` and `timezone`, and `templates/`: read, and every mistake told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError, Mistake
from monitor.settings import load


def mistake(directory: Path) -> Mistake:
    with pytest.raises(ConfigError) as caught:
        load(directory, {})
    (found,) = caught.value.mistakes
    return found


def template(directory: Path, name: str, source: str) -> None:
    (directory / "templates").mkdir(exist_ok=True)
    (directory / "templates" / name).write_text(source, encoding="utf-8")


def test_locale_and_time_zone_are_read(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('[alerts]\nlocale = "de-AT"\ntimezone = "Europe/Vienna"\n')
    alerts = load(tmp_path, {}).alerts
    assert (alerts.locale, alerts.timezone) == ("de_AT", "Europe/Vienna")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('locale = "ja"', 'no words in the language "ja"; there are: de, en, es, fr, it, uk'),
        ('locale = "??"', 'not a locale such as "it"'),
        ('timezone = "Rome"', 'did you mean "Europe/Rome"?'),
    ],
)
def test_a_wrong_one_is_told(tmp_path: Path, line: str, what: str) -> None:
    (tmp_path / "monitor.toml").write_text(f"[alerts]\n{line}\n")
    found = mistake(tmp_path)
    assert found.line == 2
    assert what in found.what


def test_templates_are_read(tmp_path: Path) -> None:
    template(tmp_path, "mail.txt.j2", "{{ subject }}")
    template(tmp_path, "README.md", "ours")
    assert load(tmp_path, {}).templates == {"mail.txt.j2": "{{ subject }}"}


@pytest.mark.parametrize(
    ("name", "source", "line", "what"),
    [
        ("mail.text.j2", "x", 0, 'no template of this name is used; did you mean "mail.txt.j2"?'),
        ("mail.txt.j2", "a\n{% endif %}", 2, "Encountered unknown tag 'endif'"),
        ("mail.txt.j2", "a\n\n{{ subjekt }}", 3, "'subjekt' is undefined; did you mean \"subject\"?"),
        ("mail.html.j2", "{{ groups[0].stories[0].sentence }}", 1, 'did you mean "sentences"?'),
    ],
)
def test_a_template_with_a_mistake_is_told_at_its_line(
    tmp_path: Path, name: str, source: str, line: int, what: str
) -> None:
    template(tmp_path, name, source)
    found = mistake(tmp_path)
    assert found.file.endswith(f"templates/{name}")
    assert found.line == line
    assert what in found.what
