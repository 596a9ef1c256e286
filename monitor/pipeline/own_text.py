"""What of a reading is its article's own: without what its feed hung on many at once, and what its host adds to all."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from monitor.core.boilerplate import cut_learnt, own_lines, without_lines
from monitor.core.copies import fingerprint
from monitor.model import Reading


def without_hung(reading: Reading, hung: Container[int], otherwise: str) -> Reading:
    """The reading without lines of these keys (`core.boilerplate.hung_on`); `otherwise`: the text, where nothing else is left."""
    text = without_lines(reading.text, hung) if hung else reading.text
    return reading if text == reading.text else _of_text(reading, text or otherwise)


def without_learnt(reading: Reading, spread: Mapping[int, int]) -> Reading:
    """The reading, with a fingerprint, without lines that so many stories of its host have (`core.boilerplate.cut_learnt`); of a
    page that says little else, what the feed says."""
    if reading.fingerprint is None or spread.keys().isdisjoint(reading.fingerprint.paragraphs):
        return reading
    own = own_lines(reading.text, spread) if reading.feed_text else None
    if own is not None and len(own) <= len(reading.feed_text):
        text, problem = reading.feed_text, "the page says little but what its site says under other headlines"
        reading = replace(reading, text_from="feed", problem=problem)
    else:
        text = cut_learnt(reading.text, spread)
    return reading if text == reading.text else _of_text(reading, text)


def _of_text(reading: Reading, text: str) -> Reading:
    """The reading with another text, and what follows from that made anew."""
    made = fingerprint(reading.title, text, reading.language)
    return replace(reading, text=text, fingerprint=made, words=None, verdicts=None)
