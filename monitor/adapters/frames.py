"""What two of our own processes say to each other over a socket: values, pickled, each after its length. Without asyncio,
which who answers there has no need of."""

from __future__ import annotations

import pickle  # nosec B403
import struct
import traceback
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from io import BytesIO
from operator import attrgetter, methodcaller
from typing import Any

LENGTH = struct.Struct("!Q")

_Reduce = Callable[[Any], Any]


def dumps(value: object) -> bytes:
    """The value, pickled. Raises what pickle raises."""
    into = BytesIO()
    pickler = pickle.Pickler(into, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCES
    pickler.dump(value)
    return into.getvalue()


def loads(pickled: bytes | memoryview) -> Any:
    """What `dumps` was given. For what our own processes say alone."""
    return pickle.loads(pickled)  # noqa: S301  # nosec B301


def framed(value: object) -> bytes:
    """The value as it is sent."""
    pickled = dumps(value)
    return LENGTH.pack(len(pickled)) + pickled


def as_told(error: Exception, where: str) -> RuntimeError:
    """A bug of ours, for the caller in the other process, with the place it came from; `where` names the process."""
    told = RuntimeError(f"{type(error).__name__}: {error}")
    told.add_note(f"in {where}:\n" + "".join(traceback.format_tb(error.__traceback__)))
    return told


class _Reduces(dict[type, _Reduce]):
    """How each class is taken apart. A dataclass is made anew from its values: Python's own way for those with slots lists
    their fields at each end, which is a quarter of what the event loop spends on a feed's answer."""

    def __missing__(self, kind: type) -> _Reduce:
        whole = is_dataclass(kind) and "__reduce__" not in vars(kind) and all(field.init for field in fields(kind))
        self[kind] = _from_values(kind) if whole else methodcaller("__reduce_ex__", pickle.HIGHEST_PROTOCOL)
        return self[kind]


_REDUCES = _Reduces()
_NAMES: dict[type[Any], tuple[str, ...]] = {}


def _from_values(kind: type[Any]) -> _Reduce:
    names = _names(kind)
    take: _Reduce = attrgetter(*names) if len(names) > 1 else lambda one: tuple(getattr(one, name) for name in names)
    if any(field.kw_only for field in fields(kind)):
        return lambda one: (_made, (kind, take(one)))
    return lambda one: (kind, take(one))


def _made(kind: type, values: tuple[Any, ...]) -> Any:
    return kind(**dict(zip(_names(kind), values, strict=True)))


def _names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]
