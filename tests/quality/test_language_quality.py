"""Language on labelled text: the same 500 sentences in 19 languages, cut to a headline's 60 characters, and ten of them as an article.

Even-numbered sentences were looked at while tuning, odd ones were not. Floors rise with the figures and do not fall.
Measured: headlines .9973 (even), .9937 (odd); langdetect alone .904, fastText alone .985. Articles 1.000 in both halves;
under a headline of another language .9994 and .9981.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from monitor.content.language import detect

DATA = (Path(__file__).parents[2] / "../shared/data/languages.jsonl.gz").resolve()
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the labelled sentences of ../shared/data are not here")

HEADLINE = 60
FLOORS = {"tuned on": 0.996, "held out": 0.993}
LOWEST_LANGUAGE = 0.97
ARTICLES = 0.999
FOREIGN_HEADLINE = {"tuned on": 0.998, "held out": 0.997}


def sentences(half: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in gzip.decompress(DATA.read_bytes()).decode().splitlines():
        row = json.loads(line)
        if (row["n"] % 2 == 0) == (half == "tuned on"):
            found[row["lang"]].append(row["text"])
    return found


@pytest.mark.parametrize("half", FLOORS)
def test_headlines_of_sixty_characters(half: str) -> None:
    right: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    texts = sentences(half)
    for language, lines in texts.items():
        for line in lines:
            found = detect(line[:HEADLINE], "")[0]
            right[language] += found == language
            if found != language:
                wrong[language, found] += 1
    accuracy = sum(right.values()) / sum(map(len, texts.values()))
    print(f"{half}: {accuracy:.4f}; confused: {wrong.most_common(8)}")
    assert accuracy >= FLOORS[half], wrong.most_common(8)
    assert min(right[language] / len(lines) for language, lines in texts.items()) >= LOWEST_LANGUAGE


@pytest.mark.parametrize("half", FLOORS)
def test_with_the_feeds_past(half: str) -> None:
    """What the daemon does: ten earlier items of the feed are known."""
    total = right = 0
    for language, lines in sentences(half).items():
        for line in lines[::3]:
            total += 1
            right += detect(line[:HEADLINE], "", past={language: 10})[0] == language
    print(f"{half}, with past: {right / total:.4f}")
    assert right / total >= 0.997


@pytest.mark.parametrize("half", FLOORS)
def test_articles(half: str) -> None:
    total = right = 0
    for language, lines in sentences(half).items():
        for start in range(0, len(lines), 10):
            total += 1
            right += detect(lines[start][:HEADLINE], " ".join(lines[start + 1 : start + 10]))[0] == language
    assert right / total >= ARTICLES


@pytest.mark.parametrize("half", FLOORS)
def test_articles_under_a_foreign_headline(half: str) -> None:
    """Three sentences under a headline of the next language: the body decides."""
    texts = sentences(half)
    headlines = [*texts.values()]
    total = right = 0
    for place, (language, lines) in enumerate(texts.items()):
        foreign = headlines[(place + 1) % len(headlines)]
        for start in range(0, len(lines) - 3, 3):
            total += 1
            right += detect(foreign[start][:HEADLINE], " ".join(lines[start : start + 3]))[0] == language
    print(f"{half}, under a foreign headline: {right / total:.4f}")
    assert right / total >= FOREIGN_HEADLINE[half]
