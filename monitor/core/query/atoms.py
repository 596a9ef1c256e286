"""What a text can be asked for by one look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "wild", "stem", "pair", "site", "feed", "tag", "lang"]
Atom = tuple[Kind, str]
"""A term an article can be asked for by one look-up. A pair is two neighbouring characters of a spaceless script."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Atoms of which every matching subject has one, and how often one is there by accident."""

    cost: float
    atoms: frozenset[Atom]
