"""A real SMTP server (aiosmtpd) on loopback, with scripted refusals.

`loopback.pem` is a throw-away key and certificate for 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "adapters" / "loopback.pem"
USER, PASSWORD = "monitor", "s3cret-p4ss"


def _server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class _AnyPort(Controller):
    """Listens on a port of the system's choice, and leaves no connection open when it stops."""

    def factory(self) -> SMTP:
        made = super().factory()
        self.__dict__.setdefault("made", []).append(made)
        return made

    async def hang_up(self) -> None:
        for one in self.__dict__.get("made", []):
            for transport in (one.transport, one._original_transport):
                if transport is not None:
                    with suppress(AttributeError):  # Python 3.11.2 fails on a TLS connection that has ended
                        transport.abort()
        await asyncio.sleep(0.01)  # transports tell their protocols in the loop's next turns

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@dataclass
class Mail:
    """One mail as received: its envelope, and the message read from its bytes."""

    sender: str
    recipients: list[str]
    raw: bytes
    tls: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class MailServer:
    """`answers`: what to say to a recipient's RCPT, to MAIL, or (key ``DATA``) after a mail's text, one after another."""

    security: str = "plain"
    auth: bool = False
    answers: dict[str, list[str]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    logins: list[tuple[bool, str]] = field(default_factory=list)
    """Each attempt to log in: whether TLS was on, and the user."""

    def __enter__(self) -> Self:
        options: dict[str, Any] = {"server_hostname": "test", "ident": "test"}
        if self.security == "starttls":
            options |= {"tls_context": _server_tls()}
        if self.auth:
            options |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": self.security == "starttls",
            }
        context = _server_tls() if self.security == "tls" else None
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, ssl_context=context, **options)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._controller.hang_up(), self._controller.loop).result(5)
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        user = data.login.decode()
        self.logins.append((session.ssl is not None, user))
        good = (user, data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=good, handled=good, auth_data=user)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += session.ssl is None or self.security == "tls"
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._next("MAIL")
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._next(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._next("DATA")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            tls = session.ssl is not None or self.security == "tls"
            user = session.auth_data if session.authenticated else None
            self.mails.append(Mail(str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content, tls, user))
        return answer

    def _next(self, key: str) -> str:
        script = self.answers.get(key, [])
        return script.pop(0) if script else "250 OK"
