"""What hubs are asked, answered and believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.websub import LONGEST, advertised, asked, confirmed, genuine, request_body
from monitor.model import Subscription
from tests.builders import HOUR, NOON

ONE = Subscription("harbour", "https://hub.example/", "https://news.example/feed", "token", "key", NOON)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<https://hub.example/>; rel="hub", <https://news.example/f>; rel="self"', ("https://hub.example/", "https://news.example/f")),
        ("<https://hub.example/>;rel=hub", ("https://hub.example/", None)),
        ('<https://a.example/x,y>; title="t"; rel="preload hub"', ("https://a.example/x,y", None)),
        ('<https://no.example/>; rel="next"', (None, None)),
        ("", (None, None)),
        ("<<<<;;;rel=hub", (None, None)),
    ],
)  # fmt: skip
def test_a_link_header_names_hub_and_topic(link: str, expected: tuple[str | None, str | None]) -> None:
    assert advertised({"link": link}) == expected


def test_a_hub_is_asked_for_what_the_standard_says() -> None:
    form = parse_qs(request_body(ONE, "https://me.example/websub/token").decode())
    assert form == {
        "hub.callback": ["https://me.example/websub/token"],
        "hub.mode": ["subscribe"],
        "hub.topic": ["https://news.example/feed"],
        "hub.secret": ["key"],
        "hub.lease_seconds": ["864000"],
    }


def test_a_hub_that_does_not_confirm_is_asked_again_ever_later() -> None:
    waits, one = [], ONE
    for _ in range(7):
        one = asked(one, NOON, "503")
        waits.append((one.ask_at - NOON) / HOUR)
    assert waits == [1, 2, 4, 8, 16, 24, 24]


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [("3600", HOUR), ("", timedelta(days=10)), ("999999999", timedelta(days=10)), ("99999999", LONGEST)],
)
def test_what_a_hub_grants_is_renewed_before_it_ends(seconds: str, lease: timedelta) -> None:
    query = {"hub.mode": "subscribe", "hub.topic": ONE.topic, "hub.challenge": "c", "hub.lease_seconds": seconds}
    after = confirmed(replace(ONE, attempts=3), query, NOON)
    assert after is not None
    assert (after.lease_until, after.ask_at, after.attempts) == (NOON + lease, NOON + 0.8 * lease, 0)


@pytest.mark.parametrize(
    "query",
    [
        {"hub.mode": "subscribe", "hub.topic": "https://other.example/", "hub.challenge": "c"},
        {"hub.mode": "unsubscribe", "hub.topic": ONE.topic, "hub.challenge": "c"},
        {"hub.mode": "subscribe", "hub.topic": ONE.topic},
        {},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(query: dict[str, str]) -> None:
    assert confirmed(ONE, query, NOON) is None


def test_a_refusal_is_kept_and_asked_again_in_a_day() -> None:
    query = {"hub.mode": "denied", "hub.topic": ONE.topic, "hub.reason": "no\nthanks"}
    after = confirmed(replace(ONE, lease_until=NOON + HOUR), query, NOON)
    assert after is not None
    assert (after.lease_until, after.ask_at, after.error) == (None, NOON + 24 * HOUR, "the hub refused: no thanks")


def test_a_genuine_push_bears_our_secrets_hmac() -> None:
    """RFC 2202's and RFC 4231's second test case."""
    one = replace(ONE, secret="Jefe")
    body = b"what do ya want for nothing?"
    assert genuine(one, "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", body)
    assert genuine(one, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", body)
    assert not genuine(one, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", body + b"!")
    assert not genuine(replace(one, secret="other"), "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", body)


@given(st.none() | st.text(), st.binary())
def test_a_strange_signature_is_never_genuine_and_breaks_nothing(signature: str | None, body: bytes) -> None:
    assert not genuine(ONE, signature, body)
