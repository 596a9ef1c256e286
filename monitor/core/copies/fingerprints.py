"""What the copy index keeps of a text: a hash of the whole, and sampled features that two copies share.

Features (24 bits each), chosen by measuring candidate recall against the number of rows an item costs, on half of the
labelled clusters (`tests/quality/copies.py` shows the other half):

- word 3-grams, one in 32 by hash: texts in another dress share long runs (Broder 1997, modulo sampling);
- unordered pairs of neighbouring longer words, short words left out, one in 8: re-translations keep those;
- the same pairs from the lead, one in 2: a teaser is short, and is nearly always the lead;
- the whole text and the whole title: one of these shared is enough.

Scripts without spaces have character 5-grams and 4-grams in the places of 3-grams and pairs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from xxhash import xxh3_64_intdigest

from monitor.core.boilerplate import key_of, paragraphs_of
from monitor.core.copies.units import is_mostly_spaceless, marked_hashes
from monitor.core.text import recent_words
from monitor.model import Fingerprint

RUNS_KEPT = 32
"""One 3-gram in so many; a power of two. Of 60 words from the middle of a real article 97 in 100 share enough with it (one
in 16: 99, one in 64: 94), of 120 words all; both labelled sets lose one pair in a thousand or none."""
PAIRS_KEPT = 8
"""One pair of neighbours in so many; a power of two."""
LEAD_PAIRS_KEPT = 2
LEAD_WORDS = 32
"""Longer words at the head that are sampled more densely: a headline and about two sentences."""
MAX_FEATURES = 1500
"""A text of some 100 kB. Longer ones keep the smallest hashes, so what is kept still depends on the content alone."""
TITLE_WORDS = 4
"""Shorter titles (“Sport”, “Live”) say nothing."""
BODY_WORDS = 40
"""A shorter body is known by title and body together: a formula under another headline is another text."""

FEATURES = 1 << 24
"""How many there are."""
_MASK = FEATURES - 1
_HALF = FEATURES // 2


@dataclass(frozen=True, slots=True)
class Features:
    """An unpacked `Fingerprint.data`. All are signed 24-bit integers, three bytes in SQLite."""

    whole: int
    title: int | None
    all: tuple[int, ...]
    """Every feature once, `whole` and `title` among them: what the index keeps."""


def fingerprint(title: str, text: str, language: str) -> Fingerprint:
    """The fingerprint of an article. Deterministic over processes and machines; 0.2 ms at 2 kB.

    `language` takes no part today: texts are compared by what they say, and the language only by its words.
    """
    del language
    title_words = recent_words(title)  # matched just before, as a text of one paragraph was
    paragraphs = [recent_words(paragraph) for paragraph in paragraphs_of(text)]
    body_words = list(chain.from_iterable(paragraphs))
    known_by = body_words if len(body_words) >= BODY_WORDS else [*title_words, "\n", *body_words]
    whole = xxh3_64_intdigest(" ".join(known_by).encode("utf-8", "surrogatepass"))
    title_hash: int | None = None
    if len(title_words) >= TITLE_WORDS:
        title_hash = xxh3_64_intdigest(("title " + " ".join(title_words)).encode("utf-8", "surrogatepass"))
    sampled = _sampled([*title_words, *body_words])
    keys = tuple({key_of(paragraph): None for paragraph in paragraphs if paragraph})
    return Fingerprint(text_hash=f"{whole:016x}", data=_pack(whole, title_hash, sampled), paragraphs=keys)


def _sampled(words: Sequence[str]) -> list[int]:
    if is_mostly_spaceless(words):
        return _sampled_characters(words)
    import numpy as np  # what only workers use, and every command would wait for

    marked = np.array(marked_hashes(words), np.int64)
    hashes = marked >> 1
    runs = hashes[:-2] * 3 + hashes[1:-1] * 5 + hashes[2:] * 7
    long = hashes[marked & 1 == 1]
    pairs = long[:-1] + long[1:]
    lead = pairs[:LEAD_WORDS]
    # Four bits of a run are dropped, as when one in 16 was kept: what an older version stored is found again.
    kept = np.concatenate(
        (
            runs[runs & (RUNS_KEPT - 1) == 0] >> 4,
            pairs[pairs & (PAIRS_KEPT - 1) == 0] >> 3,
            lead[lead & (LEAD_PAIRS_KEPT - 1) == 0] >> 3,
        )
    )
    return sorted(set(((kept & _MASK) - _HALF).tolist()))[:MAX_FEATURES]


def _sampled_characters(words: Sequence[str]) -> list[int]:
    h = [marked >> 1 for marked in marked_hashes(words)]
    fives = [
        a * 3 + b * 5 + c * 7 + d * 11 + e * 13 for a, b, c, d, e in zip(h, h[1:], h[2:], h[3:], h[4:], strict=False)
    ]
    fours = [a * 3 + b * 5 + c * 7 + d * 11 for a, b, c, d in zip(h, h[1:], h[2:], h[3:], strict=False)]
    kept = {run >> 4 for run in fives if not run % RUNS_KEPT}
    kept.update([run >> 3 for run in fours if not run % PAIRS_KEPT])
    kept.update([run >> 3 for run in fours[: 2 * LEAD_WORDS] if not run % LEAD_PAIRS_KEPT])
    return _bounded(kept)


def _bounded(kept: set[int]) -> list[int]:
    signed = {(value & _MASK) - _HALF for value in kept}
    return sorted(signed)[:MAX_FEATURES]


def _pack(whole: int, title: int | None, sampled: Sequence[int]) -> bytes:
    head = (_signed(whole), title is not None, 0 if title is None else _signed(title))
    return struct.pack(f"<i?i{len(sampled)}i", *head, *sampled)


def _signed(value: int) -> int:
    return (value & _MASK) - _HALF


def features(fingerprint: Fingerprint) -> Features:
    """Unpack `Fingerprint.data`. Raises `struct.error` for bytes that `fingerprint` did not make."""
    count = (len(fingerprint.data) - 9) // 4
    whole, has_title, title, *sampled = struct.unpack(f"<i?i{count}i", fingerprint.data)
    head = (whole, title) if has_title else (whole,)
    return Features(whole, title if has_title else None, tuple(dict.fromkeys((*head, *sampled))))
