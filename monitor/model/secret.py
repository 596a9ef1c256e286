"""What is written down nowhere."""

from __future__ import annotations


class Secret(str):
    """A string that prints as ``***`` in reprs and logs; `reveal()` gives it. Never stored, never logged."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def reveal(self) -> str:
        return "".join(self)
