"""Values as people write them: ``"15m"``, ``"10MB"``, ``"22:00-07:00 Europe/Rome"``.

Readers raise ValueError in plain words.

Readers of secrets never repeat what they were given.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from monitor.content.clean import MAX_TAG
from monitor.core.signing import PREFIX, signing_key
from monitor.core.urls import BadUrlError, is_public_suffix, is_socks, proxy_target, target
from monitor.model import ClockTime, DigestTime, QuietHours, SmtpServer
from monitor.settings.mistakes import nearest

MAX_DURATION = timedelta(days=36_500)
"""A century: beyond it, arithmetic with dates overflows, and a typing slip is certain."""

MAX_DIGEST = timedelta(days=31)
MIN_DIGEST = timedelta(minutes=1)

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d|w)")
_SIZES = {
    "": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
"""A valid e-mail address of the HTML standard (4.10.5.1.5), the local part bounded as in RFC 5321, 4.5.3.1.1."""

_SMTP: dict[str, tuple[str, int]] = {"smtp": ("plain", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


def duration(value: str) -> timedelta:
    """``15m``, ``1h30m``, ``30d``, ``0.5s``."""
    what = f'not a duration such as "15m", "1h" or "30d": "{value}"'
    text = value.strip().lower().replace(" ", "")
    if re.fullmatch(r"\d+", text) and text != "0":
        raise ValueError(f'{what}; add the unit: "{text}s", "{text}m", "{text}h" or "{text}d"')
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(what)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > MAX_DURATION.total_seconds():
        raise ValueError(f"{what} is longer than a century")
    return timedelta(seconds=seconds)


def positive(value: timedelta) -> timedelta:
    """The duration itself, when it is one."""
    if not value:
        raise ValueError('must be longer than nothing: a duration such as "15m", "1h" or "30d"')
    return value


def moment(value: object) -> datetime:
    """A TOML date (its beginning) or date with time; without an offset it is in UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ValueError("a date without quotes is asked for: 2027-01-31 or 2027-01-31T08:00:00+01:00")


