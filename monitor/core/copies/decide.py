"""The decision: does one text say what the other says?

Two tests, after Broder (containment of shingles) and after measurements on translations (shared words):

- *containment*: the same text in other dress. The part of the shorter text's word 3-grams that the longer has. Jaccard
  would miss cuts and wraps.
- *words*: the same text in other words. Jaccard of vocabularies, the same language, with names and numbers that agree.

Both are contradicted by facts that differ in the same places (`facts`): precision first, a wrong merge hides news.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import chain

from monitor.core.copies.digest import RUN, RUN_OF_CHARACTERS, Digest
from monitor.core.copies.facts import agreement, align
from monitor.core.copies.fingerprints import BODY_WORDS, TITLE_WORDS
from monitor.core.copies.units import LONG_WORD, stems

LEAD_WITHIN = 100
"""Words of a text within which its lead begins."""
SHORTEST_EQUAL = 5
"""Words of title and body below which even equal texts say nothing (“Il meteo di oggi”)."""
HEADLINE, HEADLINE_OF_CHARACTERS = 6, 12
"""Words of a headline that names its story (“Il meteo di oggi” does not), and characters in scripts without spaces."""
SOURCE = 8
"""Words of a paper's name after a headline that is all an aggregator says."""
SHORTEST = 8
"""Words below which only an equal text is a copy."""
WALL = 120
"""Words: consent and login walls that were taken for an article are shorter."""
ARTICLE = 2.5
"""Times a teaser's length from which the other text is the article itself."""
TITLE_SHARED = 0.6
"""Of a short text's headline, the part the other short text must have."""
FORMULA = 30
"""Words of a body that may be one formula (“Follow the match live, with line-ups …”)."""
HEAD = 8
HEAD_SHARED = 3
"""Shingles at the beginning of a body (the first sentence of a brief is hardly longer), and how many of them say that it is the
other's too: one is three words in a row, which two lessons of a course may have ("our Docker Compose")."""
SURELY = 100
SURELY_PART = 0.75
"""So many shingles, and this part of the shorter text, are an article and not its site's own lines."""
TEASER_RUNS = 8
"""Shingles of a body that are enough to look for it without its headline: a sentence."""
CONTAINED = 0.5
"""P 1.000, R .986 on set A (reference, section 1)."""
CONTAINED_SHORT = 0.75
SHORT = 60
"""Words: below, a shared formula is a large part of the text, so more of it must be shared."""
SAME_WORDS = 0.36
RUNS_IN_OTHER_WORDS = 0.06
ALIKE_LENGTH = 0.5
"""Re-translations are as long as each other; the vocabulary of a longer text contains much of any shorter one."""
WORDS_NEEDED = 50
HEAD_NEEDED = 100
"""Words of a text that may be another's beginning in other words: two reports of one event begin alike."""
NAMES_AGREE = 0.45
NUMBERS_AGREE = 0.6
TRANSLATED_NAME = 0.25
"""What a differing name weighs beside a differing number, in texts in other words."""
NAMES_COUNT = 4
NUMBERS_COUNT = 3
"""Fewer names or numbers than these are no evidence."""
SERIES = 0.75
"""Of the shorter text, the part from which on it is a copy though the number in its headline is another."""
SERIES_NAMED = 2
CUT_FROM = 0.45
"""A text of this part of the other's length is the other one cut or wrapped; a round-up gives less to each story."""
BEGINNING = 6
"""Words within which a lead begins: a place name and an agency may stand before it."""
COHERENT = 0.4
COHERENT_LEAD = 0.2
"""Of a cut's names, the part that comes again in the rest: .50 at the median for leads of news articles, .13 for parts
of round-ups (95 in 100 below .33)."""
TELLING_LETTERS = 6
TITLES = 6
"""Longer words of two headlines, of which what both articles share has one."""
SHARED_SHOWN = 3
PHRASE_WORDS = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """Why two texts are copies: as in `model.CopyEvidence`."""

    similarity: float
    test: str
    shared: tuple[str, ...]


