"""What goes between our processes comes out as it went in, however the bytes are cut."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.frames import dumps, framed, loads
from monitor.adapters.line import Frames


@dataclass(frozen=True, slots=True)
class Pair:
    left: Any
    right: Any = ()


@dataclass(frozen=True, slots=True)
class Named(Pair):
    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Single:
    value: Any


@dataclass(frozen=True, slots=True)
class Counted:
    value: int
    count: int = field(default=0, init=False)


class Failure(Exception):
    pass


values = st.recursive(
    st.none() | st.integers() | st.binary() | st.text() | st.datetimes(timezones=st.just(UTC)) | st.timedeltas(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.builds(Pair, inner, inner)
        | st.builds(Named, inner, name=st.text())
        | st.builds(Single, inner)
        | st.builds(Counted, st.integers())
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_out_as_it_went_in(value: object) -> None:
    assert loads(dumps(value)) == value


def test_an_exception_keeps_its_notes() -> None:
    error = Failure("broken")
    error.add_note("there")
    told = loads(dumps(error))
    assert (type(told), told.args, told.__notes__) == (Failure, ("broken",), ["there"])


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 30))
def test_however_the_bytes_are_cut_each_value_is_heard_once(said: list[bytes], size: int) -> None:
    heard: list[bytes] = []
    frames = Frames(lambda frame: heard.append(loads(frame)), lambda: None)
    stream = b"".join(map(framed, said))
    for start in range(0, len(stream), size):
        frames.data_received(stream[start : start + size])
    assert heard == said


@pytest.mark.parametrize("size", [1, 3_000_000])
async def test_both_ends_hear_each_other_and_the_end(size: int) -> None:
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[bytes | None] = asyncio.Queue()
    hear: Callable[[memoryview], None] = lambda frame: heard.put_nowait(loads(frame))  # noqa: E731
    one, other = Frames(hear, lambda: heard.put_nowait(None)), Frames(hear, lambda: None)
    await loop.connect_accepted_socket(lambda: one, ours)
    await loop.connect_accepted_socket(lambda: other, theirs)
    other.send(framed(b"x" * size))
    assert await heard.get() == b"x" * size
    other.close()
    assert await heard.get() is None
    one.send(framed(b"to nobody"))
    one.close()
    await asyncio.sleep(0)


def test_times_are_times() -> None:
    moment = (datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=3))
    assert loads(dumps(Pair(*moment))) == Pair(*moment)
