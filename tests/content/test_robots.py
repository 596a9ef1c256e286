from __future__ import annotations

import pytest
from protego import Protego

from monitor.content.robots import may_fetch

RULES = """\ufeffUser-agent: *
Disallow: /private
Allow: /private/open
User-agent: monitor
Disallow: /m/
"""


@pytest.mark.parametrize(
    ("agent", "url", "allowed"),
    [
        ("other/1.0", "https://h.example/a", True),
        ("other/1.0", "https://h.example/private/x", False),
        ("other/1.0", "https://h.example/private/open/x", True),
        ("monitor/0.1 (+https://example.org)", "https://h.example/m/x", False),
        ("monitor/0.1", "https://h.example/private/x", True),
        ("", "https://h.example/private/x", False),
    ],
)
def test_rules(agent: str, url: str, allowed: bool) -> None:
    assert may_fetch(RULES, agent, url) is allowed


def test_nothing_and_nonsense_forbid_nothing() -> None:
    assert may_fetch("", "monitor", "https://h.example/a")
    assert may_fetch("<html>not found</html>", "monitor", "https://h.example/a")
    assert may_fetch("\x00" * 1000, "monitor", "https://h.example/a")


def test_a_huge_file_is_bounded() -> None:
    assert may_fetch("Disallow: /x\n" * 1_000_000, "monitor", "https://h.example/a")


@pytest.mark.parametrize("lines", [10, 5_000])
def test_the_same_rules_are_parsed_once(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = f"User-agent: *\n# {lines}\n" + "".join(f"Disallow: /a/{number}/\n" for number in range(lines))
    parsed: list[str] = []
    parse = Protego.parse

    def counting(text: str) -> Protego:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(Protego, "parse", counting)
    answers = [may_fetch(rules, "monitor/1", f"https://h.example/a/{number}/x") for number in (1, lines - 1, lines)]
    assert answers == [False, False, True]
    assert len(parsed) == 1
    assert may_fetch(rules.replace("/a/", "/b/"), "monitor/1", "https://h.example/a/1/x")
    assert len(parsed) == 2
