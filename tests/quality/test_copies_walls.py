"""Articles that share what their sites say and nothing else: each is news, and one that is taken for a copy alerts nobody.

Real headlines and leads before three notices that no one tuned on; 72 real feeds, each read once, which hold next to no copy.
Bounds may fall and not rise. Measured before walls were told apart: 39 of 40 articles were copies of the first, and of the
feeds' 1,609 entries 10 were called copies, none rightly; now one: two videos under the same links.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from functools import cache

import pytest

from monitor.content.articles import Context, read_entries
from monitor.content.feeds import parse_feed
from tests.builders import NOON
from tests.corpus import FEEDS
from tests.quality.copies import DATA, Document, Stories

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")

NOTICES = {
    "de": """Dieser Beitrag ist Teil unseres Angebots für Abonnenten. Wer unsere Arbeit schätzt, kann sie für wenige Euro im Monat
unterstützen und liest dafür alle Texte, Podcasts und Newsletter ohne Werbung. Testen Sie das Angebot vier Wochen lang kostenlos;
danach ist es jederzeit kündbar. Bereits registriert? Dann melden Sie sich bitte mit Ihrer E-Mail-Adresse und Ihrem Kennwort an.""",
    "fr": """Cet article est réservé à nos abonnés. Pour le lire en entier, choisissez la formule qui vous convient : sans engagement,
elle donne accès à tous nos contenus sur le site et dans l'application, au journal numérique la veille au soir et à nos archives. Déjà
inscrit ? Identifiez-vous. Une question ? Notre service des lecteurs répond du lundi au vendredi par téléphone ou par courriel.""",
    "en": """This publication is a non-profit newsroom that depends on its readers. If you value what we do, please consider a monthly
donation: every contribution, however small, pays for reporters, lawyers and translators. You may republish our work free of charge
under a Creative Commons licence, as long as you credit us, link to the original and change nothing but the style of dates.""",
}
LEADS = (30, 60, 100)


@cache
def articles(language: str) -> list[tuple[str, str]]:
    """Headline and text of one document of each cluster."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for path in sorted(DATA.glob("copies-words-*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            row = json.loads(line)
            if row["title"]:
                found[row["lang"]].setdefault(row["cluster"], (row["title"], row["text"]))
    return list(found[language].values())[:60]


@pytest.mark.parametrize("hosts", [1, 5])
@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("language", NOTICES)
def test_articles_before_the_same_notice(language: str, lead: int, hosts: int) -> None:
    stories, called = Stories(), []
    for number, (headline, text) in enumerate(articles(language)):
        shown = f"{' '.join(text.split()[:lead])}\n{NOTICES[language]}"
        url = f"https://paper{number % hosts}.example/{number}"
        called.append(stories.take(Document(str(number), str(number), headline, shown, language, url)) is not None)
    print(f"{language}, {lead} words, {hosts} hosts: {sum(called)} of {len(called)} called copies")
    assert sum(called) <= 4
    assert sum(called[20:]) <= 1


def test_real_feeds_hold_next_to_no_copies() -> None:
    stories, called, total = Stories(), [], 0
    for path in FEEDS:
        feed = parse_feed(gzip.decompress(path.read_bytes()), f"https://{path.stem}.example/rss", {})
        entries = list(reversed(feed.entries))  # the oldest first, as polls take them
        total += len(entries)
        for number, (entry, read) in enumerate(zip(entries, read_entries(entries, Context(NOON)), strict=True)):
            name = f"{path.stem} {number}"
            if stories.take(Document(name, name, entry.title, read.text, feed.language or "en", entry.url)):
                called.append(entry.title)
    print(f"{len(called)} of {total}: {called}")
    assert total > 1500
    assert len(called) <= 1, called
