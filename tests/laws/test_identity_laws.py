"""Laws of canonical URLs and keys, over URLs as bad as they come."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.core.identity import (
    canonical_url,
    entry_hash,
    entry_keys,
    feed_keys,
    mask_url,
    plain_link,
    shortened,
    slug,
)
from monitor.core.urls import BadUrlError, Target, bare_host, target
from monitor.model import Entry

hosts = st.sampled_from(
    ["example.org", "EXAMPLE.org.", "пример.рф", "127.0.0.1", "0x7f.1", "[::1]", "①②⑦.0.0.1", "faß.de"]
)
segments = st.text(st.sampled_from("aZ9-._~%/.;=+ü 'é%2e%2F%41:@#?&"), max_size=20)
urls = st.builds(
    "{}://{}{}/{}?{}#{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8080"]),
    segments,
    st.lists(st.sampled_from(["a=1", "b=2", "a=2", "c", "utm_source=x", "ref=rss", "sid=1", "%61=1", "=", ""])).map(
        "&".join
    ),
    segments,
)


@given(urls | st.text())
def test_canonical_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    if once is not None:
        assert canonical_url(once) == once


@given(urls)
def test_canonical_is_plain_web_ascii(url: str) -> None:
    once = canonical_url(url)
    if once is not None:
        assert once.isascii()
        assert once.isprintable()
        assert once.startswith(("http://", "https://"))
        assert not set(once) & set(' "<>#\\')


@given(urls)
def test_a_plain_link_names_the_same_article(url: str) -> None:
    assert canonical_url(plain_link(url)) == canonical_url(url)
    assert plain_link(plain_link(url)) == plain_link(url)


@given(st.text())
def test_no_text_is_worse_than_a_bad_url(text: str) -> None:
    for url in (text, f"http://{text}/", f"https://example.org/{text}"):
        try:
            target(url, "https://example.org/")
        except BadUrlError as problem:
            assert "\n" not in str(problem)


@given(urls)
def test_what_is_dialled_parses_to_itself(url: str) -> None:
    try:
        where = target(url)
    except BadUrlError:
        assume(False)
    assert target(where.url).url == where.url


@given(st.one_of(urls, st.from_regex(r"https?://[A-Za-z0-9.\[\]:-]{1,12}[/?#%@;.a-z0-9 ]{0,12}", fullmatch=True)))
def test_a_usual_url_is_taken_apart_as_any(url: str) -> None:
    def apart(base: str | None) -> Target | str:
        try:
            return target(url, base)
        except BadUrlError as problem:
            return str(problem)

    assert apart(None) == apart(""), "the long way, which a base asks for"


@given(st.text("abcdefgh", min_size=6), st.text("ijklmnop", min_size=6), hosts)
def test_no_password_survives_the_mask(user: str, password: str, host: str) -> None:
    for url in (
        f"https://{user}:{password}@{host}/feed",
        f"https://{host}/f?token={password}",
        f"x://{user}:{password}@h",
    ):
        masked = mask_url(url)
        assert password not in masked
        assert mask_url(masked) == masked


@given(urls | st.text())
def test_slugs_are_ids(url: str) -> None:
    name = slug(url)
    assert 0 < len(name) <= 60
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name.strip("-") == name


entries = st.builds(
    Entry,
    guid=st.sampled_from([None, "", "1", "2", "https://x.org/1"]),
    url=st.sampled_from(
        [None, "https://x.org/", "https://x.org/1", "https://x.org/1#a", "https://x.org/2", "nonsense"]
    ),
    title=st.sampled_from(["", "one", "two"]),
    summary=st.sampled_from(["", "text"]),
)


@given(entries)
def test_every_entry_has_a_key(entry: Entry) -> None:
    assert entry_keys("f", entry)
    assert entry_keys("f", entry, guid_usable=False, url_usable=False)


@given(st.lists(entries, max_size=8))
def test_entries_that_differ_in_all_they_say_share_no_key(document: list[Entry]) -> None:
    keys = [set(one) for one in feed_keys("f", document)]
    for number, entry in enumerate(document):
        for other in range(number):
            apart = entry.title != document[other].title and canonical_url(entry.url or "") != canonical_url(
                document[other].url or ""
            )
            if apart:
                assert not keys[number] & keys[other]


odd = st.sampled_from(["http://[1/a", "http://x.org:99999/a", "http:///a", "mailto:x@x.org"])


@given(st.lists(entries | st.builds(replace, entries, url=odd), max_size=8), st.data())
def test_what_is_remembered_of_entries_has_their_keys(document: list[Entry], data: st.DataObject) -> None:
    part = [shortened(one) if data.draw(st.booleans()) else one for one in document]
    assert feed_keys("feed", part) == feed_keys("feed", document)
    assert [entry_hash(one) for one in part] == [entry_hash(one) for one in document]
    assert [bool(one.url) for one in part] == [bool(one.url) for one in document]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["http://", "https://www.", ""]), st.text("htps:/w.a1-?#@[]\n Aé", max_size=24))
def test_a_hosts_short_way_says_what_the_standard_library_says(start: str, rest: str) -> None:
    try:
        expected = (urlsplit(start + rest).hostname or "").removeprefix("www.")
    except ValueError:
        expected = ""
    assert bare_host(start + rest) == expected
