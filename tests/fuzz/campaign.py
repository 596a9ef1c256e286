"""A fuzzing campaign: python -m tests.fuzz.campaign TARGET MINUTES

Takes good inputs, cuts, doubles, joins and spoils them, and keeps what breaks a promise, made small, under
`tests/fuzz/found/TARGET`, where the tests replay it. Random with the given seed, so a campaign can be run again.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType

from tests.fuzz.targets import TARGETS, Target

FOUND = Path(__file__).parent / "found"
SECONDS = 10.0
"""Of CPU: half of what the cage gives a worker for one document (`[limits] reading`); what takes longer is a finding."""
SHRINKING = 60.0
"""Seconds for making one finding small."""


class Slow(Exception):
    """An input that takes too long."""


def overran(_number: int, _frame: FrameType | None) -> None:
    raise Slow


def spoilt(draw: random.Random, seeds: list[bytes], pieces: tuple[bytes, ...]) -> bytes:
    """An input nobody wrote."""
    body = draw.choice(seeds)
    for _ in range(draw.choice((1, 1, 2, 3, 6, 12))):
        at = draw.randrange(len(body) + 1)
        end = min(len(body), at + draw.choice((0, 1, 4, 30, 400)))
        match draw.randrange(8):
            case 0:
                body = body[:at] + draw.choice(pieces) + body[at:]
            case 1:
                body = body[:at] + draw.choice(pieces) + body[end:]
            case 2:
                body = body[:at] + body[end:]
            case 3:
                body = body[:end] + body[at:end] * draw.choice((1, 2, 30)) + body[end:]
            case 4:
                other = draw.choice(seeds)
                start = draw.randrange(len(other) + 1)
                body = body[:at] + other[start : start + draw.choice((5, 100, 2_000))] + body[at:]
            case 5:
                body = body[:at] + bytes(draw.randrange(256) for _ in range(draw.choice((1, 2, 4)))) + body[at + 1 :]
            case 6:
                body = body[:at] + draw.choice(pieces) * draw.choice((1, 2, 500)) + body[at:]
            case _:
                body = body[: at if draw.random() < 0.3 else len(body)]
    return body


def fault(target: Target, body: bytes) -> str | None:
    """Where and how it broke; None when it did not."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        target.check(body)
    except Slow as error:
        return f"Slow at {place(error)}"
    except Exception as error:  # whatever escapes is the finding
        return f"{type(error).__name__} at {place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return None


def place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def shrunk(target: Target, body: bytes, what: str) -> bytes:
    """Smaller, breaking the same promise at the same place."""
    until = time.monotonic() + SHRINKING
    size = len(body) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(body) and time.monotonic() < until:
            smaller = body[:at] + body[at + size :]
            if fault(target, smaller) == what:
                body = smaller
            else:
                at += size
        size //= 2
    return body


def run(name: str, minutes: float, seed: int) -> Counter[str]:
    """The findings, by kind and number, of so many minutes of this process' CPU."""
    target, draw, kinds = TARGETS[name], random.Random(seed), Counter[str]()
    seeds = list(target.seeds())
    signal.signal(signal.SIGVTALRM, overran)
    until, tried = time.process_time() + minutes * 60, 0
    keep = FOUND / name
    while time.process_time() < until:
        body = spoilt(draw, seeds, target.pieces)
        tried += 1
        what = fault(target, body)
        if what is None:
            continue
        kinds[what] += 1
        if kinds[what] == 1:
            small = shrunk(target, body, what)
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / hashlib.sha256(small).hexdigest()[:12]
            path.write_bytes(small)
            print(f"{what}: {len(body)} bytes, made {len(small)}: {path.name}", flush=True)
    print(
        f"{name}: {tried} inputs of {len(seeds)} seeds, {sum(kinds.values())} findings of {len(kinds)} kinds",
        flush=True,
    )
    return kinds


def main() -> int:
    """Run one; exits 1 when something was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    faulthandler.enable()
    return 1 if run(asked.target, asked.minutes, asked.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
