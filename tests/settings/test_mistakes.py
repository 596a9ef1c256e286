"""Broken configurations: each mistake is found, at its line, and all of them in one run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.settings import load

FEEDS = '[[feed]]\nid = "ansa"\nurl = "https://ansa.example/feed"\ntags = ["agency"]\n'
DESK = '[channels.desk]\ntype = "email"\nto = ["desk@example.org"]\nfrom = "monitor@example.org"\nsmtp = "smtp://localhost:25"\n'
HOOK = '[channels.x]\ntype = "webhook"\nurl = "https://x.example"\n'

BROKEN = [
    ("monitor.toml", '[poll]\nevery = "15 parsecs"\n', 2, r'\[poll\] every: .*"15m"'),
    ("monitor.toml", "[poll]\nevery = 15\n", 2, r"\[poll\] every: text in quotes"),
    ("monitor.toml", '[poll]\nevry = "15m"\n', 2, r'\[poll\] evry: unknown key; did you mean "every"'),
    ("monitor.toml", '[pol]\nevery = "15m"\n', 1, r'unknown key; did you mean "poll"'),
    ("monitor.toml", '[poll]\nmin = "2h"\nmax = "1h"\n', 2, r'\[poll\] min: longer than "max"'),
    ("monitor.toml", "[poll]\nadaptive = 1\n", 2, r"\[poll\] adaptive: true or false"),
    ("monitor.toml", "[poll]\nconcurrency = 0\n", 2, r"\[poll\] concurrency: .*1"),
    ("monitor.toml", '[poll]\nmax_bytes = "10 elephants"\n', 2, r"\[poll\] max_bytes: not a size"),
    ("monitor.toml", '[network]\nallow = [\n  "10.0.0.0/8",\n  "10.1.2.3/8",\n]\n', 4, r"allow\[2\]: .*10\.0\.0\.0/8"),
    ("monitor.toml", '[article]\nfetch = "sometimes"\n', 2, r"\[article\] fetch: one of"),
    ("monitor.toml", '[alerts]\nquiet = ["22:00-07:00 Rome"]\n', 2, r'did you mean "Europe/Rome"'),
    ("monitor.toml", 'store = "mysql:x"\n', 1, r"store: not a store"),
    ("monitor.toml", '[web]\nlisten = "8787"\n', 2, r"\[web\] listen: not an address"),
    ("monitor.toml", "[poll\nevery = 1\n", 1, r"column \d+: not TOML"),
    ("monitor.toml", "a = { b = 1\n", 1, r"not TOML: a table without its closing }"),
    ("monitor.toml", "a = 1\nb = 1" + "_9" * 4400 + "\n", 2, r"file: not TOML: a number of too many digits"),
    ("monitor.toml", "a = " + "[" * 5000, 1, r"file: lists nested too deep"),
    ("monitor.toml", '[channels.x]\ntype = "emial"\n', 2, r'did you mean "email"'),
    ("monitor.toml", DESK.replace("desk@example.org", "desk at example.org"), 3, r"to\[1\]: not an e-mail address"),
    ("monitor.toml", DESK.replace('smtp = "smtp://localhost:25"\n', ""), 1, r'"smtp" is missing'),
    ("monitor.toml", DESK + 'password_env = "NO_SUCH_VARIABLE"\n', 6, r"variable NO_SUCH_VARIABLE is not set"),
    ("monitor.toml", DESK + 'password_file = "nowhere.txt"\n', 6, r"nowhere\.txt: cannot be read"),
    ("monitor.toml", DESK + 'password = "a"\npassword_env = "HOME"\n', 7, r'given beside "password"'),
    ("monitor.toml", '[channels.x]\ntype = "webhook"\n', 1, r'"url" is missing'),
    ("monitor.toml", '[channels.x]\ntype = "webhook"\nurl = "https://x.example"\nsecret = "hunter2"\n', 4, "whsec_"),
    ("monitor.toml", HOOK + 'headers = {Host = "x"}\n', 4, r"headers\.Host: is set by the monitor itself"),
    ("monitor.toml", HOOK + 'headers = {"X Y" = "x"}\n', 4, r"headers\.X Y: not a header's name"),
    ("monitor.toml", HOOK + 'headers = {A = "x\\ny"}\n', 4, r"headers\.A: not a header's value"),
    ("monitor.toml", HOOK + 'headers = {A = "x"}\nheaders_env = {a = "HOME"}\n', 5, r"headers_env\.a: given beside headers\.A"),
    ("monitor.toml", HOOK + 'headers_env = {A = "NO_SUCH_VARIABLE"}\n', 4, r"headers_env\.A: .*NO_SUCH_VARIABLE is not set"),
    ("monitor.toml", HOOK + 'headers_file = {A = "nowhere.txt"}\n', 4, r"headers_file\.A: .*nowhere\.txt: cannot be read"),
    ("monitor.toml", '[channels.x]\ntype = "command"\n', 1, r'"command" is missing'),
    ("monitor.toml", '[channels.x]\ntype = "command"\ncommand = []\n', 3, r"command: the list is empty"),
    ("monitor.toml", '[channels.x]\ntype = "command"\ncommand = ["notify -v"]\n', 3, r'command\[1\]: no program "notify -v"'),
    ("monitor.toml", '[channels.x]\ntype = "jsonl"\npath = "/tmp"\n', 3, r"path: /tmp: a directory"),
    ("monitor.toml", '[channels.x]\ntype = "jsonl"\npath = "x"\nkeep = -1\n', 4, r"keep: a number"),
    ("monitor.toml", '[channels.x]\ntype = "feed"\ndirectory = "/dev/null"\n', 3, r"directory: /dev/null: not a directory"),
    ("monitor.toml", '[channels.x]\ntype = "feed"\ndirectory = "x"\ndigest = "1h"\n', 4, r"digest: unknown key"),
    ("watchlists/w.toml", 'query = "a"\nmute = "tomorrow"\n', 2, r"mute: a date without quotes"),
    ("watchlists/w.toml", 'query = "a"\nmax_per_hour = 0\n', 2, r"max_per_hour: a number"),
    ("feeds.toml", FEEDS + FEEDS, 6, r'\[\[feed\]\] 2 \(ansa\) id: the id "ansa" is taken by .*feeds\.toml:1'),
    ("feeds.toml", '[[feed]]\nurl = "ftp://ansa.example/feed"\n', 2, r"\[\[feed\]\] 1 url: not a URL"),
    ("feeds.toml", '[[feed]]\nid = "a"\n', 1, r'"url" is missing'),
    ("feeds.toml", 'opml = ["nowhere.opml"]\n', 1, r"nowhere\.opml: cannot be read"),
    ("feeds.toml", FEEDS + 'language = "italian"\n', 5, r'write "it"'),
    ("watchlists/w.toml", 'query = "a"\nalert = ["dsk"]\n', 2, r'no channel "dsk"'),
    ("watchlists/w.toml", 'query = "a"\nfeeds = ["anza"]\n', 2, r'no feed has the id "anza"; did you mean "ansa"'),
    ("watchlists/w.toml", 'query = "a"\nfeeds = ["tag:agenzy"]\n', 2, r'"agenzy"; did you mean "agency"'),
    ("watchlists/w.toml", "query = '''\n  nato\n  AND (rutte OR\n'''\n", 3, r"query: .*expected"),
    ("watchlists/w.toml", 'query = "NOT nato"\n', 1, r"query: "),
    ("watchlists/w.toml", 'query = "n*"\n', 1, r"query: .*2 letters"),
    ("watchlists/w.toml", 'query = "/(a/"\n', 1, r"query: "),
    ("watchlists/w.toml", 'query = "@dprq"\n', 1, r"query: .*dprq"),
    ("watchlists/w.toml", 'keywords = ["good", "b*"]\n', 1, r"keywords\[2\]: .*2 letters"),
    ("watchlists/w.toml", 'keywords_file = "names.txt"\n', 1, r"names\.txt: no such file"),
    ("watchlists/w.toml", 'name = "Nothing to look for"\n', 1, r"nothing to look for"),
    ("watchlists/w.toml", 'query = "nato"\n[[test]]\ntext = "an apple"\nmatch = true\n', 4, r"\[\[test\]\] 1 match: expected a match"),
    ("watchlists/w.toml", 'query = "nato tag:agenzy"\n', 1, r'query: .*"agenzy"; did you mean "agency"'),
    ("watchlists/My List.toml", 'query = "nato"\n', 0, r'file name: not an id'),
    ("watchlists/notes.md", "remember\n", 0, r"neither a \.toml file nor a keywords_file"),
    ("terms.toml", "a = '@b'\nb = '@a'\n", 1, r"a: .*(circle|itself)"),
]  # fmt: skip


def write(directory: Path, name: str, text: str) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    write(tmp_path, "feeds.toml", FEEDS)
    return tmp_path


def mistakes(directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(directory, {"HOME": "/home/ada"})
    return [str(mistake) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(("name", "text", "line", "said"), BROKEN, ids=[f"{n}-{said[:30]}" for n, _, _, said in BROKEN])
def test_a_mistake_is_told_with_its_file_and_line(config: Path, name: str, text: str, line: int, said: str) -> None:
    write(config, name, text)
    found = mistakes(config)
    matching = [one for one in found if re.search(said, one)]
    assert matching, found
    assert f"{name}:{line}: " in matching[0]


def test_secrets_are_never_repeated(config: Path) -> None:
    write(config, "monitor.toml", '[channels.x]\ntype = "webhook"\nurl = "https://x.example"\nsecret = "hunter2"\n')
    assert "hunter2" not in "".join(mistakes(config))


def test_all_mistakes_of_all_files_come_in_one_run(config: Path) -> None:
    by_file: dict[str, list[tuple[str, str]]] = {}
    for name, text, _, said in BROKEN:
        by_file.setdefault(name, []).append((text, said))
    write(config, "monitor.toml", '[poll]\nevry = "1m"\nmax = "x"\n[article]\nfetch = "sometimes"\n')
    write(config, "feeds.toml", '[[feed]]\nurl = "ftp://x"\n[[feed]]\nid = "a"\ntags = ["agency"]\n')
    for number, (text, _) in enumerate(by_file["watchlists/w.toml"]):
        write(config, f"watchlists/w{number}.toml", text)
    write(config, "terms.toml", "a = '@b'\nb = '@a'\n")
    found = "\n".join(mistakes(config))
    assert {
        "monitor.toml:2",
        "monitor.toml:3",
        "monitor.toml:5",
        "feeds.toml:2",
        "feeds.toml:3",
        "terms.toml:1",
    } <= set(re.findall(r"([\w.]+:\d+): ", found))
    for number in range(len(by_file["watchlists/w.toml"])):
        assert f"w{number}.toml:" in found


def test_a_query_is_shown_with_a_caret_under_the_place(config: Path) -> None:
    write(config, "watchlists/w.toml", "query = '''\nnato AND\n  (rutte OR )\n'''\n")
    (found,) = mistakes(config)
    first, line, caret = found.split("\n")[:3]
    assert "w.toml:3: query:" in first
    assert line[caret.index("^")] == ")"


def test_the_repositorys_own_example_is_right() -> None:
    example = load(Path(__file__).parents[2] / "config", {})
    assert len(example.feeds) >= 6
    assert len(example.watchlists) == 3
    assert "dprk-troops" in {watchlist.id for watchlist in example.watchlists}
    assert len({feed.language for feed in example.feeds}) >= 6


def test_a_test_sees_the_tags_that_other_watchlists_give(config: Path) -> None:
    """Whether their file is read before or after."""
    test = "[[test]]\ntext = '{}'\nmatch = {}\n"
    write(config, "watchlists/m.toml", 'query = "ships"\ntags = ["sea"]\n')
    for name in ("a", "z"):
        text = 'query = "tag:sea NOT storm"\n'
        write(config, f"watchlists/{name}.toml", text + test.format("ships", "true") + test.format("trains", "false"))
    assert len(load(config, {"HOME": "/home/ada"}).watchlists) == 3
    write(config, "watchlists/z.toml", 'query = "@wet"\n' + test.format("trains", "true"))
    write(config, "terms.toml", "wet = 'tag:sea OR rain'\n")
    (found,) = mistakes(config)
    assert "z.toml:4: " in found and "expected a match" in found


def test_a_tag_of_a_watchlist_is_no_misspelling(config: Path) -> None:
    write(config, "watchlists/a.toml", 'query = "tag:agenda"\n')
    write(config, "watchlists/b.toml", 'query = "plan"\ntags = ["agenda"]\n')
    assert len(load(config, {"HOME": "/home/ada"}).watchlists) == 2


def test_a_tag_that_a_broken_watchlist_may_give_is_no_misspelling(config: Path) -> None:
    write(config, "watchlists/a.toml", 'query = "tag:agenda"\n')
    write(config, "watchlists/b.toml", 'query = "plan"\ntags = ["agenda", 5]\n')
    write(config, "watchlists/c.toml", 'query = "plan\ntags = ["agenda"]\n')
    assert [one.partition(":")[0].rpartition("/")[2] for one in mistakes(config)] == ["b.toml", "c.toml"]
