"""Whom TLS trusts: whom the system trusts or the environment names, and where neither knows anybody, Mozilla's list; and
whom the configuration vouches for.

Python from python.org has no certificates on a Mac until a script beside it was run, a bare container none at all: no
feed of today could be read there.
"""

from __future__ import annotations

import os
import ssl
import warnings
from contextlib import suppress

NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""By these OpenSSL is told, and whoever makes a context of it."""


def trust_somebody() -> None:
    """From now on, in this process; to be called before anything is imported that makes a context at once, as aiohttp does."""
    if not any(name in os.environ for name in NAMED) and not _system_has_some():
        import certifi  # few need it

        os.environ[NAMED[0]] = certifi.where()


def trusting(certificates: str | None) -> ssl.SSLContext:
    """A client's context: as by default, and these too, in PEM: an authority's or the server's own.
    Names and dates are looked at all the same."""
    context = ssl.create_default_context()
    if certificates:
        context.load_verify_locations(cadata=certificates)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


_OP_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's, which Python names from 3.12 on."""


def speak_old(context: ssl.SSLContext) -> None:
    """Take what servers spoke that were set up before 2010 and never since. Their certificates are looked at as ever."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT


def _system_has_some() -> bool:
    known = ssl.get_default_verify_paths()  # None for what is not there
    if known.cafile is not None:
        return True
    if known.capath is None:
        return False
    with suppress(OSError), os.scandir(known.capath) as entries:
        return next(entries, None) is not None
    return False