def compare(
    a: Digest, b: Digest, *, same_host: bool = False, same_days: bool = True, same_hours: bool = False
) -> Decision | None:
    """Decide on two texts; symmetric. None: they are two stories, or it cannot be said.

    `same_hours`: they are dated so near each other that one headline means one story, where it is all that one of them says.
    `same_host`: both stand on one host, where equal short bodies under different titles are a wall, not a copy.
    `same_days`: False leaves the second test out: what is said again in other words weeks later is another report.
    """
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if a.spaceless != b.spaceless:
        return None
    if (a.lost or b.lost) and a.lost != b.lost:
        return None  # forms that are filled in
    if a.numbered and b.numbered and a.numbered.isdisjoint(b.numbered):
        return None
    if _equal(a, b):
        wall = same_host and len(a) < WALL and not alike_titles(a, b)
        return None if wall or len(short) < SHORTEST_EQUAL else Decision(1.0, "text", _lead(short))
    if same_hours and _headline_alone(short, long):
        return Decision(1.0, "headline", (" ".join(short.words[: short.body_from][:PHRASE_WORDS]),))
    if len(short) < SHORTEST:
        return None
    common = short.runs.keys() & long.runs.keys()
    contained = len(common) / max(1, min(len(short.runs), len(long.runs)))
    if contained < SERIES and _of_a_series(a, b):
        return None
    if len(short) < SHORT:
        contained = _contained_teaser(short, long, common, contained, same_host=same_host)
    elif contained < CONTAINED or not _is_cut(short, long):
        contained = 0.0
    if contained:
        sites_own = same_host and _is_sites_own(short, long, common, contained)
        if sites_own or align(short, long).contradicted():
            return None
        found: Decision | None = Decision(round(contained, 3), "containment", _phrases(short, common))
    else:
        found = _same_in_other_words(short, long, common) if same_days else None
    return None if found and same_host and _tell_of_two(short, long) else found


def _tell_of_two(a: Digest, b: Digest) -> bool:
    """Whether each headline has a word that its own article has too and the other text nowhere, where no capital tells names:
    one form filled in twice by one site (accidents, matches, results), which differs in nothing but names."""
    if all(text.bears_capitals and text.capitals_tell for text in (a, b)):
        return False
    return _has_own(a, b) and _has_own(b, a)


def _has_own(text: Digest, other: Digest) -> bool:
    """Words may stand with an article or a particle in a body, and are then a part of another word."""
    body, elsewhere = " ".join(text.words[text.body_from :]), " ".join(other.words)
    if text.spaceless:
        body, elsewhere = body.replace(" ", ""), elsewhere.replace(" ", "")
    head = text.vocabulary_of(text.words[: text.body_from])
    return any(len(word) > 1 and word in body and word not in elsewhere for word in head)


def _headline_alone(short: Digest, long: Digest) -> bool:
    """Whether one says no more than its headline, which is the other's too."""
    head, other = (text.words[: text.body_from] for text in (short, long))
    body = short.words[short.body_from :]
    enough = HEADLINE_OF_CHARACTERS if short.spaceless else HEADLINE
    return (
        head == other
        and len(head) >= enough
        and (not body or body[: len(head)] == head)
        and (len(body) <= len(head) + SOURCE)
    )


def _is_sites_own(short: Digest, long: Digest, common: Set[tuple[str, ...]], contained: float) -> bool:
    """Whether what articles of one site share may be what stands in all of its articles, before that is learnt."""
    if short.title != long.title and not _speaks_of(short.title | long.title, short, common, TITLES):
        return True
    return (len(common) < SURELY or contained < SURELY_PART) and not _share_heads(short, long, common)


