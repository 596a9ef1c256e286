"""Mail over SMTP by aiosmtplib, through the guarded door.

TLS is what the URL says, verified, and never less; a password goes out in plain text to loopback alone. One connection
serves the mails that follow one another closely.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Protocol

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from aiosmtplib.response import SMTPResponse

from monitor.adapters.certificates import trusting
from monitor.content.look import Look
from monitor.content.messages import PLAIN, email_of
from monitor.content.wording import cut, one_line
from monitor.model import Deferred, Delivered, DeliveryOutcome, EmailChannel, Message, Refused
from monitor.ports import Clock

CONNECT_TIMEOUT = 10.0
COMMAND_TIMEOUT = 30.0  # RFC 5321 allows minutes; a server that slow is tried again later
DEADLINE = 90.0  # one mail in all: connecting, TLS, login, sending
IDLE = 15.0  # seconds a connection stays open for the next mail

_CLOSING = 421  # "Service not available, closing transmission channel" (RFC 5321, 4.2.3)
_ABOUT_LOGIN = frozenset({530, 534, 535, 538})
"""Permanent by number, yet about our login (RFC 4954), which can be mended: not about this mail."""


class Door(Protocol):
    """What `adapters.guard` gives: a connected socket to an address that may be dialled."""

    async def connect(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ASYNC109
        ...


class SmtpSender:
    """Implements `ports.Sender`."""

    def __init__(
        self,
        channel: EmailChannel,
        door: Door,
        clock: Clock,
        look: Look = PLAIN,
    ) -> None:
        self._channel = channel
        self._door = door
        self._clock = clock
        self._tls: ssl.SSLContext | None = None
        self._look = look
        self._client: aiosmtplib.SMTP | None = None
        self._lock = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None

    async def send(self, message: Message) -> DeliveryOutcome:
        """Send to all recipients. Those of several that were put off (4xx) alone get the next attempt."""
        mail = email_of(message, self._channel, self._clock.now(), self._look)
        async with self._lock:
            try:
                async with asyncio.timeout(DEADLINE):
                    outcome = await self._transmit(message.owed, mail)
            except TimeoutError:
                outcome = Deferred(self._error("timed out"))
                self._close()
            except (SMTPException, OSError) as error:
                outcome = self._failed(message.owed, error)
            self._close_later()
            return outcome

    async def aclose(self) -> None:
        """Say goodbye and close the connection, if one is open."""
        async with self._lock:
            client = self._client
            if client is not None and client.is_connected:
                try:
                    await client.quit(timeout=1.0)
                except (SMTPException, OSError):
                    client.close()
            self._close()

    async def _transmit(self, owed: Sequence[str], mail: EmailMessage) -> DeliveryOutcome:
        everyone = [parseaddr(address)[1] for address in self._channel.to]
        recipients = [address for address in everyone if address in owed] or everyone
        before = self._client
        client = await self._connected()
        try:
            return await self._sent(client, mail, recipients)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code != _CLOSING or client is not before:
                raise
        self._close()  # it takes so many mails on one connection, and no more
        return await self._sent(await self._connected(), mail, recipients)

    async def _sent(self, client: aiosmtplib.SMTP, mail: EmailMessage, recipients: list[str]) -> DeliveryOutcome:
        sender = parseaddr(self._channel.sender)[1]
        refused, _ = await client.send_message(mail, sender=sender, recipients=recipients)
        return self._partly(refused)

    def _partly(self, refused: Mapping[str, SMTPResponse]) -> DeliveryOutcome:
        """At least one recipient has it now; those put off are owed it still."""
        told = "; ".join(f"{address}: {answer.code} {answer.message}" for address, answer in refused.items())
        later = tuple(address for address, answer in refused.items() if answer.code < 500)
        if later:
            return Deferred(self._error(told), owed=later)
        return Delivered(self._error(told) if told else None)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._idle is not None:
            self._idle.cancel()
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.noop()
            except (SMTPException, OSError):
                self._close()
            else:
                return self._client
        self._client = await self._connect()
        return self._client

    async def _connect(self) -> aiosmtplib.SMTP:
        server = self._channel.smtp
        connection = await self._door.connect(server.host, server.port, CONNECT_TIMEOUT)
        try:
            client = self._client_on(connection)
        except BaseException:
            connection.close()
            raise
        try:
            await client.connect()
        except BaseException:
            # The loop owns the socket now and closes it once it notices; TLS alone would wait for the server's goodbye.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            raise
        return client

    def _client_on(self, connection: socket.socket) -> aiosmtplib.SMTP:
        server = self._channel.smtp
        connection.setblocking(False)
        if self._channel.certificates and self._tls is None:
            self._tls = trusting(self._channel.certificates)
        user, password = self._login(connection)
        return aiosmtplib.SMTP(
            hostname=server.host,
            sock=connection,
            local_hostname=_literal(connection.getsockname()[0]),
            username=user,
            password=password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
            timeout=COMMAND_TIMEOUT,
        )

    def _login(self, connection: socket.socket) -> tuple[str | None, str | None]:
        server, password = self._channel.smtp, self._channel.password
        if server.user is None or password is None:
            return None, None
        if server.security == "plain" and not ip_address(connection.getpeername()[0].partition("%")[0]).is_loopback:
            raise SMTPException("refusing to send a password without TLS: use smtp+starttls: or smtps:")
        return server.user, password.reveal()

    def _failed(self, owed: Sequence[str], error: Exception) -> DeliveryOutcome:
        if isinstance(error, SMTPRecipientsRefused):
            told = self._error("; ".join(f"{one.recipient}: {one.code} {one.message}" for one in error.recipients))
            later = tuple(one.recipient for one in error.recipients if one.code < 500)
            if later:
                return Deferred(told, owed=later if owed else ())
            return Delivered(told) if owed else Refused(told)  # owed: the others have it
        if isinstance(error, SMTPResponseException):
            told = self._error(f"{error.code} {error.message}")
            about_this_mail = isinstance(error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPDataError)
            permanent = error.code >= 500 and error.code not in _ABOUT_LOGIN
            return Refused(told) if about_this_mail and permanent else Deferred(told)
        return Deferred(self._error(str(error) or type(error).__name__))

    def _error(self, told: str) -> str:
        """One line with the server's name; what the server says may hold anything."""
        if self._channel.password:
            told = told.replace(self._channel.password.reveal(), "***")
        return cut(one_line(f"{self._channel.smtp.host}:{self._channel.smtp.port}: {told}"), 300)

    def _close_later(self) -> None:
        if self._client is not None and self._client.is_connected:
            self._idle = asyncio.get_running_loop().call_later(IDLE, self._close)

    def _close(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._client is not None:
            self._client.close()
            self._client = None


def _literal(address: str) -> str:
    """Our own name in EHLO: an address literal (RFC 5321, 4.1.3), which needs no name lookup."""
    address = address.partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
