"""The arbiter of languages, asked about a text in a hundred: langdetect [Shuyo 2010], with its seed set, made ready in half
of its time and memory."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

import langdetect
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from langdetect.utils.lang_profile import LangProfile

from monitor.content.language_scripts import SAME

_COUNT = struct.Struct("<BI")


def votes(text: str) -> dict[str, float]:
    """Probability by language code, the same for the same text; empty when it has nothing to go by."""
    detector = _factory().create()
    detector.append(text)
    try:
        ranked = detector.get_probabilities()
    except LangDetectException:
        return {}
    return by_code((language.lang, language.prob) for language in ranked)


@cache
def voters() -> AbstractSet[str]:
    """The codes of the languages it knows."""
    return frozenset(_code(language) for language in _factory().langlist)


def by_code(told: Iterable[tuple[str, float]]) -> dict[str, float]:
    """What a model says of languages by its own names, by our codes: several of its names may be one of ours."""
    found: dict[str, float] = {}
    for label, chance in told:
        code = _code(label)
        found[code] = found.get(code, 0.0) + float(chance)
    return found


@cache
def _code(label: str) -> str:
    """``zh`` of ``zh-cn`` and of ``__label__zh``."""
    primary = label.removeprefix("__label__").split("-")[0]
    return SAME.get(primary, primary)


class LazyLikelihoods(dict[str, list[float]]):
    """An n-gram's likelihood in each language, made when it is first asked for: langdetect makes lists of 55 numbers of
    all 88,000 n-grams, 65 MB and two thirds of the time that its profiles take to load."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, bytes] = {}
        """Of each n-gram: the languages that have it, and how often."""
        self._sizes: list[Sequence[int]] = []
        """Of each language: its n-grams of one, two and three letters."""

    def know(self, profile: LangProfile) -> None:
        """One more language, the next."""
        number, counts = len(self._sizes), self._counts
        self._sizes.append(profile.n_words)
        for gram, count in profile.freq.items():
            counts[gram] = counts.get(gram, b"") + _COUNT.pack(number, count)

    def __contains__(self, gram: object) -> bool:
        return gram in self._counts

    def __missing__(self, gram: str) -> list[float]:
        length = len(gram) - 1
        made = [0.0] * len(self._sizes)
        for number, count in _COUNT.iter_unpack(self._counts[gram]):
            made[number] = count / self._sizes[number][length]
        self[gram] = made
        return made


class _LazyFactory(DetectorFactory):  # type: ignore[misc]  # it has no types
    def __init__(self) -> None:
        super().__init__()
        self.word_lang_prob_map = LazyLikelihoods()

    def add_profile(self, profile: LangProfile, index: int, langsize: int) -> None:  # noqa: ARG002  its caller's names
        self.langlist.append(profile.name)
        self.word_lang_prob_map.know(profile)


@cache
def _factory() -> DetectorFactory:
    """Detectors, with profiles loaded once and the seed set: without it, one headline in a hundred changes its answer."""
    DetectorFactory.seed = 0
    factory = _LazyFactory()
    factory.load_profile(str(Path(langdetect.__file__).parent / "profiles"))
    return factory
