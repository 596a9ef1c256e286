"""The real feeds and feedparser's own corpus, where ../shared/data is beside the project."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

DATA = (Path(__file__).parents[1] / "../shared/data").resolve()
FEEDS = sorted(DATA.glob("feeds/*.gz"))
CORPUS = DATA / "feedparser-corpus.tar.gz"
_HEADER = re.compile(rb"^Header:\s+([^:]+):\s*(.+?)\s*$", re.MULTILINE)


def corpus() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Each file's name, body and the response headers it asks for."""
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            source = archive.extractfile(member) if member.name.endswith(".xml") else None
            if source is None:
                continue
            body = source.read()
            yield member.name, body, {n.decode().lower(): v.decode("latin-1") for n, v in _HEADER.findall(body[:3_000])}
