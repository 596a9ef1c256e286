"""What makes an entry the same entry, an item the same item and an alert the same alert: keys that survive publishers.

Publishers leave guids out, give one to all, or make new ones at every poll; they hang tracking and sessions on URLs. So
an entry has several keys, and is known when any of them is: its guid, scoped to its feed, and its canonical URL, across
feeds. A key that different entries of one document share tells nothing apart and is left out: better a copy found by
its text later than an entry taken for another and lost.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from monitor.core.urls import MAX_URL, BadUrlError, mask_url, normal_escapes, resolve_dots, site_of, target
from monitor.model import Entry

__all__ = [
    "alert_id", "article_url", "canonical_keys", "canonical_url", "entry_hash", "entry_keys", "feed_keys", "item_id",
    "leads_home", "mask_url", "plain_link", "said_keys", "shared_texts", "shortened", "site_of", "slug", "text_key",
    "usable_guids", "with_pages",
]  # fmt: skip

_MAX_GUID = 500
"""Characters of a guid kept as they are in a key; longer ones are hashed."""
_MAX_SLUG = 60
CROWD = 3
"""Entries under one URL whose page is none of theirs alone: two may be one article's before and after an edit."""
_NO_ADDRESS = "-"
"""In place of what has no canonical URL."""

_TRACKING_PREFIX = (
    "utm_", "mtm_", "matomo_", "piwik_", "hsa_", "itm_", "ns_", "oly_", "vero_", "guce_", "guccounter", "_hs", "__hs",
    "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "pk_content", "wt_mc", "wt_zmc", "fb_action", "fb_ref",
    "fb_source", "ga_source", "ga_medium", "ga_campaign", "ga_term", "ga_content", "sc_campaign", "sc_channel",
    "sc_content", "sc_src", "at_medium", "at_campaign", "at_custom", "at_link", "at_bbc", "at_ptr", "at_format",
    "at_xt",
)  # fmt: skip
_TRACKING = frozenset((
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "igsh",
    "li_fat_id", "igshid", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "hsctatracking", "wickedid", "ncid", "ocid",
    "cmpid", "cmp", "xtor", "smid", "emc", "__twitter_impression", "sr_share", "action_object_map", "gs_l",
    "rb_clickid", "s_cid", "epik", "srsltid", "spm", "trk", "trkcampaign", "_trkparms", "ito", "traffic_source", "sref",
    "jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id",
))  # fmt: skip
_FEED_WORDS = frozenset(("rss", "feed", "atom", "rss2", "rssfeed"))
_FEED_PARAMETERS = frozenset(
    ("partner", "ref", "source", "src", "from", "via", "feed", "mod", "campaign", "medium", "origin")
)
"""Tracking when, and only when, their value says that the link came from a feed."""
_SESSION_PARAMETERS = frozenset(("sid", "s", "session", "sess"))
_SESSION_VALUE = re.compile(r"[0-9a-f]{26,}", re.IGNORECASE)
"""A PHP session's id; a shorter or other `sid` may well name the article."""
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_POST = re.compile(
    r"(?:find)?comment[-_]?\d+|issuecomment-\d+|discussion_r\d+|(?:msg|reply|note|entry|post)[-_]?\d+|[cp]\d{3,}",
    re.IGNORECASE,
)
"""A fragment that names a comment or a thread's post: what blogs, forums and forges write behind the page's address."""
_HOME = re.compile(
    r"https?://[^/]+/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w{2,5})?)?", re.IGNORECASE
)
"""A site's front page, of one of its languages too."""
_WWW = re.compile(r"https?://(?:www\.(?=[^/]+\.))?")
_TAG = re.compile(r"<[^<>]*>")
URLS_KEPT = 4_096
"""Answers kept, some 2 MB: a poll asks of each entry's URL four times over."""
TEXTS_KEPT = 32
"""Texts whose hash is kept: those of a usual document, for it is asked for when an entry is identified and remembered."""


@lru_cache(URLS_KEPT)
def canonical_url(url: str, base: str | None = None) -> str | None:
    """One spelling for all URLs of one article, or None for what is no http or https URL. To compare, not to dial.

    Lower-case IDNA host, no default port, credentials or fragment; dot segments resolved, escapes in one form, no slash
    at the end but the root's; tracking and session parameters gone, the others in order when that is safe: each named
    once, with a value. AMP and mobile addresses stay their own: which article they show, the page's canonical link
    says. Idempotent.
    """
    try:
        where = target(url, base)
    except BadUrlError:
        return None
    path, _, query = normal_escapes(where.path).partition("?")
    path = resolve_dots(_PATH_SESSION.sub("", path)).rstrip("/") or "/"
    query = _canonical_query(query)
    result = where.origin + path + (f"?{query}" if query else "")
    return result if len(result) <= MAX_URL else None


def plain_link(url: str) -> str:
    """A link as its publisher wrote it, but for tracking and sessions: what is stored, shown and sent."""
    head, hash_, fragment = _PATH_SESSION.sub("", url).partition("#")
    address, question, query = head.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not _is_tracking(*pair.partition("=")[::2]))
    return address + (question + kept if kept else "") + hash_ + fragment


