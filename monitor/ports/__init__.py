"""The interfaces of the outside: what the decisions and the pipeline ask of the world.

Implemented in `adapters/`, faked in `tests/fakes.py`.
"""

from monitor.ports.store import CopyIndex, Store, Transaction, Write
from monitor.ports.world import Clock, Fetcher, Sender, Workers

__all__ = ["Clock", "CopyIndex", "Fetcher", "Sender", "Store", "Transaction", "Workers", "Write"]