def _share_heads(short: Digest, long: Digest, common: Set[tuple[str, ...]]) -> bool:
    """Whether articles of one site share more than its boilerplate, before that is learnt: their headlines, of which what
    they share speaks too, or how either begins; a page that grew on top, or has a note above it, holds the beginning of
    what it was."""
    alike = short.title and long.title and alike_titles(short, long)
    if alike and (short.title == long.title or _speaks_of(short.title & long.title, short, common)):
        return True
    for one, other in ((short, long), (long, short)):
        head = [run for run, place in one.runs.items() if 0 <= place - one.body_from < HEAD]
        if head and sum(run in other.runs for run in head) >= min(HEAD_SHARED, len(head)):
            return True
    return False


def _speaks_of(title: Set[str], text: Digest, common: Set[tuple[str, ...]], least: int = 1) -> bool:
    """Whether what a body shares has a longer word of these headlines' in any form, or they have too few (`least`) to tell."""
    told = stems(title)
    if text.spaceless or len(told) < least:
        return True
    said = (run for run, place in text.runs.items() if place >= text.body_from and run in common)
    return not told.isdisjoint(stems(chain.from_iterable(said)))


def _equal(a: Digest, b: Digest) -> bool:
    if len(a) - a.body_from >= BODY_WORDS:
        return a.words[a.body_from :] == b.words[b.body_from :]
    return a.words == b.words


def _of_a_series(a: Digest, b: Digest) -> bool:
    """Whether the headlines are one but for their numbers: issues of a magazine, versions, days of a column."""
    heads = [text.words[: text.body_from] for text in (a, b)]
    words = [tuple(word for word in head if not word[0].isdigit()) for head in heads]
    return words[0] == words[1] and len(words[0]) >= SERIES_NAMED and heads[0] != heads[1]


def alike_titles(a: Digest, b: Digest) -> bool:
    """Whether of two headlines one has half of the other's words, or there are not two."""
    return len(a.title & b.title) * 2 >= min(len(a.title), len(b.title))


def _contained_teaser(
    short: Digest, long: Digest, common: set[tuple[str, ...]], contained: float, *, same_host: bool
) -> float:
    """How much of a headline with a teaser is there; 0 when not enough. Beside another short text nearly all must be
    shared, the title too when no more than a sentence or two follow (a formula under another headline is another text);
    of an article it must be the lead, whatever the headline says."""
    if len(long) >= ARTICLE * len(short):
        body = {run for run, place in short.runs.items() if place >= short.body_from}
        if len(body) >= TEASER_RUNS:
            contained = max(contained, len(body & common) / len(body))
        allowed = _is_cut(short, long) and _leads(long, common)
    else:
        formula = len(short) - short.body_from < FORMULA
        named = same_host and _name_two(short, long)
        allowed = not formula or (len(short.title & long.vocabulary) >= TITLE_SHARED * len(short.title) and not named)
    return contained if contained >= CONTAINED_SHORT and allowed else 0.0


def _name_two(a: Digest, b: Digest) -> bool:
    """Whether each headline has a longer word that the other has not: lessons of one course, guests of one show."""
    return all(
        any(len(word) >= LONG_WORD for word in some - others)
        for some, others in ((a.title, b.title), (b.title, a.title))
    )


def _leads(long: Digest, common: Set[tuple[str, ...]]) -> bool:
    """Whether what is shared begins where an article may begin, a page's own lines above it; what a week's letter says of one
    of its articles stands anywhere."""
    run = RUN_OF_CHARACTERS if long.spaceless else RUN
    words = long.words[long.body_from : long.body_from + LEAD_WITHIN * (2 if long.spaceless else 1)]
    return any(tuple(words[i : i + run]) in common for i in range(len(words) - run + 1))


def _is_cut(short: Digest, long: Digest) -> bool:
    """Whether the shorter text is the longer one cut, and not one story out of a round-up.

    From a certain length on it is, and under the same headline (a live blog that grew). Else it must be of one subject
    with the rest, less strictly when it begins where the longer one begins. A round-up has a headline of its own: where
    there are none to tell by, `choose` alone looks for it.
    """
    if len(short) >= CUT_FROM * len(long):
        return True
    if min(len(short.title), len(long.title)) >= TITLE_WORDS and alike_titles(short, long):
        return True
    if not short.title or not long.title:
        return True
    return _coherence(short, long) >= (COHERENT_LEAD if _begin_alike(short, long) else COHERENT)


