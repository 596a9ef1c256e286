"""Mail to a real SMTP server on loopback: plain, STARTTLS, TLS, logins, refusals of every kind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from monitor.adapters.guard import Guard
from monitor.adapters.smtp import SmtpSender
from monitor.model import (
    Alert,
    Deferred,
    Delivered,
    DeliveryOutcome,
    EmailChannel,
    Message,
    NetworkPolicy,
    Refused,
    Secret,
    SmtpServer,
)
from tests.builders import an_item
from tests.fakes import FakeClock
from tests.mailserver import CERTIFICATE, PASSWORD, USER, MailServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # as some servers do
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
LOOPBACK = NetworkPolicy(allow=(ip_network("127.0.0.0/8"),))


def a_message(alert_id: str = "alert-1", title: str = "Città") -> Message:
    alert = Alert(alert_id, "w", "Watch", (), "desk", "s", "item-1", (), "pending", 1, NOW)
    return Message(alert_id, ((alert, an_item(title=title), ()),))


@asynccontextmanager
async def sending(
    port: int,
    security: str = "plain",
    to: tuple[str, ...] = ("desk@example.org",),
    user: str | None = None,
    password: str | None = None,
    trust: bool = True,
    network: NetworkPolicy = LOOPBACK,
) -> AsyncIterator[SmtpSender]:
    server = SmtpServer("127.0.0.1", port, security, user)  # type: ignore[arg-type]
    secret, certificates = Secret(password) if password else None, CERTIFICATE.read_text() if trust else None
    channel = EmailChannel("desk", to, "monitor@example.org", server, secret, certificates=certificates)
    sender = SmtpSender(channel, Guard(network), FakeClock(NOW))
    try:
        yield sender
    finally:
        await sender.aclose()
        for _ in range(10):  # a transport is closed in the loop's next turns
            await asyncio.sleep(0)


async def test_a_mail_arrives_as_written() -> None:
    with MailServer() as server:
        async with sending(server.port, to=("desk@example.org", "Boss <boss@example.org>")) as sender:
            assert await sender.send(a_message()) == Delivered()
    mail = server.mails[0]
    assert (mail.sender, mail.recipients) == ("monitor@example.org", ["desk@example.org", "boss@example.org"])
    assert mail.message["Subject"] == "[Watch] Città"
    assert mail.message["Message-ID"] == "<alert-1@example.org>"
    assert mail.message["To"] == "desk@example.org, Boss <boss@example.org>"


@pytest.mark.parametrize(
    "title", ["=?UTF-8?Q?=0A?=Bcc: x@example.net", "a\r\nBcc: x@example.net", "a\u2028b", "\ud800", ".\r\n.\r\nQUIT"]
)
async def test_a_title_from_a_feed_adds_no_header_and_no_recipient(title: str) -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            assert await sender.send(a_message(title=title)) == Delivered()
    mail = server.mails[0]
    assert mail.recipients == ["desk@example.org"]
    assert mail.message["Bcc"] is None
    assert mail.message.get_body(("html",)) is not None


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_and_login(security: str) -> None:
    with MailServer(security, auth=True) as server:
        async with sending(server.port, security, user=USER, password=PASSWORD) as sender:
            assert await sender.send(a_message()) == Delivered()
    assert server.mails[0].tls
    assert server.mails[0].user == USER


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_is_not_trusted_ends_it(security: str) -> None:
    with MailServer(security, auth=True) as server:
        async with sending(server.port, security, user=USER, password=PASSWORD, trust=False) as sender:
            outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert "certificate verify failed" in outcome.error
    assert (server.mails, server.logins) == ([], [])


async def test_a_stripped_starttls_is_not_worked_around() -> None:
    with MailServer("plain", auth=True) as server:
        async with sending(server.port, "starttls", user=USER, password=PASSWORD) as sender:
            outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert "STARTTLS" in outcome.error
    assert (server.mails, server.logins) == ([], [])


async def test_a_password_goes_out_in_plain_text_to_loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer("plain", auth=True) as server:
        async with sending(server.port, user=USER, password=PASSWORD) as sender:
            assert await sender.send(a_message()) == Delivered()
            assert server.logins == [(False, USER)]
        async with sending(server.port, user=USER, password=PASSWORD) as sender:
            monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("192.0.2.1", 25))
            sender._door = Undisturbed()
            outcome = await sender.send(a_message("alert-2"))
    assert isinstance(outcome, Deferred)
    assert "without TLS" in outcome.error
    assert server.logins == [(False, USER)]


class Undisturbed:
    """A door that dials without looking."""

    async def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, (host, port))
        return connection


async def test_a_wrong_password_is_not_the_mails_fault_and_not_told() -> None:
    with MailServer("starttls", auth=True) as server:
        async with sending(server.port, "starttls", user=USER, password="wr0ng-p4ss") as sender:
            outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert "535" in outcome.error
    assert "wr0ng-p4ss" not in outcome.error


async def test_mails_that_follow_one_another_share_a_connection() -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            for number in range(5):
                assert await sender.send(a_message(f"alert-{number}")) == Delivered()
    assert len(server.mails) == 5
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_is_opened_anew() -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            assert await sender.send(a_message()) == Delivered()
            assert sender._client is not None
            assert sender._client.transport is not None
            sender._client.transport.abort()
            assert await sender.send(a_message("alert-2")) == Delivered()
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("451 greylisted, try later", Deferred),
        ("421 too busy", Deferred),
        ("452 full", Deferred),
        ("550 no such user", Refused),
        ("554 no", Refused),
    ],
)
@pytest.mark.parametrize("stage", ["desk@example.org", "DATA"])
async def test_refusals_by_class(answer: str, kind: type, stage: str) -> None:
    with MailServer(answers={stage: [answer]}) as server:
        async with sending(server.port) as sender:
            outcome = await sender.send(a_message())
            assert type(outcome) is kind
            assert answer[:3] in outcome.error
            assert f"127.0.0.1:{server.port}" in outcome.error
            assert await sender.send(a_message("alert-2")) == Delivered()  # and the next one goes


async def test_one_recipient_of_several_refused_is_noted() -> None:
    to = ("a@example.org", "gone@example.org")
    with MailServer(answers={"gone@example.org": ["550 no such user"]}) as server:
        async with sending(server.port, to=to) as sender:
            outcome = await sender.send(a_message())
    assert isinstance(outcome, Delivered)
    assert outcome.note is not None
    assert "gone@example.org: 550 no such user" in outcome.note
    assert server.mails[0].recipients == ["a@example.org"]


def again(message: Message, outcome: DeliveryOutcome) -> Message:
    """The next attempt, as the outbox makes it: in a later process, for all the sender knows."""
    assert isinstance(outcome, Deferred)
    return replace(message, owed=outcome.owed)


async def test_a_recipient_put_off_gets_the_next_attempt_and_the_others_do_not() -> None:
    to = ("a@example.org", "Grey <grey@example.org>")
    with MailServer(answers={"grey@example.org": ["451 greylisted", "451 greylisted"]}) as server:
        message = a_message()
        for _ in range(2):
            async with sending(server.port, to=to) as sender:
                outcome = await sender.send(message)
            assert isinstance(outcome, Deferred)
            assert outcome.owed == ("grey@example.org",)
            message = again(message, outcome)
        async with sending(server.port, to=to) as sender:
            assert await sender.send(message) == Delivered()
    assert [mail.recipients for mail in server.mails] == [["a@example.org"], ["grey@example.org"]]
    assert len({mail.message["Message-ID"] for mail in server.mails}) == 1


async def test_a_recipient_put_off_and_then_refused_is_noted() -> None:
    to = ("a@example.org", "grey@example.org")
    with MailServer(answers={"grey@example.org": ["451 greylisted", "550 never"]}) as server:
        async with sending(server.port, to=to) as sender:
            message = a_message()
            outcome = await sender.send(again(message, await sender.send(message)))
    assert isinstance(outcome, Delivered)
    assert "550 never" in (outcome.note or "")


async def test_when_the_one_it_is_owed_to_is_configured_no_more_it_goes_to_all() -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            assert await sender.send(replace(a_message(), owed=("left@example.org",))) == Delivered()
    assert server.mails[0].recipients == ["desk@example.org"]


async def test_nobody_there() -> None:
    with MailServer() as server:
        port = server.port
    async with sending(port) as sender:
        outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert f"127.0.0.1:{port}" in outcome.error


async def test_an_address_that_is_not_allowed_is_not_dialled() -> None:
    with MailServer() as server:
        async with sending(server.port, network=NetworkPolicy()) as sender:
            outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert "refused 127.0.0.1" in outcome.error
    assert server.connections == 0


@pytest.fixture
async def wire() -> AsyncIterator[Callable[..., Any]]:
    """Servers that say something of their own."""
    servers: list[asyncio.Server] = []

    async def start(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> int:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_a_server_that_hangs_is_left(wire: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.adapters.smtp.DEADLINE", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with sending(await wire(silent)) as sender:
        outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert "timed out" in outcome.error


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"220 hi\r\n", b"\x00\xff\xff\r\n", b"250 what\r\n", b""])
async def test_a_server_that_talks_nonsense_or_hangs_up(wire: Callable[..., Any], greeting: bytes) -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async with sending(await wire(rude)) as sender:
        outcome = await sender.send(a_message())
    assert isinstance(outcome, Deferred)
    assert outcome.error.isprintable()


async def test_a_connection_lost_after_the_text_is_tried_again_with_the_same_id(wire: Callable[..., Any]) -> None:
    async def loses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                break
            writer.write(b"250 OK\r\n")
        writer.close()

    async with sending(await wire(loses)) as sender:
        assert isinstance(await sender.send(a_message()), Deferred)


async def test_a_server_that_takes_so_many_mails_on_a_connection_gets_the_next_on_another() -> None:
    full = "421 too many mails on this connection"
    with MailServer(answers={"MAIL": ["250 OK", "250 OK", full, "250 OK", "250 OK", full, full]}) as server:
        async with sending(server.port) as sender:
            for number in range(4):
                assert await sender.send(a_message(f"alert-{number}")) == Delivered()
            outcome = await sender.send(a_message("alert-5"))  # a new connection is not taken either
    assert isinstance(outcome, Deferred)
    assert [mail.message["Message-ID"] for mail in server.mails] == [f"<alert-{n}@example.org>" for n in range(4)]
    assert server.connections == 3


async def test_two_at_once_take_turns() -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            outcomes = await asyncio.gather(*(sender.send(a_message(f"alert-{number}")) for number in range(4)))
    assert outcomes == [Delivered()] * 4
    assert server.connections == 1


async def test_an_address_is_taken_out_of_its_name() -> None:
    with MailServer() as server:
        async with sending(server.port) as sender:
            sender._channel = replace(sender._channel, sender="The Monitor <m@example.org>")
            assert await sender.send(a_message()) == Delivered()
    assert server.mails[0].sender == "m@example.org"
