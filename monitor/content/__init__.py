"""Bytes to values: one third-party library a file, deterministic and stateless."""