def _begin_alike(short: Digest, long: Digest) -> bool:
    """Whether the body of one begins where the body of the other does."""
    length = RUN_OF_CHARACTERS if long.spaceless else RUN
    heads = []
    for text in (short, long):
        head = text.words[text.body_from : text.body_from + BEGINNING + length - 1]
        heads.append({head[i : i + length] for i in range(len(head) - length + 1)})
    return not heads[0].isdisjoint(heads[1])


def _coherence(short: Digest, long: Digest) -> float:
    """The part of the shorter text's names (where they are few, of its longer words) that the rest of the other has."""
    length = RUN_OF_CHARACTERS if long.spaceless else RUN
    matched = [place for run, place in long.runs.items() if run in short.runs]
    covered = {place + offset for place in matched for offset in range(length)}
    rest = {word for place, word in enumerate(long.words) if place not in covered}
    telling = short.names
    if len(telling) < NAMES_COUNT:
        telling = frozenset(word for word in short.vocabulary if len(word) > TELLING_LETTERS or long.spaceless)
    return len(telling & rest) / max(1, len(telling))


def _same_in_other_words(short: Digest, long: Digest, shared: Set[tuple[str, ...]]) -> Decision | None:
    """Whether the rest says the same where stretches are shared word for word: those are no other words. Of a text that is much
    longer its beginning is compared: cuts are made at the end."""
    if _other_language(short, long) or len(short) < WORDS_NEEDED:
        return None
    if len(short) < ALIKE_LENGTH * len(long):
        if len(short) < HEAD_NEEDED or len(shared) < RUNS_IN_OTHER_WORDS * len(short.runs):
            return None
        long = long.beginning(len(short))
        shared = shared & long.runs.keys()
    (stretches, own), (_, other) = short.parted(shared), long.parted(shared)
    if stretches and min(len(own), len(other)) < WORDS_NEEDED:
        return None
    some, others = (
        (short.vocabulary_of(own), long.vocabulary_of(other)) if stretches else (short.vocabulary, long.vocabulary)
    )
    common = some & others
    similarity = len(common) / max(1, len(some | others))
    if similarity < SAME_WORDS or len(shared) < RUNS_IN_OTHER_WORDS * len(short.runs):
        return None
    names = agreement(short.names, long.names, NAMES_COUNT)
    numbers = agreement(short.numbers, long.numbers, NUMBERS_COUNT)
    if (names is not None and names < NAMES_AGREE) or (numbers is not None and numbers < NUMBERS_AGREE):
        return None
    if align(short, long).contradicted(TRANSLATED_NAME):
        return None
    telling = sorted((short.names | short.numbers) & common, key=lambda word: (-len(word), word))
    return Decision(round(similarity, 3), "words", tuple(telling[:SHARED_SHOWN]))


def _other_language(a: Digest, b: Digest) -> bool:
    """Whether both languages are known and differ."""
    return a.language != b.language and "und" not in (a.language, b.language)


def _lead(text: Digest) -> tuple[str, ...]:
    words = text.words[text.body_from :] or text.words
    return (("" if text.spaceless else " ").join(words[:PHRASE_WORDS]),)


def _phrases(text: Digest, common: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest stretches of the shorter text that both have, as folded words."""
    stretches: list[tuple[int, int]] = []
    for run, place in text.runs.items():
        if run not in common:
            continue
        if stretches and place <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], place + len(run))
        else:
            stretches.append((place, place + len(run)))
    longest = sorted(stretches, key=lambda s: s[0] - s[1])[:SHARED_SHOWN]
    joint = "" if text.spaceless else " "
    return tuple(joint.join(text.words[first:end][:PHRASE_WORDS]) for first, end in sorted(longest))
