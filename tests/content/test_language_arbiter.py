"""The arbiter is langdetect's own detector, with its profiles made ready otherwise."""

from __future__ import annotations

from pathlib import Path

import langdetect
import pytest
from langdetect.detector_factory import DetectorFactory

from monitor.content.language_arbiter import _factory, votes


@pytest.fixture(scope="module")
def own() -> DetectorFactory:
    factory = DetectorFactory()
    factory.load_profile(str(Path(langdetect.__file__).parent / "profiles"))
    return factory


def test_every_likelihood_is_the_librarys_own(own: DetectorFactory) -> None:
    lazy = _factory()
    assert lazy.langlist == own.langlist
    assert all(lazy.word_lang_prob_map[gram] == given for gram, given in own.word_lang_prob_map.items())


@pytest.mark.parametrize("gram", ["", "ż🜁q", "abcd"])
def test_what_no_language_has_is_not_known(gram: str) -> None:
    lazy = _factory().word_lang_prob_map
    assert gram not in lazy
    with pytest.raises(KeyError):
        lazy[gram]


def test_what_was_asked_for_before_changes_no_answer() -> None:
    text = "Regjeringen vil ikke øke støtten til kommunene neste år"
    before = votes(text)
    votes("Il governo non aumenterà i fondi ai comuni")
    assert votes(text) == before
    assert max(before, key=lambda code: before[code]) in {"no", "da"}


def test_a_text_without_letters_has_no_votes() -> None:
    assert votes("12345") == {}
