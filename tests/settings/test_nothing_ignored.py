"""Nothing is silently ignored: what nobody reads, what is said twice, what stands in the wrong place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import load

FEEDS = '[[feed]]\nid = "ansa"\nurl = "https://ansa.example/feed"\ntags = ["agency"]\n'

MISTAKES = [
    # files and folders nobody reads
    ("monitr.toml", "", 0, r'no file of this name is read; did you mean "monitor.toml"'),
    ("feeds.tml", "", 0, "no file of this name is read"),
    ("terms.yaml", "", 0, "no file of this name is read"),
    ("ships.toml", 'query = "ships"', 0, "no file of this name is read"),
    ("watchlist/w.toml", 'query = "a"', 0, r'no folder of this name is read; did you mean "watchlists"'),
    ("feed/more.toml", "", 0, r'folder.*did you mean "feeds"'),
    ("watchlists/old/w.toml", 'query = "a"', 0, "folders inside watchlists/ are not read"),
    ("watchlists/w.txt", "a", 0, "neither a .toml file nor a keywords_file"),
    ("feeds/list.xml", "<opml/>", 0, "neither a .toml file nor an OPML file"),
    # said twice
    ("feeds.toml", FEEDS + '[[feed]]\nurl = "HTTPS://ansa.example:443/feed"\n', 6, "the same URL as"),
    ("feeds.toml", FEEDS + "[[feed]]\nid = 'b'\nurl = 'https://b.example'\ntags = ['x', 'y', 'x']\n", 8, "twice"),
    ("watchlists/w.toml", 'keywords = ["nato",\n "NATO",\n "nato"]\n', 3, "twice"),
    ("watchlists/w.toml", 'query = "a"\ntags = ["x", "x"]\n', 2, "twice"),
    ("watchlists/w.toml", 'query = "a"\nquery = "b"\n', 2, "not TOML: given twice"),
    # in the wrong place
    ("monitor.toml", '[poll]\nfirst_poll = "all"\n', 2, r"\[alerts\]"),
    ("monitor.toml", '[poll]\nstore = "sqlite:x.db"\n', 2, "at the top of the file"),
    ("watchlists/w.toml", 'query = "a"\n[[test]]\ntext = "a"\nmatch = true\ntags = ["x"]\n', 5, "at the top of the file"),
    ("feeds.toml", FEEDS + 'opml = ["x.opml"]\n', 5, "at the top of the file"),
    # of the wrong kind
    ("monitor.toml", "store = 5\n", 1, "text in quotes"),
    ("monitor.toml", "[poll]\ntimeout = true\n", 2, "text in quotes"),
    ("monitor.toml", '[network]\nallow = "10.0.0.0/8"\n', 2, "list"),
    ("monitor.toml", "poll = 5\n", 1, "poll"),
    ("monitor.toml", '[channels]\ndesk = "x"\n', 2, "desk"),
    ("feeds.toml", 'feed = "x"\n', 1, r"\[\[feed\]\]"),
    ("feeds.toml", '[feed]\nurl = "https://a.example"\n', 1, r"\[\[feed\]\]"),
    ("watchlists/w.toml", "query = 5\n", 1, "text in quotes"),
    ("watchlists/w.toml", 'query = "a"\nstem = "yes"\n', 2, "true or false"),
    ("watchlists/w.toml", 'query = "a"\ntest = "x"\n', 2, r"\[\[test\]\]"),
    ("watchlists/w.toml", 'query = "a"\nlanguages = ["english"]\n', 2, '"en"'),
    ("terms.toml", "dprk = 5\n", 1, "a query in quotes"),
    # not what its place asks for
    ("monitor.toml", '[dedup]\nwindow = "-3d"\n', 2, "window"),
    ("monitor.toml", '[alerts]\nquiet = ["25:00-07:00 Europe/Rome"]\n', 2, "quiet"),
    ("monitor.toml", '[network]\nallow = ["localhost"]\n', 2, "allow"),
    ("monitor.toml", '[network]\nallow = ["10.1.0.0/16:0"]\n', 2, "a port is 1 to 65535"),
    ("monitor.toml", '[network]\nallow = ["fd00::/8:443x"]\n', 2, "not a network"),
    ("monitor.toml", '[channels."a b"]\ntype = "webhook"\nurl = "https://x.example"\n', 1, "a b"),
    ("monitor.toml", '[channels.x]\nurl = "https://x.example"\n', 1, '"type" is missing'),
    ("monitor.toml", '[channels.x]\ntype = "webhook"\nurl = "https://x.example"\ndigest = "7 o\'clock"\n', 4, "digest"),
    ("monitor.toml", '[channels.x]\ntype = "webhook"\nurl = "https://x.example"\nto = ["a@b.example"]\n', 4, "to"),
    ("feeds.toml", '[[feed]]\nurl = "https://a.example"\nevery = "soon"\n', 3, "every"),
    ("feeds.toml", '[[feed]]\nurl = "https://a.example"\nfetch = "often"\n', 3, "one of"),
    ("feeds.toml", '[[feed]]\nid = "Not An Id"\nurl = "https://a.example"\n', 2, "id"),
    ("feeds.toml", '[[feed]]\nurl = "not a url"\n', 2, "URL"),
    ("watchlists/w.toml", 'query = "lang:it AND lang:en"\n', 1, "never"),
    ("watchlists/w.toml", "query = \'\'\'\n a\n AND lang:english\'\'\'\n", 3, r'query: .*write "en"'),
    ("watchlists/w.toml", 'query = "a feed:anza"\n', 1, 'did you mean "ansa"'),
    ("watchlists/w.toml", 'query = "a"\nexclude = ["("]\n', 2, r"exclude\[1\]"),
    ("watchlists/w.toml", 'query = "a"\n[[test]]\ntext = "a"\nmatch = true\nfeed = "anza"\n', 5, 'did you mean "ansa"'),
    ("watchlists/w.toml", 'query = "a"\n[[test]]\nmatch = true\n', 2, '"text" is missing'),
    ("watchlists/w.toml", 'query = "a"\n[[test]]\ntext = "a"\n', 2, '"match" is missing'),
    ("watchlists/w.toml", 'query = ""\n', 1, "query"),
    ("watchlists/w.toml", 'query = "title:"\n', 1, "query"),
    ("watchlists/w.toml", 'query = "sitee:a.example"\n', 1, "site"),
    ("watchlists/w.toml", 'query = "atleast(0, a)"\n', 1, "query"),
    ("terms.toml", "a = 'x AND'\n", 1, "a: "),
    ("terms.toml", "\n\na = '@a'\n", 3, "a: "),
    ("terms.toml", "a = '@missing'\n", 1, "missing"),
]  # fmt: skip


def write(directory: Path, name: str, text: str) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def mistakes(directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(directory, {})
    return [str(mistake) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(("name", "text", "line", "said"), MISTAKES)
def test_it_is_told_at_its_line(tmp_path: Path, name: str, text: str, line: int, said: str) -> None:
    write(tmp_path, "feeds.toml", FEEDS)
    write(tmp_path, name, text)
    place = name.rpartition("/")[0] if "folder" in said else name
    found = mistakes(tmp_path)
    assert [one for one in found if re.search(said, one) and f"{place}:{line}: " in one], found
    assert len(found) == 1, "one mistake is told once"


def test_one_mistake_hides_no_other(tmp_path: Path) -> None:
    """All at once: each watchlist's in a file of its own, one file each of the others with all it can hold."""
    write(
        tmp_path, "feeds.toml", FEEDS + '[[feed]]\nurl = "x"\nevery = "soon"\nfetch = "often"\nid = "A B"\nurll = 1\n'
    )
    write(tmp_path, "terms.toml", "a = '@missing'\nb = 5\nc = 'x AND'\n")
    write(
        tmp_path,
        "monitor.toml",
        '[poll]\ntimeout = 5\nevery = "x"\nmin_ = 1\n[web]\nlisten = 5\n[channels.x]\ntype = "e"\n',
    )
    write(
        tmp_path,
        "watchlists/a.toml",
        'query = "a AND"\ntags = [5]\nalert = ["no"]\nfeeds = ["no"]\nstem = 1\nfoo = 2\n',
    )
    lists = [(text, line, said) for name, text, line, said in MISTAKES if name == "watchlists/w.toml"]
    for number, (text, _, _) in enumerate(lists):
        write(tmp_path, f"watchlists/w{number}.toml", text)
    found = mistakes(tmp_path)
    for number, (_, line, said) in enumerate(lists):
        assert [one for one in found if f"w{number}.toml:{line}: " in one and re.search(said, one)], (number, said)
    places = [one.partition(": ")[0].rpartition("/")[2] for one in found]
    assert {f"feeds.toml:{line}" for line in (6, 7, 8, 9, 10)} <= set(places)
    assert {f"terms.toml:{line}" for line in (1, 2, 3)} <= set(places)
    assert {f"monitor.toml:{line}" for line in (2, 3, 4, 6, 8)} <= set(places)
    assert {f"a.toml:{line}" for line in (1, 2, 3, 4, 5, 6)} <= set(places)


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no such directory" in mistakes(tmp_path / "nowhere")[0]


def test_a_readme_beside_the_watchlists_is_nobodys_mistake(tmp_path: Path) -> None:
    write(tmp_path, "watchlists/README.md", "ours")
    write(tmp_path, "watchlists/.ships.toml.swp", "x")
    write(tmp_path, "watchlists/ships.toml~", "x")
    write(tmp_path, "watchlists/Thumbs.db", "x")
    write(tmp_path, "feeds/desktop.ini", "x")
    assert load(tmp_path, {}).watchlists == ()


@pytest.mark.parametrize("name", ["watchlists/ships.toml", "feeds.toml", "list.opml"])
def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path, name: str) -> None:
    write(tmp_path, "feeds/more.toml", 'opml = ["list.opml"]\n')
    write(tmp_path, "list.opml", "<opml version='2.0'><body/></opml>")
    write(tmp_path, "watchlists/boats.toml", 'query = "boat"')
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    assert any(Path(name).name in one and "not a file" in one for one in mistakes(tmp_path))
