"""Standard Webhooks' signature against its published vector and its reference library."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
import standardwebhooks

from monitor.core.signing import signature, signing_key

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_vector() -> None:
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body = b'{"test": 2432232314}'
    assert signature(signing_key(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected
    assert signing_key("whsec_" + SECRET) == signing_key(SECRET)


def test_the_reference_library_agrees() -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(40))).decode()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    body = '{"title":"Città"}'
    reference = standardwebhooks.Webhook(secret).sign("id-1", now, body)
    assert signature(signing_key(secret), "id-1", int(now.timestamp()), body.encode()) == reference


@pytest.mark.parametrize("secret", ["whsec_short", "whsec_???", "", "whsec_" + "A" * 400, "whsec_" + "é" * 40])
def test_a_bad_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret") as caught:
        signing_key(secret)
    assert secret.removeprefix("whsec_") not in str(caught.value) or not secret
