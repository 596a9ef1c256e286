"""URLs: taken apart once for whoever dials them, and made one for whoever compares them.

One parser for both, after the WHATWG URL standard where it and RFC 3986 differ on hosts (IDNA by UTS 46, IPv4 addresses in any notation),
stricter elsewhere: a backslash, a control character or a percent sign in the host is an error, because parsers disagree on them and that is
how guards are passed by (changedetection.io GHSA-rph4-96w6-q594). A URL is `http` or `https`, or nothing.
"""  # noqa: E501

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from monitor.errors import MonitorError

MAX_URL = 8_000
"""Characters: servers and caches refuse longer request lines (RFC 9112, 3), and a redirect must not grow for ever."""

_DEFAULT_PORT = {"http": 80, "https": 443}
_PLAIN_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_SAFE = "/:@!$&'()*+,;=-._~%"  # RFC 3986 pchar and the slash; an escape stays an escape
_AS_IT_IS = f"A-Za-z0-9{re.escape(_SAFE.replace('%', ''))}"
_WRITTEN_SAFELY = re.compile(f"[?{_AS_IT_IS}]*")  # a path has no question mark left
_USUAL = re.compile(rf"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{{0,3}}))?(/[{_AS_IT_IS}]*)?(\?[?{_AS_IT_IS}]+)?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class BadUrlError(MonitorError):
    """A URL that cannot be dialled; the message says why, without the URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: what to dial, what to ask for, and whose credentials these are."""

    scheme: str
    host: str
    """ASCII, lower-case, no trailing dot; an IPv6 address without its brackets."""
    port: int
    path: str
    """With the query, percent-encoded as written; begins with a slash."""
    user: str | None = None
    password: str | None = None

    @property
    def origin(self) -> str:
        """``https://host`` with the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORT[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The URL without credentials and fragment."""
        return self.origin + self.path


@lru_cache(maxsize=4_096)  # a poll takes the same few apart many times over
def target(url: str, base: str | None = None) -> Target:
    """Take a URL apart to dial it, joined to `base` when it is relative; raises `BadUrlError`."""
    url = url.strip()
    if len(url) > MAX_URL:
        raise BadUrlError(f"URL longer than {MAX_URL} characters")
    if base is None and (usual := _USUAL.fullmatch(url)):  # nothing in it is doubted, escaped or left out
        scheme, host, port, path, query = usual.groups()
        return Target(scheme, _host(host), int(port) if port else _DEFAULT_PORT[scheme], (path or "/") + (query or ""))
    return _target(url, base)


def _target(url: str, base: str | None) -> Target:
    if _FORBIDDEN.search(url):
        raise BadUrlError("URL with a backslash or a control character")
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUrlError(f"not a URL: {_plain(str(error))}") from None
    if parts.scheme not in _DEFAULT_PORT:
        raise BadUrlError(f"not http or https: {_plain(parts.scheme or 'no scheme')}")
    if port == 0:
        raise BadUrlError("port 0")
    path = _escaped(parts.path, _SAFE) or "/"
    query = "?" + _escaped(parts.query, _SAFE + "?") if parts.query else ""
    return Target(
        scheme=parts.scheme,
        host=_host(host or ""),
        port=port or _DEFAULT_PORT[parts.scheme],
        path=(path if path.startswith("/") else "/" + path) + query,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


@lru_cache(maxsize=16_384)
def _host(host: str) -> str:
    """The host as it is looked up: IDNA, addresses in dotted form. Raises `BadUrlError`."""
    if ":" in host:
        try:
            address = IPv6Address(host)
        except AddressValueError:
            raise BadUrlError("not an IPv6 address") from None
        if address.scope_id is not None:
            raise BadUrlError("an address with a zone")
        return str(address)
    host = host.lower()
    if not _PLAIN_HOST.fullmatch(host):
        try:
            host = idna.encode(host, uts46=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError):
            raise BadUrlError("not a host name" if host else "no host") from None
        if not _PLAIN_HOST.fullmatch(host):
            raise BadUrlError("not a host name")
    host = host.removesuffix(".")
    if len(host) > 253:
        raise BadUrlError("host name longer than 253 characters")
    return _address_4(host) or host


def _address_4(host: str) -> str | None:
    """``127.1``, ``0x7f000001`` … as a dotted address: what ends in a number is one (WHATWG URL, 3.5)."""
    labels = host.split(".")
    if not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return None
    try:
        numbers = [_number(label) for label in labels]
    except ValueError:
        raise BadUrlError("a host that ends in a number and is no IPv4 address") from None
    *high, low = numbers
    if len(numbers) > 4 or any(number > 255 for number in high) or low >= 256 ** (5 - len(numbers)):
        raise BadUrlError("not an IPv4 address")
    return str(IPv4Address(low + sum(number << (24 - 8 * place) for place, number in enumerate(high))))


def _number(label: str) -> int:
    if not label.isalnum():  # `int` takes a sign and underscores
        raise ValueError(label)
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if len(label) > 1 and label.startswith("0") else 10)


def _escaped(text: str, safe: str) -> str:
    if _WRITTEN_SAFELY.fullmatch(text):  # as most are
        return text
    raw = _STRAY_PERCENT.sub("%25", text).encode("utf-8", "surrogateescape" if _from_bytes(text) else "replace")
    return quote(raw, safe=safe)


def _from_bytes(text: str) -> bool:
    """Whether its surrogates stand for bytes that were no UTF-8, as header values have them (PEP 383)."""
    return not any("\ud800" <= char < "\udc80" or "\udcff" < char <= "\udfff" for char in text)


def _plain(text: str) -> str:
    """Strangers' text for one line of ours."""
    return "".join(char if char.isprintable() else "?" for char in text)[:80]


@lru_cache(maxsize=65_536)
def registrable(host: str) -> str:
    """The registrable domain of an ASCII host, by `tld`'s bundled public-suffix list; an address is its own."""
    from tld import get_fld  # loads a tenth of what a look into the store loads, and is not needed there

    if ":" in host or host.rpartition(".")[2].isdigit():
        return host
    known = get_fld(f"http://{host}/", fail_silently=True)
    return known or ".".join(host.split(".")[-2:])  # an unlisted suffix is one label: the list's own default rule


_SOCKS = re.compile(r"(?i)socks5h?://")


def is_socks(proxy: str) -> bool:
    """Whether a proxy's URL is of a SOCKS5 proxy."""
    return _SOCKS.match(proxy) is not None


def proxy_target(proxy: str) -> Target:
    """A proxy's URL taken apart: where it listens; raises `BadUrlError`."""
    return target(_SOCKS.sub("http://", proxy.strip(), count=1))


def is_public_suffix(host: str) -> bool:
    """Whether strangers have names below this one: ``co.uk``, ``github.io``."""
    from tld import is_tld

    return is_tld(host, search_private=True)


def site_of(url: str) -> str:
    """The registrable domain of a URL: ``bbc.co.uk``; an IP address or a local name as it is; "" for what is no URL."""
    try:
        return registrable(target(url).host)
    except BadUrlError:
        return ""


_PLAIN_ORIGIN = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]+)?(?=[/?#]|$)")


def bare_host(url: str | None) -> str:
    """The host as written, in lower case and without ``www.``; "" where there is none. To tell sites apart, not to dial."""
    if url and (plain := _PLAIN_ORIGIN.match(url)):  # as most are; ten times as fast
        return plain[1].removeprefix("www.")
    try:
        return ((urlsplit(url).hostname if url else None) or "").removeprefix("www.")
    except ValueError:
        return ""


def configured_site(url: str) -> str:
    """As `site_of`, of a URL that the settings have looked at: quicker, where all feeds are asked for theirs."""
    return registrable(bare_host(url))


_SECRET_KEY = re.compile(r"(?i)(?:^|[_-])(?:api_?key|key|token|secret|sig|signature|pass|password|passwd|pwd|auth)$")


def kept_url(url: str, *, secret: bool = False) -> str:
    """How a database may keep a configured URL: one with credentials bears a hash of itself in their place, so that a
    change of them is seen and they are not; of a `secret` one its origin is kept, and the hash."""
    if secret:
        return f"{target(url).origin}/#{_hash(url)}"
    if "@" not in url:
        return url
    scheme, separator, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" not in authority:
        return url
    return f"{scheme}{separator}{_hash(url)}@{rest[authority.rindex('@') + 1 :]}"


def _hash(url: str) -> str:
    return hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=8).hexdigest()


def mask_url(url: str, *, secret: bool = False) -> str:
    """A URL fit for a log: credentials and secret-looking parameters are ``***``, of a `secret` one all but its origin; one
    line, at most 300 characters."""
    if secret:
        try:
            return f"{target(url).origin}/***"
        except BadUrlError:
            return "***"
    url = "".join(char if char.isprintable() else "?" for char in url.strip())
    head, separator, rest = url.partition("://")
    if not separator:
        return url[:300]
    authority, slash, tail = _authority(rest)
    if "@" in authority:
        authority = "***@" + authority.rpartition("@")[2]
    path, question, query = tail.partition("?")
    if question:
        pairs = re.split(r"([&;])", query)
        query = "".join(_mask_pair(pair) for pair in pairs)
    return f"{head}://{authority}{slash}{path}{question}{query}"[:300]


def _authority(rest: str) -> tuple[str, str, str]:
    match = re.search(r"[/?#\\]", rest)
    if match is None:
        return rest, "", ""
    if match.group() in "?#":
        return rest[: match.start()], "", rest[match.start() :]
    return rest[: match.start()], match.group(), rest[match.end() :]


def _mask_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=***" if equals and _SECRET_KEY.search(name) else pair


def resolve_dots(path: str) -> str:
    """Dot segments resolved (RFC 3986, 5.2.4); begins with a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def normal_escapes(text: str) -> str:
    """Percent-escapes in one form (RFC 3986, 6.2.2): upper-case, and none for what needs none."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match.group(1), 16))
        return char if char in _UNRESERVED else match.group().upper()

    return _ESCAPE.sub(one, text)
