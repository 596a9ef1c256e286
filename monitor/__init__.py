"""monitor: a news-monitoring daemon. `docs/design.md` explains the house."""

__version__ = "0.1.0"
