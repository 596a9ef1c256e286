"""The commands: they read arguments, call the application and print. No decision is made here.

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration (EX_CONFIG of sysexits.h).
"""

from monitor.garbage import collector_paused

with collector_paused():  # each command waits for it
    from monitor.cli.root import main

__all__ = ["main"]
