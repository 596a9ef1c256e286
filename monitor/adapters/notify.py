"""What the service manager is told: started, stopping, alive (sd_notify(3): datagrams to ``$NOTIFY_SOCKET``)."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Silent where no service manager listens; never raises, since nothing depends on being heard."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL byte of an abstract name (unix(7)).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.every = _watchdog(environ) / 2 if address else 0.0
        """Seconds between two signs of life: half of what the manager waits (sd_watchdog_enabled(3)); 0: none asked for."""

    def tell(self, *lines: str) -> None:
        """Send ``READY=1``, ``STATUS=…``, ``WATCHDOG=1``, ``STOPPING=1``."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            door.setblocking(False)
            door.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), self._address)


def _watchdog(environ: Mapping[str, str]) -> float:
    """Seconds the manager waits for a sign of life; 0 when it waits for none, or for another process."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    wanted = environ.get("WATCHDOG_USEC", "")
    return int(wanted) / 1e6 if wanted.isdecimal() else 0.0