def _canonical_query(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _is_tracking(*pair.partition("=")[::2])]
    names = {pair.partition("=")[0] for pair in pairs}
    if len(names) == len(pairs) and all("=" in pair for pair in pairs):
        pairs.sort(key=lambda pair: pair.partition("=")[0])
    return "&".join(pairs)


def _is_tracking(name: str, value: str) -> bool:
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIX):
        return True
    if name in _FEED_PARAMETERS:
        return value.lower() in _FEED_WORDS or value.startswith("rss-")  # Medium's rss-1------2
    return name in _SESSION_PARAMETERS and _SESSION_VALUE.fullmatch(value) is not None


def entry_keys(feed_id: str, entry: Entry, *, guid_usable: bool = True, url_usable: bool = True) -> tuple[str, ...]:
    """An entry's identity keys, the surest first: never empty, and an entry is known when any of them is.

    ``guid:FEED:GUID``, ``url:ADDRESS`` (`article_url`), and where there is neither, ``text:FEED:HASH`` of title and date, or of
    all that was written when one of them is missing.
    """
    keys: list[str] = []
    guid = (entry.guid or "").strip()
    if guid and guid_usable:
        keys.append(f"guid:{feed_id}:{guid if len(guid) <= _MAX_GUID else _digest(guid)}")
    url = _article(entry)
    if url and url_usable:
        keys.append(f"url:{url}")
    return tuple(keys) or (text_key(feed_id, entry),)


def text_key(feed_id: str, entry: Entry) -> str:
    """What is left to know an entry by: its title and date, or all that was written when one of them is missing."""
    said = _text_of(entry)
    return f"text:{feed_id}:{said if isinstance(said, str) else _digest(said[0], said[1].isoformat())}"