def size(value: str | int) -> int:
    """Bytes, from ``10MB``, ``500 kB``, ``1MiB`` or a whole number of bytes."""
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?) *([a-z]*)", str(value).strip().lower())
    if match is None or match.group(2) not in _SIZES:
        raise ValueError(f'not a size such as "10MB", "500kB" or "1MiB": "{value}"')
    return int(float(match.group(1)) * _SIZES[match.group(2)])


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(value: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(value)
    except (ValueError, KeyError, OSError):
        cities = {name.rpartition("/")[2]: name for name in sorted(_zones())}
        city = cities.get(value.strip().title().replace(" ", "_"))
        hint = f'; did you mean "{city}"?' if city else nearest(value, _zones())
        raise ValueError(f'not a time zone such as "Europe/Rome" or "UTC": "{value}"{hint}') from None
    return value


def locale(value: str) -> str:
    """``it``, ``de-AT``: a locale in whose language messages can be written."""
    from monitor.content.look import parsed_locale  # babel takes time to import: for those who set it

    return str(parsed_locale(value))


def _clock(text: str, example: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if match is None or int(match.group(1)) > 23 or int(match.group(2)) > 59:
        raise ValueError(f'not a time of day from 00:00 to 23:59: "{text}"; write {example}')
    return int(match.group(1)), int(match.group(2))


def digest(value: str) -> DigestTime:
    """``07:30 Europe/Rome``, once a day; or a duration, every so long."""
    example = '"07:30 Europe/Rome" (once a day) or "1h" (every hour)'
    if ":" not in value:
        try:
            every = duration(value)
        except ValueError:
            raise ValueError(f'not a digest such as {example}: "{value}"') from None
        if not MIN_DIGEST <= every <= MAX_DIGEST:
            raise ValueError(f'a digest comes every minute at most and every 31 days at least, not every "{value}"')
        return every
    time, _, name = value.strip().partition(" ")
    if not name:
        raise ValueError(f'a digest at a time of day needs its time zone: write {example}, not "{value}"')
    hour, minute = _clock(time, example)
    return ClockTime(hour, minute, zone(name.strip()))


def quiet(value: str) -> QuietHours:
    """``22:00-07:00 Europe/Rome``."""
    example = '"22:00-07:00 Europe/Rome"'
    hours, _, name = value.strip().partition(" ")
    start, dash, end = hours.partition("-")
    if not dash:
        raise ValueError(f'not quiet hours such as {example}: "{value}"')
    if not name:
        raise ValueError(f'quiet hours need their time zone: write {example}, not "{value}"')
    first, last, place = _clock(start, example), _clock(end, example), zone(name.strip())
    if first == last:
        raise ValueError(f'quiet hours that end when they begin: "{value}"; write {example}')
    return QuietHours(ClockTime(*first, place), ClockTime(*last, place))


_AT_PORT = re.compile(r"(?:\[([^\[\]]+)\]|([\d./]+)):(\d{1,5})")


def network(value: str) -> tuple[IPv4Network | IPv6Network, int | None]:
    """A CIDR, and a port if it names one: ``10.1.0.0/16``, ``fd00::/8``, ``10.1.0.0/16:8443``, ``[fd00::/8]:443``.

    An address alone is a network of one.
    """
    at = _AT_PORT.fullmatch(value.strip())
    if at is None:
        return _cidr(value), None
    if not 1 <= int(at[3]) <= 65535:
        raise ValueError(f'a port is 1 to 65535, not {at[3]}: "{value}"')
    return _cidr(at[1] or at[2]), int(at[3])


def _cidr(value: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value.strip())
    except ValueError:
        pass
    try:
        meant = ip_network(value.strip(), strict=False)
    except ValueError:
        raise ValueError(f'not a network such as "10.1.0.0/16" or "192.168.1.5/32": "{value}"') from None
    raise ValueError(f'not a network: "{value}" has bits beyond its prefix; did you mean "{meant}"?')


def email_address(value: str) -> str:
    """An address alone, ASCII, without a name before it."""
    if len(value) > 254 or not _ADDRESS.fullmatch(value) or ".." in value:
        raise ValueError(f'not an e-mail address such as "desk@example.org": "{value}"')
    return value


def smtp(value: str) -> SmtpServer:
    """``smtp+starttls://user@mail.example.org:587``; a password in it is refused, and not repeated."""
    example = '"smtp+starttls://user@mail.example.org:587"'
    schemes = "smtp: (plain), smtp+starttls: or smtps:"
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"not a mail server's URL such as {example}: the host or the port cannot be read") from None
    if parts.scheme not in _SMTP:
        near = nearest(parts.scheme, _SMTP)
        raise ValueError(f"not a mail server's URL such as {example}: it begins with {schemes}{near}")
    if parts.password is not None:
        raise ValueError(f"a password in the URL: move it to password_env or password_file, and write {example}")
    if not parts.hostname:
        raise ValueError(f"not a mail server's URL such as {example}: the host is missing")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"a mail server's URL ends after the port: {example}")
    security, standard = _SMTP[parts.scheme]
    user = unquote(parts.username) if parts.username else None
    if security == "plain" and user and not _loopback(parts.hostname):
        raise ValueError("smtp: would send the password unencrypted: write smtp+starttls: or smtps:")
    return SmtpServer(parts.hostname, port or standard, security, user)  # type: ignore[arg-type]


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def http_url(value: str) -> str:
    """A URL that can be dialled. Never repeats it: it may hold a token."""
    try:
        target(value)
    except BadUrlError as error:
        raise ValueError(f'not a URL such as "https://example.org/feed.xml": {error}') from None
    return value.strip()


def proxy(value: str) -> str:
    """``http://proxy.example.org:3128`` or ``socks5://127.0.0.1:9050``, with ``user:password@`` where it asks for it. Never
    repeats it."""
    example = '"http://proxy.example.org:3128" or "socks5://127.0.0.1:9050"'
    if is_socks(value.strip()) and not re.search(r":\d+/?$", value.strip()):
        raise ValueError("a SOCKS proxy is written with its port: socks5://127.0.0.1:9050")
    try:
        parts = proxy_target(value)
    except BadUrlError as error:
        raise ValueError(f"not a proxy such as {example}: {error}") from None
    if parts.path != "/":
        raise ValueError(f"a proxy ends after the port: {example}")
    return value.strip()


def host(value: str) -> str:
    """A host's name or address, which takes its subdomains along: ``example.org``."""
    name = value.strip().removeprefix("*").removeprefix(".")
    if ":" in name and name[0] + name[-1] == "[]":
        name = name[1:-1]
    with suppress(BadUrlError):
        if name.count(":") != 1 and not set(name) & set("/@?#[] "):
            return target(f"http://[{name}]/" if ":" in name else f"http://{name}/").host
    raise ValueError(f'not a host such as "intranet.example.org": "{value}"')


