"""`Learnt` as the JSON text of its column and back: only what is not the default is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

from monitor.adapters.sqlite.rows import from_ms, to_ms
from monitor.model import Burst, IdentityCounts, Learnt, Part

_MS = timedelta(milliseconds=1)
_BLANK = Learnt()
_BLANK_COUNTS = IdentityCounts()
_Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]
_TIME: _Codec = (to_ms, from_ms)
_SPAN: _Codec = (lambda span: span // _MS, lambda number: number * _MS)
_CODECS: dict[str, _Codec] = {
    "newest": _TIME,
    "gap_at": _TIME,
    "came_since": _TIME,
    "gap_from": _TIME,
    "lied_at": _TIME,
    "whole_at": _TIME,
    "failing_since": _TIME,
    "rhythm_since": _TIME,
    "span": _SPAN,
    "ttl": _SPAN,
    "skip_hours": (list, tuple),
    "skip_days": (list, tuple),
    "longest_silence": _SPAN,
    "fastest": (
        lambda burst: [burst.within // _MS, to_ms(burst.at)],
        lambda told: Burst(told[0] * _MS, from_ms(told[1])),
    ),
    "parts": (list, lambda told: tuple(Part(*part) for part in told)),
    "rhythm": (bytes.hex, bytes.fromhex),
    "identity": (lambda counts: _told(counts, _BLANK_COUNTS), lambda told: IdentityCounts(**told)),
}
_NAMES = tuple(field.name for field in fields(Learnt))
_COUNTS = tuple(field.name for field in fields(IdentityCounts))


_READ: dict[int, tuple[Learnt, str]] = {}
"""What was read of late, and the text it was read from: most polls write it back as it was."""
_READ_KEPT = 1_000
"""Some 2 MB; polls in hand are fewer."""


def learnt_json(learnt: Learnt) -> str:
    """``{}`` for a feed that has taught nothing yet."""
    read = _READ.pop(id(learnt), None)
    if read is not None and read[0] is learnt:
        return read[1]
    told = {}
    for name in _NAMES:
        value = getattr(learnt, name)
        if value != getattr(_BLANK, name):
            told[name] = _CODECS[name][0](value) if name in _CODECS else value
    return json.dumps(told, separators=(",", ":")) if told else "{}"


def learnt_of(text: str) -> Learnt:
    """A key that this version does not know is left out: what was learnt is learnt again."""
    if text == "{}":
        return _BLANK
    told = json.loads(text)
    learnt = Learnt(
        **{name: _CODECS[name][1](told[name]) if name in _CODECS else told[name] for name in _NAMES if name in told}
    )
    if len(_READ) >= _READ_KEPT:
        _READ.clear()
    _READ[id(learnt)] = (learnt, text)
    return learnt


def _told(counts: IdentityCounts, blank: IdentityCounts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in _COUNTS if getattr(counts, name) != getattr(blank, name)}
