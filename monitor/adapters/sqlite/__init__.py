"""The Store port over one SQLite file."""