def site(value: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: ``example.org`` is meant over https at any port, with its subdomains (None); an origin such as
    ``http://intranet:8080`` is meant alone."""
    if "://" not in value:
        name = host(value)
        if ("." in name and not is_public_suffix(name)) or ":" in name:
            return "https", name, None
        raise ValueError(f'names more than one site: "{value}"; write its origin, such as "https://{value}"')
    try:
        found = target(value)
    except BadUrlError as error:
        raise ValueError(f'not a site such as "example.org" or "http://intranet:8080": {error}') from None
    if found.path != "/" or found.user is not None or set("?#") & set(value):
        raise ValueError(f'a site is named by its host alone, or by its origin: "{found.origin}"')
    return found.scheme, found.host, found.port


def apprise_url(value: str) -> str:
    """Any URL of Apprise's, as far as it is one: ``ntfy://…``. Never repeats it."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://\S", value) or not value.isprintable():
        raise ValueError('not a URL of Apprise such as "ntfys://topic" or "tgram://token/chat"')
    return value


_MAKE_ONE = "import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())"


def webhook_secret(value: str) -> str:
    """``whsec_`` and base64 of 24 to 64 bytes (Standard Webhooks, Signature scheme)."""
    try:
        if not value.startswith(PREFIX):
            raise ValueError(f'a webhook secret begins with "{PREFIX}"')
        signing_key(value)
    except ValueError as error:
        raise ValueError(f'{error}; make one with: python3 -c "{_MAKE_ONE}"') from None
    return value


_SLUG = re.compile(r"[a-z0-9]+(?:[-_.]+[a-z0-9]+)*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OWN_HEADERS = ("host", "content-length", "content-type", "connection", "transfer-encoding", "te", "upgrade", "expect")


_ASKED_WITH = (
    *_OWN_HEADERS,
    *("accept-encoding", "if-modified-since", "if-none-match", "if-range", "keep-alive", "range", "content-encoding"),
    *("proxy-authorization", "proxy-connection"),
)


def header_name(name: str) -> None:
    """A header that a webhook may bear beside ours; raises for the others."""
    _header_name(name, name.lower() in _OWN_HEADERS or name.lower().startswith("webhook-"))


def request_header_name(name: str) -> None:
    """A header that a site may be asked with; raises for those on which reading its answer depends."""
    _header_name(name, name.lower() in _ASKED_WITH)


def _header_name(name: str, ours: bool) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError("not a header's name: letters, digits and hyphens")
    if ours:
        raise ValueError("is set by the monitor itself and cannot be given")


def header_value(value: str) -> str:
    """Printable ASCII on one line (RFC 9110, 5.5). Never repeats it: it may be a token."""
    if not value.isascii() or not value.isprintable() or len(value) > 4_096:
        raise ValueError("not a header's value: one line of plain ASCII")
    return value.strip()


def listen(value: str) -> tuple[str, int] | None:
    """``127.0.0.1:8787``, ``[::1]:8787``, ``localhost:0`` (any free port); empty turns it off."""
    if not value.strip():
        return None
    host, colon, port = value.strip().rpartition(":")
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    good = bool(colon) and re.fullmatch(r"\d{1,5}", port) and int(port) <= 65_535
    if good and (":" not in inner or inner != host) and re.fullmatch(r"[A-Za-z0-9.:%_-]+", inner):
        return inner, int(port)
    raise ValueError(f'not an address to listen on such as "127.0.0.1:8787", "[::1]:8787" or "": "{value}"')


def store(value: str) -> str:
    """``sqlite:PATH``; ``postgresql://…`` is known and not built yet."""
    kind, colon, path = value.strip().partition(":")
    if kind in ("postgresql", "postgres") and colon:
        raise ValueError('PostgreSQL stores are not built yet: write "sqlite:var/monitor.db"')
    if kind != "sqlite" or not path or path.startswith(("//", ":")):
        raise ValueError('not a store such as "sqlite:var/monitor.db" or "sqlite:/var/lib/monitor/monitor.db"')
    return value.strip()


def user_agent(value: str) -> str:
    """One line of printable ASCII (RFC 9110, 10.1.5)."""
    if not value.strip() or not value.isascii() or not value.isprintable() or len(value) > 512:
        raise ValueError('not a user agent such as "monitor/0.1 (+https://example.org/about)": one line of plain ASCII')
    return value.strip()


def slug(value: str) -> str:
    """An id: lower-case letters, digits, and ``-``, ``_``, ``.`` between them."""
    if is_slug(value):
        return value
    meant = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:80]
    hint = f'; did you mean "{meant}"?' if meant and meant != value else ""
    raise ValueError(f'not an id such as "ansa-it": lower-case letters, digits and hyphens: "{value}"{hint}')


def is_slug(value: str) -> bool:
    """Whether it may be an id."""
    return len(value) <= 80 and _SLUG.fullmatch(value) is not None


def tag(value: str) -> str:
    """A tag: a word or words, without edges of blanks, commas or control characters."""
    if not value or value != value.strip() or not value.isprintable() or "," in value or len(value) > MAX_TAG:
        raise ValueError(f'not a tag such as "agency": "{value}"')
    return value


def line_of_text(value: str) -> str:
    """Something to say, in one line."""
    if not value.strip() or not value.isprintable() or len(value) > 200:
        raise ValueError("one line of text, not empty, of at most 200 characters")
    return value.strip()
