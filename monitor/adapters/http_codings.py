"""Content codings undone as their bytes come, bounded, their ends noticed.

Which of zlib's forms a body is in that is called gzip or deflate, and whether it is in any coding, its first bytes tell.
Brotli and Zstandard are never asked for and come all the same, mostly from caches that keep what a browser had asked
for (miniflux pull request 1397, httrack pull request 556). Their libraries are imported when the first such body comes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

UNDONE = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd"))
"""What `Coded` undoes."""
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: gzip's header and checksum (RFC 1952)
_ZLIB = zlib.MAX_WBITS  # RFC 1950, which RFC 9110 calls deflate
_RAW = -zlib.MAX_WBITS  # RFC 1951, which some call deflate
SIZE = "poll.max_bytes"
"""The setting that bounds a body, as messages name it."""
_UNCODED = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[<{\[]")
"""A document as it is, under the name of a coding that its server did not apply."""
_NO_BROTLI = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[<{]")
"""The same: a brotli stream may begin with a bracket, and with neither of these (RFC 7932, 9.1 and 9.2)."""
_TELLING = 8
"""Bytes that tell."""
_MAX_MEMBERS = 1_000
"""Of gzip or Zstandard in one body: servers that concatenate have a few; empty ones cost 20 bytes each and never end."""
_ZSTD_WINDOW = 1 << 23
"""Bytes that must be kept, as RFC 9659 bounds them for content codings."""
_ZSTD_AT_ONCE = 64
"""Bytes handed on together: a block of 128 kB takes four, and its library bounds no output."""


class BodyError(Exception):
    """The body cannot be used; `reason` as in `model.Failed`."""

    def __init__(self, reason: Literal["too_large", "encoding", "transfer"], message: str) -> None:
        self.reason: Literal["too_large", "encoding", "transfer"] = reason
        super().__init__(message)


class CutShortError(BodyError):
    """The compressed data has no end."""


class Sink(Protocol):
    """What takes a body's bytes as they come."""

    body: bytearray
    """What they said so far."""

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound."""

    def finish(self) -> None:
        """Raises `CutShortError` when the coding's own end is missing."""


class Plain:
    """A body in no coding."""

    def __init__(self, limit: int) -> None:
        self.body = bytearray()
        self._limit = limit

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound."""
        self.body += chunk
        return len(self.body) <= self._limit

    def finish(self) -> None:
        """A plain body's end is HTTP's business."""


class Coded:
    """In the form that its first bytes tell; `coding` is one of `UNDONE`."""

    def __init__(self, limit: int, coding: str) -> None:
        self._limit = limit
        self._coding = coding
        self._head = b""
        self._sink: Sink | None = None

    @property
    def body(self) -> bytearray:
        return self._sink.body if self._sink else bytearray()

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound. Raises `BodyError` on what is in no form."""
        if self._sink:
            return self._sink.feed(chunk)
        self._head += chunk
        return len(self._head) < _TELLING or self._begin().feed(self._head)

    def finish(self) -> None:
        """Raises `BodyError` when the compressed data stopped short."""
        sink = self._sink
        if sink is None:
            sink = self._begin()
            if not sink.feed(self._head):
                raise BodyError("too_large", f"body of more than {self._limit} bytes ({SIZE})")
        sink.finish()

    def _begin(self) -> Sink:
        uncoded = _NO_BROTLI if self._coding == "br" else _UNCODED
        self._sink = Plain(self._limit) if uncoded.match(self._head) else self._undoing()
        return self._sink

    def _undoing(self) -> Sink:
        if self._coding == "br":
            return _Members(self._limit, _brotli())
        if self._coding == "zstd":
            return _Members(self._limit, _zstd())
        head = self._head
        framed = head[:1] == b"\x78" and int.from_bytes(head[:2], "big") % 31 == 0  # RFC 1950's check of its header
        raw = self._coding == "deflate" and not b"\x1f\x8b".startswith(head[:2])
        form = _ZLIB if framed else _RAW if raw else _GZIP
        return _Members(self._limit, _zlib(form))


class _Stream(Protocol):
    """One compressed stream, as `zlib.decompressobj` gives it; its `decompress` may give more than it is asked for."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Form:
    """What `_Members` undoes: its name, its first stream, those that follow, how these begin, what broken ones raise."""

    named: str
    first: Callable[[], _Stream]
    next: Callable[[], _Stream]
    begins: tuple[bytes, ...]
    """Empty where none may follow."""
    broken: type[Exception]


def _zlib(form: int) -> _Form:
    return _Form("gzip", lambda: zlib.decompressobj(form), lambda: zlib.decompressobj(_GZIP), (b"\x1f",), zlib.error)


def _zstd() -> _Form:
    import zstandard  # a megabyte that hardly anybody needs

    undo = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    stream = lambda: _InSteps(undo.decompressobj())  # noqa: E731 - twice the same
    return _Form("zstd", stream, stream, (b"\x28",), zstandard.ZstdError)


def _brotli() -> _Form:
    import brotli  # as above

    stream = lambda: _Brotli(brotli.Decompressor())  # noqa: E731
    return _Form("brotli", stream, stream, (), brotli.error)


class _Brotli:
    """One stream (RFC 7932)."""

    unused_data = b""
    """Bytes after its end that come with it break it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        undone = bytearray(self._stream.process(data, output_buffer_limit=max_length))
        while len(undone) < max_length and not self._stream.can_accept_more_data():
            undone += self._stream.process(b"", output_buffer_limit=max_length - len(undone))
        return bytes(undone)


class _InSteps:
    """A stream whose library gives all that it is asked to undo, kept near its bound."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return bool(self._stream.eof)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        undone, place = bytearray(), 0
        while place < len(data) and not self.eof and len(undone) < max_length:
            undone += self._stream.decompress(data[place : place + _ZSTD_AT_ONCE])
            place += _ZSTD_AT_ONCE
        self.unused_data = self._stream.unused_data + data[place:] if self.eof else b""
        return bytes(undone)


class _Members:
    """Streams that may stand one after another."""

    def __init__(self, limit: int, form: _Form) -> None:
        self.body = bytearray()
        self._limit = limit
        self._form = form
        self._members = 1
        self._padded = False
        self._stream = form.first()

    def feed(self, chunk: bytes) -> bool:
        """False when the body is over its bound. Bytes after the last member that begin no other are padding."""
        try:
            while chunk and not self._padded:
                if self._stream.eof:
                    self._padded = not chunk.startswith(self._form.begins)
                    if self._padded:
                        break
                    self._next_member()
                self.body += self._stream.decompress(chunk, self._limit + 1 - len(self.body))
                if len(self.body) > self._limit:
                    return False
                chunk = self._stream.unused_data
        except self._form.broken as error:
            named = self._form.named
            raise BodyError("encoding", f"broken {named}: {str(error).removeprefix(f'{named}: ')}") from None
        return True

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise BodyError("encoding", f"{self._form.named} of more than {_MAX_MEMBERS} members")
        self._stream = self._form.next()

    def finish(self) -> None:
        """Raises `CutShortError` when the compressed data stopped short."""
        if not self._stream.eof:
            raise CutShortError("transfer", f"{self._form.named} cut short")
