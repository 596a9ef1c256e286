"""Whom TLS trusts where the system trusts nobody."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from monitor.adapters.certificates import trust_somebody


@pytest.fixture(autouse=True)
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names nobody; what is set in it is undone."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def a_system(monkeypatch: pytest.MonkeyPatch, *, file: Path | None = None, directory: Path | None = None) -> None:
    known = ssl.get_default_verify_paths()._replace(cafile=file and str(file), capath=directory and str(directory))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: known)


def test_where_there_is_no_certificate_public_sites_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for directory in (None, tmp_path):
        os.environ.pop("SSL_CERT_FILE", None)
        with monkeypatch.context() as bare:
            a_system(bare, directory=directory)
            trust_somebody()
        assert len(ssl.create_default_context().get_ca_certs()) > 100


def test_what_the_system_trusts_or_the_environment_names_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "one.pem").touch()
    a_system(monkeypatch, file=tmp_path / "one.pem")
    trust_somebody()
    a_system(monkeypatch, directory=tmp_path)
    trust_somebody()
    assert "SSL_CERT_FILE" not in os.environ
    a_system(monkeypatch)
    monkeypatch.setenv("SSL_CERT_DIR", "/of/a/company")
    trust_somebody()
    assert "SSL_CERT_FILE" not in os.environ
