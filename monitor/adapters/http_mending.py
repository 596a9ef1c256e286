"""Answers that are not quite HTTP: mended where it is clear what is meant, as browsers and curl take them.

aiohttp refuses an answer for one line without a colon (`X-XSS-Protection=1`), a blank before it or a letter beyond ASCII in a
name, and its feed could never be read; and for a line's end after the body, where both come in one packet. Nothing is
done to an answer that aiohttp takes, and a connection whose answer was mended is closed after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.http_parser import HttpParser

HEAD = 4
"""Times `[limits] header` that a head may have in all: 256 kB, as browsers."""

LINE = 8_190
"""Bytes of a line where nothing is said, as aiohttp: in a proxy's answer."""

_Parsed = tuple[Sequence[Any], bool, bytes]
_END = re.compile(rb"\r?\n\r?\n")
_BREAK = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
"""RFC 9112, 5, but for blanks before the colon, which a client is to leave out."""
_STATUS = re.compile(rb"^(?i:HTTP)/[12](?:\.[01])?[ \t]*([1-5][0-9]{2})[ \t]*")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def mend(head: bytes) -> bytes:
    """A head with its end, without what is no field. Of a length beside chunks the chunks are believed (RFC 9112, 6.3); two
    lengths that differ are both kept, for nobody to believe."""
    status, *lines = _BREAK.split(_END.split(head, maxsplit=1)[0])
    status = _STATUS.sub(rb"HTTP/1.1 \1 ", status)
    fields: list[tuple[bytes, bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b" " + line.strip())
        elif found := _FIELD.fullmatch(line):
            fields.append((found[1], _CONTROLS.sub(b" ", found[2]).strip()))
    codings = [value for name, value in fields if name.lower() == b"transfer-encoding" and value.lower() != b"identity"]
    said = [value for name, value in fields if name.lower() == b"content-length" and value]
    lengths = {length.strip() for value in said for length in value.split(b",")}
    framing = {b"connection", b"transfer-encoding", b"content-length"}
    kept = [b"%s: %s" % field for field in fields if field[0].lower() not in framing]
    kept += [b"Transfer-Encoding: %s" % coding for coding in codings]
    kept += [b"Content-Length: %s" % length for length in lengths if not codings]
    return b"\r\n".join([status, *kept, b"Connection: close", b"", b""])


class MendingConnector(TCPConnector):
    """A connector whose answers are mended."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._factory = lambda: _Protocol(self._loop)  # type: ignore[assignment]


class _Protocol(ResponseHandler):
    def set_response_params(self, **settings: Any) -> None:
        """An answer is expected."""
        super().set_response_params(**settings)
        self._parser = _Head(self, settings)  # type: ignore[assignment]

    def take(self, parser: HttpParser[Any]) -> None:
        """The head has been read: what follows needs no mending."""
        self._parser = parser

    def parser(self, settings: dict[str, Any]) -> HttpParser[Any]:
        """A new one of aiohttp's."""
        super().set_response_params(**settings)
        assert self._parser is not None
        return self._parser


class _Head:
    """Stands in a parser's place until the head is read."""

    def __init__(self, protocol: _Protocol, settings: dict[str, Any]) -> None:
        assert protocol._parser is not None
        self._protocol, self._settings = protocol, settings
        self._strict: HttpParser[Any] = protocol._parser
        self._most = HEAD * settings.get("max_field_size", LINE)
        self._seen = b""
        self._refused = False

    def feed_data(self, data: bytes) -> _Parsed:
        self._seen += data
        if not self._refused:
            try:
                return self._taken(self._strict.feed_data(data))
            except BadHttpMessage:
                self._refused = True
        return self._mended()

    def feed_eof(self) -> Any:
        return self._strict.feed_eof()

    def _mended(self) -> _Parsed:
        """What the head says, once it is whole; raises as aiohttp does where it is not to be mended."""
        end = _END.search(self._seen)
        if end is None:
            return self._taken(((), False, b""))
        self._strict = self._protocol.parser(self._settings)
        parsed: _Parsed = self._strict.feed_data(mend(self._seen[: end.end()]))
        try:
            self._strict.feed_data(self._seen[end.end() :])
        except BadHttpMessage:
            if not all(payload.is_eof() for _, payload in parsed[0]):
                raise
            # what comes after the body's end is nobody's
        return self._taken(parsed)

    def _taken(self, parsed: _Parsed) -> _Parsed:
        if parsed[0]:
            self._protocol.take(self._strict)
        elif len(self._seen) > self._most:
            raise LineTooLong(self._seen[:100], self._most)
        return parsed
