"""Apprise itself, sending to a loopback server."""

from __future__ import annotations

import builtins
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from monitor.adapters.apprise import AppriseSender
from monitor.core.addresses import refusal
from monitor.model import Alert, AppriseChannel, Deferred, Delivered, Message, Secret, Sighting
from tests.builders import an_item
from tests.servers import Answer, Site

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # imported by Apprise
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
MESSAGE = Message(
    "alert-1",
    ((Alert("alert-1", "w", "Watch", (), "phone", "s", "item-1", (), "pending", 1, NOW), an_item(title="Città"), ()),),
)


def LOOPBACK(address: str, port: int) -> str | None:
    return refusal(address, allow=(ip_network("127.0.0.0/8"),))


def a_sender(url: str, judge: Any = LOOPBACK) -> AppriseSender:
    return AppriseSender(AppriseChannel("phone", Secret(url)), judge)


async def test_a_message_arrives(site: Site) -> None:
    site.answer("/T0K3N-T0K3N", Answer())
    assert await a_sender(f"json://127.0.0.1:{site.port}/T0K3N-T0K3N").send(MESSAGE) == Delivered()
    told = json.loads(site.requests[0].body)
    assert told["title"] == "[Watch] Città"
    assert "Città" in told["message"]


async def test_false_is_tried_again_once_and_by_the_outbox_alone(site: Site) -> None:
    site.answer("/T0K3N-T0K3N", Answer(500))
    outcome = await a_sender(f"json://user:p4ssw0rd@127.0.0.1:{site.port}/T0K3N-T0K3N").send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "JSON" in outcome.error
    assert "500" in outcome.error
    assert "T0K3N" not in outcome.error
    assert "p4ssw0rd" not in outcome.error
    assert len(site.requests) == 1


async def test_of_several_services_those_that_failed_alone_get_the_next_attempt(site: Site) -> None:
    site.answer("/good-one", Answer())
    site.answer("/bad-one", Answer(500), Answer(500), Answer())
    sender = a_sender(f"json://127.0.0.1:{site.port}/good-one, json://127.0.0.1:{site.port}/bad-one")
    message = MESSAGE
    for _ in range(2):
        outcome = await sender.send(message)
        assert isinstance(outcome, Deferred)
        assert "500" in outcome.error
        message = replace(message, owed=outcome.owed or message.owed)
        assert len(message.owed) == 1
    assert await sender.send(message) == Delivered()
    assert site.paths() == ["/good-one", "/bad-one", "/bad-one", "/bad-one"]


async def test_a_service_that_hangs_does_not_bring_the_others_their_message_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.adapters.apprise.DEADLINE", 1.0)
    site.answer("/good-one", Answer())
    site.answer("/slow-one", Answer(delay=2.5), Answer())
    sender = a_sender(f"json://127.0.0.1:{site.port}/good-one, json://127.0.0.1:{site.port}/slow-one")
    outcome = await sender.send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "timed out after 1 s" in outcome.error
    assert await sender.send(replace(MESSAGE, owed=outcome.owed)) == Delivered()
    assert site.paths() == ["/good-one", "/slow-one", "/slow-one"]


@pytest.mark.parametrize(("choice", "whole"), [("", True), ("?overflow=upstream", True), ("?overflow=truncate", False)])
async def test_a_text_longer_than_the_service_takes_goes_out_in_parts(
    site: Site, monkeypatch: pytest.MonkeyPatch, choice: str, whole: bool
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 200)
    site.answer(f"/T0K3N-T0K3N{choice}", Answer())
    site.answer("/T0K3N-T0K3N", Answer())
    alert, item, _ = MESSAGE.parts[0]
    also = tuple(Sighting(f"https://copy{n}.example.org/{'x' * 70}", None, NOW) for n in range(12))
    sender = a_sender(f"json://127.0.0.1:{site.port}/T0K3N-T0K3N{choice}")
    assert await sender.send(replace(MESSAGE, parts=((alert, item, also),))) == Delivered()
    bodies = [json.loads(request.body)["message"] for request in site.requests]
    assert (len(bodies) > 1) == whole
    assert max(map(len, bodies)) <= 200
    told = " ".join(bodies)
    assert all(place in told for place in ("Città", "copy0.", "copy9.", "Alert alert-1")) == whole


async def test_an_address_that_is_not_allowed_is_not_dialled(site: Site) -> None:
    sender = a_sender(f"json://127.0.0.1:{site.port}/", lambda address, _: refusal(address, allow=()))
    outcome = await sender.send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert outcome.error.startswith("refused 127.0.0.1")
    assert site.connections == 0
    with socket.create_connection(("127.0.0.1", site.port)):  # the judge's word ends with the notification
        pass


async def test_a_name_is_judged_by_the_address_dialled(site: Site) -> None:
    outcome = await a_sender(f"json://localhost:{site.port}/", lambda address, _: refusal(address, allow=())).send(
        MESSAGE
    )
    assert isinstance(outcome, Deferred)
    assert "refused" in outcome.error
    assert site.connections == 0


async def test_nobody_there() -> None:
    with Site() as gone:
        port = gone.port
    outcome = await a_sender(f"json://127.0.0.1:{port}/").send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert outcome.error


async def test_an_unknown_service_is_said_to_be_one() -> None:
    outcome = await a_sender("nosuchservice://T0K3N-T0K3N").send(MESSAGE)
    assert outcome == Deferred("Apprise knows no service for this channel's URL")


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "apprise":
            raise ModuleNotFoundError("No module named 'apprise'", name="apprise")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    outcome = await a_sender("json://127.0.0.1/").send(MESSAGE)
    assert isinstance(outcome, Deferred)
    assert "pip install 'monitor[apprise]'" in outcome.error
