"""Put before all else on a daemon's PYTHONPATH: its name server, its watchman, and faults on demand.

- Names of ``.test`` resolve as `_names` says; no other name does, and nothing is asked of a real name server.
- Every TCP socket that is connected though the guard did not make it is written down in ``$WATCH/unguarded``.
- A document that says CRASH-NOW, HANG-NOW or EAT-NOW does so to the process that reads it.
"""

from __future__ import annotations

import itertools
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

WATCH = Path(os.environ["WATCH"])
_made: set[int] = set()
_turn = itertools.count()


def _by_guard() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.endswith(os.path.join("adapters", "guard.py")):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        (_made.add if _by_guard() else _made.discard)(id(arguments[0]))
    elif event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        with (WATCH / "connected").open("a") as record:
            record.write(f"{arguments[1]}\n")
        if id(arguments[0]) not in _made:
            with (WATCH / "unguarded").open("a") as record:
                record.write(f"{arguments[1]}\n")


sys.addaudithook(_watch)


def _names(host: Any, port: Any, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if (WATCH / "names-down").exists():
        return _none()
    if name == "rebinding.test":
        addresses = ["127.0.0.1" if next(_turn) % 2 == 0 else "127.200.0.1"]
    elif name == "mixed.test":
        addresses = ["127.0.0.1", "127.200.0.1"]
    elif name.endswith(".test"):
        addresses = [name.removesuffix(".test").replace("-", ".")]
    else:
        return _asked(host, port, *_, **__) if name.replace(".", "").isdigit() else _none()
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def _none() -> list[tuple[Any, ...]]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


_asked = socket.getaddrinfo
socket.getaddrinfo = _names  # type: ignore[assignment]


def _fault(text: str | bytes) -> None:
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    if "CRASH-NOW" in text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "HANG-NOW" in text:
        while True:
            pass
    if "EAT-NOW" in text:
        hoard = []
        while True:
            hoard.append(bytearray(50_000_000))


class _Faulty:
    """Loads a module as ever, then wraps one of its functions."""

    def __init__(self, module: str, function: str) -> None:
        self.module, self.function = module, function

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.module:
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            original = getattr(module, self.function)

            def faulty(document: Any, *arguments: Any, **options: Any) -> Any:
                _fault(document)
                return original(document, *arguments, **options)

            setattr(module, self.function, faulty)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _Faulty("monitor.content.charset", "decode"))  # type: ignore[arg-type]
