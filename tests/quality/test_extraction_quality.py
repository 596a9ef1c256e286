"""Extraction on 81 real news pages with gold text, by the method of the article-extraction-benchmark (Scrapinghub, 2020).

Bags of word 4-grams; precision and recall averaged over pages, F1 of the averages. trafilatura alone has .9531 on these (P .9324, R .9747),
.960 on the benchmark's whole set; ours adds the cut of boilerplate at the edges: .9575.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.content.pages import read_page

PAGES = (Path(__file__).parents[2] / "../shared/data/pages").resolve()
pytestmark = pytest.mark.skipif(not PAGES.exists(), reason="the gold pages of ../shared/data are not here")

FLOOR = 0.957
FLOOR_FAST = 0.955
_TOKEN = re.compile(r"\w+", re.UNICODE)


def shingles(text: str, length: int = 4) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text)
    return Counter(tuple(words[start : start + length]) for start in range(max(1, len(words) - length + 1)) if words)


def scores(text: str, gold: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    ours, theirs = shingles(text), shingles(gold)
    shared = (ours & theirs).total()
    return shared / max(1, ours.total()), shared / max(1, theirs.total())


def f1(*, fast: bool) -> float:
    pairs = []
    for page, gold in json.loads((PAGES / "gold.json").read_text()).items():
        body = gzip.decompress((PAGES / f"{page}.html.gz").read_bytes())
        pairs.append(scores(read_page(body, gold["url"], {}, metadata=False, fast=fast).text, gold["articleBody"]))
    precision, recall = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
    value = 2 * precision * recall / (precision + recall)
    print(f"fast={fast}: P {precision:.4f} R {recall:.4f} F1 {value:.4f} over {len(pairs)} pages")
    return value


def test_f1_over_the_gold_pages() -> None:
    assert f1(fast=False) >= FLOOR


def test_f1_of_the_way_out_under_overload() -> None:
    assert f1(fast=True) >= FLOOR_FAST
