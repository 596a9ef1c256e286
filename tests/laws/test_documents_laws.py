"""A file is read alike by itself and beside others."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.settings.documents import INTERRUPTIBLE, read_document
from monitor.settings.mistakes import Mistakes

WRITTEN = """# feeds
opml = ["a.opml"]
[[feed]]
id = "ukrinform-it"
url = 'https://example.org/feed?a=1'
every = "10m"
tags = ["ukraine", "agency"]
n = { a = 1, b = [1.5, true, 2026-01-01T08:00:00Z], "c d" = '''x
y''' }
[poll.other]
e = "\\u00e9\\n"
"""


@st.composite
def documents(draw: st.DrawFn) -> str:
    """TOML, mostly no longer."""
    text = WRITTEN
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 6))
        new = draw(
            st.sampled_from(["", "\n", '"', "'", "[", "]", "{", "}", ",", "=", "\\x41", "08:30", "#", ".", "é", "\t"])
        )
        text = text[:at] + new + text[at + cut :]
    return text


@given(documents())
def test_both_parsers_read_and_refuse_alike(text: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "feeds.toml"
        path.write_text(text)

        def read() -> tuple[object, list[str]]:
            mistakes = Mistakes()
            document = read_document(path, mistakes)
            return document and document.data, [str(mistake) for mistake in mistakes.found]

        alone = read()
        token = INTERRUPTIBLE.set(True)
        try:
            assert read() == alone
        finally:
            INTERRUPTIBLE.reset(token)
