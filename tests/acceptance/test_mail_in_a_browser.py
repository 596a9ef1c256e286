"""Mails as a browser shows them, light and dark, wide and narrow: everything legible, nothing beside the page, nothing remote."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.content.look import Look
from monitor.content.messages import email_of
from monitor.content.template_trials import SAMPLES
from monitor.model import EmailChannel, Message, SmtpServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHANNEL = EmailChannel("desk", ("desk@example.org",), "m@example.org", SmtpServer("localhost", 25, "plain"))
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
LEGIBLE = 4.5  # WCAG 2.2, 1.4.3: contrast of text
LOOKING = """
const shown = [];
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own || element.getClientRects().length === 0) continue;
  let behind = element;
  while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  shown.push({tag: element.localName, text: element.textContent.trim(), color: getComputedStyle(element).color,
              behind: behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)",
              right: element.getBoundingClientRect().right, side: getComputedStyle(element).borderRightWidth});
}
const seen = {shown, wide: document.documentElement.scrollWidth, room: innerWidth,
              remote: performance.getEntriesByType("resource").length,
              page: getComputedStyle(document.body).backgroundColor};
document.body.innerHTML = ""; document.body.dataset.seen = JSON.stringify(seen);
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def looked_at(folder: Path, message: Message, *, dark: bool, width: int) -> dict[str, Any]:
    part = email_of(message, CHANNEL, NOW, Look("uk", "Europe/Kyiv")).get_body(("html",))
    assert part is not None
    page = folder / "mail.html"
    page.write_text(part.get_content().replace("</body>", f"<script>{LOOKING}</script></body>"), encoding="utf-8")
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom", page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    found = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert found is not None, done.stderr[-2000:]
    seen: dict[str, Any] = json.loads(html.unescape(found[1]))
    return seen


def luminance(color: str) -> float:
    """WCAG's relative luminance of ``rgb(…)``."""
    parts = [int(number) / 255 for number in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def a_digest() -> Message:
    """Everything that a mail can show: an unbroken word, another script, an edit, copies."""
    alert, item, also = SAMPLES[0].parts[0]
    arabic = replace(
        item, title="سفن في الميناء", text="غادرت السفينة الأخيرة الميناء.", language="ar", url="https://e.org/1"
    )
    edited = replace(alert, occasion="revised", differences=(("Two ships left.", "One ship left."),))
    return Message(
        "digest",
        (
            (alert, item, also),
            (replace(alert, matches=()), replace(item, title="W" * 200, url="https://e.org/" + "x" * 400), ()),
            (replace(alert, matches=()), arabic, ()),
            (edited, item, ()),
        ),
        digest=True,
        test=True,
    )


@pytest.mark.parametrize(("dark", "width"), [(False, 1000), (True, 1000), (True, 500)])
def test_a_mail_is_legible_and_stays_in_its_page(tmp_path: Path, dark: bool, width: int) -> None:
    seen = looked_at(tmp_path, a_digest(), dark=dark, width=width)
    assert (luminance(seen["page"]) < 0.05) == dark
    assert {"h1", "h2", "a", "mark", "blockquote", "del", "ins", "p"} <= {one["tag"] for one in seen["shown"]}
    faint = [one for one in seen["shown"] if contrast(one["color"], one["behind"]) < LEGIBLE]
    assert faint == []
    assert seen["wide"] <= seen["room"]
    assert [one["text"] for one in seen["shown"] if one["right"] > seen["room"]] == []
    assert seen["remote"] == 0
