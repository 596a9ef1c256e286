"""The composition root and the daemon: wiring, one tick, workers, signals, health."""

from monitor.service.app import Application, open_application
from monitor.service.daemon import Daemon
from monitor.service.health import Health, examine

__all__ = ["Application", "Daemon", "Health", "examine", "open_application"]
