"""What a host adds to its articles is learnt from its own stored items, and left out of the text of the next ones."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from monitor.core.watch import compile_query
from monitor.model import ItemFilter
from tests.builders import a_watchlist
from tests.newsroom import WORDS
from tests.pipeline.test_poll import Bench, bench, entry

__all__ = ["bench"]

NAVIGATION = "Home and harbours and weather and sport"
CAPTION = "Photograph by the harbour office"
LETTER = "Sign up for the harbour letter, every morning in your mailbox"


def prose(number: int) -> list[str]:
    draw = random.Random(number)
    return [" ".join(f"{draw.choice(WORDS)}{draw.choice(WORDS)}" for _ in range(40)) + "." for _ in range(3)]


def article(number: int, first: str = "", caption: str = CAPTION, last: str = LETTER) -> str:
    one, two, three = prose(number)
    html = "".join(f"<p>{line}</p>" for line in (first, one, caption, two, three, last) if line)
    return entry(number, html=html, title=f"{prose(-number)[0][:40]}")


async def texts(bench: Bench, *articles: str) -> list[str]:
    """Of the items, as they came."""
    for served in articles:
        bench.serve(served)
        assert (await bench.poll()).status == "ok"
    return [item.text for item in reversed(bench.items())]


async def test_lines_at_the_edges_go_from_the_fourth_article_on(bench: Bench) -> None:
    found = await texts(bench, *(article(number, first=NAVIGATION, caption="") for number in range(1, 6)))
    own = ["\n".join(prose(number)) for number in range(1, 6)]
    assert found[:3] == [f"{NAVIGATION}\n{text}\n{LETTER}" for text in own[:3]]
    assert found[3:] == own[3:]


async def test_a_short_line_in_the_middle_goes_when_many_have_it(bench: Bench) -> None:
    found = await texts(bench, *(article(number, last="") for number in range(1, 8)))
    assert [CAPTION in text for text in found] == [True] * 5 + [False] * 2
    assert found[6].split("\n") == prose(7)


@pytest.mark.parametrize("line", ["Tugs at work: 12", "In short " * 20])
async def test_numbers_and_long_background_stay_in_the_middle(bench: Bench, line: str) -> None:
    found = await texts(bench, *(article(number, caption=line, last="") for number in range(1, 8)))
    assert all(line.strip() in text for text in found)


async def test_another_hosts_articles_teach_nothing(bench: Bench) -> None:
    await texts(bench, *(article(number) for number in range(1, 5)))
    bench.serve(article(9).replace("news.example.org", "other.example.net"))
    await bench.poll()
    assert bench.items()[0].text.endswith(LETTER)


async def test_what_was_learnt_since_is_no_edit(bench: Bench) -> None:
    await texts(bench, *(article(number) for number in range(1, 6)))
    bench.serve(
        article(1, last=LETTER).replace("Photograph by", "Photograph  by"),
        article(2).replace("</description>", " </description>"),
    )
    assert (await bench.poll()).revised == 0
    bench.serve(article(1).replace(prose(1)[2], prose(77)[2]))
    assert (await bench.poll()).revised == 1
    (revised,) = [item for item in bench.items() if item.revisions]
    assert prose(77)[2] in revised.text
    assert not revised.text.endswith(LETTER)


async def test_a_text_that_is_mostly_learnt_lines_is_left_whole(bench: Bench) -> None:
    await texts(bench, *(article(number) for number in range(1, 5)))
    bench.serve(entry(9, html=f"<p>Closed.</p><p>{LETTER}</p>"))
    await bench.poll()
    assert bench.items()[0].text == f"Closed.\n{LETTER}"


async def test_what_was_cut_matches_nothing(bench: Bench) -> None:
    bench.config = replace(bench.config, watchlists=(a_watchlist(id="letters", query="mailbox"),))
    await texts(bench, *(article(number, caption="") for number in range(1, 6)))
    assert [item.watchlists for item in reversed(bench.items())] == [("letters",)] * 3 + [()] * 2
    matching = compile_query("mailbox").prefilter
    assert len(list(bench.store.items(ItemFilter(prefilter=matching)))) == 3
