"""The composition root and the daemon: wiring, one tick, workers, signals, health."""

from monitor.service.app import Application, open_application
from monitor.service.daemon import Daemon
from monitor.service.health import LATENCY_OVER, Health, examine
from monitor.service.remarks import moved, remark

__all__ = ["LATENCY_OVER", "Application", "Daemon", "Health", "examine", "moved", "open_application", "remark"]