def shared_texts(entries: Iterable[Entry]) -> Callable[[Entry], bool]:
    """Whether another of these entries, that says something else, has an entry's `text_key`."""
    found: defaultdict[tuple[str, datetime] | str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[_text_of(entry)].append(entry)
    shared = {text for text, some in found.items() if len(some) > 1 and len(set(map(entry_hash, some))) > 1}
    return lambda entry: _text_of(entry) in shared


def _text_of(entry: Entry) -> tuple[str, datetime] | str:
    """What a `text_key` is made of."""
    return (entry.title, entry.published_at) if entry.title and entry.published_at else entry_hash(entry)


def feed_keys(feed_id: str, entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """`entry_keys` of each entry of one document, without the guids and URLs that do not tell its entries apart. Those that
    are left with title and date have ``said:FEED:HASH`` too, of all that was written: some feeds date all by their last build."""
    guid_usable = usable_guids(entries)
    shared = _shared_urls(entries)
    found = [
        entry_keys(
            feed_id,
            entry,
            guid_usable=guid_usable and (entry.own_page or not _names_its_page(entry)),
            url_usable=entry.own_page and _article(entry) not in shared,
        )
        for entry in entries
    ]
    nameless = [place for place, keys in enumerate(found) if keys[0].startswith("text:")]
    for place, key in zip(nameless, said_keys(feed_id, [entries[place] for place in nameless]), strict=True):
        if key:
            found[place] = (*found[place], key)
    return found


def said_keys(feed_id: str, entries: Sequence[Entry]) -> list[str | None]:
    """Each entry's ``said:FEED:HASH``, of all that was written; None where another of them says the same."""
    words = [entry_hash(entry) for entry in entries]
    counts = Counter(words)
    return [f"said:{feed_id}:{said}" if counts[said] == 1 else None for said in words]


def _names_its_page(entry: Entry) -> bool:
    """Whether an entry's guid is its URL once more, and no post's."""
    guid = (entry.guid or "").strip()
    return canonical_url(guid) == _address(entry) and not _is_post(guid)


def usable_guids(entries: Iterable[Entry]) -> bool:
    """Whether a document's guids tell its entries apart: not when entries with other URLs or titles share one.

    Entries without a guid say nothing; a document without any has nothing to use.
    """
    named: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        guid = (entry.guid or "").strip()
        if guid:
            named[guid].append(entry)
    return bool(named) and all(len({_said(one) for one in some}) == 1 for some in named.values() if len(some) > 1)


def _said(entry: Entry) -> tuple[str | None, str]:
    return canonical_url(entry.url) if entry.url and entry.own_page else None, _folded(entry.title)


def _shared_urls(entries: Iterable[Entry]) -> frozenset[str]:
    """URLs that entries share which say different things: a live page's, a section's, or one for all."""
    return frozenset(url for url, count in _sayings(entries, _article).items() if count > 1)


def _sayings(entries: Iterable[Entry], address: Callable[[Entry], str | None]) -> dict[str, int]:
    """How many things are said by the entries at each address that more than one have: headlines, or texts under one."""
    placed: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if url := address(entry):
            placed[url].append(entry)
    return {url: _distinct(some) for url, some in placed.items() if len(some) > 1}


def _distinct(entries: Sequence[Entry]) -> int:
    texts = Counter(title for title, _ in {(entry.title, entry_hash(entry)) for entry in entries})
    return max(len({_folded(entry.title) for entry in entries}), *texts.values())


def with_pages(entries: Sequence[Entry], home: str | None) -> tuple[Entry, ...]:
    """The entries of one document, of which those are marked that have no page of their own: their URL is `home`, the site's
    that the document names, or one for a `CROWD`, or names a post. Read as an article such a page makes all copies of one."""
    shared = {url for url, count in _sayings(entries, _address).items() if count >= CROWD}
    shared |= {canonical_url(home) or _NO_ADDRESS} if home else set()
    return tuple(
        replace(entry, own_page=False) if _address(entry) in shared or _is_post(entry.url) else entry
        for entry in entries
    )


def _address(entry: Entry) -> str:
    """An entry's canonical URL, which it may bear already."""
    known = entry.url if entry.text_hash is not None or not entry.url else canonical_url(entry.url)
    return known or _NO_ADDRESS


@lru_cache(URLS_KEPT)
def article_url(url: str | None) -> str | None:
    """`canonical_url` of what can be an article's address: None for a site's front page, which feeds and pages name in
    default of a better one, and which would make one item of all, and for a comment on an article or a thread's post. With
    `https` and without `www.`: feeds of one site and its readers write either."""
    canonical = canonical_url(url) if url and not _is_post(url) else None
    return None if canonical is None or _is_front_page(canonical) else _WWW.sub("https://", canonical, count=1)


def _is_post(url: str | None) -> bool:
    return url is not None and "#" in url and _POST.fullmatch(url.rpartition("#")[2]) is not None


def canonical_keys(url: str | None) -> tuple[str, ...]:
    """The keys of a page's canonical URL: of the item that stands there, and of one that claims to. An entry with that link is
    known by the first alone. None of a site's front page, which some sites name on all of theirs."""
    article = article_url(url)
    return (f"url:{article}", f"canonical:{article}") if article else ()


def _article(entry: Entry) -> str | None:
    """`article_url` of an entry."""
    return article_url(entry.url)


def _is_front_page(canonical: str) -> bool:
    return canonical.endswith("/") and canonical.count("/") == 3


def leads_home(asked: str, answered: str) -> bool:
    """Whether an article's address led to a site's front page: shown in place of what is gone, or is not for everybody."""
    asked, answered = (canonical_url(url) or "" for url in (asked, answered))
    return asked != answered and not _is_front_page(asked) and _HOME.fullmatch(answered) is not None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def entry_hash(entry: Entry) -> str:
    """A hash of what the publisher wrote: title, summary and content. Blank space, markup (whose images and links carry
    tokens that change at every poll), dates and counters beside the text make no difference."""
    return entry.text_hash or _text_hash(entry.title, entry.summary, entry.content)


@lru_cache(TEXTS_KEPT)
def _text_hash(*parts: str) -> str:
    return _digest(*map(_words, parts))


def shortened(entry: Entry) -> Entry:
    """The entry without its texts and with its URL canonical: its keys and its hash are the same, and there is nothing to
    read."""
    if entry.text_hash is not None:
        return entry
    address = _address(entry) if entry.own_page and not _is_post(entry.url) else _NO_ADDRESS
    url = address if entry.url else None
    return Entry(entry.guid, url, entry.title, published_at=entry.published_at, text_hash=entry_hash(entry))


def _words(markup: str) -> str:
    text = html.unescape(_TAG.sub(" ", markup)) if "<" in markup or "&" in markup else markup
    return unicodedata.normalize("NFC", " ".join(text.split()))


def item_id(seed: str) -> str:
    """A short stable id: 16 characters of a-z and 2-7, of which any two differ for all practical purposes (80 bits)."""
    digest = hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return base64.b32encode(digest).decode("ascii").lower()


def alert_id(watchlist: str, channel: str, story: str, occasion: str = "new") -> str:
    """The id of the one alert that a watchlist raises about a story on a channel; the same at every attempt.

    What follows it, where that is asked for, has an id for each occasion.
    """
    more = () if occasion == "new" else (occasion,)
    return item_id("\0".join(("alert", watchlist, channel, story, *more)))


def slug(url: str) -> str:
    """A feed's id made from its URL: ``ukrinform-it-rss-block-lastnews``. At most 60 characters of a-z, 0-9 and ``-``.

    What the words cannot say (a cut, letters outside ASCII) or must not (a secret in the query) six characters of a hash
    do, so that different URLs of one site have different ids.
    """
    try:
        whole = target(url).url
        shown = mask_url(whole)
        words = shown.partition("://")[2].removeprefix("www.")
    except BadUrlError:
        whole, words = url, mask_url(url)
        shown = words
    plain = re.sub(r"%[0-9A-Fa-f]{2}", "", words)
    text = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(text) > _MAX_SLUG or plain != words or shown != whole or not text:
        text = f"{text[: _MAX_SLUG - 7].rstrip('-')}-{item_id(url)[:6]}".strip("-")
    return text


def _digest(*parts: str) -> str:
    """128 bits over the parts, whose bounds count."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        state.update(len(raw).to_bytes(8, "big") + raw)
    return state.hexdigest()
