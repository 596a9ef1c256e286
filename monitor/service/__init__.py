"""The composition root and the daemon: wiring, one tick, workers, signals, health.

Its modules are imported one by one: a command that only looks into the store starts in half the time without the rest.
"""
