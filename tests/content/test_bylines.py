from __future__ import annotations

import pytest

from monitor.content.bylines import names


@pytest.mark.parametrize(
    ("written", "persons"),
    [
        ("By Anna Rossi and Jean-Luc Petit", ("Anna Rossi", "Jean-Luc Petit")),
        ("di Mario Bianchi", ("Mario Bianchi",)),
        ("Von Hans Müller und Eva Klein", ("Hans Müller", "Eva Klein")),
        ("par Marie Dubois, Luc Martin et Zoé Roy", ("Marie Dubois", "Luc Martin", "Zoé Roy")),
        ("Por María García y José López", ("María García", "José López")),
        ("Rossi, Anna", ("Anna Rossi",)),
        ("jdoe@example.com (John Doe)", ("John Doe",)),
        ("John Doe <jdoe@example.com>", ("John Doe",)),
        ("jdoe@example.com", ()),
        ("Redazione di Roma", ()),
        ("Redaktion", ()),
        ("редакция", ()),
        ("admin", ()),
        ("Reuters", ()),
        ("Jane Doe, Senior Political Correspondent", ("Jane Doe",)),
        ("Jane Doe | The Daily News", ("Jane Doe",)),
        ("John Smith, 12 October 2024", ("John Smith",)),
        ("Updated 12 October 2024", ()),
        ("https://facebook.com/page", ()),
        ("Олена Коваль", ("Олена Коваль",)),
        ("山田太郎、鈴木花子", ("山田太郎", "鈴木花子")),
        ("This is a long sentence that is certainly no name of anyone", ()),
        ("", ()),
        ("D. H. Lawrence", ("D. H. Lawrence",)),
        ("Ludwig van Beethoven", ("Ludwig van Beethoven",)),
        ("Dianna Byers", ("Dianna Byers",)),
    ],
)
def test_names(written: str, persons: tuple[str, ...]) -> None:
    assert names([written]) == persons


def test_each_once_and_bounded() -> None:
    assert names(["Anna Rossi", "By Anna Rossi"]) == ("Anna Rossi",)
    assert len(names(f"Person Number{n}" for n in range(500))) == 50
