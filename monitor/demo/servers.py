"""Real servers on loopback: the sites, a webhook receiver that verifies signatures, a mail server."""

from __future__ import annotations

import email
import email.policy
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, PackageLoader
from standardwebhooks import Webhook, WebhookVerificationError

from monitor.demo.stories import Outlet

WORDS = {
    "sections": ("Home", "Cronaca", "Economia", "Sport"),
    "more": "Le più lette",
    "archive": "Archivio",
    "subscribe": "Iscriviti",
    "rights": "Tutti i diritti riservati.",
}
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


def _templates() -> Environment:
    environment = Environment(loader=PackageLoader("monitor.demo"), autoescape=True)
    filters: dict[str, Callable[[datetime], str]] = {
        "iso": datetime.isoformat,
        "rfc822": format_datetime,
        "day": lambda moment: f"{moment:%d.%m.%Y %H:%M}",
    }
    environment.filters.update(filters)
    return environment


def pages_of(outlet: Outlet, base: str) -> dict[str, tuple[str, bytes]]:
    """Path to content type and body: the feed at /feed, an article at /SLUG."""
    environment = _templates()
    shared = {"outlet": outlet, "articles": outlet.articles, "base": base, "charset": "utf-8", "words": WORDS}
    feed = environment.get_template(f"{outlet.feed}.xml.j2").render(shared)
    pages = {"/feed": (_TYPES[outlet.feed], feed.encode())}
    for article in outlet.articles:
        html = environment.get_template("page.html.j2").render(shared, article=article)
        pages[f"/{article.slug}"] = ("text/html; charset=utf-8", html.encode())
    return pages


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
        """The demo tells what happened itself."""

    def answer(self, status: int, kind: str = "text/plain", body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _serving(handler: type[_Quiet], host: str) -> Iterator[str]:
    try:
        server = ThreadingHTTPServer((host, 0), handler)
    except OSError:  # only Linux has the whole of 127.0.0.0/8 without being told
        host = "127.0.0.1"
        server = ThreadingHTTPServer((host, 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def site(outlet: Outlet) -> Iterator[str]:
    """Serve an outlet; yields its address."""
    pages: dict[str, tuple[str, bytes]] = {}

    class Handler(_Quiet):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            self.answer(200, *found) if found else self.answer(404)

    with _serving(Handler, outlet.host) as base:
        pages.update(pages_of(outlet, base))
        yield base


@dataclass
class Receivers:
    """Where alerts arrive, and what did."""

    webhook_url: str = ""
    smtp_port: int = 0
    webhooks: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    forged: int = 0
    mails: list[EmailMessage] = field(default_factory=list)


def _free_port() -> int:
    """aiosmtpd calls itself at the port it was given, so it must be given one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def receivers(secret: str) -> Iterator[Receivers]:
    """Start both."""
    got = Receivers()
    verifier = Webhook(secret)

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                verifier.verify(body, headers)
            except WebhookVerificationError:
                got.forged += 1
                self.answer(401)
                return
            got.webhooks.append((headers, json.loads(body)))
            self.answer(204)

    class Mailbox:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            got.mails.append(message)
            return "250 taken"

    with ExitStack() as stack:
        got.webhook_url = stack.enter_context(_serving(Handler, "127.0.0.1")) + "/hooks/news"
        got.smtp_port = _free_port()
        controller = Controller(Mailbox(), hostname="127.0.0.1", port=got.smtp_port)
        controller.start()
        stack.callback(controller.stop)
        yield got
