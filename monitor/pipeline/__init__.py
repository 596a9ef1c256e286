"""The stages of a feed, composed: the one place that knows their order."""
