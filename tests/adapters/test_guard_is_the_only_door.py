"""No module of the program can open a connection but the guard: what opens one elsewhere may not be named elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "monitor"

OPENERS = {
    "create_connection", "open_connection", "open_unix_connection", "sock_connect", "create_datagram_endpoint",
    "fetch_url", "fetch_response", "urlopen", "urlretrieve", "create_unix_connection", "start_connection",
}  # fmt: skip
"""Names of functions and methods that connect, in the standard library and in the libraries we have."""

MODULES = {
    "urllib.request", "http.client", "ftplib", "smtplib", "poplib", "imaplib", "nntplib", "telnetlib", "xmlrpc.client",
    "requests", "httpx", "urllib3", "pycurl", "trafilatura.downloads", "courlan.network", "aiohttp", "aiosmtplib",
    "apprise", "socket", "socketserver", "python_socks",
}  # fmt: skip
"""Modules that can connect."""

MAY = {
    "adapters/guard.py": {"socket", "aiohttp", "start_connection"},
    "adapters/http.py": {"aiohttp"},
    "adapters/http_answers.py": {"aiohttp", "socket"},  # their exceptions
    "adapters/http_apart.py": {"socket"},  # a pair between two of our own processes, connected to nothing else
    "adapters/http_body.py": {"aiohttp"},
    "adapters/http_chain.py": {"socket", "open_connection"},  # over a socket of the guard's
    "adapters/http_journey.py": {"aiohttp"},
    "adapters/http_mending.py": {"aiohttp"},
    "adapters/http_session.py": {"aiohttp"},
    "adapters/http_socks.py": {"aiohttp", "python_socks", "create_connection"},  # over a socket of the guard's
    "adapters/listen.py": {"aiohttp"},  # its server: it listens and connects to nobody
    "adapters/smtp.py": {"aiosmtplib", "socket"},  # over a socket of the guard's
    "adapters/notify.py": {"socket"},  # a datagram to the service manager's local socket
    "adapters/worker.py": {"socket"},  # the other end
    "adapters/workers.py": {"socket"},  # a pair between two of our own processes, connected to nothing else
    "adapters/apprise.py": {"apprise"},  # its plug-ins connect by themselves, judged in an audit hook
}
SERVERS = ("cli/", "demo/", "web/", "service/")
"""Rooms that listen, tell systemd on a local socket that they live, or hand on the end of a pair: `socket` is theirs, a
connection is not."""


def imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name for name in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield module
            yield from (f"{module}.{name.name}" for name in names)


def used(source: str) -> Iterator[tuple[int, str]]:
    """Lines and names of what can connect."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        for name in imported(node):
            for module in MODULES:
                if name == module or name.startswith(module + "."):
                    yield line, module
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in OPENERS:
                yield line, name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="importlib"), attr="import_module")):
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and str(argument.value).partition(".")[0] in MODULES:
                    yield line, str(argument.value).partition(".")[0]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_else_can_connect(path: Path) -> None:
    room = str(path.relative_to(PACKAGE))
    may = MAY.get(room, {"socket"} if room.startswith(SERVERS) else set())
    assert [(line, name) for line, name in used(path.read_text("utf-8")) if name not in may] == []


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.request", "from urllib import request", "import requests.sessions", "from http import client",
        "asyncio.open_connection('x', 1)", "from trafilatura import fetch_url\nfetch_url('x')", "import socket",
        "importlib.import_module('httpx')", "loop.create_connection(f)",
    ],
)  # fmt: skip
def test_the_check_sees_every_way(source: str) -> None:
    assert list(used(source))
